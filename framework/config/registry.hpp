// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "framework/core/error.hpp"

namespace expunge {

/// What a SPEC's name can mean, one row each, in the order in which help lists them. The rows of expunge stand in one
/// place in the source; a program that links expunge adds its own at the start of main, before anything looks a name
/// up:
///
///   int main(int argc, char** argv) {
///     expunge::register_method(kForgetByNoise);
///     return expunge::run_command_line(argc, argv);
///   }
///
/// Rows are referred to, so they must outlive the registry; constants do. Not to be added to while another thread
/// looks.
template <class Row>
requires std::convertible_to<decltype(Row::name), std::string_view>
class Registry {
 public:
  /// `kind` is what messages call a row ("method").
  Registry(std::string_view kind, std::initializer_list<const Row*> rows) : kind_(kind), rows_(rows) {}

  /// Throws Bug where the name is taken or is none that a SPEC can have.
  void add(const Row& row) {
    const std::string_view name = row.name;
    if (name.empty() || name.find_first_of(":,= ") != std::string_view::npos)
      throw Bug(fmt::format("'{}' can't be the name of a {}", name, kind_));
    if (find(name) != nullptr) throw Bug(fmt::format("there are two of the {} '{}'", kind_, name));
    rows_.push_back(&row);
  }

  [[nodiscard]] std::span<const Row* const> rows() const { return rows_; }

  /// The row of this name; nullptr where there is none.
  [[nodiscard]] const Row* find(std::string_view name) const {
    const auto found = std::ranges::find(rows_, name, [](const Row* row) { return std::string_view(row->name); });
    return found == rows_.end() ? nullptr : *found;
  }

  /// Of all rows, in their order: what a message about an unknown name lists.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Row* row : rows_) names.emplace_back(row->name);
    return names;
  }

 private:
  std::string_view kind_;
  std::vector<const Row*> rows_;
};

}  // namespace expunge
