// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/stage_plan.hpp"

#include <algorithm>
#include <utility>

namespace expunge {

namespace {

__extension__ using Wide = unsigned __int128;

}  // namespace

std::uint64_t stage_visits(const TrainingConfiguration& configuration, std::uint64_t samples) {
  Wide numerator = Wide{samples} * static_cast<std::uint64_t>(configuration.epoch_millionths);
  Wide denominator = 1'000'000;
  if (configuration.slicing == Slicing::kCumulative) {
    numerator *= 2;
    denominator *= configuration.slices + 1ULL;
  }
  return static_cast<std::uint64_t>((numerator + denominator - 1) / denominator);
}

std::vector<std::uint32_t> epoch_order(std::span<const SampleId> ids, const Key& key) {
  struct Place {
    std::uint64_t value;
    std::uint64_t id;
    std::uint32_t index;
  };
  std::vector<Place> places;
  places.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    places.push_back({key.draw(ids[i].value()), ids[i].value(), static_cast<std::uint32_t>(i)});
  // Two equal draws, once in 2^64 pairs, are told apart by the id: still a function of the two samples alone.
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return std::pair(a.value, a.id) < std::pair(b.value, b.id); });
  std::vector<std::uint32_t> order;
  order.reserve(places.size());
  for (const auto& place : places) order.push_back(place.index);
  return order;
}

std::vector<BatchRange> batches_of_epoch(std::uint64_t places, std::uint64_t batch_size, bool no_single) {
  std::vector<BatchRange> batches;
  for (std::uint64_t first = 0; first < places; first += batch_size)
    batches.push_back({first, std::min(batch_size, places - first), true});
  if (no_single && !batches.empty() && batches.back().size == 1) {
    if (batches.size() > 1) {
      batches.pop_back();
      ++batches.back().size;
    } else {
      batches.back().trained = false;
    }
  }
  return batches;
}

}  // namespace expunge
