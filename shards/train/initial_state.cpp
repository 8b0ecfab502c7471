// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/initial_state.hpp"

#include <fmt/format.h>

#include "framework/core/error.hpp"
#include "framework/model/model.hpp"
#include "shards/train/constituent_parts.hpp"
#include "shards/train/model_state.hpp"
#include "shards/train/optimizer.hpp"

namespace expunge {

Key initial_key(const Key& seed, ShardId shard) {
  return seed.derive("expunge/initial-weights/v1", {shard.value()});
}

ModelState initial_state(const TrainingConfiguration& c, const Key& seed, ShardId shard) {
  const auto model = model_of(c);
  model->initialise(initial_key(seed, shard));
  if (!c.carry_optimizer) return capture_state(*model, nullptr);
  const Optimizer optimizer(optimizer_options_of(c), model->parameters());
  return capture_state(*model, &optimizer);
}

void check_batch_size(const std::string& model, const std::vector<std::int64_t>& shape, std::int64_t classes,
                      std::int64_t batch_size) {
  if (batch_size > 1 || !model_traits(Spec::parse(model, "model"), {shape, classes}).batch_statistics) return;
  throw UsageError(
      fmt::format("the model '{}' normalises over the batch, which one sample alone has no statistics for: give a "
                  "--batch-size of at least 2, or norm=group",
                  model));
}

std::string default_step(const std::string& model, const std::vector<std::int64_t>& shape, std::int64_t classes) {
  return model_traits(Spec::parse(model, "model"), {shape, classes}).static_form ? "static" : "autograd";
}

}  // namespace expunge
