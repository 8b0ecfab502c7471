// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace expunge {

struct OptionDeclaration;

/// The options of one command, each declared once: name, range, default, help, and the variable it fills.
///
///   OptionTable table("train", "train every shard to the end; resumes what is there");
///   table.text("run", &options.run).required().help("run directory");
///   table.integer("shards", &options.shards).range(1, 1'000'000).help("number of shards S");
///   table.choice("slicing", &options.slicing, {"cumulative", "sequential"}).help("what a stage sees");
///   table.parse(arguments);
///
/// A value comes from the command line, else from EXPUNGE_<NAME> (dashes as underscores), else from the file that
/// `--config` names (INI), else from the variable's value at declaration: the default. An empty value in the
/// environment or the file counts as none. Integers are parsed signed, so that −1 is refused rather than wrapped. No
/// prefix of a name is taken for the name. `--help`, `--config`, `--print-config` and `--json` are there in every
/// table.
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
  /// Several words: `--methods exact finetune:epochs=1`. In a file or the environment they are separated by blanks.
  Option& texts(std::string name, std::vector<std::string>* target);
  /// Present or not; also `--name=VALUE`, and in a file or the environment, VALUE being `true`, `false`, `1` or `0`.
  Option& flag(std::string name, bool* target);
  /// A word without a dash at a position: `data info SPEC`. Declared in order; given on the command line alone.
  Option& positional(std::string name, std::string* target);
  /// Adds an option that was described elsewhere, as a SettingTable does. Its heading becomes the current one.
  Option& declare(OptionDeclaration declaration);
  /// The heading in `--help` of the options declared from here on. Required ones stand together in front of all.
  void group(std::string heading);

  enum class Outcome : std::uint8_t {
    kRun,      ///< go on
    kPrinted,  ///< `--help` or `--print-config` was asked for: `printed()` goes to standard output, exit 0
  };
  /// Fills the variables. Throws UsageError that lists every problem at once (unknown options with the nearest known
  /// one, values out of range with the range, required ones that are missing); the variables are then as they were.
  Outcome parse(std::span<const std::string> arguments);
  [[nodiscard]] const std::string& printed() const;
  [[nodiscard]] bool json() const;

  /// True where the user gave a value (any source), false where the default stands. Throws Bug for a name that was not
  /// declared.
  [[nodiscard]] bool given(std::string_view name) const;
  [[nodiscard]] std::string help() const;
  /// `name = value   # origin`, one a line, in the order of declaration: a file that `--config` reads.
  [[nodiscard]] std::string configuration() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Refines a declaration. Lives as long as its table.
class OptionTable::Option {
 public:
  explicit Option(OptionDeclaration& declaration) : declaration_(&declaration) {}

  Option& help(std::string text);
  Option& required();
  /// Both bounds are allowed values. A bound that is not allowed itself is written `std::nextafter(0.0, 1.0)`, and told
  /// as "more than 0". The type's largest value is no bound.
  Option& range(double least, double most);
  template <std::integral Least, std::integral Most>
  Option& range(Least least, Most most) {
    return whole_range(static_cast<std::int64_t>(least), static_cast<std::int64_t>(most));
  }
  /// What the value is called in `--help`: "DIR", "SPEC", "N".
  Option& placeholder(std::string text);
  /// A check of the value as text (of each word, where there are several); returns what is wrong with it, or an empty
  /// text.
  Option& check(std::function<std::string(const std::string&)> problem);

 private:
  Option& whole_range(std::int64_t least, std::int64_t most);
  OptionDeclaration* declaration_;
};

}  // namespace expunge
