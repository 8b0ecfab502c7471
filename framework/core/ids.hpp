// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace expunge {

/// A number that names one thing and does not mix with numbers that name another.
template <class Tag, class Rep>
class StrongId {
 public:
  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}
  [[nodiscard]] constexpr Rep value() const { return value_; }
  constexpr auto operator<=>(const StrongId&) const = default;

 private:
  Rep value_{};
};

/// A sample's stable name, unique in its data set. Where a format has none, the 0-based row.
using SampleId = StrongId<struct SampleIdTag, std::uint64_t>;
/// Shard k of S: 0 … S−1.
using ShardId = StrongId<struct ShardIdTag, std::uint32_t>;
/// Slice r of R, and the stage that adds it: 1 … R. Stage 0 stands for the initial weights.
using SliceId = StrongId<struct SliceIdTag, std::uint32_t>;

}  // namespace expunge

template <class Tag, class Rep>
struct std::hash<expunge::StrongId<Tag, Rep>> {
  std::size_t operator()(const expunge::StrongId<Tag, Rep>& id) const noexcept { return std::hash<Rep>{}(id.value()); }
};
