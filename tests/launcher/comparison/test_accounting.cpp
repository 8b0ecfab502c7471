// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// What a report says that methods cost is what was done, and a result that costs too little is not believed.
#include <doctest/doctest.h>

#include "tests/launcher/comparison/compared_run.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/step_recorder.hpp"

using namespace expunge;
using namespace expunge::testing;
using nlohmann::json;

namespace {

/// Samples trained on in a shard's stages from one on, step by step.
std::uint64_t counted_gradients(const ComparedRun& on, ShardId shard, std::uint32_t first, const Dataset& data) {
  StepRecorder recorder;
  (void)train_in_memory(on.c, on.seed, shard, data, &recorder);
  std::uint64_t gradients = 0;
  for (const auto& step : recorder.steps)
    if (step.stage.value() >= first) gradients += step.ids.size();
  return gradients;
}

}  // namespace

TEST_CASE("the counters of a report are the gradients and passes that were computed") {
  const ComparedRun on;
  const ShardId shard(1);
  const Ids forgotten = on.ids_in(shard, SliceId(2));
  REQUIRE(forgotten.size() > 3);
  const MemoryDataset left = on.data.without([&](const MemorySample& sample) { return forgotten.contains(sample.id); });
  const std::uint64_t retained = partition_of(on.c, on.seed, left).samples(shard);
  const std::uint64_t again = counted_gradients(on, shard, 2, left);
  const std::uint64_t all = counted_gradients(on, shard, 1, left) + counted_gradients(on, ShardId(0), 1, left);
  const std::string looking = "neggrad:epochs=3,lr=1e-9,batch-size=64,until=0";  // at all of them before each batch

  const json report = on.compare(forgotten, {"identity", "exact", "retrain", "finetune:epochs=2", looking});

  const auto costs = [&](const std::string& name, std::uint64_t gradients, std::uint64_t passes) {
    CAPTURE(name);
    const json& of = method(report, name);
    CHECK(of.at("sample_gradients") == gradients);
    CHECK(of.at("forward_passes") == passes);
    CHECK(of.at("hessian_vector_products") == 0);
    CHECK(of.at("warning").is_null());
  };
  costs("identity", 0, 0);
  costs("exact", again, 0);
  costs("retrain", all, 0);
  costs("finetune:epochs=2", 2 * retained, 0);
  costs(looking, 3 * forgotten.size(), 3 * forgotten.size());
  CHECK(method(report, "exact").at("speedup_sample_gradients").get<double>() ==
        doctest::Approx(static_cast<double>(all) / static_cast<double>(again)));
  CHECK(again < all);
}

TEST_CASE("who has the retrained models to the last bit for less than exact unlearning costs is not believed") {
  // Steps too small to change any weight: whatever is trained or not trained, all models are the same.
  const ComparedRun on(1e-30);
  const Ids forgotten = on.ids_in(ShardId(0), SliceId(3));
  REQUIRE(forgotten.size() > 3);

  const json report = on.compare(forgotten, {"identity", "exact", "retrain", "neggrad:lr=1e-12"});

  const auto cost = method(report, "exact").at("sample_gradients").get<std::uint64_t>();
  REQUIRE(cost > forgotten.size());
  for (const auto* name : {"identity", "neggrad:lr=1e-12"}) {
    CAPTURE(name);
    REQUIRE(method(report, name).at("consistency").at("theta") == 0);
    const auto warning = method(report, name).at("warning").get<std::string>();
    CHECK(contains(warning, "at a lower cost than exact unlearning"));
    CHECK(contains(warning, "not " + std::to_string(cost)));
  }
  CHECK(contains(method(report, "neggrad:lr=1e-12").at("verdict").at("text").get<std::string>(), "not to be believed"));
  for (const auto* name : {"exact", "retrain"}) CHECK(method(report, name).at("warning").is_null());
}
