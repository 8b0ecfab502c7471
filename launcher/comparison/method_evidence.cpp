// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/method_evidence.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace expunge {

namespace {

/// Adds the texts of a list that are not there yet.
void add_texts(std::vector<std::string>& texts, const nlohmann::json& list) {
  if (!list.is_array()) return;
  for (const auto& text : list)
    if (text.is_string() && std::ranges::find(texts, text.get<std::string>()) == texts.end()) texts.push_back(text);
}

}  // namespace

void add_evidence(MethodCourse& course, const Recovery& recovery, std::uint64_t batch) {
  for (const auto& record : recovery.approximate) {
    const auto evidence = nlohmann::json::parse(record.approximation->evidence, nullptr, /*allow_exceptions=*/false);
    if (!evidence.is_object()) continue;
    add_texts(course.checked, evidence.value("checked", nlohmann::json::array()));
    add_texts(course.fallbacks, evidence.value("fallbacks", nlohmann::json::array()));
    if (evidence.contains("points"))
      course.residual_memory.push_back({record.shard.value(), batch, record.approximation->evidence});
  }
}

}  // namespace expunge
