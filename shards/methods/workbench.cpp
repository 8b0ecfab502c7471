// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/workbench.hpp"

#include <algorithm>
#include <utility>

#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "shards/train/batch_maker.hpp"
#include "shards/train/constituent_parts.hpp"
#include "shards/train/initial_state.hpp"
#include "shards/train/model_state.hpp"
#include "shards/train/stage_plan.hpp"

namespace expunge {

namespace {

/// A maker of batches that grows with what is asked of it.
class Maker {
 public:
  Batch make(const TrainingConfiguration& c, torch::Device device, const ShardSamples& samples,
             std::span<const std::uint32_t> places, const BatchKeys& keys) {
    if (!maker_ || places.size() > capacity_) {
      capacity_ = std::max(places.size(), static_cast<std::size_t>(c.batch_size) + 1);
      maker_.emplace(c, capacity_, device);
    }
    return maker_->make(samples, places, 0, keys);
  }

 private:
  std::size_t capacity_ = 0;
  std::optional<BatchMaker> maker_;
};

}  // namespace

struct Workbench::State {
  State(const MethodTask& of_task, const Method& method)
      : task(of_task),
        needs(method.needs()),
        device(torch_device(of_task.device)),
        model(model_of(of_task.configuration)),
        loss(loss_of(of_task.configuration)) {
    model->to(device);
    restore_state(task.trained, *model, nullptr);
  }

  [[nodiscard]] const ShardSamples& samples(Set set) const { return set == Set::kRetain ? task.retain : task.forget; }

  [[nodiscard]] std::uint64_t spent() const { return cost.sample_gradients + 2 * cost.hessian_vector_products; }

  [[nodiscard]] bool budget_holds(std::uint64_t more) const { return !task.budget || spent() + more <= *task.budget; }

  void spend(std::uint64_t gradients) const {
    if (!budget_holds(gradients))
      throw Bug(fmt::format("the method '{}' computes {} sample-gradients after {}, more than its budget of {}",
                            task.spec, gradients, spent(), *task.budget));
  }

  /// The parameters that require a gradient.
  [[nodiscard]] std::vector<torch::Tensor> trained_parameters() const {
    std::vector<torch::Tensor> chosen;
    for (const auto& parameter : model->parameters())
      if (parameter.requires_grad()) chosen.push_back(parameter);
    return chosen;
  }

  MethodTask task;
  MethodNeeds needs;
  torch::Device device;
  std::shared_ptr<Model> model;
  std::shared_ptr<const Loss> loss;
  Maker retain;
  Maker forget;
  std::vector<std::uint64_t> mixed_ids;
  MethodCost cost;
  bool put_down = false;
  bool out_of_budget = false;
};

Workbench::Workbench(const MethodTask& task, const Method& method) : state_(std::make_unique<State>(task, method)) {}
Workbench::~Workbench() = default;

const TrainingConfiguration& Workbench::configuration() const {
  return state_->task.configuration;
}
ShardId Workbench::shard() const {
  return state_->task.shard;
}
Model& Workbench::model() {
  return *state_->model;
}
std::vector<torch::Tensor> Workbench::parameters() {
  return state_->model->parameters();
}
const ModelState& Workbench::trained_state() const {
  return state_->task.trained;
}
std::uint64_t Workbench::size(Set set) const {
  return state_->samples(set).size();
}
bool Workbench::put_down() const {
  return state_->put_down;
}
bool Workbench::out_of_budget() const {
  return state_->out_of_budget;
}
const MethodCost& Workbench::cost() const {
  return state_->cost;
}
ModelState Workbench::state() const {
  return capture_state(*state_->model, nullptr);
}

Key Workbench::key(std::string_view what) const {
  const MethodTask& task = state_->task;
  return task.seed.derive("expunge/method/v1", {std::uint64_t{task.shard.value()}, task.batch})
      .derive(task.spec)
      .derive(what);
}

ModelState Workbench::initial_state() const {
  const MethodTask& task = state_->task;
  ModelState state = expunge::initial_state(task.configuration, task.seed, task.shard);
  state.optimizer.clear();
  state.optimizer_step = 0;
  return state;
}

std::vector<std::vector<std::uint32_t>> Workbench::epoch(Set set, std::uint64_t number, std::int64_t batch_size,
                                                         bool training) const {
  const auto ids = state_->samples(set).ids();
  const auto order = epoch_order(ids, key("order").derive("epoch", {static_cast<std::uint64_t>(set), number}));
  std::vector<std::vector<std::uint32_t>> batches;
  for (const auto& range : batches_of_epoch(ids.size(), static_cast<std::uint64_t>(batch_size),
                                            training && state_->model->traits().batch_statistics)) {
    const auto places = std::span(order).subspan(range.first, range.size);
    if (range.trained) batches.emplace_back(places.begin(), places.end());
  }
  return batches;
}

std::vector<std::vector<Workbench::Place>> Workbench::mixed_epoch(std::uint64_t number, std::int64_t batch_size) const {
  const auto retain = state_->task.retain.ids();
  const auto forget = state_->task.forget.ids();
  std::vector<SampleId> ids(retain.begin(), retain.end());
  ids.insert(ids.end(), forget.begin(), forget.end());
  const auto order = epoch_order(ids, key("order").derive("mixed epoch", {number}));
  std::vector<std::vector<Place>> batches;
  for (const auto& range :
       batches_of_epoch(ids.size(), static_cast<std::uint64_t>(batch_size), state_->model->traits().batch_statistics)) {
    if (!range.trained) continue;
    std::vector<Place>& batch = batches.emplace_back();
    for (const auto index : std::span(order).subspan(range.first, range.size)) {
      if (index < retain.size())
        batch.push_back({Set::kRetain, index});
      else
        batch.push_back({Set::kForget, static_cast<std::uint32_t>(index - retain.size())});
    }
  }
  return batches;
}

Batch Workbench::batch(Set set, std::span<const std::uint32_t> places, std::uint64_t epoch, bool training) {
  State& s = *state_;
  if (set == Set::kForget) {
    if (!s.needs.forget_set)
      throw Bug(fmt::format("the method '{}' reads the forget set, which it says it does not", s.task.spec));
    s.cost.forget_samples_read += places.size();
  } else if (!s.needs.retain_set) {
    throw Bug(fmt::format("the method '{}' reads the retain set, which it says it does not", s.task.spec));
  }
  Maker& maker = set == Set::kRetain ? s.retain : s.forget;
  Batch batch = maker.make(s.task.configuration, s.device, s.samples(set), places,
                           {key("dropout").derive("expunge/dropout/v1", {epoch}), {}});
  batch.pass.training = training;
  return batch;
}

Batch Workbench::mixed_batch(std::span<const Place> places, std::uint64_t epoch) {
  std::vector<std::uint32_t> retain;
  std::vector<std::uint32_t> forget;
  for (const auto& place : places) (place.set == Set::kRetain ? retain : forget).push_back(place.place);
  if (forget.empty()) return batch(Set::kRetain, retain, epoch);
  const Batch second = batch(Set::kForget, forget, epoch);
  if (retain.empty()) return second;
  const Batch first = batch(Set::kRetain, retain, epoch);
  auto& ids = state_->mixed_ids;
  ids.assign(first.pass.ids.begin(), first.pass.ids.end());
  ids.insert(ids.end(), second.pass.ids.begin(), second.pass.ids.end());
  return {torch::cat({first.input, second.input}),
          torch::cat({first.labels, second.labels}),
          {true, ids, first.pass.dropout}};
}

double Workbench::gradients(const Batch& batch, std::vector<torch::Tensor>& out) {
  State& s = *state_;
  const auto rows = static_cast<std::uint64_t>(batch.labels.size(0));
  s.spend(rows);
  const torch::Tensor logits = s.model->logits(batch.input, batch.pass);
  torch::Tensor seed = torch::empty_like(logits);
  double loss = 0;
  {
    const torch::NoGradGuard no_gradients;
    const torch::Tensor plain = logits.detach();
    s.loss->gradient_out(seed, plain, batch.labels);
    loss = s.loss->value(plain, batch.labels).item<double>();
  }
  auto found = torch::autograd::grad({logits}, s.trained_parameters(), {seed}, c10::nullopt, /*create_graph=*/false,
                                     /*allow_unused=*/true);
  out.clear();
  std::size_t next = 0;
  for (const auto& parameter : s.model->parameters()) {
    torch::Tensor& gradient = out.emplace_back();
    if (!parameter.requires_grad()) continue;
    gradient = std::move(found[next++]);
    gradient = gradient.defined() ? gradient.contiguous() : torch::zeros_like(parameter, torch::kFloat32).detach();
  }
  s.cost.sample_gradients += rows;
  s.task.hooks.report(rows);
  return loss;
}

torch::Tensor Workbench::logits(const Batch& batch) {
  const torch::NoGradGuard no_gradients;
  state_->cost.forward_passes += static_cast<std::uint64_t>(batch.labels.size(0));
  return state_->model->logits(batch.input, batch.pass);
}

std::vector<torch::Tensor> Workbench::hessian_vector_product(const Batch& batch,
                                                             const std::vector<torch::Tensor>& vector) {
  State& s = *state_;
  const auto rows = static_cast<std::uint64_t>(batch.labels.size(0));
  s.spend(2 * rows);
  const auto parameters = s.model->parameters();
  const auto loss = s.loss->value(s.model->logits(batch.input, batch.pass), batch.labels);
  const auto gradients = torch::autograd::grad({loss}, parameters, {}, /*retain_graph=*/true, /*create_graph=*/true,
                                               /*allow_unused=*/true);
  torch::Tensor along = torch::zeros({}, loss.options());
  for (std::size_t i = 0; i < gradients.size(); ++i)
    if (gradients[i].defined()) along = along + (gradients[i] * vector.at(i)).sum();
  auto products = torch::autograd::grad({along}, parameters, {}, c10::nullopt, /*create_graph=*/false,
                                        /*allow_unused=*/true);
  for (std::size_t i = 0; i < products.size(); ++i)
    if (!products[i].defined()) products[i] = torch::zeros_like(parameters[i]).detach();
  s.cost.hessian_vector_products += rows;
  return products;
}

bool Workbench::may_go_on(std::uint64_t sample_gradients) {
  State& s = *state_;
  if (!s.budget_holds(sample_gradients)) s.out_of_budget = true;
  if (s.task.hooks.stop_now()) s.put_down = true;
  return !s.out_of_budget && !s.put_down;
}

MethodResult run_method(const Method& method, Workbench& bench) {
  MethodResult result = method.unlearn(bench);
  const MethodCost& cost = bench.cost();
  if (const std::string wrong = result.guarantee.contradiction(); !wrong.empty())
    throw Bug(fmt::format("a method's guarantee contradicts itself: {}", wrong));
  if (bench.put_down())
    result.complete = false;
  else if (bench.out_of_budget())
    result.fallbacks.push_back(fmt::format("its budget ended it after {} sample-gradients", cost.sample_gradients));
  else if (result.guarantee.kind != Guarantee::Kind::kNone && cost == MethodCost{})
    result.fallbacks.emplace_back("it found no samples to work with, and changed nothing");
  return result;
}

void check_account(const MethodCost& cost, const ModelState& trained, const ModelState& result,
                   const std::string& method) {
  if (static_cast<const Cost&>(cost) != Cost{}) return;
  const auto check = [&](const std::vector<StateTensor>& before, const std::vector<StateTensor>& after) {
    if (before.size() != after.size()) throw Bug(fmt::format("the method '{}' gives a state of another form", method));
    for (std::size_t i = 0; i < before.size(); ++i)
      if (before[i] != after[i])
        throw Bug(fmt::format("the method '{}' changed '{}' and did no work that could have: its result is not its own",
                              method, before[i].name));
  };
  check(trained.parameters, result.parameters);
  check(trained.buffers, result.buffers);
}

}  // namespace expunge
