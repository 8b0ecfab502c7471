// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// The live root of 15 000 references over hashing each of them once, which no tree can do without; what a tree that
// grows in four parts, as a shard's does stage after stage, costs over one that is made at once; a proof and its check;
// and all that a shard's provenance says of its live samples over the tree alone.

#include <cstdint>
#include <span>
#include <vector>

#include <benchmark/benchmark.h>

#include "framework/data/dataset.hpp"
#include "shards/checkpoint/live_tree.hpp"
#include "shards/checkpoint/live_tree_hash.hpp"
#include "shards/partition/references.hpp"
#include "shards/train/live_roots.hpp"
#include "tests/bench/paired_timing.hpp"

namespace expunge {
namespace {

constexpr std::uint64_t kReferences = 15000;
constexpr std::uint32_t kParts = 4;

std::vector<Digest> drawn(std::uint64_t count) {
  const References references(Key::parse("7"));
  std::vector<Digest> drawn;
  for (std::uint64_t i = 0; i < count; ++i) drawn.push_back(references.of_sample(SampleId(i)));
  return drawn;
}

/// Inserts in `parts` parts and asks for the root after each.
void grow(std::span<const Digest> references, std::uint32_t parts) {
  LiveTree tree;
  for (std::uint32_t part = 0; part < parts; ++part) {
    const std::size_t begin = references.size() * part / parts;
    const std::size_t end = references.size() * (part + 1) / parts;
    tree.insert(references.subspan(begin, end - begin));
    benchmark::DoNotOptimize(tree.root());
  }
}

void hash_once(std::span<const Digest> references) {
  for (const auto& reference : references) benchmark::DoNotOptimize(live_tree::leaf_hash(reference));
}

void tell_each(benchmark::State& state, std::uint64_t references = kReferences) {
  state.counters["us_each"] = state.counters["us"] / static_cast<double>(references);
}

void root_over_hashing(benchmark::State& state) {
  const auto references = drawn(kReferences);
  bench::compare(
      state, bench::Clock::kProcessor, [&] { grow(references, 1); }, [&] { hash_once(references); });
  tell_each(state);
}

void parts_over_whole(benchmark::State& state) {
  const auto references = drawn(kReferences);
  bench::compare(
      state, bench::Clock::kProcessor, [&] { grow(references, kParts); }, [&] { grow(references, 1); });
  tell_each(state);
}

void proof_over_hashing(benchmark::State& state) {
  const auto references = drawn(kReferences);
  LiveTree tree;
  tree.insert(references);
  const Digest root = tree.root();
  std::size_t next = 0;
  bench::compare(
      state, bench::Clock::kProcessor,
      [&] {
        const Digest& reference = references[next++ % references.size()];
        benchmark::DoNotOptimize(check_live_proof(tree.prove(reference), reference, root));
      },
      [&] { benchmark::DoNotOptimize(live_tree::leaf_hash(references[next++ % references.size()])); });
  tell_each(state, 1);
}

void provenance_over_tree(benchmark::State& state) {
  const Key seed = Key::parse("7");
  const auto data = open_dataset(Spec::parse("digits:15000,seed=7", "data"));
  const Partition partition(Partitioner(seed, 1, kParts), *data);
  const auto references = drawn(kReferences);
  bench::compare(
      state, bench::Clock::kProcessor,
      [&] {
        LiveRoots roots(*data, partition, ShardId(0), Slicing::kCumulative, seed);
        benchmark::DoNotOptimize(roots.root(SliceId(kParts)));
      },
      [&] { grow(references, kParts); });
  tell_each(state);
}

void register_all() {
  const auto add = [](const char* name, auto function) {
    benchmark::RegisterBenchmark(name, function)->UseManualTime();
  };
  add("live-tree/15000-references", root_over_hashing);
  add("live-tree/in-4-parts", parts_over_whole);
  add("live-tree/proof", proof_over_hashing);
  add("live-tree/provenance-of-4-stages", provenance_over_tree);
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
