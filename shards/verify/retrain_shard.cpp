// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/retrain_shard.hpp"

#include "shards/train/constituent_trainer.hpp"

namespace expunge {

namespace {

ConstituentTrainer trainer_of(const ReplaySetting& s) {
  return {s.configuration, s.seed, {&s.shard, 1}, s.device};
}

/// Adds what one stage costs; returns false where it was stopped.
bool train_stage(ConstituentTrainer& trainer, const ReplaySetting& setting, SliceId stage, const ShardHooks& hooks,
                 ReplayWork& work) {
  const StageOutcome outcome = trainer.train({setting.shard, stage, setting.samples, hooks});
  work.sample_gradients += outcome.sample_gradients;
  return outcome.complete;
}

}  // namespace

ReplayWork retrain_shard(const ReplaySetting& setting, std::uint32_t stages, const ShardHooks& hooks,
                         const StageCheck& check) {
  ConstituentTrainer trainer = trainer_of(setting);
  (void)trainer.initialise(setting.shard);
  ReplayWork work;
  for (std::uint32_t r = 1; r <= stages; ++r) {
    if (r > 1 && hooks.stop_after_stage()) {
      work.complete = false;
      return work;
    }
    work.complete = train_stage(trainer, setting, SliceId(r), hooks, work);
    if (!work.complete) return work;
    check(SliceId(r), trainer.state(setting.shard));
  }
  return work;
}

ReplayWork replay_stage(const ReplaySetting& setting, SliceId stage, const ModelState* before, const ShardHooks& hooks,
                        const StageCheck& check) {
  ConstituentTrainer trainer = trainer_of(setting);
  if (before == nullptr)
    (void)trainer.initialise(setting.shard);
  else
    trainer.restore(setting.shard, *before);
  ReplayWork work;
  work.complete = train_stage(trainer, setting, stage, hooks, work);
  if (work.complete) check(stage, trainer.state(setting.shard));
  return work;
}

}  // namespace expunge
