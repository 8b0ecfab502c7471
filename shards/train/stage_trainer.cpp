// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/stage_trainer.hpp"

#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "framework/model/model.hpp"
#include "shards/train/batch_maker.hpp"
#include "shards/train/constituent_parts.hpp"
#include "shards/train/gradient_step.hpp"
#include "shards/train/initial_state.hpp"
#include "shards/train/learning_rate.hpp"
#include "shards/train/model_state.hpp"
#include "shards/train/stage_plan.hpp"

namespace expunge {

namespace {

std::unique_ptr<GradientStep> step_of(const TrainingConfiguration& c, const std::shared_ptr<Model>& model) {
  if (c.step == "autograd") return make_autograd_step(model, loss_of(c));
  auto stack = model->dense_stack();
  if (stack == nullptr)
    throw UsageError(fmt::format("the model '{}' has no static step: use --step autograd", c.model));
  return make_static_step(std::move(stack), loss_of(c));
}

}  // namespace

struct StageTrainer::State {
  State(const TrainingConfiguration& c, const Key& run_seed, ShardId of_shard, const Device& on, const Key& for_orders)
      : configuration(c),
        seed(run_seed),
        order_seed(for_orders),
        shard(of_shard),
        device(torch_device(on)),
        model(model_of(c)),
        learning_rate(c.learning_rate, c.schedule) {
    check_batch_size(c.model, c.shape, c.classes, c.batch_size);
    model->to(device);
    optimizer = std::make_unique<Optimizer>(optimizer_options_of(c), model->parameters());
    step = step_of(configuration, model);
  }

  void observe(StepObserver& observer, ObservedStep& seen, const std::vector<torch::Tensor>& before,
               const std::vector<torch::Tensor>& gradients) const {
    const auto& parameters = model->named_parameters();
    std::vector<torch::Tensor> after;
    std::vector<torch::Tensor> found;
    const auto view = [](const torch::Tensor& t) {
      return std::span<const float>(t.data_ptr<float>(), static_cast<std::size_t>(t.numel()));
    };
    for (std::size_t i = 0; i < before.size(); ++i) {
      after.push_back(parameters[i].tensor.detach().cpu().contiguous());
      found.push_back(gradients[i].cpu().contiguous());
    }
    for (std::size_t i = 0; i < before.size(); ++i)
      seen.parameters.push_back({parameters[i].name, view(before[i]), view(found[i]), view(after[i])});
    observer.observe(seen);
  }

  TrainingConfiguration configuration;
  Key seed;
  Key order_seed;
  ShardId shard;
  torch::Device device;
  std::shared_ptr<Model> model;
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<GradientStep> step;
  LearningRate learning_rate;
};

StageTrainer::StageTrainer(const TrainingConfiguration& configuration, const Key& seed, ShardId shard,
                           const Device& device, const std::optional<Key>& order_seed)
    : state_(std::make_unique<State>(configuration, seed, shard, device, order_seed.value_or(seed))) {}
StageTrainer::StageTrainer(StageTrainer&&) noexcept = default;
StageTrainer& StageTrainer::operator=(StageTrainer&&) noexcept = default;
StageTrainer::~StageTrainer() = default;

ModelState StageTrainer::initialise() {
  State& s = *state_;
  s.model->initialise(initial_key(s.seed, s.shard));
  s.optimizer->reset();
  return state_after_stage();
}

void StageTrainer::restore(const ModelState& state) {
  restore_state(state, *state_->model, state_->optimizer.get());
}

ModelState StageTrainer::state_after_stage() const {
  return capture_state(*state_->model, state_->configuration.carry_optimizer ? state_->optimizer.get() : nullptr);
}

StageOutcome StageTrainer::train(SliceId stage, const ShardSamples& samples, std::uint64_t visited,
                                 const StageHooks& hooks) {
  State& s = *state_;
  const auto& c = s.configuration;
  const auto range = samples.stage_range(stage, c.slicing == Slicing::kCumulative);
  const std::uint64_t n = range.size();
  const std::uint64_t visits = stage_visits(c, n);
  if (visited == 0 && !c.carry_optimizer) s.optimizer->reset();
  StageOutcome outcome{visited, 0, visited == visits};
  if (n == 0 || outcome.complete) return {visits, 0, true};

  const auto ids = samples.ids().subspan(range.begin, n);
  const auto batch_size = static_cast<std::uint64_t>(c.batch_size);
  const bool no_single = s.model->traits().batch_statistics;
  BatchMaker maker(c, std::min(batch_size, n) + 1, s.device);
  // Every epoch but the last has the same batches, so steps are counted without walking them.
  const std::uint64_t steps_per_epoch = batches_of_epoch(n, batch_size, no_single).size();

  for (std::uint64_t epoch = visited / n; outcome.visited < visits; ++epoch) {
    const std::uint64_t epoch_start = epoch * n;
    const auto coordinates = {std::uint64_t{s.shard.value()}, std::uint64_t{stage.value()}, epoch};
    const auto order = epoch_order(ids, s.order_seed.derive("expunge/order/v1", coordinates));
    const Key dropout = s.seed.derive("expunge/dropout/v1", coordinates);
    const auto batches = batches_of_epoch(std::min(n, visits - epoch_start), batch_size, no_single);
    for (std::size_t b = 0; b < batches.size(); ++b) {
      const BatchRange& range_of_batch = batches[b];
      if (epoch_start + range_of_batch.first < outcome.visited) continue;  // done before a stop
      if (range_of_batch.trained) {
        const double rate = s.learning_rate.at(schedule_position(stage.value(), c.slices, outcome.visited, visits));
        const Batch batch = maker.make(samples, std::span(order).subspan(range_of_batch.first, range_of_batch.size),
                                       range.begin, dropout);
        s.optimizer->begin_step(rate);
        if (hooks.observer == nullptr) {
          s.step->run(batch, *s.optimizer, nullptr);
        } else {
          std::vector<torch::Tensor> before;
          for (const auto& parameter : s.model->parameters()) before.push_back(parameter.detach().cpu().clone());
          std::vector<torch::Tensor> gradients;
          s.step->run(batch, *s.optimizer, &gradients);
          std::vector<SampleId> batch_ids;
          for (const auto id : batch.pass.ids) batch_ids.emplace_back(id);
          ObservedStep seen{s.shard, stage, epoch, epoch * steps_per_epoch + b, rate, batch_ids, {}};
          s.observe(*hooks.observer, seen, before, gradients);
        }
        outcome.sample_gradients += range_of_batch.size;
      }
      outcome.visited += range_of_batch.size;
      if (hooks.visited) hooks.visited(outcome.visited);
      if (outcome.visited == visits) break;
      const bool epoch_ended = b + 1 == batches.size();
      if (hooks.save && hooks.wants_save && hooks.wants_save(epoch_ended))
        hooks.save(capture_state(*s.model, s.optimizer.get()), outcome.visited);
      if (hooks.should_stop && hooks.should_stop()) {
        if (hooks.save) hooks.save(capture_state(*s.model, s.optimizer.get()), outcome.visited);
        return outcome;
      }
    }
  }
  outcome.complete = true;
  return outcome;
}

}  // namespace expunge
