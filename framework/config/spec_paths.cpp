// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/config/spec_paths.hpp"

#include <algorithm>
#include <filesystem>

namespace expunge {

namespace {

bool names_file(const PathWords& words, std::string_view key) {
  return std::ranges::find(words.keys, key) != words.keys.end();
}

}  // namespace

std::string with_absolute_paths(const Spec& spec, const PathWords& words) {
  const auto absolute = [](const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
  };
  std::string text = spec.name();
  char separator = ':';
  const auto append = [&](const std::string& argument) {
    text += separator + argument;
    separator = ',';
  };
  for (const auto& value : spec.values()) append(words.values ? absolute(value) : value);
  for (const auto& [key, value] : spec.options())
    append(key + "=" + (names_file(words, key) ? absolute(value) : value));
  return text;
}

std::vector<std::string> paths_in(const Spec& spec, const PathWords& words) {
  std::vector<std::string> paths;
  if (words.values) paths = spec.values();
  for (const auto& [key, value] : spec.options())
    if (names_file(words, key)) paths.push_back(value);
  return paths;
}

}  // namespace expunge
