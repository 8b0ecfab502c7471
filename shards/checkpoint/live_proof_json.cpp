// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/live_proof_json.hpp"

#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kProofVersion = 1;

LiveProof::Sibling read_sibling(const JsonField& field) {
  const auto [slot, subtree] = field.pair();
  return {.slot = slot.number<std::uint8_t>(), .subtree = subtree.digest()};
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

LiveProof read_live_proof(const JsonField& field) {
  JsonObject object(field);
  LiveProof proof;
  proof.member = object.at("member").truth();
  proof.leaves = object.at("leaves").count();
  proof.siblings = object.at("siblings").list([](const JsonField& level) { return level.list(read_sibling); });
  object.finish(kProofVersion);
  return proof;
}

LiveProof live_proof_from_json(std::string_view text) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception& exception) {
    throw Failure(fmt::format("a proof about a live tree is not JSON: {}", exception.what()));
  }
  return read_live_proof(JsonField(json, "a proof about a live tree"));
}

}  // namespace expunge
