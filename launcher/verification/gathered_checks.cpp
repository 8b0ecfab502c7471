// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/verification/gathered_checks.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include <nlohmann/json.hpp>

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

/// Doubles travel as their bits: JSON has no word for those that are no finite number.
Json to_json(const std::optional<ParameterDistance>& distance) {
  if (!distance) return nullptr;
  Json bits = Json::array();
  for (const double value : {distance->l2, distance->relative, distance->largest})
    bits.push_back(std::bit_cast<std::uint64_t>(value));
  return bits;
}

std::optional<ParameterDistance> distance_from(const Json& json) {
  if (json.is_null()) return std::nullopt;
  const auto value = [&](std::size_t i) { return std::bit_cast<double>(json.at(i).get<std::uint64_t>()); };
  return ParameterDistance{.l2 = value(0), .relative = value(1), .largest = value(2)};
}

Json to_json(const std::optional<ApproximateShard>& shard) {
  if (!shard) return nullptr;
  return {{"method", shard->method},
          {"guarantee", shard->guarantee},
          {"batches", shard->batches},
          {"distance", to_json(shard->distance)},
          {"kept_files", shard->kept_files}};
}

std::optional<ApproximateShard> approximation_from(const Json& json, ShardId shard) {
  if (json.is_null()) return std::nullopt;
  return ApproximateShard{.shard = shard,
                          .method = json.at("method").get<std::string>(),
                          .guarantee = json.at("guarantee").get<std::string>(),
                          .batches = json.at("batches").get<std::vector<std::uint64_t>>(),
                          .distance = distance_from(json.at("distance")),
                          .kept_files = json.at("kept_files").get<std::vector<std::string>>()};
}

Json to_json(const ShardCheck& check) {
  Json findings = Json::array();
  for (const auto& one : check.findings) findings.push_back({one.what, one.file, one.message});
  Json differences = Json::array();
  for (const auto& one : check.differences) differences.push_back({one.stage.stage.value(), one.file, one.message});
  Json other = Json::array();
  for (const auto stage : check.other_numerics) other.push_back(stage.value());
  return {{"shard", check.shard.value()},
          {"findings", std::move(findings)},
          {"unfinished", check.unfinished},
          {"differences", std::move(differences)},
          {"other_numerics", std::move(other)},
          {"approximation", to_json(check.approximation)},
          {"stages_checked", check.stages_checked},
          {"sample_gradients", check.sample_gradients},
          {"complete", check.complete}};
}

ShardCheck from_json(const Json& json) {
  ShardCheck check;
  check.shard = ShardId(json.at("shard").get<std::uint32_t>());
  for (const auto& one : json.at("findings")) {
    const auto words = one.get<std::vector<std::string>>();
    check.findings.push_back({words.at(0), words.at(1), words.at(2)});
  }
  check.unfinished = json.at("unfinished").get<std::vector<std::string>>();
  for (const auto& one : json.at("differences"))
    check.differences.push_back({{check.shard, SliceId(one.at(0).get<std::uint32_t>())},
                                 one.at(1).get<std::string>(),
                                 one.at(2).get<std::string>()});
  for (const auto stage : json.at("other_numerics").get<std::vector<std::uint32_t>>())
    check.other_numerics.emplace_back(stage);
  check.approximation = approximation_from(json.at("approximation"), check.shard);
  check.stages_checked = json.at("stages_checked").get<std::uint64_t>();
  check.sample_gradients = json.at("sample_gradients").get<std::uint64_t>();
  check.complete = json.at("complete").get<bool>();
  return check;
}

}  // namespace

std::vector<ShardCheck> gather_checks(Communicator& comm, const std::vector<ShardCheck>& mine) {
  Json json = Json::array();
  for (const auto& check : mine) json.push_back(to_json(check));
  // A file's name may be no UTF-8.
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::vector<ShardCheck> all;
  for (const auto& bytes : comm.gather(bytes_of(text)))
    for (const auto& check : Json::parse(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())))
      all.push_back(from_json(check));
  std::ranges::sort(all, {}, &ShardCheck::shard);
  return all;
}

}  // namespace expunge
