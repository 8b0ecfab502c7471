// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "shards/train/step_observer.hpp"

namespace expunge::testing {

/// Keeps a copy of every step that it is told of.
class StepRecorder final : public StepObserver {
 public:
  struct Parameter {
    std::string name;
    std::vector<float> before;
    std::vector<float> gradient;
    std::vector<float> after;
  };
  struct Step {
    ShardId shard;
    SliceId stage;
    std::uint64_t epoch = 0;
    std::uint64_t step = 0;
    double learning_rate = 0;
    std::vector<SampleId> ids;
    std::vector<Parameter> parameters;
  };

  void observe(const ObservedStep& step) override {
    Step copy{step.shard, step.stage, step.epoch, step.step, step.learning_rate, {step.ids.begin(), step.ids.end()},
              {}};
    for (const auto& p : step.parameters)
      copy.parameters.push_back({std::string(p.name),
                                 {p.before.begin(), p.before.end()},
                                 {p.gradient.begin(), p.gradient.end()},
                                 {p.after.begin(), p.after.end()}});
    steps.push_back(std::move(copy));
  }

  /// How often each sample was trained on in a stage.
  [[nodiscard]] std::map<std::uint64_t, std::uint64_t> visits(SliceId stage) const {
    std::map<std::uint64_t, std::uint64_t> count;
    for (const auto& step : steps)
      if (step.stage == stage)
        for (const auto id : step.ids) ++count[id.value()];
    return count;
  }

  std::vector<Step> steps;
};

}  // namespace expunge::testing
