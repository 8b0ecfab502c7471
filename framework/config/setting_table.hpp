// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "framework/config/option_declaration.hpp"
#include "framework/config/option_table.hpp"
#include "framework/core/digest.hpp"
#include "framework/core/error.hpp"

namespace expunge {

/// Settings as they are stored: (name, exact value) in a fixed order.
using SettingTexts = std::vector<std::pair<std::string, std::string>>;

/// One setting of a `Configuration`, declared once: its name, its field, what values it takes, how the user gives it,
/// and since when it is there. The functions of namespace `setting` make rows, which are then refined:
///
///   setting::number("lr", &C::learning_rate).option("Optimisation", "learning rate").range(1e-12, 1e6)
///
/// The default is what a fresh `Configuration` has.
template <class Configuration>
class Setting {
 public:
  using Kind = OptionDeclaration::Kind;
  using Print = std::function<std::string(const Configuration&)>;
  /// Sets the field from its text; returns false where the text is malformed.
  using Read = std::function<bool(Configuration&, const std::string&)>;

  Setting(std::string name, Kind kind, Print print, Read read)
      : name_(std::move(name)), print_(std::move(print)), read_(std::move(read)) {
    option_.kind = kind;
  }

  /// Makes the setting an option of the command line under a heading. Without this the user does not give it.
  Setting& option(std::string heading, std::string help) {
    if (option_.name.empty()) option_.name = name_;
    option_.heading = std::move(heading);
    option_.help = std::move(help);
    return *this;
  }
  /// Gives the option another name, and another text of the value, than those that are stored.
  Setting& shown_as(std::string name, Kind kind, Print print, Read read) {
    option_.name = std::move(name);
    option_.kind = kind;
    print_option_ = std::move(print);
    read_option_ = std::move(read);
    return *this;
  }
  /// What decides a setting that is no option: "data", "model".
  Setting& taken_from(std::string source) {
    source_ = std::move(source);
    return *this;
  }
  /// The closed list of spellings that the option takes.
  Setting& choices(std::vector<std::string> all) {
    option_.kind = Kind::kChoice;
    option_.choices = std::move(all);
    return *this;
  }
  /// Both bounds are allowed values.
  Setting& range(std::int64_t least, std::int64_t most) {
    option_.whole_range = {least, most};
    return range(static_cast<double>(least), static_cast<double>(most));
  }
  Setting& range(double least, double most) {
    option_.real_range = {least, most};
    return *this;
  }
  Setting& placeholder(std::string text) {
    option_.placeholder = std::move(text);
    return *this;
  }
  /// Returns what is wrong with a value, or an empty text; may throw an Error that says so.
  Setting& check(std::function<std::string(const std::string&)> problem) {
    option_.check = std::move(problem);
    return *this;
  }
  /// The value that stands for "not given": help shows no default.
  Setting& unset(std::string value) {
    unset_ = std::move(value);
    return *this;
  }
  /// A value of the option by which the user leaves the choice to the program: it contradicts no run.
  Setting& undecided(std::string value) {
    undecided_ = std::move(value);
    return *this;
  }
  /// Lists the option after another one of its heading in help; without this, in the order of the rows.
  Setting& listed_after(std::string option) {
    listed_after_ = std::move(option);
    return *this;
  }
  /// For a setting that the first format does not have. `format` is 2 or more and grows with each set of new rows.
  /// `introduction` is the value under which everything behaves as it did before the setting was there. A
  /// configuration with this value stores nothing of the setting, so that text and digest stay those of older runs, and
  /// a run that stores nothing of it has this value. It never changes, whatever the default for new runs becomes.
  Setting& since(int format, std::string introduction) {
    since_ = format;
    introduction_ = std::move(introduction);
    return *this;
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const OptionDeclaration& option() const { return option_; }
  [[nodiscard]] bool is_option() const { return !option_.name.empty(); }
  [[nodiscard]] bool is_later() const { return since_ > 1; }
  [[nodiscard]] const std::string& introduction() const { return introduction_; }
  [[nodiscard]] const std::string& source() const { return source_; }
  [[nodiscard]] const std::string& listed_after() const { return listed_after_; }

  [[nodiscard]] std::string text(const Configuration& c) const { return print_(c); }
  bool read(Configuration& c, const std::string& text) const { return read_(c, text); }
  /// The value as the option takes it.
  [[nodiscard]] std::string option_text(const Configuration& c) const {
    return print_option_ ? print_option_(c) : print_(c);
  }
  bool read_option(Configuration& c, const std::string& text) const {
    return read_option_ ? read_option_(c, text) : read_(c, text);
  }
  [[nodiscard]] std::string default_text(const Configuration& c) const {
    return !unset_.empty() && print_(c) == unset_ ? std::string() : option_text(c);
  }
  [[nodiscard]] bool is_undecided(const Configuration& c) const {
    return !undecided_.empty() && option_text(c) == undecided_;
  }
  [[nodiscard]] bool is_stored(const Configuration& c) const { return !is_later() || print_(c) != introduction_; }

 private:
  std::string name_;
  Print print_;
  Read read_;
  Print print_option_;
  Read read_option_;
  OptionDeclaration option_;
  std::string source_ = "data";
  std::string unset_;
  std::string undecided_;
  std::string listed_after_;
  int since_ = 1;
  std::string introduction_;
};

/// Rows of the usual kinds.
namespace setting {

/// The whole of `text` as a number, in the form that fmt prints it in.
template <class Number>
[[nodiscard]] bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

/// A number, stored in its shortest exact form.
template <class Configuration, class Number>
[[nodiscard]] Setting<Configuration> number(std::string name, Number Configuration::*field) {
  using Kind = OptionDeclaration::Kind;
  return {std::move(name), std::integral<Number> ? Kind::kInteger : Kind::kReal,
          [field](const Configuration& c) { return fmt::format("{}", c.*field); },
          [field](Configuration& c, const std::string& text) { return read_number(text, c.*field); }};
}
/// A number inside a member.
template <class Configuration, class Part, class Number>
[[nodiscard]] Setting<Configuration> number(std::string name, Part Configuration::*part, Number Part::*field) {
  using Kind = OptionDeclaration::Kind;
  return {std::move(name), std::integral<Number> ? Kind::kInteger : Kind::kReal,
          [=](const Configuration& c) { return fmt::format("{}", c.*part.*field); },
          [=](Configuration& c, const std::string& text) { return read_number(text, c.*part.*field); }};
}

/// Any text.
template <class Configuration>
[[nodiscard]] Setting<Configuration> text(std::string name, std::string Configuration::*field) {
  return {std::move(name), OptionDeclaration::Kind::kText, [field](const Configuration& c) { return c.*field; },
          [field](Configuration& c, const std::string& value) {
            c.*field = value;
            return true;
          }};
}

/// One of several values, each with its spelling. Printing a value without a spelling is a Bug.
template <class Configuration, class Value>
[[nodiscard]] Setting<Configuration> choice(std::string name, Value Configuration::*field,
                                            std::vector<std::pair<Value, std::string>> spellings) {
  std::vector<std::string> all;
  for (const auto& [value, spelling] : spellings) all.push_back(spelling);
  Setting<Configuration> setting(
      name, OptionDeclaration::Kind::kChoice,
      [=](const Configuration& c) -> std::string {
        for (const auto& [value, spelling] : spellings)
          if (c.*field == value) return spelling;
        throw Bug(fmt::format("the setting '{}' has a value without a spelling", name));
      },
      [=](Configuration& c, const std::string& given) {
        for (const auto& [value, spelling] : spellings) {
          if (given != spelling) continue;
          c.*field = value;
          return true;
        }
        return false;
      });
  setting.choices(std::move(all));
  return setting;
}

/// `true` or `false`; as an option, a flag.
template <class Configuration>
[[nodiscard]] Setting<Configuration> flag(std::string name, bool Configuration::*field) {
  const auto print = [field](const Configuration& c) -> std::string { return c.*field ? "true" : "false"; };
  const auto read = [field](Configuration& c, const std::string& given) {
    const auto value = truth_value(given);
    if (value) c.*field = *value;
    return value.has_value();
  };
  return {std::move(name), OptionDeclaration::Kind::kFlag, print, read};
}

}  // namespace setting

/// The settings of a `Configuration`, in the order in which they are stored: new rows go to the end. Must outlive the
/// OptionTables that it declares options in.
template <class Configuration>
class SettingTable {
 public:
  explicit SettingTable(std::vector<Setting<Configuration>> rows) : rows_(std::move(rows)) {}

  [[nodiscard]] const std::vector<Setting<Configuration>>& rows() const { return rows_; }

  /// What is stored: every setting of the first format, and each later one that has not its value at introduction.
  [[nodiscard]] SettingTexts texts(const Configuration& configuration) const {
    SettingTexts pairs;
    for (const auto& row : rows_)
      if (row.is_stored(configuration)) pairs.emplace_back(row.name(), row.text(configuration));
    return pairs;
  }

  /// The inverse of `texts`. A later setting that is missing has its value at introduction. Throws Failure naming the
  /// setting that is missing, unknown, repeated, out of order or malformed.
  [[nodiscard]] Configuration read(const SettingTexts& stored) const {
    Configuration configuration;
    for (const auto& row : rows_)
      if (row.is_later() && !row.read(configuration, row.introduction()))
        throw Bug(fmt::format("the setting '{}' can't read its value at introduction", row.name()));
    std::size_t next = 0;
    for (const auto& [name, value] : stored) {
      const std::size_t place = place_of(name);
      if (place == rows_.size())
        throw Failure(fmt::format("the setting '{}' is not known here: it was made by a later expunge", name));
      if (place < next) throw Failure(fmt::format("the setting '{}' is there twice, or not in its place", name));
      require_later(next, place);
      if (!rows_[place].read(configuration, value))
        throw Failure(fmt::format("the setting '{}' has a malformed value '{}'", name, value));
      next = place + 1;
    }
    require_later(next, rows_.size());
    return configuration;
  }

  /// BLAKE2b over `texts`, under a domain of its own.
  [[nodiscard]] Digest digest(std::string_view domain, const Configuration& configuration) const {
    Hasher hasher(domain);
    for (const auto& [name, value] : texts(configuration))
      hasher.add(std::string_view(name)).add(std::string_view(value));
    return hasher.finish();
  }

  /// Declares the options of one heading: they fill `configuration`, whose values at this moment are the defaults.
  void declare(OptionTable& table, std::string_view heading, Configuration& configuration) const {
    table.group(std::string(heading));
    for (const auto* row : listed(heading)) {
      OptionDeclaration option = row->option();
      option.default_text = row->default_text(configuration);
      option.fill = [row, &configuration](const std::vector<std::string>& words) {
        if (!row->read_option(configuration, words.front()))
          throw Bug(fmt::format("--{} was given '{}', which no check refused", row->option().name, words.front()));
      };
      table.declare(std::move(option));
    }
  }

  /// Where what the user gave differs from the configuration of a run that is there, one line each: "--lr is 0.1 and
  /// the run has 0.05". Options left out are no difference; what is no option is compared in any case.
  [[nodiscard]] std::vector<std::string> conflicts(const OptionTable& table, const Configuration& given,
                                                   const Configuration& there) const {
    std::vector<std::string> found;
    for (const auto& row : rows_) {
      if (row.text(given) == row.text(there)) continue;
      if (!row.is_option())
        found.push_back(fmt::format("the {}'s {} is {} and the run's is {}", row.source(), row.name(), row.text(given),
                                    row.text(there)));
      else if (table.given(row.option().name) && !row.is_undecided(given))
        found.push_back(fmt::format("--{} is {} and the run has {}", row.option().name, row.option_text(given),
                                    row.option_text(there)));
    }
    return found;
  }

 private:
  [[nodiscard]] std::size_t place_of(const std::string& name) const {
    return static_cast<std::size_t>(std::ranges::find(rows_, name, &Setting<Configuration>::name) - rows_.begin());
  }

  /// Rows [first, end) are not stored: none may be of the first format.
  void require_later(std::size_t first, std::size_t end) const {
    for (std::size_t i = first; i < end; ++i)
      if (!rows_[i].is_later())
        throw Failure(fmt::format("the setting '{}' is missing, or not in its place", rows_[i].name()));
  }

  [[nodiscard]] std::vector<const Setting<Configuration>*> listed(std::string_view heading) const {
    std::vector<const Setting<Configuration>*> rows;
    const auto here = [&](const auto& row) { return row.is_option() && row.option().heading == heading; };
    for (const auto& row : rows_)
      if (here(row) && row.listed_after().empty()) rows.push_back(&row);
    for (const auto& row : rows_) {
      if (!here(row) || row.listed_after().empty()) continue;
      auto place = std::ranges::find(rows, row.listed_after(), [](const auto* other) { return other->option().name; });
      if (place == rows.end()) throw Bug(fmt::format("'{}' is listed after an option that is not there", row.name()));
      rows.insert(place + 1, &row);
    }
    return rows;
  }

  std::vector<Setting<Configuration>> rows_;
};

}  // namespace expunge
