// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Writing, reading and hashing a checkpoint, over what the disk needs for the same bytes. The floor of writing is the
// plain publication of as many bytes: write, fsync, rename, fsync of the folder. The floor of reading is reading the
// file, and that of hashing is a copy in memory. EXPUNGE_BENCH_FOLDER names the folder to write in (default: the
// system's temporary one, which may be no disk at all).

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <benchmark/benchmark.h>

#include "framework/device/numerics.hpp"
#include "framework/io/file_system.hpp"
#include "shards/checkpoint/slice_file.hpp"
#include "shards/train/initial_state.hpp"
#include "tests/bench/paired_timing.hpp"
#include "tests/support/temporary_folder.hpp"

namespace expunge {
namespace {

/// The state of a freshly initialised model, with SGD's momentum.
SliceFile slice_of(const std::string& model, std::vector<std::int64_t> shape) {
  TrainingConfiguration c;
  c.model = model;
  c.shape = std::move(shape);
  c.classes = 10;
  SliceFile slice;
  slice.state = initial_state(c, Key::parse("7"), ShardId(0));
  slice.provenance.stage = SliceId(1);
  slice.provenance.samples = slice.provenance.visits = slice.provenance.visited = 15000;
  slice.provenance.model = model;
  return slice;
}
SliceFile small() {
  return slice_of("lenet", {1, 28, 28});
}
SliceFile large() {
  return slice_of("mlp:hidden=2048x2048", {1, 28, 28});
}

void tell_bytes(benchmark::State& state, std::uint64_t bytes) {
  state.counters["bytes"] = static_cast<double>(bytes);
}

void write_over_publish(benchmark::State& state, SliceFile slice) {
  const testing::TemporaryFolder folder;
  const Bytes raw(write_slice(system_files(), folder.path(), slice).bytes, std::byte{0x5a});
  bench::compare(
      state, bench::Clock::kWall, [&] { write_slice(system_files(), folder.path(), slice); },
      [&] { publish(system_files(), folder / "raw", raw); });
  tell_bytes(state, raw.size());
}

void read_over_read(benchmark::State& state, SliceFile slice) {
  const testing::TemporaryFolder folder;
  const StoredFile stored = write_slice(system_files(), folder.path(), slice);
  const auto path = folder / stored.name;
  bench::compare(
      state, bench::Clock::kProcessor, [&] { benchmark::DoNotOptimize(read_slice(path, stored.digest)); },
      [&] { benchmark::DoNotOptimize(read_file(path)); });
  tell_bytes(state, stored.bytes);
}

void hash_over_copy(benchmark::State& state, const SliceFile& slice) {
  const testing::TemporaryFolder folder;
  SliceFile written = slice;
  const Bytes image = read_file(folder / write_slice(system_files(), folder.path(), written).name);
  Bytes copy(image.size());
  bench::compare(
      state, bench::Clock::kProcessor, [&] { benchmark::DoNotOptimize(digest_of_bytes(image)); },
      [&] {
        std::memcpy(copy.data(), image.data(), image.size());
        benchmark::ClobberMemory();
      });
  tell_bytes(state, image.size());
}

void register_all() {
  const auto add = [](const std::string& name, void (*function)(benchmark::State&, SliceFile), SliceFile (*slice)()) {
    benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
      function(state, slice());
    })->UseManualTime();
  };
  const auto hash = [](benchmark::State& state, SliceFile slice) { hash_over_copy(state, slice); };
  add("checkpoint/lenet/write", write_over_publish, small);
  add("checkpoint/lenet/read", read_over_read, small);
  add("checkpoint/lenet/hash", hash, small);
  add("checkpoint/mlp-2048x2048/write", write_over_publish, large);
  add("checkpoint/mlp-2048x2048/read", read_over_read, large);
  add("checkpoint/mlp-2048x2048/hash", hash, large);
}

}  // namespace
}  // namespace expunge

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  // TemporaryFolder goes by the system's variable.
  if (const char* folder = std::getenv("EXPUNGE_BENCH_FOLDER")) ::setenv("TMPDIR", folder, 1);
  expunge::set_numerics(1);
  expunge::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
