// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/manifest.hpp"

#include <nlohmann/json.hpp>

#include "framework/core/build_info.hpp"
#include "framework/core/error.hpp"

namespace expunge {

using Json = nlohmann::ordered_json;

std::uint64_t Manifest::samples() const {
  std::uint64_t total = 0;
  for (const auto& shard : cells)
    for (const auto count : shard) total += count;
  return total;
}

std::string Manifest::to_json() const {
  Json settings = Json::object();
  for (const auto& [name, value] : configuration.settings()) settings[name] = value;
  const Json json{{"format", "expunge-run"},
                  {"format_version", kFormatVersion},
                  {"written_by", std::string(build_info().version)},
                  {"data", data},
                  {"configuration", settings},
                  {"configuration_digest", configuration.digest().hex()},
                  {"seed", seed.hex()},
                  {"data_fingerprint", data_fingerprint.hex()},
                  {"samples", samples()},
                  {"cells", cells},
                  {"numerics", numerics},
                  {"journal", {{"length", journal_length}, {"head", journal_head.hex()}}}};
  return json.dump(2) + "\n";
}

Manifest Manifest::from_json(const std::string& text, const std::string& source) {
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != "expunge-run") throw Failure("it is not the manifest of a run");
    if (const int version = json.at("format_version").get<int>(); version != kFormatVersion)
      throw Failure(fmt::format("it has format version {}, and this program reads version {}{}", version,
                                kFormatVersion,
                                version > kFormatVersion ? ": use the newer release that wrote it" : ""));
    Manifest manifest;
    manifest.data = json.at("data").get<std::string>();
    std::vector<std::pair<std::string, std::string>> settings;
    for (const auto& [name, value] : json.at("configuration").items())
      settings.emplace_back(name, value.get<std::string>());
    manifest.configuration = TrainingConfiguration::from_settings(settings);
    if (manifest.configuration.digest() != Digest::from_hex(json.at("configuration_digest").get<std::string>()))
      throw Failure("its configuration does not have the digest it names: it was altered");
    manifest.seed = Key::parse(json.at("seed").get<std::string>());
    manifest.data_fingerprint = SetDigest::from_hex(json.at("data_fingerprint").get<std::string>());
    manifest.cells = json.at("cells").get<std::vector<std::vector<std::uint64_t>>>();
    if (manifest.cells.size() != manifest.configuration.shards)
      throw Failure("'cells' has not one list for each shard");
    for (const auto& shard : manifest.cells)
      if (shard.size() != manifest.configuration.slices) throw Failure("'cells' has not one number for each slice");
    manifest.numerics = json.at("numerics").get<Fingerprint>();
    manifest.journal_length = json.at("journal").at("length").get<std::uint64_t>();
    manifest.journal_head = Digest::from_hex(json.at("journal").at("head").get<std::string>());
    return manifest;
  } catch (const Json::exception& problem) {
    throw Failure(fmt::format("{} is damaged: restore it from a copy, the run's seed is nowhere else ({})", source,
                              problem.what()));
  } catch (const Error& problem) {
    throw Failure(fmt::format("{}: {}", source, problem.what()));
  }
}

Key data_key(const Key& seed) {
  return seed.derive("expunge/data/v1");
}

}  // namespace expunge
