// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/retrain_shard.hpp"

#include "shards/train/stage_trainer.hpp"

namespace expunge {

namespace {

StageTrainer trainer_of(const ReplaySetting& s) {
  return {s.configuration, s.seed, s.shard, s.device};
}

/// Adds what one stage costs; returns false where it was put down.
bool train_stage(StageTrainer& trainer, const ReplaySetting& setting, SliceId stage, const ReplayHooks& hooks,
                 ReplayWork& work) {
  std::uint64_t told = 0;
  StageHooks of_stage;
  of_stage.should_stop = hooks.stop_now;
  of_stage.visited = [&](std::uint64_t now) {
    if (hooks.visited) hooks.visited(now - told);
    told = now;
  };
  const StageOutcome outcome = trainer.train(stage, setting.samples, 0, of_stage);
  work.sample_gradients += outcome.sample_gradients;
  return outcome.complete;
}

}  // namespace

ReplayWork retrain_shard(const ReplaySetting& setting, std::uint32_t stages, const ReplayHooks& hooks,
                         const StageCheck& check) {
  StageTrainer trainer = trainer_of(setting);
  (void)trainer.initialise();
  ReplayWork work;
  for (std::uint32_t r = 1; r <= stages; ++r) {
    if (r > 1 && hooks.stop_after && hooks.stop_after()) {
      work.complete = false;
      return work;
    }
    work.complete = train_stage(trainer, setting, SliceId(r), hooks, work);
    if (!work.complete) return work;
    check(SliceId(r), trainer.state_after_stage());
  }
  return work;
}

ReplayWork replay_stage(const ReplaySetting& setting, SliceId stage, const ModelState* before, const ReplayHooks& hooks,
                        const StageCheck& check) {
  StageTrainer trainer = trainer_of(setting);
  if (before == nullptr)
    (void)trainer.initialise();
  else
    trainer.restore(*before);
  ReplayWork work;
  work.complete = train_stage(trainer, setting, stage, hooks, work);
  if (work.complete) check(stage, trainer.state_after_stage());
  return work;
}

}  // namespace expunge
