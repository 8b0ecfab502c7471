// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "shards/train/live_roots.hpp"
#include "shards/train/shard_samples.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const Key kSeed({43, 0});
constexpr std::uint32_t kSlices = 3;
constexpr ShardId kShard{1};

MemoryDataset data_of(bool by_subject) {
  return make_samples(90, {{9}, 3, FeatureType::kF32, by_subject}, 12);
}

TrainingConfiguration configuration_of(const Dataset& data, Slicing slicing) {
  TrainingConfiguration c = small_configuration(data, "logistic", 2, kSlices);
  c.slicing = slicing;
  return c;
}

Cell cell_of(const TrainingConfiguration& c, const MemorySample& sample) {
  const Partitioner partitioner(kSeed, c.shards, c.slices);
  return c.placed_by_subject ? partitioner.cell_of_subject(sample.subject)
                             : partitioner.cell_of_id(SampleId(sample.id));
}

/// All that the state of kShard after `stage` has seen, found without the classes under test: sample by sample.
std::set<Digest> references_seen(const MemoryDataset& data, const TrainingConfiguration& c, std::uint32_t stage) {
  const References references(kSeed);
  std::set<Digest> seen;
  for (const auto& sample : data.samples()) {
    const Cell cell = cell_of(c, sample);
    if (cell.shard != kShard || cell.slice.value() > stage) continue;
    seen.insert(references.of_sample(SampleId(sample.id)));
    if (c.placed_by_subject) seen.insert(references.of_subject(sample.subject));
  }
  return seen;
}

Digest root_over(const std::set<Digest>& references) {
  LiveTree tree;
  tree.insert(std::vector<Digest>(references.begin(), references.end()));
  return tree.root();
}

std::vector<Provenance> provenances(const MemoryDataset& data, const TrainingConfiguration& c) {
  const TemporaryFolder run;
  const ShardOutcome outcome = testing::train_shard(small_context(run.path(), c, kSeed), kShard, data);
  std::vector<Provenance> all;
  for (const auto& line : outcome.record.slices) {
    all.push_back(read_slice(shard_folder(run.path(), kShard) / line.file.name, line.file.digest).provenance);
    CHECK(line.live_root == all.back().live_root);
  }
  return all;
}

}  // namespace

TEST_CASE("a checkpoint's provenance holds the root over all that its state has seen, under both slicings") {
  for (const bool by_subject : {false, true}) {
    for (const Slicing slicing : {Slicing::kCumulative, Slicing::kSequential}) {
      CAPTURE(by_subject);
      CAPTURE(slicing);
      const MemoryDataset data = data_of(by_subject);
      const TrainingConfiguration c = configuration_of(data, slicing);

      const auto found = provenances(data, c);

      REQUIRE(found.size() == kSlices);
      for (std::uint32_t r = 1; r <= kSlices; ++r) {
        CAPTURE(r);
        CHECK(found[r - 1].live_root_scheme == kLiveTreeScheme);
        CHECK(found[r - 1].live_root == root_over(references_seen(data, c, r)));
      }
      CHECK(found[0].live_root != found[2].live_root);
    }
  }
}

TEST_CASE("without a sample the roots of its slice and of all later ones are others, those before it are the same") {
  for (const bool by_subject : {false, true}) {
    CAPTURE(by_subject);
    const MemoryDataset data = data_of(by_subject);
    const TrainingConfiguration c = configuration_of(data, Slicing::kSequential);
    const auto removed = std::ranges::find_if(data.samples(), [&](const auto& sample) {
      return cell_of(c, sample) == Cell{kShard, SliceId(2)};
    });
    REQUIRE(removed != data.samples().end());
    const MemoryDataset fewer = data.without([&](const MemorySample& sample) { return sample.id == removed->id; });

    const auto before = provenances(data, c);
    const auto after = provenances(fewer, c);

    CHECK(before[0].live_root == after[0].live_root);
    CHECK(before[1].live_root != after[1].live_root);
    CHECK(before[2].live_root != after[2].live_root);
  }
}

TEST_CASE("a person's absence is proven under the root of a shard in which no sample of theirs is left") {
  const MemoryDataset data = data_of(true);
  const TrainingConfiguration c = configuration_of(data, Slicing::kCumulative);
  const auto someone =
      std::ranges::find_if(data.samples(), [&](const auto& sample) { return cell_of(c, sample).shard == kShard; });
  const std::string subject = someone->subject;
  const Digest reference = References(kSeed).of_subject(subject);
  const MemoryDataset fewer = data.without([&](const MemorySample& sample) { return sample.subject == subject; });
  const auto tree_of = [&](const MemoryDataset& samples) {
    const Partition partition = partition_of(c, kSeed, samples);
    LiveTree tree;
    for (std::uint32_t r = 1; r <= kSlices; ++r)
      tree.insert(slice_references(samples, partition.rows(kShard, SliceId(r)), References(kSeed)));
    return tree;
  };

  const LiveProof before = tree_of(data).prove(reference);
  const LiveProof after = tree_of(fewer).prove(reference);

  CHECK(before.member);
  CHECK(check_live_proof(before, reference, provenances(data, c).back().live_root));
  CHECK_FALSE(after.member);
  CHECK(check_live_proof(after, reference, provenances(fewer, c).back().live_root));
}

TEST_CASE("a subject's reference is there once, however many samples it has, and only where the data has subjects") {
  const MemoryDataset with = data_of(true);
  const MemoryDataset without = data_of(false);
  std::vector<std::uint64_t> rows(with.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) rows[row] = row;

  const auto found = slice_references(with, rows, References(kSeed));

  CHECK(found.size() == with.size() + with.subjects().size());
  CHECK(with.subjects().size() < with.size());
  CHECK(std::set<Digest>(found.begin(), found.end()).size() == found.size());
  CHECK(slice_references(without, rows, References(kSeed)).size() == without.size());
  CHECK(slice_references(with, {}, References(kSeed)).empty());
}

TEST_CASE("references are the digests that the format's description says: computed from it in another language") {
  const References references(Key::parse("7"));

  CHECK(references.of_sample(SampleId(5)).hex() == "7483a446bda277f8c092c2867e6cb348cb9ef519220eafd337f6f262e7b3866e");
  CHECK(references.of_subject("anna@example.org").hex() ==
        "eeb1145e32aa99c19d327376ad39ebce3c37848aeee9cdc990ca7cd3557e2ae4");
}

TEST_CASE("roots and set digests are the same in whatever order stages are asked for") {
  for (const Slicing slicing : {Slicing::kCumulative, Slicing::kSequential}) {
    CAPTURE(slicing);
    const MemoryDataset data = data_of(true);
    const TrainingConfiguration c = configuration_of(data, slicing);
    const Partition partition = partition_of(c, kSeed, data);
    LiveRoots upward(data, partition, kShard, slicing, kSeed);
    LiveRoots downward(data, partition, kShard, slicing, kSeed);
    const ShardSamples samples(data, partition, kShard);
    std::vector<Digest> down(kSlices);

    for (std::uint32_t r = kSlices; r > 0; --r) down[r - 1] = downward.root(SliceId(r));

    for (std::uint32_t r = 1; r <= kSlices; ++r) {
      CHECK(upward.root(SliceId(r)) == down[r - 1]);
      CHECK(upward.live(SliceId(r)) == downward.live(SliceId(r)));
      const auto range = samples.stage_range(SliceId(r), slicing == Slicing::kCumulative);
      SetDigest live;
      for (const auto id : samples.ids().subspan(range.begin, range.size()))
        live.insert(References(kSeed).of_sample(id));
      CHECK(upward.live(SliceId(r)) == live);
    }
  }
}

TEST_CASE("a slice file without a live root, with another one or under an unknown scheme is not gone on from") {
  const MemoryDataset data = data_of(false);
  const TrainingConfiguration c = configuration_of(data, Slicing::kCumulative);
  const TemporaryFolder run;
  const ShardContext context = small_context(run.path(), c, kSeed);
  ShardHooks one_stage;
  one_stage.stop = [] { return StopRequest::kAfterStage; };
  const ShardRecord record = testing::train_shard(context, kShard, data, one_stage).record;
  REQUIRE(record.slices.size() == 1);
  const auto folder = shard_folder(run.path(), kShard);
  const SliceFile good = read_slice(folder / record.slices[0].file.name, std::nullopt);
  const auto refusal = [&](std::string scheme, const Digest& root) {
    SliceFile file = good;
    file.provenance.live_root_scheme = std::move(scheme);
    file.provenance.live_root = root;
    ShardRecord changed = record;
    changed.slices[0].file = write_slice(system_files(), folder, file);
    write_shard_record(system_files(), run.path(), changed);
    const std::string message = failure_of([&] { (void)testing::train_shard(context, kShard, data); });
    if (!message.empty()) CHECK(contains(message, (folder / changed.slices[0].file.name).string()));
    return message;
  };

  CHECK(contains(refusal("none", Digest{}), "it has no live root"));
  CHECK(contains(refusal("expunge-sparse-merkle-v9", good.provenance.live_root), "'expunge-sparse-merkle-v9'"));
  CHECK(contains(refusal(std::string(kLiveTreeScheme), digest_filled_with(3)), "other samples"));
  CHECK(refusal(std::string(kLiveTreeScheme), good.provenance.live_root).empty());
}
