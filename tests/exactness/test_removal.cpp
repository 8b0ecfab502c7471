// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Trained on a data set from which samples were removed, every stage that never saw them has the same bits.
#include <set>

#include <doctest/doctest.h>

#include "tests/support/random_training.hpp"
#include "tests/support/step_recorder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

Cell cell_of(const RandomTraining& t, const MemorySample& sample) {
  const Partitioner partitioner(t.seed, t.configuration.shards, t.configuration.slices);
  return t.data.has_subjects() ? partitioner.cell_of_subject(sample.subject)
                               : partitioner.cell_of_id(SampleId(sample.id));
}

enum class Deleted { kFew, kSlice, kShard, kClass, kSubject, kAllButOne };
constexpr Deleted kKinds[] = {Deleted::kFew,   Deleted::kSlice,   Deleted::kShard,
                              Deleted::kClass, Deleted::kSubject, Deleted::kAllButOne};

std::set<std::uint64_t> draw_deleted(const RandomTraining& t, Deleted kind, Choices& choices) {
  const auto& samples = t.data.samples();
  const MemorySample& chosen = samples[choices.below(samples.size())];
  const Cell cell = cell_of(t, chosen);
  const Key coin({choices.below(1'000'000'000), 3});
  std::set<std::uint64_t> deleted{chosen.id};
  for (const auto& sample : samples) {
    const Cell own = cell_of(t, sample);
    const bool matches = kind == Deleted::kFew       ? coin.draw(sample.id) % 16 == 0
                         : kind == Deleted::kSlice   ? own == cell
                         : kind == Deleted::kShard   ? own.shard == cell.shard
                         : kind == Deleted::kClass   ? sample.label == chosen.label
                         : kind == Deleted::kSubject ? sample.subject == chosen.subject
                                                     : true;
    if (matches) deleted.insert(sample.id);
  }
  if (kind == Deleted::kAllButOne) deleted.erase(chosen.id);
  return deleted;
}

/// The first stage of `shard` that saw one of `deleted`; R + 1 where none did.
std::uint32_t first_touched(const RandomTraining& t, ShardId shard, const std::set<std::uint64_t>& deleted) {
  std::uint32_t first = t.configuration.slices + 1;
  for (const auto& sample : t.data.samples()) {
    const Cell cell = cell_of(t, sample);
    if (cell.shard == shard && deleted.contains(sample.id)) first = std::min(first, cell.slice.value());
  }
  return first;
}

}  // namespace

TEST_CASE("removing samples changes no bit of a stage that never saw them, and changes the first one that did") {
  std::uint64_t untouched = 0;
  std::uint64_t touched = 0;
  for (std::uint64_t round = 0; round < 240; ++round) {
    Choices choices(round);
    const RandomTraining t = random_training(choices);
    const Deleted kind = kKinds[round % std::size(kKinds)];
    const auto deleted = draw_deleted(t, kind, choices);
    INFO("round ", round, ", deleted set of kind ", static_cast<int>(kind), ": ", t.text());
    const MemoryDataset left = t.data.without([&](const auto& sample) { return deleted.contains(sample.id); });

    for (std::uint32_t k = 0; k < t.configuration.shards; ++k) {
      CAPTURE(k);
      const std::uint32_t first = first_touched(t, ShardId(k), deleted);
      CAPTURE(first);
      StepRecorder steps;

      const auto with = train_in_memory(t.configuration, t.seed, ShardId(k), t.data, &steps);
      const auto removed = train_in_memory(t.configuration, t.seed, ShardId(k), left);

      for (std::uint32_t r = 0; r < first; ++r) {
        CAPTURE(r);
        CHECK(model_digest(with[r]) == model_digest(removed[r]));
        CHECK(with[r] == removed[r]);
        ++untouched;
      }
      if (first > t.configuration.slices) continue;
      const auto visits = steps.visits(SliceId(first));
      const bool visited = std::ranges::any_of(deleted, [&](auto id) { return visits.contains(id); });
      if (!visited) continue;
      CHECK(model_digest(with[first]) != model_digest(removed[first]));
      ++touched;
    }
  }
  // Neither half of the promise is empty.
  CHECK(untouched > 600);
  CHECK(touched > 200);
}
