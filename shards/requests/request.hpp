// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/core/ids.hpp"
#include "framework/text/rfc3339.hpp"

namespace expunge {

/// Sample ids first … end − 1; not empty.
struct IdRange {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  auto operator<=>(const IdRange&) const = default;
};

/// All samples of one person or account.
struct SubjectSelector {
  std::string subject;
  bool operator==(const SubjectSelector&) const = default;
};

/// All samples of one class.
struct LabelSelector {
  std::int64_t label = 0;
  bool operator==(const LabelSelector&) const = default;
};

/// What a request asks to forget: ids, ranges of ids, a subject or a class.
using Selector = std::variant<std::vector<SampleId>, std::vector<IdRange>, SubjectSelector, LabelSelector>;

/// One deletion request as a file states it. REQUESTS.md is the specification of the files.
struct Request {
  std::string id;
  std::string requested_by;  ///< ids are unique per requester; may be empty
  Selector selector;
  std::optional<Moment> received_at;
  std::optional<Moment> due_at;  ///< as given; see `due`
  std::string regulation;        ///< "GDPR", "CCPA", …; may be empty
  std::int64_t priority = 0;
  std::string reason;
  std::size_t line = 0;  ///< where it begins in its file, from 1

  /// `due_at`, else by regulation from `received_at`, else nothing.
  [[nodiscard]] std::optional<Moment> due() const;
  /// BLAKE2b over all that was stated but the line, keyed by `key` so that a journal can hold it: equal content, equal
  /// digest. The order of ids does not matter, nor whether consecutive ids come as ids or as ranges.
  [[nodiscard]] Digest content(ByteView key) const;
};

/// The largest id that a request can name: one less than what fits, so that the end of a range does.
inline constexpr std::uint64_t kLargestId = std::numeric_limits<std::uint64_t>::max() - 1;

/// The ids that a selector names, as ascending, disjoint ranges that don't touch: the same set gives the same ranges,
/// however it was stated. Nothing for a subject or a label. Memory is linear in what was stated, not in what it covers.
[[nodiscard]] std::vector<IdRange> named_ids(const Selector& selector);

/// Joins ranges that come ascending by their first ids where they overlap or touch.
class RangeJoiner {
 public:
  void add(IdRange range) {
    if (!ranges_.empty() && range.first <= ranges_.back().end)
      ranges_.back().end = std::max(ranges_.back().end, range.end);
    else
      ranges_.push_back(range);
  }
  void add(std::uint64_t id) { add({id, id + 1}); }
  [[nodiscard]] std::vector<IdRange> take() { return std::move(ranges_); }

 private:
  std::vector<IdRange> ranges_;
};

}  // namespace expunge
