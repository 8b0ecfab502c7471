// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/approximation_report.hpp"

#include <set>
#include <string>

#include <nlohmann/json.hpp>

namespace expunge {

nlohmann::ordered_json approximation_json(const ShardRecord& record) {
  using Json = nlohmann::ordered_json;
  if (!record.approximation) return nullptr;
  const Approximation& approximation = *record.approximation;
  const Json evidence = Json::parse(approximation.evidence, nullptr, /*allow_exceptions=*/false);
  return {{"method", approximation.method},
          {"guarantee", approximation.guarantee},
          {"batches", approximation.batches},
          {"exact_stages", record.slices.size()},
          {"stages_kept", approximation.tail.size()},
          {"files_kept", files_kept(approximation)},
          {"sample_gradients", approximation.sample_gradients},
          {"forward_passes", approximation.forward_passes},
          {"hessian_vector_products", approximation.hessian_vector_products},
          {"seconds", approximation.seconds},
          {"evidence", evidence.is_object() ? evidence : Json(nullptr)}};
}

std::uint64_t files_kept(const Approximation& approximation) {
  std::set<std::string> names;
  for (const auto& stage : approximation.tail) {
    names.insert(stage.slice.file.name);
    for (const auto& offset : stage.offsets) names.insert(offset.name);
  }
  return names.size();
}

}  // namespace expunge
