// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "framework/data/dataset.hpp"

namespace expunge {

/// Some rows of another data set, as a data set of its own: samples keep their ids, labels, features and subjects, and
/// have new rows.
class DatasetSubset final : public Dataset {
 public:
  /// `rows` ascend strictly. `whole` must outlive this; `source` is what messages call it.
  DatasetSubset(const Dataset& whole, std::vector<std::uint64_t> rows, const std::string& source);

  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override;

 private:
  const Dataset& whole_;
  std::vector<std::uint64_t> rows_;
};

}  // namespace expunge
