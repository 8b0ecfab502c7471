// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "framework/config/option_declaration.hpp"

namespace expunge {

/// The options that every table has.
inline constexpr const char* kHelpOption = "help";
inline constexpr const char* kConfigOption = "config";
inline constexpr const char* kPrintConfigOption = "print-config";
inline constexpr const char* kJsonOption = "json";

/// What the origin of a value is called where the user typed it.
inline constexpr const char* kCommandLineOrigin = "command line";

/// The words given for one option, and by whom: kCommandLineOrigin, "EXPUNGE_SHARDS", or the file's path.
struct GivenOption {
  std::vector<std::string> words;
  std::string origin;
};

struct GivenOptions {
  /// By name, from the source that comes first: command line, environment, file.
  std::map<std::string, GivenOption, std::less<>> values;
  /// What can't be understood, one sentence each, in the order of the sources.
  std::vector<std::string> problems;
  /// Names that an unknown word was probably meant to be: they are not missing as well.
  std::vector<std::string> probably_meant;
  /// An unknown option was met, and what follows it may have been its value.
  bool words_in_doubt = false;
};

/// Reads every source, without judging values.
[[nodiscard]] GivenOptions read_option_sources(std::span<const std::string> arguments,
                                               const std::deque<OptionDeclaration>& declarations);

/// The environment variable of an option: "EXPUNGE_BATCH_SIZE".
[[nodiscard]] std::string environment_name(const std::string& option);

}  // namespace expunge
