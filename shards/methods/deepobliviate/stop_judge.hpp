// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "framework/core/ids.hpp"
#include "shards/checkpoint/state.hpp"
#include "shards/methods/deepobliviate/residual_memory.hpp"

namespace expunge {

/// Says of a retraining, stage after stage, whether DeepObliviate may stop there.
class StopJudge {
 public:
  /// What is to be done after a stage. kStitch: the residual memory has flattened. kUnchanged: retraining came back to
  /// the old states, so that every later stage would repeat what it did before.
  enum class Verdict : std::uint8_t { kGoOn, kStitch, kUnchanged };

  /// `last_touched`: the latest slice that lost samples. `stages`: R; no verdict stops after the last. `before`: the
  /// state from which the first stage starts, in both trajectories.
  StopJudge(const StopRule& rule, SliceId last_touched, std::uint32_t stages, ModelState before);

  /// Takes the next stage in: what it ended with when it was trained first, and what it ends with now. `has_samples`:
  /// it has live samples left. `is_same`: the retrained state equals the old one bit for bit, with buffers and
  /// optimiser; asked only where the parameters are equal and it matters.
  Verdict take(SliceId stage, bool has_samples, ModelState old_state, ModelState retrained,
               const std::function<bool(const ModelState& retrained)>& is_same);

  [[nodiscard]] const ResidualMemory& memory() const { return memory_; }
  /// What the last stage ended with, now and when it was trained first.
  [[nodiscard]] const ModelState& retrained() const { return retrained_; }
  [[nodiscard]] const ModelState& old_state() const { return old_state_; }

 private:
  StopRule rule_;
  SliceId last_touched_;
  std::uint32_t stages_;
  ModelState retrained_;
  ModelState old_state_;
  ResidualMemory memory_;
};

}  // namespace expunge
