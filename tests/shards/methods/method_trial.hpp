// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shards/methods/catalogue.hpp"
#include "shards/methods/workbench.hpp"
#include "tests/support/small_training.hpp"

namespace expunge::testing {

/// A trained constituent, a fifth of whose samples are to be forgotten, and methods set to work on it.
class MethodTrial {
 public:
  explicit MethodTrial(const std::string& model = "mlp:hidden=8x6", std::vector<std::int64_t> shape = {9},
                       std::uint64_t samples = 60)
      : data_(make_samples(samples, {std::move(shape), 3, FeatureType::kF32, false}, 8)),
        configuration_(small_configuration(data_, model)),
        retain_(samples_of(false)),
        forget_(samples_of(true)),
        trained_(train_in_memory(configuration_, seed_, kShard, data_).back()) {}

  [[nodiscard]] const TrainingConfiguration& configuration() const { return configuration_; }
  [[nodiscard]] const MemoryDataset& data() const { return data_; }
  [[nodiscard]] const ModelState& trained() const { return trained_; }
  [[nodiscard]] const ShardSamples& retain() const { return retain_; }
  [[nodiscard]] const ShardSamples& forget() const { return forget_; }

  [[nodiscard]] MethodTask task(const std::string& spec, std::uint64_t batch = 1) const {
    return {spec, configuration_, seed_, kShard, batch, trained_, retain_, forget_, device_};
  }

  struct Result {
    MethodResult result;
    MethodCost cost;
    ModelState state;
  };
  [[nodiscard]] Result run(const MethodTask& task, const Method& method) const {
    Workbench bench(task, method);
    MethodResult result = run_method(method, bench);
    return {std::move(result), bench.cost(), bench.state()};
  }
  [[nodiscard]] Result run(const std::string& spec, const std::function<void(MethodTask&)>& change = {}) const {
    MethodTask of_spec = task(spec);
    if (change) change(of_spec);
    return run(of_spec, *make_method(Spec::parse(spec, "method")));
  }

 private:
  static constexpr ShardId kShard{0};

  [[nodiscard]] ShardSamples samples_of(bool forgotten) const {
    const Partition partition(Partitioner(seed_, 1, 1), data_,
                              [&](SampleId id) { return (id.value() % 5 == 0) == forgotten; });
    return {data_, partition, kShard};
  }

  Key seed_{{71, 3}};
  Device device_;
  MemoryDataset data_;
  TrainingConfiguration configuration_;
  ShardSamples retain_;
  ShardSamples forget_;
  ModelState trained_;
};

/// The methods of the catalogue that work on a bench, without "outside", which a test adds.
[[nodiscard]] inline std::vector<const MethodEntry*> bench_methods() {
  std::vector<const MethodEntry*> methods;
  for (const auto* entry : method_catalogue())
    if (entry->make != nullptr && entry->name != "outside") methods.push_back(entry);
  return methods;
}

/// A method that a test writes down itself.
class HandMade : public Method {
 public:
  HandMade(bool reads_forget_set, std::function<void(Workbench&)> work)
      : HandMade(MethodNeeds{.forget_set = reads_forget_set, .retain_set = true}, std::move(work)) {}
  HandMade(const MethodNeeds& needs, std::function<void(Workbench&)> work) : Method(needs), work_(std::move(work)) {}
  MethodResult unlearn(Workbench& bench) const override {
    work_(bench);
    return {};
  }

 private:
  std::function<void(Workbench&)> work_;
};

/// The names of parameters and buffers in which two states differ.
[[nodiscard]] inline std::vector<std::string> changed_tensors(const ModelState& before, const ModelState& after) {
  std::vector<std::string> names;
  const auto compare = [&](const std::vector<StateTensor>& a, const std::vector<StateTensor>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
      if (a[i] != b.at(i)) names.push_back(a[i].name);
  };
  compare(before.parameters, after.parameters);
  compare(before.buffers, after.buffers);
  return names;
}

}  // namespace expunge::testing
