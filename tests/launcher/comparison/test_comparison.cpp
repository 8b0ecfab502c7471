// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "launcher/comparison/comparison.hpp"
#include "shards/verify/parameter_distance.hpp"
#include "tests/support/small_training.hpp"
#include "tests/support/trained_run.hpp"

using namespace expunge;
using namespace expunge::testing;
using nlohmann::json;

namespace {

/// What is printed meanwhile goes nowhere.
class Silence {
 public:
  Silence() : stdout_(::dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    ::close(nowhere);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    std::fflush(stdout);
    ::dup2(stdout_, STDOUT_FILENO);
    ::close(stdout_);
  }

 private:
  int stdout_;
};

const MemoryDataset::Form kForm{{1, 4, 4}, 3, FeatureType::kU8};

/// A run of two shards in three slices, and test data beside it.
struct ComparedRun {
  MemoryDataset data = make_samples(90, kForm, 1);
  Key seed = Key::parse("11");
  TrainingConfiguration c = small_configuration(data, "mlp:hidden=4", 2, 3);
  TrainedRun run{data, c, seed};
  TemporaryFolder folder;

  ComparedRun() { write_hdf5(make_samples(40, kForm, 2), folder / "test.h5", false); }

  [[nodiscard]] json compare(const Ids& forgotten, std::vector<std::string> methods) const {
    json request{{"request_id", "r"}, {"sample_ids", forgotten}};
    std::ofstream(folder / "requests.jsonl") << request.dump() << "\n";
    ComparisonOptions options;
    options.run = run.path();
    options.requests = folder / "requests.jsonl";
    options.methods = std::move(methods);
    options.test = "hdf5:" + (folder / "test.h5").string();
    options.out = folder / "report";
    const Silence silence;
    REQUIRE(Comparison(silent_session(), options).run() == Exit::kDone);
    std::ifstream report(folder / "report/report.json");
    return json::parse(report);
  }
};

const json& method(const json& report, const std::string& name) {
  for (const auto& found : report.at("methods"))
    if (found.at("name") == name) return found;
  throw std::runtime_error("no method " + name);
}

}  // namespace

TEST_CASE(
    "doing nothing lies as far from retraining as the run's states from those of a training without the samples") {
  const ComparedRun on;
  const ShardId shard(1);
  const Partition partition = partition_of(on.c, on.seed, on.data);
  Ids forgotten;
  for (const auto row : partition.rows(shard, SliceId(2))) forgotten.insert(on.data.id(row).value());
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
  const Partition partition = partition_of(on.c, on.seed, on.data);
  Ids forgotten;
  for (const std::uint32_t slice : {1, 2, 3})
    for (const auto row : partition.rows(ShardId(0), SliceId(slice))) forgotten.insert(on.data.id(row).value());

  const json report = on.compare(forgotten, {"identity", "exact"});

  CHECK(report.at("affected_shards") == json::array({0}));
  const auto& exact = method(report, "exact");
  CHECK(exact.at("consistency").at("theta").is_null());
  CHECK(exact.at("consistency").at("y").is_null());
  CHECK(exact.at("constituent_accuracy").at("test").is_null());
  CHECK(exact.at("accuracy").at("test") == method(report, "identity").at("accuracy").at("test"));
  CHECK(exact.at("sample_gradients") == 0);
}
