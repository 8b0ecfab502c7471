// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <ctime>
#include <functional>
#include <vector>

#include <benchmark/benchmark.h>

namespace expunge::bench {

/// What a piece of work is timed with. kProcessor: the processor time of this process, which a neighbour's load hardly
/// touches: for pure computing. kWall: for all that waits for a disk.
enum class Clock { kProcessor, kWall };

[[nodiscard]] inline double now(Clock clock) {
  timespec time{};
  ::clock_gettime(clock == Clock::kProcessor ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

[[nodiscard]] inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Times `work` and `floor`, what it can't do without, by turns: a block of passes of one, a block of the other, some
/// milliseconds each, for as long as the benchmark lasts. Reports medians over the blocks: `us` and `floor_us`, the
/// time of one pass in microseconds, and `ratio`. The two halves of a pair see the same machine, so that the ratio
/// stands on one that is busy, where the times don't. An iteration is a pair of blocks.
inline void compare(benchmark::State& state, Clock clock, const std::function<void()>& work,
                    const std::function<void()>& floor) {
  const auto block_seconds = [&](const std::function<void()>& pass, int passes) {
    const double start = now(clock);
    for (int i = 0; i < passes; ++i) pass();
    return now(clock) - start;
  };
  constexpr double kBlockSeconds = 0.004;
  const auto passes_in_a_block = [&](const std::function<void()>& pass) {
    pass();  // whatever is made once
    const double once = std::min({block_seconds(pass, 1), block_seconds(pass, 1), block_seconds(pass, 1)});
    return static_cast<int>(std::clamp(kBlockSeconds / std::max(once, 1e-7), 1.0, 1e5));
  };
  const int work_passes = passes_in_a_block(work);
  const int floor_passes = passes_in_a_block(floor);
  std::vector<double> times;
  std::vector<double> floors;
  std::vector<double> ratios;
  for (auto _ : state) {
    floors.push_back(block_seconds(floor, floor_passes) / floor_passes);
    times.push_back(block_seconds(work, work_passes) / work_passes);
    ratios.push_back(times.back() / floors.back());
    state.SetIterationTime(times.back() * work_passes + floors.back() * floor_passes);
  }
  state.counters["us"] = 1e6 * median(times);
  state.counters["floor_us"] = 1e6 * median(floors);
  state.counters["ratio"] = median(ratios);
}

}  // namespace expunge::bench
