// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/live_proof_json.hpp"

#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

LiveProof::Sibling sibling_from(const Json& json, std::size_t level) {
  const auto refuse = [&] {
    throw Failure(
        fmt::format("a proof about a live tree: siblings[{}] has the entry {}; expected [slot, \"64 "
                    "hexadecimal digits\"] with a slot of 0 … 255",
                    level, json.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 100)));
  };
  if (!json.is_array() || json.size() != 2 || !json[0].is_number_unsigned() || json[0].get<std::uint64_t>() > 255 ||
      !json[1].is_string())
    refuse();
  LiveProof::Sibling sibling;
  sibling.slot = json[0].get<std::uint8_t>();
  try {
    sibling.subtree = Digest::from_hex(json[1].get_ref<const std::string&>());
  } catch (const Failure&) {
    refuse();
  }
  return sibling;
}

}  // namespace

std::string to_json_text(const LiveProof& proof) {
  Json siblings = Json::array();
  for (const auto& level : proof.siblings) {
    Json list = Json::array();
    for (const auto& sibling : level) list.push_back(Json::array({sibling.slot, sibling.subtree.hex()}));
    siblings.push_back(std::move(list));
  }
  return Json{{"member", proof.member}, {"leaves", proof.leaves}, {"siblings", std::move(siblings)}}.dump();
}

LiveProof live_proof_from_json(std::string_view text) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception& exception) {
    throw Failure(fmt::format("a proof about a live tree is not JSON: {}", exception.what()));
  }
  if (!json.is_object() || json.size() != 3 || !json.contains("member") || !json["member"].is_boolean() ||
      !json.contains("leaves") || !json["leaves"].is_number_unsigned() || !json.contains("siblings") ||
      !json["siblings"].is_array())
    throw Failure(
        "a proof about a live tree: expected an object of the fields member (true or false), leaves (an integer, 0 or "
        "more) and siblings (a list), and no others");
  LiveProof proof;
  proof.member = json["member"].get<bool>();
  proof.leaves = json["leaves"].get<std::uint64_t>();
  for (const auto& list : json["siblings"]) {
    const std::size_t level = proof.siblings.size();
    if (!list.is_array()) throw Failure(fmt::format("a proof about a live tree: siblings[{}] is not a list", level));
    auto& siblings = proof.siblings.emplace_back();
    for (const auto& entry : list) siblings.push_back(sibling_from(entry, level));
  }
  return proof;
}

}  // namespace expunge
