// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/unlearn_shard.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/core/elapsed.hpp"
#include "framework/core/error.hpp"
#include "framework/log/log.hpp"
#include "shards/checkpoint/unfinished_files.hpp"
#include "shards/methods/catalogue.hpp"
#include "shards/methods/workbench.hpp"
#include "shards/train/stage_files.hpp"

namespace expunge {

namespace {

using Clock = std::chrono::steady_clock;

/// Retrains from what is exact of `next`, where a method of the catalogue has nothing to work on.
ShardOutcome retrain_instead(const ShardContext& context, const ShardUnlearning& task, const Dataset& data,
                             const Partition& live, const ShardHooks& hooks, const std::string& why) {
  log::warning("shard {}: {}: it is retrained exactly instead of by '{}'", task.shard.value(), why, task.method);
  auto next = read_shard_record(context.run, task.shard, context.generation);
  if (next && next->approximation) {
    next->approximation.reset();
    ++next->generation;
    write_shard_record(*context.files, context.run, *next, context.generation);
  }
  ShardOutcome outcome = train_shard(context, task.shard, data, live, hooks);
  outcome.fallbacks.push_back(fmt::format("shard {} was retrained exactly: {}", task.shard.value(), why));
  return outcome;
}

/// By which a shard is approximate after a task.
std::vector<std::uint64_t> all_batches(const ShardUnlearning& task, const ShardRecord& current) {
  if (!current.approximation) return task.batches;
  std::vector<std::uint64_t> batches;
  std::ranges::set_union(current.approximation->batches, task.batches, std::back_inserter(batches));
  return batches;
}

bool is_finite(const ModelState& state) {
  const auto finite = [](const StateTensor& tensor) {
    if (tensor.type != StateTensor::Type::kF32) return true;
    for (std::size_t at = 0; at + sizeof(float) <= tensor.bytes.size(); at += sizeof(float)) {
      float value = 0;
      std::memcpy(&value, tensor.bytes.data() + at, sizeof(float));
      if (!std::isfinite(value)) return false;
    }
    return true;
  };
  return std::ranges::all_of(state.parameters, finite) && std::ranges::all_of(state.buffers, finite);
}

std::string evidence_of(const MethodResult& result, const MethodCost& cost,
                        const std::optional<std::uint64_t>& budget) {
  using Json = nlohmann::ordered_json;
  std::vector<std::string> checked;
  for (const auto& assumption : result.guarantee.assumptions)
    if (assumption.holds) checked.push_back(assumption.name);
  Json evidence{{"fallbacks", result.fallbacks},
                {"checked", checked},
                {"cost",
                 {{"sample_gradients", cost.sample_gradients},
                  {"forward_passes", cost.forward_passes},
                  {"hessian_vector_products", cost.hessian_vector_products},
                  {"hessian_columns", cost.hessian_columns},
                  {"forget_samples_read", cost.forget_samples_read}}}};
  if (budget) evidence["budget"] = *budget;
  if (result.guarantee.epsilon) evidence["epsilon"] = *result.guarantee.epsilon;
  if (result.guarantee.delta) evidence["delta"] = *result.guarantee.delta;
  return evidence.dump();
}

/// One call's work by a method of the catalogue, on a shard that serves a fully trained state.
class MethodRun {
 public:
  MethodRun(const ShardContext& context, const ShardUnlearning& task, const Method& method, const Spec& spec,
            const ShardHooks& hooks, ShardRecord next)
      : context_(context),
        task_(task),
        method_(method),
        spec_(spec),
        hooks_(hooks),
        files_(context, task.shard, outcome_) {
    outcome_.record = std::move(next);
  }

  /// Nothing where the result is no model that could be served.
  std::optional<ShardOutcome> run(const SliceRecord& served, const Dataset& data, const Partition& live,
                                  const Partition& forgotten) {
    std::optional<ShardSamples> retain;
    std::optional<ShardSamples> forget;
    {
      const Stopwatch watch(outcome_.load_seconds);
      forget.emplace(data, forgotten, task_.shard);
      check_forgotten(forget->size());
      retain.emplace(data, live, task_.shard);
    }
    remove_unfinished_files(*context_.files, context_.run, task_.shard, {});
    const SliceFile trained = read_trained(served);

    const auto start = Clock::now();
    MethodTask on_bench{without_budget(spec_).text(),
                        context_.configuration,
                        context_.seed,
                        task_.shard,
                        task_.batches.back(),
                        trained.state,
                        *retain,
                        *forget,
                        context_.device};
    if (const auto share = budget_of(spec_))
      on_bench.budget = static_cast<std::uint64_t>(
          *share * static_cast<double>(shard_visits(context_.configuration, live, task_.shard)));
    on_bench.hooks = hooks_;
    Workbench bench(on_bench, method_);
    const MethodResult result = run_method(method_, bench);
    const double seconds = seconds_since(start);
    const MethodCost& cost = bench.cost();
    outcome_.train_seconds += seconds;
    outcome_.sample_gradients += cost.sample_gradients;
    outcome_.forward_passes += cost.forward_passes;
    outcome_.hessian_vector_products += cost.hessian_vector_products;
    if (!result.complete) return std::move(outcome_);

    const Stopwatch watch(outcome_.checkpoint_seconds);
    SliceFile file;
    file.state = bench.state();
    check_account(cost, trained.state, file.state, task_.method);
    if (!is_finite(file.state)) return std::nullopt;
    files_.know_samples(data, live);
    file.provenance = files_.provenance_of(served.stage, *retain, trained.provenance.state_after);
    file.provenance.approximation = task_.method;
    SliceRecord line = files_.write(file, *retain, seconds);
    line.sample_gradients = cost.sample_gradients;
    put_on_record(std::move(line), result, cost, seconds, on_bench.budget);
    for (const auto& fallback : result.fallbacks) {
      log::info("shard {}: '{}': {}", task_.shard.value(), task_.method, fallback);
      outcome_.fallbacks.push_back(fmt::format("shard {}: {}", task_.shard.value(), fallback));
    }
    outcome_.complete = true;
    return std::move(outcome_);
  }

  /// What was spent, also on a result that can't be served.
  [[nodiscard]] const ShardOutcome& outcome() const { return outcome_; }

 private:
  void check_forgotten(std::uint64_t present) const {
    if (!method_.needs().forget_set || (present > 0 && present >= task_.forgotten)) return;
    throw Failure(
        fmt::format("the method '{}' reads the samples that are to be forgotten, and the data has {} of the {} that "
                    "batches {} take from shard {}: give --data with them, or forget by a method that does not read "
                    "them (exact, finetune)",
                    task_.method, present, task_.forgotten, fmt::join(task_.batches, ", "), task_.shard.value()));
  }

  SliceFile read_trained(const SliceRecord& served) {
    const Stopwatch watch(outcome_.checkpoint_seconds);
    SliceFile trained = files_.read(served.file);
    files_.check_origin(files_.folder() / served.file.name, trained.provenance, served.stage);
    return trained;
  }

  void put_on_record(SliceRecord line, const MethodResult& result, const MethodCost& cost, double seconds,
                     const std::optional<std::uint64_t>& budget) {
    Approximation& approximation = *outcome_.record.approximation;
    approximation.method = task_.method;
    approximation.guarantee = result.guarantee.name();
    approximation.tail.clear();
    approximation.served = std::move(line);
    approximation.sample_gradients = cost.sample_gradients;
    approximation.forward_passes = cost.forward_passes;
    approximation.hessian_vector_products = cost.hessian_vector_products;
    approximation.seconds = seconds;
    approximation.evidence = evidence_of(result, cost, budget);
    files_.publish(outcome_.record);
  }

  const ShardContext& context_;
  const ShardUnlearning& task_;
  const Method& method_;
  const Spec& spec_;
  const ShardHooks& hooks_;
  ShardOutcome outcome_;
  StageFiles files_;  // counts into the outcome
};

}  // namespace

ShardOutcome unlearn_shard(const ShardContext& context, const ShardUnlearning& task, const Dataset& data,
                           const Partition& live, const Partition& forgotten, const ShardHooks& hooks) {
  const UnlearningMethod asked = parse_unlearning_method(task.method);
  if (asked.entry->stages != nullptr) return asked.entry->stages->unlearn(context, task, data, live, hooks);

  const Spec spec = Spec::parse(task.method, "method");
  const auto method = make_method(spec);
  const auto instead = [&](const std::string& why) { return retrain_instead(context, task, data, live, hooks, why); };
  const auto current = read_shard_record(context.run, task.shard);
  const SliceRecord* const served = current ? current->served() : nullptr;
  auto next = read_shard_record(context.run, task.shard, Generation::kNext);
  if (context.generation != Generation::kNext || served == nullptr ||
      served->stage.value() != context.configuration.slices)
    return instead("it was not trained to its end, so that there is no state to start from");
  if (!next) throw Bug(fmt::format("shard {} has no generation begun", task.shard.value()));
  if (live.samples(task.shard) == 0) return instead("it has no samples left");
  if (next->slices.size() == context.configuration.slices) return instead("an earlier job did so");
  if (!next->approximation)
    next->approximation.emplace().batches = all_batches(task, *current);
  else if (next->approximation->served)
    return train_shard(context, task.shard, data, live, hooks);  // whole, of an earlier job

  MethodRun run(context, task, *method, spec, hooks, std::move(*next));
  if (auto outcome = run.run(*served, data, live, forgotten)) return std::move(*outcome);
  ShardOutcome outcome = instead("the method diverged");
  outcome.sample_gradients += run.outcome().sample_gradients;
  outcome.forward_passes += run.outcome().forward_passes;
  outcome.hessian_vector_products += run.outcome().hessian_vector_products;
  outcome.bytes_read += run.outcome().bytes_read;
  outcome.train_seconds += run.outcome().train_seconds;
  outcome.load_seconds += run.outcome().load_seconds;
  return outcome;
}

}  // namespace expunge
