// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "shards/verify/parameter_distance.hpp"
#include "tests/launcher/comparison/compared_run.hpp"

using namespace expunge;
using namespace expunge::testing;
using nlohmann::json;

TEST_CASE(
    "doing nothing lies as far from retraining as the run's states from those of a training without the samples") {
  const ComparedRun on;
  const ShardId shard(1);
  const Ids forgotten = on.ids_in(shard, SliceId(2));
  REQUIRE(forgotten.size() > 3);
  const MemoryDataset left = on.data.without([&](const MemorySample& sample) { return forgotten.contains(sample.id); });
  const ModelState old = train_in_memory(on.c, on.seed, shard, on.data).back();
  const ParameterDistance distance = parameter_distance(old, train_in_memory(on.c, on.seed, shard, left).back());
  REQUIRE(distance.l2 > 0);

  const json report = on.compare(forgotten, {"identity", "exact", "retrain"});

  CHECK(report.at("affected_shards") == json::array({1}));
  CHECK(report.at("samples_live") == left.size());
  const auto& identity = method(report, "identity").at("consistency");
  CHECK(identity.at("theta").get<double>() == doctest::Approx(distance.l2).epsilon(1e-9));
  CHECK(identity.at("theta_relative").get<double>() == doctest::Approx(distance.relative).epsilon(1e-9));
  for (const auto* name : {"exact", "retrain"}) {
    CHECK(method(report, name).at("consistency").at("theta") == 0);
    CHECK(method(report, name).at("consistency").at("y") == 1);
    CHECK(method(report, name).at("consistency").at("ensemble_y") == 1);
    CHECK(method(report, name).at("guarantee") == "exact");
  }
  CHECK(method(report, "identity").at("guarantee") == "none");
  CHECK(tainted_files(on.run.path(), on.data, on.c, on.seed).empty());
  CHECK(astray_in(on.run.path(), 2) == std::vector<std::string>{"journal.jsonl"});  // there is none
}

TEST_CASE("a shard that is to lose every sample abstains, and is no part of any distance") {
  const ComparedRun on;
  Ids forgotten;
  for (const std::uint32_t slice : {1, 2, 3}) forgotten.merge(on.ids_in(ShardId(0), SliceId(slice)));

  const json report = on.compare(forgotten, {"identity", "exact"});

  CHECK(report.at("affected_shards") == json::array({0}));
  const auto& exact = method(report, "exact");
  CHECK(exact.at("consistency").at("theta").is_null());
  CHECK(exact.at("consistency").at("y").is_null());
  CHECK(exact.at("constituent_accuracy").at("test").is_null());
  CHECK(exact.at("accuracy").at("test") == method(report, "identity").at("accuracy").at("test"));
  CHECK(exact.at("sample_gradients") == 0);
}
