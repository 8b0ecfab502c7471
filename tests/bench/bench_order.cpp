// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// What a training does besides its steps, per epoch and per batch: the order of an epoch over a plain sort of as many
// values that are there already; bytes into floats over a copy of the floats; embedded digits over copying them.

#include <algorithm>
#include <cstring>
#include <numeric>

#include <benchmark/benchmark.h>

#include "framework/data/dataset.hpp"
#include "framework/model/input.hpp"
#include "shards/train/stage_plan.hpp"
#include "tests/bench/paired_timing.hpp"

namespace expunge {
namespace {

void order_over_sort(benchmark::State& state, std::uint64_t samples) {
  std::vector<SampleId> ids;
  std::vector<std::uint64_t> values;
  const Key key = Key::parse("7");
  for (std::uint64_t i = 0; i < samples; ++i) {
    ids.emplace_back(i);
    values.push_back(key.draw(i));
  }
  std::vector<std::uint64_t> sorted;
  bench::compare(
      state, bench::Clock::kProcessor, [&] { benchmark::DoNotOptimize(epoch_order(ids, key)); },
      [&] {
        sorted = values;
        std::sort(sorted.begin(), sorted.end());
        benchmark::DoNotOptimize(sorted.data());
      });
}

void input_over_copy(benchmark::State& state, std::size_t rows, std::size_t width) {
  const Bytes features(rows * width, std::byte{0x5a});
  std::vector<float> batch(rows * width);
  std::vector<float> copy(rows * width);
  bench::compare(
      state, bench::Clock::kProcessor,
      [&] {
        for (std::size_t row = 0; row < rows; ++row)
          to_input(ByteView(features).subspan(row * width, width), FeatureType::kU8, Normalisation{},
                   std::span(batch).subspan(row * width, width));
        benchmark::ClobberMemory();
      },
      [&] {
        std::memcpy(copy.data(), batch.data(), batch.size() * sizeof(float));
        benchmark::ClobberMemory();
      });
}

void digits_over_copy(benchmark::State& state, std::uint64_t rows) {
  const auto data = open_dataset(Spec::parse("digits:12000,seed=7", "data"));
  Bytes painted(rows * data->row_bytes());
  Bytes copy(painted.size());
  bench::compare(
      state, bench::Clock::kProcessor, [&] { data->gather_range(0, rows, painted); },
      [&] {
        std::memcpy(copy.data(), painted.data(), painted.size());
        benchmark::ClobberMemory();
      });
}

void register_all() {
  const auto add = [](const char* name, auto function) {
    benchmark::RegisterBenchmark(name, function)->UseManualTime();
  };
  add("order/50000-ids", [](auto& state) { order_over_sort(state, 50000); });
  add("input/32-rows-of-784-bytes", [](auto& state) { input_over_copy(state, 32, 784); });
  add("digits/100-rows", [](auto& state) { digits_over_copy(state, 100); });
}

}  // namespace
}  // namespace expunge

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  expunge::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
