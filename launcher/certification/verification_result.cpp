// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/certification/verification_result.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/io/file_system.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

/// Nothing but this certificate depends on the file, so one that is not what `verify` writes counts as none.
std::optional<Json> read_document(const std::filesystem::path& path) {
  std::error_code unreadable;
  if (!std::filesystem::is_regular_file(path, unreadable)) return std::nullopt;
  const Bytes bytes = read_file(path);
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  Json document = Json::parse(text, text + bytes.size(), nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return std::nullopt;
  const auto has = [&](const char* name, bool (Json::*is)() const noexcept) {
    const auto found = document.find(name);
    return found != document.end() && ((*found).*is)();
  };
  if (!has("at", &Json::is_string) || !has("verdict", &Json::is_string) || !has("journal", &Json::is_object) ||
      !has("shards_selected", &Json::is_array))
    return std::nullopt;
  for (const char* name : {"shards", "stages", "shards_checked", "stages_checked"})
    if (!has(name, &Json::is_number_unsigned)) return std::nullopt;
  const Json& journal = document["journal"];
  if (!journal.contains("length") || !journal["length"].is_number_unsigned() || !journal.contains("head") ||
      !journal["head"].is_string())
    return std::nullopt;
  return document;
}

/// "; shard 3 at a distance of 0.51 (l2)": of shards that serve an approximation.
std::string distances_in(const Json& document) {
  std::string words;
  const auto found = document.find("approximate_shards");
  if (found == document.end() || !found->is_array()) return words;
  for (const auto& shard : *found) {
    if (!shard.is_object() || !shard.contains("shard") || !shard["shard"].is_number_unsigned()) continue;
    const Json distance = shard.value("distance", Json());
    const Json l2 = distance.is_object() ? distance.value("l2", Json()) : Json();
    words += l2.is_number() ? fmt::format("; shard {} at a distance of {:.4g} (l2)",
                                          shard["shard"].get<std::uint64_t>(), l2.get<double>())
                            : fmt::format("; shard {} at an unknown distance", shard["shard"].get<std::uint64_t>());
  }
  return words;
}

}  // namespace

CertifiedVerification verification_result(const std::filesystem::path& path, const Journal& journal,
                                          std::uint64_t settled, const std::set<ShardId>& shards) {
  const auto document = read_document(path);
  if (!document) return {};
  const auto length = document->at("journal").at("length").get<std::uint64_t>();
  if (length < settled || length == 0 || length > journal.length() ||
      document->at("journal").at("head") != journal.lines()[length - 1].hash.hex())
    return {};
  const std::string verdict = document->at("verdict").get<std::string>();
  constexpr std::array<std::string_view, 4> kAnswers{"equal", "approximate", "refuted", "not comparable"};
  if (std::ranges::find(kAnswers, verdict) == kAnswers.end()) return {};
  const Json& selected = document->at("shards_selected");
  const bool looked_at_all = std::ranges::all_of(
      shards, [&](ShardId shard) { return std::ranges::find(selected, Json(shard.value())) != selected.end(); });
  if (verdict == "equal" && (!looked_at_all || document->at("stages_checked") == 0U)) return {};
  CertifiedVerification verification;
  verification.result = verdict;
  verification.at = document->at("at").get<std::string>();
  const auto count = [&](const char* name) { return document->at(name).get<std::uint64_t>(); };
  verification.scope = fmt::format("{} of {} stages in {} of {} shards", count("stages_checked"), count("stages"),
                                   count("shards_checked"), count("shards"));
  verification.scope += distances_in(*document);
  verification.journal_length = length;
  return verification;
}

}  // namespace expunge
