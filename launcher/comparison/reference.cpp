// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/reference.hpp"

#include <array>
#include <cmath>
#include <numeric>

#include <fmt/core.h>

#include "framework/comm/agreement.hpp"
#include "launcher/run/run_directory.hpp"

namespace expunge {

namespace {

/// Who is live after the deletions, placed as a partitioner places them.
Partition placed(const Trial& trial, const Partitioner& partitioner) {
  std::vector<bool> live(trial.data->size(), false);
  for (const auto row : trial.retain_rows) live[row] = true;
  return {partitioner, *trial.data, [&](SampleId id) {
            const auto row = trial.data->row_of(id);
            return row && live[*row];
          }};
}

TrainingConfiguration in_one_piece(TrainingConfiguration configuration) {
  configuration.shards = 1;
  configuration.slices = 1;
  return configuration;
}

/// Adds the retrainings after all batches but the last to what that one took.
void count_batches(MethodCourse& course, const std::vector<std::uint64_t>& costs) {
  MethodWork& work = course.work;
  const auto all = std::accumulate(costs.begin(), costs.end(), std::uint64_t{0});
  work.sample_gradients = all;
  if (costs.size() == 1 || costs.back() == 0) return;
  const double times = static_cast<double>(all) / static_cast<double>(costs.back());
  for (double* of_last : {&work.seconds, &work.process_seconds, &course.checkpoint_seconds}) *of_last *= times;
  for (std::uint64_t* of_last : {&work.bytes_read, &work.bytes_written})
    *of_last = static_cast<std::uint64_t>(std::llround(static_cast<double>(*of_last) * times));
  course.fallbacks.push_back(fmt::format(
      "retrained once, after the last of {} batches; the retrainings after the others are counted, not done",
      costs.size()));
}

/// Sample-gradients of a retraining after each batch.
std::vector<std::uint64_t> costs_of(const Trial& trial, const ScratchTraining& training) {
  std::vector<std::uint64_t> costs;
  for (std::size_t b = 0; b < trial.plans.size(); ++b)
    costs.push_back(training.configuration.slices == 1 && training.configuration.shards == 1
                        ? cost_of_stages(training.configuration, std::array{trial.live_after[b]}, SliceId(1))
                        : trial.plans[b].full_retrain);
  return costs;
}

}  // namespace

ScratchPlan::ScratchPlan(const Trial& trial, const std::filesystem::path& folder, std::uint32_t order_floors)
    : whole_(placed(trial, Partitioner(trial.seed(), 1, 1))) {
  const auto& c = trial.configuration();
  reference_ = {folder / "retrain", c, trial.seed(), {}, &trial.after, all_shards(c)};
  single_ = {folder / "retrain-single", in_one_piece(c), trial.seed(), {}, &whole_, {ShardId(0)}};
  const auto affected = trial.affected();
  for (std::uint32_t i = 1; i <= order_floors; ++i)
    floors_.push_back({"order",
                       {folder / fmt::format("order-{}", i), c, trial.seed(),
                        trial.seed().derive("expunge/comparison/order/v1", {i}), &trial.after, affected}});
  const Key other = trial.seed().derive("expunge/comparison/seed/v1");
  floors_.push_back({"seed",
                     {folder / "seed", c, other, {}, nullptr, affected},
                     placed(trial, Partitioner(other, c.shards, c.slices))});
  floors_.back().training.partition = &*floors_.back().partition;
}

bool train_base(const ComparisonBench& bench, const Trial& trial, const std::filesystem::path& folder) {
  together(bench.session.comm(), [&] {
    if (!bench.session.comm().is_root()) return;
    system_files().make_directory(folder);
    publish(system_files(), RunDirectory(folder).manifest_path(), bytes_of(trial.manifest.to_json()));
  });
  const std::array training{ScratchTraining{
      folder, trial.configuration(), trial.seed(), {}, &trial.before, all_shards(trial.configuration())}};
  return train_from_scratch(bench, training, *trial.data, "training what is to be unlearned from").complete;
}

std::optional<MethodCourse> retrain(const ComparisonBench& bench, const Trial& trial, const ScratchTraining& training,
                                    const std::string& name, const std::string& what) {
  const std::string done = name + ".json";
  const std::string sessions = name + ".sessions.json";
  if (const auto text = bench.workspace.read(done)) return course_of(*text, (bench.workspace / done).string());
  MethodCourse course;
  if (const auto text = bench.workspace.read(sessions))
    course = course_of(*text, (bench.workspace / sessions).string());
  const ScratchEnd end = train_from_scratch(bench, std::span(&training, 1), *trial.data, what);
  const auto& work = end.jobs.work;
  add(course.timeline, course.work.seconds, end.jobs.times);
  add(course.work, {.seconds = end.seconds,
                    .process_seconds = work.train_seconds + work.checkpoint_seconds,
                    .bytes_read = work.bytes_read,
                    .bytes_written = work.bytes_written});
  course.checkpoint_seconds += work.checkpoint_seconds;
  if (!end.complete) {
    bench.workspace.write(sessions, to_text(course));
    return std::nullopt;
  }
  count_batches(course, costs_of(trial, training));
  bench.workspace.write(done, to_text(course));
  return course;
}

bool train_floors(const ComparisonBench& bench, const Trial& trial, const std::vector<Floor>& floors) {
  std::vector<ScratchTraining> trainings;
  trainings.reserve(floors.size());
  for (const auto& floor : floors) trainings.push_back(floor.training);
  return train_from_scratch(bench, trainings, *trial.data, "training the floors").complete;
}

}  // namespace expunge
