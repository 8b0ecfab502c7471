// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace expunge {

/// `name[:arg,arg,…]`, an argument being a value or `key=value`: the one grammar of data, models, methods and
/// schedules.
///
///   mlp:hidden=128x64,activation=tanh      idx:images.gz,labels.gz      digits:12000,seed=7
///
/// The first ':' alone ends the name, so a path may hold others. An argument is a `key=value` where all before its
/// first
/// '=' is made of a-z, '_' and '-'; any other argument is a value, '=' or not (`runs/lr=1/x.gz`; a file called `lr=1`
/// is written `./lr=1`). No value holds a ','. A reader asks for what it knows and calls `expect`, which refuses the
/// rest.
class Spec {
 public:
  /// `kind` is what messages call it ("model"). Throws UsageError for an empty name, argument, key or value, and for a
  /// key given twice.
  [[nodiscard]] static Spec parse(std::string_view text, std::string_view kind);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The text it was parsed from.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& kind() const { return kind_; }
  /// Arguments without a key, in order.
  [[nodiscard]] const std::vector<std::string>& values() const { return values_; }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& options() const { return options_; }

  [[nodiscard]] std::optional<std::string> find(std::string_view key) const;

  // Typed reading. Each throws UsageError that names kind, spec, key, the allowed range and what was given.
  [[nodiscard]] std::string text_or(std::string_view key, std::string_view otherwise) const;
  /// `choices` is the closed list of spellings.
  [[nodiscard]] std::string choice_or(std::string_view key, std::string_view otherwise,
                                      std::initializer_list<std::string_view> choices) const;
  [[nodiscard]] std::int64_t integer_or(std::string_view key, std::int64_t otherwise, std::int64_t least,
                                        std::int64_t most) const;
  [[nodiscard]] double real_or(std::string_view key, double otherwise, double least, double most) const;
  /// Numbers separated by `x`: `128x64`.
  [[nodiscard]] std::vector<std::int64_t> integers_or(std::string_view key, std::vector<std::int64_t> otherwise,
                                                      std::int64_t least, std::int64_t most) const;
  /// Positional value `index` as an integer.
  [[nodiscard]] std::int64_t value_as_integer(std::size_t index, std::string_view what, std::int64_t least,
                                              std::int64_t most) const;

  /// Throws UsageError unless there are exactly `values` positional arguments (named `what` in the message) and every
  /// key is one of `keys`; names the nearest known key for a misspelt one.
  void expect(std::size_t values, std::string_view what, std::initializer_list<std::string_view> keys) const;

 private:
  std::string kind_;
  std::string text_;
  std::string name_;
  std::vector<std::string> values_;
  std::vector<std::pair<std::string, std::string>> options_;
};

}  // namespace expunge
