// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/constituent_trainer.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "framework/model/model.hpp"
#include "shards/train/batch_maker.hpp"
#include "shards/train/constituent_parts.hpp"
#include "shards/train/gradient_step.hpp"
#include "shards/train/initial_state.hpp"
#include "shards/train/learning_rate.hpp"
#include "shards/train/model_state.hpp"
#include "shards/train/recorder.hpp"
#include "shards/train/stage_plan.hpp"

namespace expunge {

namespace {

/// A step as the trainer has it: tensors on the device it trains on.
class TensorStepView : public StepView {
 public:
  TensorStepView(const StepPlace& place, const std::vector<NamedTensor>& parameters, const StepParts& parts)
      : StepView(place), parameters_(parameters), parts_(parts), on_cpu_(3 * parameters.size()) {
    if (!parts.before) return;
    for (const auto& [name, tensor] : parameters) before_.push_back(tensor.detach().clone());
  }

  /// Where the step is to put its gradients; null where they are not wanted.
  [[nodiscard]] std::vector<torch::Tensor>* gradients() { return parts_.gradient ? &gradients_ : nullptr; }

  [[nodiscard]] std::size_t parameters() const override { return parameters_.size(); }
  [[nodiscard]] std::string_view name(std::size_t parameter) const override { return parameters_.at(parameter).name; }
  [[nodiscard]] std::span<const float> before(std::size_t parameter) const override {
    require(parts_.before, "the parameters before a step");
    return pull(0, parameter, before_.at(parameter));
  }
  [[nodiscard]] std::span<const float> gradient(std::size_t parameter) const override {
    require(parts_.gradient, "the gradient of a step");
    return pull(1, parameter, gradients_.at(parameter));
  }
  [[nodiscard]] std::span<const float> after(std::size_t parameter) const override {
    return pull(2, parameter, parameters_.at(parameter).tensor);
  }

 private:
  static void require(bool wanted, std::string_view what) {
    if (!wanted) throw Bug(fmt::format("a recorder asks for {}, which it did not want", what));
  }

  [[nodiscard]] std::span<const float> pull(std::size_t part, std::size_t parameter, const torch::Tensor& from) const {
    torch::Tensor& kept = on_cpu_[part * parameters_.size() + parameter];
    if (!kept.defined()) kept = from.detach().cpu().contiguous();
    return {kept.data_ptr<float>(), static_cast<std::size_t>(kept.numel())};
  }

  const std::vector<NamedTensor>& parameters_;
  StepParts parts_;
  std::vector<torch::Tensor> before_;
  std::vector<torch::Tensor> gradients_;
  mutable std::vector<torch::Tensor> on_cpu_;  // made when first asked for
};

/// One constituent under training.
struct Trainee {
  Trainee(const TrainingConfiguration& c, torch::Device device, const GradientStepMaker& make_step)
      : model(model_of(c)) {
    model->to(device);
    optimizer = std::make_unique<Optimizer>(optimizer_options_of(c), model->parameters());
    step = make_step(c, model);
  }

  std::shared_ptr<Model> model;
  std::unique_ptr<Optimizer> optimizer;
  std::shared_ptr<GradientStep> step;
};

}  // namespace

std::shared_ptr<GradientStep> local_gradient_step(const TrainingConfiguration& c, const std::shared_ptr<Model>& model) {
  if (c.step == "autograd") return make_autograd_step(model, loss_of(c));
  auto stack = model->dense_stack();
  if (stack == nullptr)
    throw UsageError(fmt::format("the model '{}' has no static step: use --step autograd", c.model));
  return make_static_step(std::move(stack), loss_of(c));
}

struct ConstituentTrainer::State {
  State(const TrainingConfiguration& c, const Key& run_seed, const Device& on, const Key& for_orders)
      : configuration(c),
        seed(run_seed),
        order_seed(for_orders),
        device(torch_device(on)),
        learning_rate(c.learning_rate, c.schedule) {}

  [[nodiscard]] Trainee& of(ShardId shard) {
    const auto found = trainees.find(shard);
    if (found == trainees.end()) throw Bug(fmt::format("shard {} is not this trainer's", shard.value()));
    return found->second;
  }

  /// One step on one batch, recorded where there is a recorder.
  void take_step(Trainee& trainee, const Batch& batch, StepPlace place, Recorder* recorder) const {
    trainee.optimizer->begin_step(place.learning_rate);
    if (recorder == nullptr) return trainee.step->run(batch, *trainee.optimizer, nullptr);
    std::vector<SampleId> ids;
    for (const auto id : batch.pass.ids) ids.emplace_back(id);
    place.ids = ids;
    TensorStepView view(place, trainee.model->named_parameters(), recorder->wants(place));
    trainee.step->run(batch, *trainee.optimizer, view.gradients());
    recorder->step(view);
  }

  StageOutcome train(const StageWork& work);

  TrainingConfiguration configuration;
  Key seed;
  Key order_seed;
  torch::Device device;
  LearningRate learning_rate;
  std::map<ShardId, Trainee> trainees;
};

ConstituentTrainer::ConstituentTrainer(const TrainingConfiguration& configuration, const Key& seed,
                                       std::span<const ShardId> shards, const Device& device,
                                       const std::optional<Key>& order_seed, const GradientStepMaker& make_step)
    : state_(std::make_unique<State>(configuration, seed, device, order_seed.value_or(seed))) {
  const TrainingConfiguration& c = state_->configuration;
  check_batch_size(c.model, c.shape, c.classes, c.batch_size);
  for (const auto shard : shards)
    if (!state_->trainees.try_emplace(shard, c, state_->device, make_step).second)
      throw Bug(fmt::format("shard {} is given to a trainer twice", shard.value()));
}
ConstituentTrainer::ConstituentTrainer(ConstituentTrainer&&) noexcept = default;
ConstituentTrainer& ConstituentTrainer::operator=(ConstituentTrainer&&) noexcept = default;
ConstituentTrainer::~ConstituentTrainer() = default;

ModelState ConstituentTrainer::initialise(ShardId shard) {
  Trainee& trainee = state_->of(shard);
  trainee.model->initialise(initial_key(state_->seed, shard));
  trainee.optimizer->reset();
  return state(shard);
}

void ConstituentTrainer::restore(ShardId shard, const ModelState& state) {
  Trainee& trainee = state_->of(shard);
  restore_state(state, *trainee.model, trainee.optimizer.get());
}

ModelState ConstituentTrainer::state(ShardId shard) const {
  const Trainee& trainee = state_->of(shard);
  return capture_state(*trainee.model, state_->configuration.carry_optimizer ? trainee.optimizer.get() : nullptr);
}

std::vector<StageOutcome> ConstituentTrainer::train(std::span<const StageWork> works) {
  std::vector<StageOutcome> outcomes;
  for (const auto& work : works) outcomes.push_back(state_->train(work));
  return outcomes;
}

StageOutcome ConstituentTrainer::train(const StageWork& work) {
  return train({&work, 1}).front();
}

StageOutcome ConstituentTrainer::State::train(const StageWork& work) {
  const TrainingConfiguration& c = configuration;
  const ShardHooks& hooks = work.hooks;
  Trainee& trainee = of(work.shard);
  const auto range = work.samples.stage_range(work.stage, c.slicing == Slicing::kCumulative);
  const std::uint64_t n = range.size();
  const std::uint64_t visits = stage_visits(c, n);
  if (work.visited == 0 && !c.carry_optimizer) trainee.optimizer->reset();
  if (work.visited == 0 && hooks.recorder != nullptr) hooks.recorder->begin_stage(work.shard, work.stage);
  const auto end = [&](std::uint64_t sample_gradients) -> StageOutcome {
    if (hooks.recorder != nullptr) hooks.recorder->end_stage();
    return {visits, sample_gradients, true};
  };
  if (n == 0 || work.visited == visits) return end(0);
  StageOutcome outcome{work.visited, 0, false};

  const auto ids = work.samples.ids().subspan(range.begin, n);
  const auto batch_size = static_cast<std::uint64_t>(c.batch_size);
  const bool no_single = trainee.model->traits().batch_statistics;
  BatchMaker maker(c, std::min(batch_size, n) + 1, device, transforms_of(c));
  // Every epoch but the last has the same batches, so steps are counted without walking them.
  const std::uint64_t steps_per_epoch = batches_of_epoch(n, batch_size, no_single).size();
  const auto save = [&] { work.keeper->save(capture_state(*trainee.model, trainee.optimizer.get()), outcome.visited); };

  for (std::uint64_t epoch = work.visited / n; outcome.visited < visits; ++epoch) {
    const std::uint64_t epoch_start = epoch * n;
    const auto coordinates = {std::uint64_t{work.shard.value()}, std::uint64_t{work.stage.value()}, epoch};
    const auto order = epoch_order(ids, order_seed.derive("expunge/order/v1", coordinates));
    const BatchKeys keys{seed.derive("expunge/dropout/v1", coordinates),
                         seed.derive("expunge/augmentation/v1", coordinates)};
    const auto batches = batches_of_epoch(std::min(n, visits - epoch_start), batch_size, no_single);
    for (std::size_t b = 0; b < batches.size(); ++b) {
      const BatchRange& range_of_batch = batches[b];
      if (epoch_start + range_of_batch.first < outcome.visited) continue;  // done before a stop
      if (range_of_batch.trained) {
        const double rate = learning_rate.at(schedule_position(work.stage.value(), c.slices, outcome.visited, visits));
        const Batch batch = maker.make(
            work.samples, std::span(order).subspan(range_of_batch.first, range_of_batch.size), range.begin, keys);
        take_step(trainee, batch, {work.shard, work.stage, epoch, epoch * steps_per_epoch + b, rate, {}},
                  hooks.recorder);
        outcome.sample_gradients += range_of_batch.size;
      }
      outcome.visited += range_of_batch.size;
      hooks.report(range_of_batch.size);
      if (outcome.visited == visits) break;
      const bool epoch_ended = b + 1 == batches.size();
      if (work.keeper != nullptr && work.keeper->wants_save(outcome.visited, epoch_ended)) save();
      if (hooks.stop_now()) {
        if (work.keeper != nullptr) save();
        return outcome;
      }
    }
  }
  return end(outcome.sample_gradients);
}

}  // namespace expunge
