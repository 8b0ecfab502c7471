// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "framework/data/dataset.hpp"

namespace expunge {

/// What `data info` tells of a data set.
struct DataSummary {
  struct Subjects {
    std::uint64_t number;
    std::uint64_t least;  ///< samples of the subject that has the fewest
    double median;
    std::uint64_t most;
  };

  std::string spec;
  std::uint64_t samples;
  std::vector<std::int64_t> shape;
  FeatureType dtype;
  std::uint64_t row_bytes;
  std::int64_t classes;  ///< 0: the data does not fix them
  /// Samples of each class from 0; up to the largest label where the classes are not fixed. Empty where there are more
  /// than 65536.
  std::vector<std::uint64_t> class_counts;
  std::optional<Subjects> subjects;
  SetDigest digest;  ///< under the zero key, so that anyone can compare
};

/// Reads the whole data set once, in bounded blocks.
[[nodiscard]] DataSummary summarise(const Dataset& data, const std::string& spec);

[[nodiscard]] nlohmann::ordered_json to_json(const DataSummary& summary);
[[nodiscard]] std::string to_text(const DataSummary& summary);

}  // namespace expunge
