// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/report/text_table.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "framework/core/error.hpp"

namespace expunge {

void TextTable::row(std::vector<std::string> cells) {
  if (cells.size() != rows_.front().size())
    throw Bug(fmt::format("a row of {} cells in a table of {} columns", cells.size(), rows_.front().size()));
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  const std::size_t columns = rows_.front().size();
  std::vector<std::size_t> widths(columns, 0);
  for (const std::vector<std::string>& cells : rows_)
    for (std::size_t c = 0; c < columns; ++c) widths[c] = std::max(widths[c], cells[c].size());
  if (last_ == Last::kWords) widths.back() = 0;
  std::string text;
  for (const std::vector<std::string>& cells : rows_)
    for (std::size_t c = 0; c < columns; ++c)
      fmt::format_to(std::back_inserter(text), "{:>{}}{}", cells[c], widths[c], c + 1 < columns ? "  " : "\n");
  return text;
}

}  // namespace expunge
