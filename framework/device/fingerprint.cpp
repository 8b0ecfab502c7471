// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/device/fingerprint.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace expunge {

namespace {

/// The value of a field, stored or by its introduction; nullopt where the fingerprint says nothing of it.
std::optional<std::string> value_of(const Fingerprint& fingerprint, const std::string& name,
                                    std::span<const LaterField> later) {
  if (const auto found = fingerprint.find(name); found != fingerprint.end()) return found->second;
  const auto field = std::ranges::find(later, std::string_view(name), &LaterField::name);
  return field == later.end() ? std::nullopt : std::optional<std::string>(field->introduction);
}

}  // namespace

std::span<const LaterField> later_fields() {
  return {};
}

Fingerprint as_stored(Fingerprint all, std::span<const LaterField> later) {
  for (const auto& [name, introduction] : later) {
    const auto found = all.find(std::string(name));
    if (found != all.end() && found->second == introduction) all.erase(found);
  }
  return all;
}

Digest fingerprint_digest(const Fingerprint& fingerprint) {
  Hasher hasher("expunge/numerics/v1");
  for (const auto& [name, value] : fingerprint) hasher.add(std::string_view(name)).add(std::string_view(value));
  return hasher.finish();
}

std::vector<std::string> differences(const Fingerprint& here, const Fingerprint& recorded,
                                     std::span<const LaterField> later) {
  std::vector<std::string> found;
  for (const auto& [name, value] : here) {
    const auto other = value_of(recorded, name, later);
    if (!other)
      found.push_back(fmt::format("{} is '{}' here and was not recorded", name, value));
    else if (*other != value)
      found.push_back(fmt::format("{} is '{}' here and was '{}'", name, value, *other));
  }
  for (const auto& [name, value] : recorded) {
    if (here.contains(name)) continue;
    const auto now = value_of(here, name, later);
    if (!now)
      found.push_back(fmt::format("{} was '{}' and is not known here", name, value));
    else if (*now != value)
      found.push_back(fmt::format("{} is '{}' here and was '{}'", name, *now, value));
  }
  return found;
}

}  // namespace expunge
