// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/config/option_table.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "framework/config/option_declaration.hpp"
#include "framework/config/option_help.hpp"
#include "framework/config/option_sources.hpp"
#include "framework/core/error.hpp"

namespace expunge {

using Kind = OptionDeclaration::Kind;
using Words = std::vector<std::string>;

struct OptionTable::State {
  std::string command;
  std::string summary;
  std::string heading;
  // Deques: references to their members stay valid while declarations go on.
  std::deque<OptionDeclaration> declarations;
  std::deque<Option> options;
  GivenOptions given;
  std::string printed;
  bool help = false;
  bool print_config = false;
  bool json = false;
  std::optional<std::string> config;

  [[nodiscard]] const OptionDeclaration* find(std::string_view name) const {
    const auto found = std::ranges::find(declarations, name, &OptionDeclaration::name);
    return found == declarations.end() ? nullptr : &*found;
  }

  [[nodiscard]] bool is_given(const std::string& name) const { return given.values.contains(name); }

  [[nodiscard]] std::vector<std::string> problems() const;
  [[nodiscard]] std::string missing(const OptionDeclaration& option) const;
};

std::string OptionTable::State::missing(const OptionDeclaration& option) const {
  if (!option.required || is_given(option.name) || print_config) return {};
  if (option.positional && given.words_in_doubt) return {};
  if (std::ranges::find(given.probably_meant, option.name) != given.probably_meant.end()) return {};
  if (option.positional) return fmt::format("{} is missing: {}", option.shown_name(), option.help);
  return fmt::format("--{} {} is missing{}{}", option.name, option.value_name(), option.help.empty() ? "" : ": ",
                     option.help);
}

std::vector<std::string> OptionTable::State::problems() const {
  auto all = given.problems;
  bool names_are_wrong = !all.empty();
  for (const auto& option : declarations) {
    if (auto absent = missing(option); !absent.empty()) {
      all.push_back(std::move(absent));
      names_are_wrong = true;
    }
    const auto found = given.values.find(option.name);
    if (found == given.values.end()) continue;
    const auto& [words, origin] = found->second;
    const auto wrong = option.problem(words);
    if (wrong.empty()) continue;
    all.push_back(option.shown_name() + wrong +
                  (origin == kCommandLineOrigin ? "" : fmt::format(" (from {})", origin)));
  }
  if (names_are_wrong) all.push_back(fmt::format("`expunge {} --help` lists the options", command));
  return all;
}

OptionTable::OptionTable(std::string command, std::string summary) : state_(std::make_unique<State>()) {
  state_->command = std::move(command);
  state_->summary = std::move(summary);
  group(std::string(kCommonHeading));
  optional_text(kConfigOption, &state_->config)
      .placeholder("FILE")
      .help("file of lines NAME = VALUE, # beginning a comment");
  flag(kPrintConfigOption, &state_->print_config).help("print every value and where it comes from, then stop");
  flag(kJsonOption, &state_->json).help("one JSON document on standard output and nothing else");
  flag(kHelpOption, &state_->help).help("print this text");
  for (auto& one : state_->declarations)
    one.command_line_only = one.name == kPrintConfigOption || one.name == kHelpOption;
  group({});
}

OptionTable::~OptionTable() = default;

OptionTable::Option& OptionTable::declare(OptionDeclaration declaration) {
  if (state_->find(declaration.name) != nullptr) {
    throw Bug(fmt::format("{} declares the option {} twice", state_->command, declaration.name));
  }
  declaration.heading = state_->heading;
  return state_->options.emplace_back(state_->declarations.emplace_back(std::move(declaration)));
}

OptionTable::Option& OptionTable::text(std::string name, std::string* target) {
  return declare({.kind = Kind::kText,
                  .name = std::move(name),
                  .fill = [target](const Words& words) { *target = words.front(); },
                  .default_text = *target});
}

OptionTable::Option& OptionTable::optional_text(std::string name, std::optional<std::string>* target) {
  return declare({.kind = Kind::kText,
                  .name = std::move(name),
                  .fill = [target](const Words& words) { *target = words.front(); },
                  .default_text = target->value_or("")});
}

OptionTable::Option& OptionTable::integer(std::string name, std::int64_t* target) {
  return declare({.kind = Kind::kInteger,
                  .name = std::move(name),
                  .fill = [target](const Words& words) { *target = whole_number(words.front()).value.value(); },
                  .default_text = fmt::format("{}", *target)});
}

OptionTable::Option& OptionTable::optional_integer(std::string name, std::optional<std::int64_t>* target) {
  return declare({.kind = Kind::kInteger,
                  .name = std::move(name),
                  .fill = [target](const Words& words) { *target = whole_number(words.front()).value.value(); },
                  .default_text = *target ? fmt::format("{}", **target) : std::string()});
}

OptionTable::Option& OptionTable::real(std::string name, double* target) {
  return declare({.kind = Kind::kReal,
                  .name = std::move(name),
                  .fill = [target](const Words& words) { *target = finite_number(words.front()).value(); },
                  .default_text = fmt::format("{}", *target)});
}

OptionTable::Option& OptionTable::choice(std::string name, std::string* target,
                                         std::initializer_list<std::string_view> choices) {
  return declare({.kind = Kind::kChoice,
                  .name = std::move(name),
                  .fill = [target](const Words& words) { *target = words.front(); },
                  .default_text = *target,
                  .choices = {choices.begin(), choices.end()}});
}

OptionTable::Option& OptionTable::texts(std::string name, std::vector<std::string>* target) {
  return declare({.kind = Kind::kTexts,
                  .name = std::move(name),
                  .fill = [target](const Words& words) { *target = words; },
                  .default_text = fmt::format("{}", fmt::join(*target, " "))});
}

OptionTable::Option& OptionTable::flag(std::string name, bool* target) {
  return declare({.kind = Kind::kFlag,
                  .name = std::move(name),
                  .fill = [target](const Words& words) { *target = truth_value(words.front()).value(); },
                  .default_text = *target ? "true" : "false"});
}

OptionTable::Option& OptionTable::positional(std::string name, std::string* target) {
  return declare({.kind = Kind::kText,
                  .name = std::move(name),
                  .fill = [target](const Words& words) { *target = words.front(); },
                  .default_text = *target,
                  .positional = true});
}

void OptionTable::group(std::string heading) {
  state_->heading = std::move(heading);
}

OptionTable::Outcome OptionTable::parse(std::span<const std::string> arguments) {
  const auto options_end = std::ranges::find(arguments, "--");
  if (std::find(arguments.begin(), options_end, std::string("--") + kHelpOption) != options_end) {
    state_->printed = help();
    return Outcome::kPrinted;
  }
  state_->given = read_option_sources(arguments, state_->declarations);
  state_->print_config = state_->is_given(kPrintConfigOption);
  if (const auto problems = state_->problems(); !problems.empty()) throw UsageError(problems);
  for (const auto& [name, value] : state_->given.values) state_->find(name)->fill(value.words);
  if (!state_->print_config) return Outcome::kRun;
  state_->printed = configuration();
  return Outcome::kPrinted;
}

const std::string& OptionTable::printed() const {
  return state_->printed;
}

bool OptionTable::json() const {
  return state_->json;
}

bool OptionTable::given(std::string_view name) const {
  if (state_->find(name) == nullptr) throw Bug(fmt::format("{} has no option {}", state_->command, name));
  return state_->given.values.contains(name);
}

std::string OptionTable::help() const {
  return option_help(state_->command, state_->summary, state_->declarations);
}

std::string OptionTable::configuration() const {
  struct Line {
    std::string setting;
    std::string origin;
  };
  std::vector<Line> lines;
  std::size_t width = 0;
  for (const auto& option : state_->declarations) {
    const auto found = state_->given.values.find(option.name);
    const bool is_given = found != state_->given.values.end();
    // Of the options that every command has, only --json says anything about the work, and only where it was given.
    if (option.heading == kCommonHeading && !(is_given && option.name == kJsonOption)) continue;
    const std::string value = is_given ? fmt::format("{}", fmt::join(found->second.words, " ")) : option.default_text;
    lines.push_back({fmt::format("{}{} = {}", option.positional ? "# " : "", option.name, value),
                     is_given ? found->second.origin : "default"});
    width = std::max(width, lines.back().setting.size());
  }
  std::string text;
  for (const auto& [setting, origin] : lines) text += fmt::format("{:<{}}   # {}\n", setting, width, origin);
  return text;
}

OptionTable::Option& OptionTable::Option::help(std::string text) {
  declaration_->help = std::move(text);
  return *this;
}

OptionTable::Option& OptionTable::Option::required() {
  declaration_->required = true;
  return *this;
}

OptionTable::Option& OptionTable::Option::whole_range(std::int64_t least, std::int64_t most) {
  declaration_->whole_range = {least, most};
  const bool unbounded = most == std::numeric_limits<std::int64_t>::max();
  declaration_->real_range = {static_cast<double>(least),
                              unbounded ? std::numeric_limits<double>::max() : static_cast<double>(most)};
  return *this;
}

OptionTable::Option& OptionTable::Option::range(double least, double most) {
  if (declaration_->kind != Kind::kReal) throw Bug(fmt::format("{} is not a real option", declaration_->name));
  declaration_->real_range = {least, most};
  return *this;
}

OptionTable::Option& OptionTable::Option::placeholder(std::string text) {
  declaration_->placeholder = std::move(text);
  return *this;
}

OptionTable::Option& OptionTable::Option::check(std::function<std::string(const std::string&)> problem) {
  declaration_->check = std::move(problem);
  return *this;
}

}  // namespace expunge
