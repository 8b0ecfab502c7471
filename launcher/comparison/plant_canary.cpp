// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/plant_canary.hpp"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "framework/core/error.hpp"

namespace expunge {

PlantingResult plant_canary(const Dataset& data, Canary canary, const Key& seed, const TrainingConfiguration& c) {
  if (canary.slice > c.slices)
    throw UsageError(
        fmt::format("--canary: slice={}: the run has {} slices, 1 to {}", canary.slice, c.slices, c.slices));
  if (canary.slice == 0) canary.slice = (c.slices + 1) / 2;
  if (canary.size == 0)
    canary.size = std::max<std::uint64_t>(1, data.size() / (std::uint64_t{c.shards} * c.slices) / 2);
  const Partitioner partitioner(seed, c.shards, c.slices);
  // A name misses all of n tries with probability (1 - 1/R)^n.
  const std::string subject = canary_subject(
      [&](const std::string& name) { return partitioner.cell_of_subject(name).slice.value() == canary.slice; },
      std::uint64_t{c.slices} * 100);
  const auto poisoned =
      std::make_shared<PoisonedDataset>(data, canary, subject, seed.derive("expunge/comparison/canary/v1"), c.classes);
  std::set<std::int32_t> flipped;
  for (const auto row : poisoned->poisoned()) flipped.insert(data.label(row));
  const Cell cell = partitioner.cell_of_subject(subject);
  PlantingResult result;
  result.data = poisoned;
  result.canary = {
      canary, {poisoned->poisoned().size(), cell.shard.value(), cell.slice.value()}, {flipped.begin(), flipped.end()}};
  result.request.id = "canary";
  result.request.selector = SubjectSelector{subject};
  return result;
}

}  // namespace expunge
