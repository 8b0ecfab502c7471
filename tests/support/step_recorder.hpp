// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "shards/train/recorder.hpp"

namespace expunge::testing {

/// Keeps a copy of every step, in memory: what it saves with a stage's progress stands for it and is not it.
class StepRecorder final : public Recorder {
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

  void begin_stage(ShardId /*shard*/, SliceId /*stage*/) override {}
  void resume_stage(ShardId /*shard*/, SliceId /*stage*/, ByteView /*saved*/) override {}
  void end_stage() override {}
  [[nodiscard]] StepParts wants(const StepPlace& /*place*/) override { return {true, true}; }
  [[nodiscard]] Bytes save() const override { return Bytes(1); }

  void step(const StepView& view) override {
    const StepPlace& at = view.place();
    Step copy{at.shard, at.stage, at.epoch, at.step, at.learning_rate, {at.ids.begin(), at.ids.end()}, {}};
    const auto copy_of = [](std::span<const float> values) { return std::vector<float>(values.begin(), values.end()); };
    for (std::size_t i = 0; i < view.parameters(); ++i)
      copy.parameters.push_back(
          {std::string(view.name(i)), copy_of(view.before(i)), copy_of(view.gradient(i)), copy_of(view.after(i))});
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
