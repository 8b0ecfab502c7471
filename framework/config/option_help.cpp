// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/config/option_help.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "framework/text/utf8.hpp"

namespace expunge {

namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kLongestLeft = 26;
constexpr std::string_view kPositionHeading = "Words";
constexpr std::string_view kRequiredHeading = "Required";
constexpr std::string_view kOtherHeading = "Options";

std::string usage(const std::string& command, const std::deque<OptionDeclaration>& declarations) {
  std::string line = "expunge " + command;
  for (const auto& one : declarations) {
    if (one.positional) line += one.required ? ' ' + one.value_name() : fmt::format(" [{}]", one.value_name());
  }
  for (const auto& one : declarations) {
    if (!one.positional && one.required) line += fmt::format(" --{} {}", one.name, one.value_name());
  }
  return line + " [options]";
}

std::string_view heading_of(const OptionDeclaration& one) {
  if (one.positional) return kPositionHeading;
  if (one.required) return kRequiredHeading;
  return one.heading.empty() ? kOtherHeading : std::string_view(one.heading);
}

std::vector<std::string_view> headings_in_order(const std::deque<OptionDeclaration>& declarations) {
  std::vector<std::string_view> headings{kPositionHeading, kRequiredHeading};
  for (const auto& one : declarations) {
    const auto heading = heading_of(one);
    if (heading != kCommonHeading && std::ranges::find(headings, heading) == headings.end())
      headings.push_back(heading);
  }
  headings.push_back(kCommonHeading);
  return headings;
}

std::string left_side(const OptionDeclaration& one) {
  if (one.positional) return one.value_name();
  std::string text = "--" + one.name;
  if (one.kind == OptionDeclaration::Kind::kFlag) return text;
  text += ' ' + one.value_name();
  if (one.kind == OptionDeclaration::Kind::kTexts) text += " ...";
  return text;
}

std::string right_side(const OptionDeclaration& one) {
  std::string facts = one.allowed();
  const bool says_default = !one.default_text.empty() && one.kind != OptionDeclaration::Kind::kFlag;
  if (says_default) facts += fmt::format("{}default {}", facts.empty() ? "" : "; ", one.default_text);
  if (facts.empty()) return one.help;
  return one.help.empty() ? facts : fmt::format("{} ({})", one.help, facts);
}

std::string described(const OptionDeclaration& one, std::size_t left_width) {
  const std::size_t indent = 2 + left_width + 2;
  const auto left = left_side(one);
  const auto right = wrapped(right_side(one), kColumns - indent, indent);
  if (right.empty()) return fmt::format("  {}\n", left);
  if (character_count(left) <= left_width) {
    return fmt::format("  {}{}  {}\n", left, std::string(left_width - character_count(left), ' '), right);
  }
  return fmt::format("  {}\n{}{}\n", left, std::string(indent, ' '), right);
}

/// How much of a word goes on one line: all of it where it fits, else as far as its last comma that fits.
std::size_t part_length(std::string_view word, std::size_t width) {
  if (character_count(word) <= width) return word.size();
  const auto comma = word.substr(0, width).rfind(',');
  return comma == std::string_view::npos ? word.size() : comma + 1;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string lines;
  std::size_t used = 0;
  bool after_blank = true;
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::size_t end = part_length(text.substr(0, blank), width);
    const auto word = text.substr(0, end);
    const bool was_after_blank = after_blank;
    after_blank = end == blank;
    text.remove_prefix(std::min(text.size(), after_blank ? end + 1 : end));
    if (word.empty()) continue;
    const std::size_t length = character_count(word);
    if (used > 0 && (was_after_blank ? used + 1 : used) + length > width) {
      lines += '\n' + std::string(indent, ' ');
      used = 0;
    } else if (used > 0 && was_after_blank) {
      lines += ' ';
      ++used;
    }
    lines += word;
    used += length;
  }
  return lines;
}

std::string option_help(const std::string& command, const std::string& summary,
                        const std::deque<OptionDeclaration>& declarations) {
  std::size_t left_width = 0;
  for (const auto& one : declarations) {
    const std::size_t width = character_count(left_side(one));
    if (width <= kLongestLeft) left_width = std::max(left_width, width);
  }
  constexpr std::size_t kIndent = 2;
  std::string text = wrapped(fmt::format("expunge {}: {}", command, summary), kColumns - kIndent, kIndent);
  text += "\n\nUsage: " + wrapped(usage(command, declarations), kColumns - 9, 9) + '\n';
  for (const auto heading : headings_in_order(declarations)) {
    std::string section;
    for (const auto& one : declarations) {
      if (heading_of(one) == heading) section += described(one, left_width);
    }
    if (!section.empty()) text += fmt::format("\n{}:\n{}", heading, section);
  }
  text += '\n';
  text += wrapped(
      "A value comes from the command line, else from the environment (EXPUNGE_BATCH_SIZE for --batch-size), else from "
      "the file that --config names, else it is the default.",
      kColumns, 0);
  text += '\n';
  return text;
}

}  // namespace expunge
