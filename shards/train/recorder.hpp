// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "framework/config/spec.hpp"
#include "framework/core/bytes.hpp"
#include "framework/core/ids.hpp"

namespace expunge {

/// One optimiser step, before its gradient is computed.
struct StepPlace {
  ShardId shard;
  SliceId stage;
  std::uint64_t epoch = 0;  ///< within the stage, from 0
  std::uint64_t step = 0;   ///< within the stage, from 0
  double learning_rate = 0;
  std::span<const SampleId> ids;  ///< of the batch
};

/// What of a step must be kept while it is carried out, since it is gone afterwards.
struct StepParts {
  bool before = false;    ///< the parameters that the step starts from: a copy of all of them
  bool gradient = false;  ///< the batch's gradient: a copy, and in a folded update a product more
};

/// One optimiser step, carried out. A tensor is brought to the CPU when it is asked for, row-major; spans are valid
/// during the call of `Recorder::step` alone. Asking for a part that was not wanted is a Bug.
class StepView {
 public:
  explicit StepView(const StepPlace& place) : place_(place) {}
  StepView(const StepView&) = delete;
  StepView& operator=(const StepView&) = delete;
  virtual ~StepView() = default;

  [[nodiscard]] const StepPlace& place() const { return place_; }
  /// How many parameters there are; they are numbered in the model's order.
  [[nodiscard]] virtual std::size_t parameters() const = 0;
  [[nodiscard]] virtual std::string_view name(std::size_t parameter) const = 0;
  [[nodiscard]] virtual std::span<const float> before(std::size_t parameter) const = 0;
  /// Of the batch's mean loss, without weight decay.
  [[nodiscard]] virtual std::span<const float> gradient(std::size_t parameter) const = 0;
  /// `after` − `before` is the update.
  [[nodiscard]] virtual std::span<const float> after(std::size_t parameter) const = 0;

 private:
  StepPlace place_;
};

/// Records a training while it runs, for methods that need what only training can see (DeltaGrad: parameters,
/// gradients, batches; amnesiac unlearning: updates). Recording changes no bit of the training. Without a recorder
/// nothing is computed, copied or asked.
///
/// The calls of one stage, in this order: `begin_stage`, or `resume_stage` where an earlier session kept the stage's
/// progress; `wants` and `step` for each step; `end_stage`. `save` is called whenever the stage's progress is kept: its
/// bytes lie in the same file as the state, so that both are of the same step. A stage that is stopped does not end.
class Recorder {
 public:
  Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  virtual ~Recorder() = default;

  /// What it has of an earlier stage that did not end is void.
  virtual void begin_stage(ShardId shard, SliceId stage) = 0;
  /// Takes on what `save` gave in that stage. Throws Failure where it can't: the stage then begins anew.
  virtual void resume_stage(ShardId shard, SliceId stage, ByteView saved) = 0;
  [[nodiscard]] virtual StepParts wants(const StepPlace& place) = 0;
  virtual void step(const StepView& view) = 0;
  virtual void end_stage() = 0;

  /// What it has of the stage under way, for a later `resume_stage`: the same bytes for the same steps, at least one.
  [[nodiscard]] virtual Bytes save() const = 0;
};

/// One entry of the registry. A new recorder is one file in this folder that defines a constant of this type, and its
/// name in the list of `recorder.cpp`.
struct RecorderEntry {
  std::string_view name;
  std::string_view arguments;  ///< for help: "every=10"
  std::string_view summary;    ///< one line for people
  /// Reads the SPEC's own arguments. Throws UsageError for others.
  std::unique_ptr<Recorder> (*make)(const Spec& spec);
};

/// Throws UsageError where the name or an argument of `spec` is unknown.
[[nodiscard]] std::unique_ptr<Recorder> make_recorder(const Spec& spec);
/// Adds a recorder that a program brings along: see framework/config/registry.hpp.
void register_recorder(const RecorderEntry& entry);

}  // namespace expunge
