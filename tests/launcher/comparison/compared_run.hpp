// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "launcher/comparison/comparison.hpp"
#include "tests/support/small_training.hpp"
#include "tests/support/trained_run.hpp"

namespace expunge::testing {

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

inline const MemoryDataset::Form kComparedForm{{1, 4, 4}, 3, FeatureType::kU8};

[[nodiscard]] inline TrainingConfiguration compared_configuration(const Dataset& data, double learning_rate) {
  TrainingConfiguration c = small_configuration(data, "mlp:hidden=4", 2, 3);
  c.learning_rate = learning_rate;
  return c;
}

/// A run of two shards in three slices, and test data beside it.
struct ComparedRun {
  MemoryDataset data = make_samples(90, kComparedForm, 1);
  Key seed = Key::parse("11");
  TrainingConfiguration c;
  TrainedRun run;
  TemporaryFolder folder;

  explicit ComparedRun(double learning_rate = TrainingConfiguration{}.learning_rate)
      : c(compared_configuration(data, learning_rate)), run(data, c, seed) {
    write_hdf5(make_samples(40, kComparedForm, 2), folder / "test.h5", false);
  }

  [[nodiscard]] Ids ids_in(ShardId shard, SliceId slice) const {
    Ids ids;
    const Partition partition = partition_of(c, seed, data);
    for (const auto row : partition.rows(shard, slice)) ids.insert(data.id(row).value());
    return ids;
  }

  [[nodiscard]] nlohmann::json compare(const Ids& forgotten, std::vector<std::string> methods) const {
    const nlohmann::json request{{"request_id", "r"}, {"sample_ids", forgotten}};
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
    return nlohmann::json::parse(report);
  }
};

/// What a report says of a method.
[[nodiscard]] inline const nlohmann::json& method(const nlohmann::json& report, const std::string& name) {
  for (const auto& found : report.at("methods"))
    if (found.at("name") == name) return found;
  throw std::runtime_error("no method " + name);
}

}  // namespace expunge::testing
