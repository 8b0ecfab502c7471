// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/data_spec.hpp"

#include <filesystem>

namespace expunge {

std::string with_absolute_paths(const Spec& spec) {
  const auto absolute = [](const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
  };
  std::string text = spec.name();
  char separator = ':';
  const auto append = [&](const std::string& argument) {
    text += separator + argument;
    separator = ',';
  };
  const bool values_are_paths = spec.name() != "digits";
  for (const auto& value : spec.values()) append(values_are_paths ? absolute(value) : value);
  for (const auto& [key, value] : spec.options()) append(key + "=" + (key == "subjects" ? absolute(value) : value));
  return text;
}

}  // namespace expunge
