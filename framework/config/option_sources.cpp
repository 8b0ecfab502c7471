// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/config/option_sources.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

#include <boost/program_options/environment_iterator.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "framework/config/nearest_name.hpp"

namespace po = boost::program_options;

namespace expunge {

namespace {

using Declarations = std::deque<OptionDeclaration>;
using Words = std::vector<std::string>;

const OptionDeclaration* find_option(const Declarations& declarations, std::string_view name) {
  const auto found =
      std::ranges::find_if(declarations, [&](const auto& one) { return !one.positional && one.name == name; });
  return found == declarations.end() ? nullptr : &*found;
}

Words option_names(const Declarations& declarations) {
  Words names;
  for (const auto& one : declarations) {
    if (!one.positional) names.push_back(one.name);
  }
  return names;
}

Words split_at_blanks(const std::string& text) {
  std::istringstream stream(text);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Words words_of(const OptionDeclaration& option, const std::string& text) {
  return option.kind == OptionDeclaration::Kind::kTexts ? split_at_blanks(text) : Words{text};
}

/// Turns the words a user typed into options, collecting what is wrong rather than stopping at it. Boost's own reader
/// stops at the first, and takes a value that begins with a dash for an option.
class CommandLineReader {
 public:
  CommandLineReader(std::span<const std::string> arguments, const Declarations& declarations, GivenOptions& result)
      : arguments_(arguments), declarations_(declarations), result_(result) {
    for (const auto& one : declarations) {
      if (one.positional) positions_.push_back(&one);
    }
  }

  std::vector<po::option> read() {
    bool options_ended = false;
    while (at_ < arguments_.size()) {
      const std::string& word = arguments_[at_++];
      if (options_ended || word == "-" || !word.starts_with('-')) {
        read_position(word);
      } else if (word == "--") {
        options_ended = true;
      } else {
        read_option(word);
      }
    }
    return std::move(options_);
  }

 private:
  void read_position(const std::string& word) {
    if (next_position_ < positions_.size()) {
      add(*positions_[next_position_++], {word});
      return;
    }
    const auto nearest = nearest_name(word, option_names(declarations_));
    result_.problems.push_back(nearest.empty() ? fmt::format("unexpected word {}", word)
                                               : fmt::format("unexpected word {}: did you mean --{}?", word, nearest));
  }

  void read_option(const std::string& word) {
    const auto equals = word.find('=');
    const bool adjacent = equals != std::string::npos;
    const std::string shown = word.substr(0, equals);
    const auto* const option = shown.starts_with("--") ? find_option(declarations_, shown.substr(2)) : nullptr;
    if (option == nullptr) {
      tell_unknown(shown);
      if (!adjacent && at_ < arguments_.size() && !arguments_[at_].starts_with('-')) ++at_;
    } else if (adjacent) {
      add(*option, {word.substr(equals + 1)});
    } else if (option->kind == OptionDeclaration::Kind::kFlag) {
      add(*option, {"true"});
    } else {
      add(*option, following_words(option->kind == OptionDeclaration::Kind::kTexts));
    }
  }

  Words following_words(bool several) {
    Words words;
    while (at_ < arguments_.size() && !arguments_[at_].starts_with("--") && (several || words.empty())) {
      words.push_back(arguments_[at_++]);
    }
    return words;
  }

  void tell_unknown(const std::string& shown) {
    result_.words_in_doubt = true;
    const auto nearest = nearest_name(shown.substr(shown.find_first_not_of('-')), option_names(declarations_));
    if (nearest.empty()) {
      result_.problems.push_back(fmt::format("unknown option {}", shown));
      return;
    }
    result_.problems.push_back(fmt::format("unknown option {}: did you mean --{}?", shown, nearest));
    result_.probably_meant.push_back(nearest);
  }

  void add(const OptionDeclaration& option, Words words) {
    if (words.empty()) {
      const std::string after = at_ < arguments_.size() ? fmt::format(", but {} follows", arguments_[at_]) : "";
      result_.problems.push_back(
          fmt::format("{} needs a value ({}){}", option.shown_name(), option.value_name(), after));
      result_.probably_meant.push_back(option.name);
      return;
    }
    const auto earlier = std::ranges::find_if(options_, [&](const auto& one) { return one.string_key == option.name; });
    if (earlier != options_.end()) {
      result_.problems.push_back(fmt::format("{} was given twice: {}, then {}", option.shown_name(),
                                             fmt::join(earlier->value, " "), fmt::join(words, " ")));
      return;
    }
    options_.emplace_back(option.name, words);
  }

  std::span<const std::string> arguments_;
  const Declarations& declarations_;
  GivenOptions& result_;
  std::vector<const OptionDeclaration*> positions_;
  std::size_t next_position_ = 0;
  std::size_t at_ = 0;
  std::vector<po::option> options_;
};

std::vector<po::option> read_environment(const po::options_description& known, const Declarations& declarations) {
  // A variable that is no option of this command may be one of another.
  const auto option_of = [&](const std::string& variable) -> std::string {
    for (const auto& one : declarations) {
      if (!one.positional && !one.command_line_only && environment_name(one.name) == variable) return one.name;
    }
    return {};
  };
  std::vector<po::option> options;
  for (const auto& one : po::parse_environment(known, option_of).options) {
    if (one.value.empty() || one.value.front().empty()) continue;
    options.emplace_back(one.string_key, words_of(*find_option(declarations, one.string_key), one.value.front()));
  }
  return options;
}

/// The keys and values of an INI file; what can't be read is a problem told.
std::vector<po::option> parse_file(const std::string& path, const po::options_description& known,
                                   GivenOptions& result) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    result.problems.push_back(fmt::format("--config {}: is a folder; give a file of lines NAME = VALUE", path));
    return {};
  }
  std::ifstream stream(path);
  if (!stream) {
    result.problems.push_back(
        fmt::format("--config {}: cannot be read: {}", path, std::generic_category().message(errno)));
    return {};
  }
  try {
    return po::parse_config_file(stream, known, true).options;
  } catch (const po::invalid_config_file_syntax& error) {
    result.problems.push_back(fmt::format("{}: not a line NAME = VALUE: {}", path, error.tokens()));
  } catch (const po::error& error) {
    result.problems.push_back(fmt::format("{}: {}", path, error.what()));
  }
  return {};
}

void tell_unknown_key(const std::string& path, const std::string& key, const Declarations& declarations,
                      GivenOptions& result) {
  const auto section = key.rfind('.');
  if (section != std::string::npos) {
    result.problems.push_back(
        fmt::format("{}: unknown option {}: sections ([{}]) have no meaning here", path, key, key.substr(0, section)));
    return;
  }
  const auto nearest = nearest_name(key, option_names(declarations));
  if (nearest.empty()) {
    result.problems.push_back(fmt::format("{}: unknown option {}", path, key));
    return;
  }
  result.problems.push_back(fmt::format("{}: unknown option {}: did you mean {}?", path, key, nearest));
  result.probably_meant.push_back(nearest);
}

std::vector<po::option> read_file(const std::string& path, const po::options_description& known,
                                  const Declarations& declarations, GivenOptions& result) {
  std::vector<po::option> options;
  Words seen;
  for (const auto& one : parse_file(path, known, result)) {
    const std::string& key = one.string_key;
    const std::string value = one.value.empty() ? std::string() : one.value.front();
    const auto* const option = find_option(declarations, key);
    if (option == nullptr) {
      tell_unknown_key(path, key, declarations, result);
    } else if (option->command_line_only || key == kConfigOption) {
      result.problems.push_back(fmt::format("{}: {} can't be given in a file", path, key));
    } else if (std::ranges::find(seen, key) != seen.end()) {
      result.problems.push_back(fmt::format("{}: {} was given twice", path, key));
    } else {
      seen.push_back(key);
      if (!value.empty()) options.emplace_back(key, words_of(*option, value));
    }
  }
  return options;
}

/// Keeps what the sources gave, the first source to name an option standing.
class Store {
 public:
  explicit Store(const po::options_description& known) : known_(known) {}

  void add(std::vector<po::option> options, const std::function<std::string(const std::string&)>& origin) {
    po::parsed_options parsed(&known_);
    parsed.options = std::move(options);
    for (const auto& one : parsed.options) origins_.try_emplace(one.string_key, origin(one.string_key));
    po::store(parsed, values_);
  }

  [[nodiscard]] std::string text(const std::string& name) const {
    return values_.count(name) == 0 ? std::string() : values_[name].as<Words>().front();
  }

  [[nodiscard]] std::map<std::string, GivenOption, std::less<>> take() const {
    std::map<std::string, GivenOption, std::less<>> taken;
    for (const auto& [name, origin] : origins_) taken[name] = {values_[name].as<Words>(), origin};
    return taken;
  }

 private:
  const po::options_description& known_;
  po::variables_map values_;
  std::map<std::string, std::string> origins_;
};

}  // namespace

std::string environment_name(const std::string& option) {
  std::string name = "EXPUNGE_";
  for (const char c : option) {
    if (c == '-') {
      name += '_';
    } else {
      name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return name;
}

GivenOptions read_option_sources(std::span<const std::string> arguments, const Declarations& declarations) {
  po::options_description known;
  for (const auto& one : declarations) known.add_options()(one.name.c_str(), po::value<Words>()->multitoken());
  GivenOptions result;
  Store store(known);
  store.add(CommandLineReader(arguments, declarations, result).read(),
            [](const std::string&) { return std::string(kCommandLineOrigin); });
  store.add(read_environment(known, declarations), environment_name);
  if (auto path = store.text(kConfigOption); !path.empty()) {
    store.add(read_file(path, known, declarations, result), [&](const std::string&) { return path; });
  }
  result.values = store.take();
  return result;
}

}  // namespace expunge
