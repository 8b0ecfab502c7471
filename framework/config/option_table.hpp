// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace expunge {

/// The options of one command, each declared once: name, range, default, help, and the variable it fills.
///
///   OptionTable table("train", "train every shard to the end; resumes what is there");
///   table.text("run", &options.run).required().help("run directory");
///   table.integer("shards", &options.shards).range(1, 1'000'000).help("number of shards S");
///   table.choice("slicing", &options.slicing, {"cumulative", "sequential"}).help("what a stage sees");
///   table.parse(arguments);
///
/// A value comes from the command line, else from EXPUNGE_<NAME> (dashes as underscores), else from the file that
/// `--config` names (INI), else from the variable's value at declaration: the default. Integers are parsed signed, so
/// that −1 is refused rather than wrapped. No prefix of a name is taken for the name. `--help`, `--config`,
/// `--print-config` and `--json` are there in every table.
class OptionTable {
 public:
  class Option;  // what the declarations below return, to be refined

  OptionTable(std::string command, std::string summary);
  OptionTable(const OptionTable&) = delete;
  OptionTable& operator=(const OptionTable&) = delete;
  ~OptionTable();

  Option& text(std::string name, std::string* target);
  Option& optional_text(std::string name, std::optional<std::string>* target);
  Option& integer(std::string name, std::int64_t* target);
  Option& optional_integer(std::string name, std::optional<std::int64_t>* target);
  Option& real(std::string name, double* target);
  Option& choice(std::string name, std::string* target, std::initializer_list<std::string_view> choices);
  /// Several words: `--methods exact finetune:epochs=1`.
  Option& texts(std::string name, std::vector<std::string>* target);
  /// Present or not; in a file or the environment `true`, `false`, `1` or `0`.
  Option& flag(std::string name, bool* target);
  /// A word without a dash at a position: `data info SPEC`. Declared in order.
  Option& positional(std::string name, std::string* target);

  enum class Outcome : std::uint8_t {
    kRun,          ///< go on
    kPrinted,      ///< `--help` or `--print-config` was asked for: `printed()` goes to standard output, exit 0
  };
  /// Fills the variables. Throws UsageError that lists every problem at once (unknown options with the nearest known
  /// one, values out of range with the range, required ones that are missing).
  Outcome parse(std::span<const std::string> arguments);
  [[nodiscard]] const std::string& printed() const;
  [[nodiscard]] bool json() const;

  /// True where the user gave a value (any source), false where the default stands.
  [[nodiscard]] bool given(std::string_view name) const;
  [[nodiscard]] std::string help() const;
  /// `name = value   # origin`, one a line, in the order of declaration.
  [[nodiscard]] std::string configuration() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Refines a declaration.
class OptionTable::Option {
 public:
  Option& help(std::string text);
  Option& required();
  Option& range(std::int64_t least, std::int64_t most);
  Option& range(double least, double most);
  /// What the value is called in `--help`: "DIR", "SPEC", "N".
  Option& placeholder(std::string text);
  /// A check of the value as text; returns what is wrong with it, or an empty text.
  Option& check(std::function<std::string(const std::string&)> problem);

 private:
  friend class OptionTable;
  friend struct OptionTable::State;
  struct Declaration;
  explicit Option(std::unique_ptr<Declaration> declaration);
  std::unique_ptr<Declaration> declaration_;

 public:
  ~Option();
};

}  // namespace expunge
