// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace expunge::html {

/// How a number is written for people.
enum class Figure : std::uint8_t {
  kCount,    ///< whole, thousands set apart: 59,870
  kTimes,    ///< 10.7×
  kSeconds,  ///< 3.6 s, 2 min 05 s, 3 h 20 min
  kPercent,  ///< of a share: 96.20 %
  kShare,    ///< the same where the column says %: 96.20
  kPlain,    ///< four digits: 0.2731
  kRough,    ///< two digits: 0.27
  kBytes,    ///< 53.4 MB
};

/// As text; "–" for nothing.
[[nodiscard]] std::string figure(std::optional<double> value, Figure kind);
/// As HTML: <data> with the document's own number as its value and the text as its content.
[[nodiscard]] std::string data(std::optional<double> value, Figure kind);

/// A table of numbers, which scrolls in a box of its own. The first column names its row.
struct DataTable {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< HTML, as many cells as the header has
  [[nodiscard]] std::string html() const;
  /// Folded away under a line that says what it is: a chart's alternative.
  [[nodiscard]] std::string folded(std::string_view summary = "The numbers of this chart") const;
};

}  // namespace expunge::html
