// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include <doctest/doctest.h>

#include "shards/verify/shard_check.hpp"
#include "tests/shards/journal/small_journal.hpp"
#include "tests/shards/verify/verified_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

using Kinds = std::vector<std::string>;

/// What training stage 3 without one sample of slice 2 ends in.
ModelState retrained_state() {
  VerifiedRun run(Slicing::kSequential);
  run.remove_one_of(2);
  run.train(true);
  return read_slice(run.slice(3), std::nullopt).state;
}

/// A run that forgot one sample of slice 2 and serves `state`.
VerifiedRun& approximated(VerifiedRun& run, const ModelState& state,
                          const std::function<void(SliceFile&)>& change = {}) {
  run.remove_one_of(2);
  run.approximate(state, change);
  return run;
}

/// What a check finds when what is served was written otherwise.
std::string found_with(const std::function<void(SliceFile&)>& change) {
  VerifiedRun run(Slicing::kSequential);
  return text_of(approximated(run, read_slice(run.slice(3), std::nullopt).state, change).check().findings);
}

/// Batches of these methods, each of which took a sample from slice 2 of shard 0, or none if it heals; completed,
/// unless it is the last and `last_is_pending`.
Approximations journal_of(const std::vector<std::string>& methods, bool last_is_pending = false) {
  const TemporaryFolder folder;
  std::vector<JournalEntry> entries;
  for (std::uint64_t batch = 1; batch <= methods.size(); ++batch) {
    BatchAccepted accepted;
    accepted.batch = batch;
    accepted.method = methods[batch - 1];
    if (accepted.method != "heal") {
      AcceptedRequest request;
      request.id = "r-" + std::to_string(batch);
      request.requested = 1;
      request.cells = {{{VerifiedRun::kShard, SliceId(2)}, {{batch, batch + 1}}, {}, {}}};
      accepted.requests = {request};
    }
    entries.emplace_back(accepted);
    if (batch == methods.size() && last_is_pending) break;
    entries.emplace_back(BatchPublished{{batch}, {}});
    entries.emplace_back(BatchCompleted{{batch}});
  }
  Journal journal;
  journal.append(system_files(), folder / "journal.jsonl", std::move(entries), kFirstOfMarch);
  return Approximations(journal);
}

/// What a journal of these methods says against an approximation by these batches, by the last one's method.
std::string said_against(const std::vector<std::string>& methods, const std::vector<std::uint64_t>& batches,
                         const std::string& method, std::uint64_t respects = 9) {
  ShardRecord record;
  record.shard = VerifiedRun::kShard;
  record.respects = respects;
  Approximation& it = record.approximation.emplace();
  it.method = method;
  it.guarantee = "heuristic";
  it.batches = batches;
  it.served.emplace().stage = SliceId(3);
  return text_of(approximation_contradictions("/run", record, 3, journal_of(methods)));
}

}  // namespace

TEST_CASE("a shard that serves an approximation is told as that, with its distance from what retraining gives") {
  const ModelState exact = retrained_state();
  ModelState served = exact;
  float value = 0;
  std::memcpy(&value, served.parameters[0].bytes.data(), sizeof value);
  value += 0.5F;
  std::memcpy(served.parameters[0].bytes.data(), &value, sizeof value);
  VerifiedRun run(Slicing::kSequential);
  approximated(run, served);

  const ShardCheck check = run.check();

  CHECK(text_of(check.findings).empty());
  CHECK(check.differences.empty());
  CHECK(check.stages_checked == 1);
  REQUIRE(check.approximation.has_value());
  CHECK(check.approximation->method == VerifiedRun::kMethod);
  CHECK(check.approximation->guarantee == "heuristic");
  CHECK(check.approximation->batches == std::vector<std::uint64_t>{1});
  REQUIRE(check.approximation->distance.has_value());
  CHECK(check.approximation->distance->l2 == doctest::Approx(0.5).epsilon(1e-6));
  CHECK(check.approximation->distance->largest == check.approximation->distance->l2);
  CHECK(check.approximation->distance->relative > 0);
  const Approximation it = *run.record().approximation;
  CHECK(check.approximation->kept_files == std::vector<std::string>{"shards/0000/" + it.tail[0].slice.file.name,
                                                                    "shards/0000/" + it.tail[0].offsets[0].name,
                                                                    "shards/0000/" + it.served->file.name});
}

TEST_CASE("an approximation that ends in the bits of a retraining has no distance, and stays an approximation") {
  VerifiedRun run(Slicing::kSequential);

  const ShardCheck check = approximated(run, retrained_state()).check();

  REQUIRE(check.approximation.has_value());
  REQUIRE(check.approximation->distance.has_value());
  CHECK(check.approximation->distance->l2 == 0);
  CHECK(check.findings.empty());
}

TEST_CASE("the exact stages of an approximate shard are replayed as ever, and a forged one is found") {
  VerifiedRun run(Slicing::kSequential);
  approximated(run, retrained_state());
  SliceFile forged = read_slice(run.slice(1), std::nullopt);
  forged.state.parameters[0].bytes[0] ^= std::byte{1};
  run.forge(1, forged);

  const ShardCheck check = run.check();

  REQUIRE(check.differences.size() == 1);
  CHECK(check.differences[0].stage.stage == SliceId(1));
}

TEST_CASE("what is not retrained from the start has no distance: a challenge leaves approximate stages out") {
  VerifiedRun run(Slicing::kSequential);
  approximated(run, retrained_state());
  ShardTask task = run.whole_task();
  task.from_scratch = false;
  task.stages = {SliceId(1)};

  const ShardCheck check = run.check(task);

  CHECK(check.stages_checked == 1);
  REQUIRE(check.approximation.has_value());
  CHECK_FALSE(check.approximation->distance.has_value());
  CHECK(task.untainted == 1);
}

TEST_CASE("a distance costs the shard's whole training, and its size as a job says so") {
  VerifiedRun run(Slicing::kSequential);
  approximated(run, retrained_state());
  const Partition live = run.live();
  const Device device;
  const Digest fingerprint = digest_filled_with(0x5a);
  const ShardCheckSetting setting{run.path(), run.configuration(), run.seed(), device, fingerprint,
                                  true,       &run.data(),         &live,      true};
  ShardTask stale = run.whole_task();
  stale.served_is_stale = true;

  CHECK(task_visits(setting, run.whole_task()) == run.check().sample_gradients);
  CHECK(task_visits(setting, stale) == run.record().slices[0].sample_gradients);
}

TEST_CASE("what is served must say that it is approximate, by the method on record, and for the live samples") {
  CHECK(contains(found_with([](SliceFile& file) { file.provenance.approximation.clear(); }),
                 "it claims to be exact, and is on record as what 'deepobliviate:epsilon=0.2' made"));
  CHECK(contains(found_with([](SliceFile& file) { file.provenance.approximation = "finetune"; }),
                 "it says that 'finetune' made it, and is on record as what 'deepobliviate:epsilon=0.2' made"));
  CHECK(contains(found_with([](SliceFile& file) { ++file.provenance.samples; }),
                 "it is the answer for other samples than the live ones"));
  CHECK(contains(found_with([](SliceFile& file) { file.provenance.live_root = digest_filled_with(1); }),
                 "live_root is 0101"));
  CHECK(contains(found_with([](SliceFile& file) { file.provenance.shard = ShardId(1); }), "it is another shard's"));
  CHECK(contains(found_with([](SliceFile& file) { file.provenance.configuration = digest_filled_with(1); }),
                 "it was made under another configuration"));
  CHECK(found_with([](SliceFile&) {}).empty());
}

TEST_CASE("what a record claims of the state served is held against the live samples") {
  VerifiedRun run(Slicing::kSequential);
  approximated(run, retrained_state());
  const auto found_after = [&](const auto& change) {
    ShardTask task = run.whole_task();
    task.from_scratch = false;
    change(*task.record->approximation);
    return text_of(run.check(task).findings);
  };

  CHECK(contains(found_after([](Approximation& it) { ++it.served->samples; }), "served: samples is "));
  CHECK(contains(found_after([](Approximation& it) { it.served->live_root = digest_filled_with(9); }),
                 "served: live_root is 0909"));
  CHECK(contains(found_after([](Approximation& it) { it.served->model = digest_filled_with(9); }),
                 "its state is not the one on record"));
  CHECK(contains(found_after([](Approximation& it) { ++it.tail[0].slice.file.bytes; }), "tail stage 2: bytes is "));
  CHECK(contains(found_after([](Approximation& it) { it.tail[0].offsets[0] = it.tail[0].slice.file; }),
                 "it claims to be exact, and is on record as an offset"));
}

TEST_CASE("files of an approximation that are missing or damaged are named") {
  VerifiedRun missing(Slicing::kSequential);
  approximated(missing, retrained_state());
  VerifiedRun damaged(Slicing::kSequential);
  approximated(damaged, retrained_state());
  const std::string tail = missing.record().approximation->tail[0].slice.file.name;
  const std::string offset = damaged.record().approximation->tail[0].offsets[0].name;
  std::filesystem::remove(missing.folder() / tail);
  Bytes bytes = read_file(damaged.folder() / offset);
  bytes[bytes.size() / 2] ^= std::byte{1};
  put_bytes(damaged.folder() / offset, bytes);

  const ShardCheck of_missing = missing.check();
  const ShardCheck of_damaged = damaged.check();

  REQUIRE(kinds(of_missing.findings) == Kinds{"missing-file"});
  CHECK(of_missing.findings[0].file == "shards/0000/" + tail);
  REQUIRE(kinds(of_damaged.findings) == Kinds{"damaged-file"});
  CHECK(of_damaged.findings[0].file == "shards/0000/" + offset);
}

TEST_CASE("an approximation whose samples are to be forgotten since is stale, and its distance says nothing") {
  VerifiedRun run(Slicing::kSequential);
  approximated(run, retrained_state());
  run.remove_one_of(3);
  ShardTask task = run.whole_task();
  task.served_is_stale = true;

  const ShardCheck check = run.check(task);

  CHECK(kinds(check.findings) == Kinds{"stale-shard", "stale-file"});
  CHECK(check.findings[1].file == "shards/0000/" + run.record().approximation->served->file.name);
  CHECK_FALSE(check.approximation->distance.has_value());
  CHECK(check.stages_checked == 1);
}

TEST_CASE("a stage on record as exact whose file says that a method made it is found") {
  VerifiedRun run(Slicing::kSequential);
  SliceFile file = read_slice(run.slice(2), std::nullopt);
  file.provenance.approximation = "finetune";
  run.forge(2, file);

  CHECK(
      contains(text_of(run.check().findings), "it is on record as exact, and says of itself that 'finetune' made it"));
}

TEST_CASE("an approximation that the journal knows contradicts nothing") {
  CHECK(said_against({"finetune"}, {1}, "finetune").empty());
  CHECK(said_against({"exact", "finetune", "neggrad"}, {2, 3}, "neggrad").empty());
  CHECK(said_against({"finetune", "heal", "neggrad"}, {3}, "neggrad").empty());
  // The second method may have come to an exact state.
  CHECK(said_against({"finetune", "deepobliviate:epsilon=0", "neggrad"}, {3}, "neggrad").empty());
}

TEST_CASE("an approximation that contradicts the journal is found, with the batch that it is about") {
  CHECK(contains(said_against({"finetune"}, {2}, "finetune"), "record shards/0000/shard.json: batch 2 is not in the"));
  CHECK(contains(said_against({"exact"}, {1}, "exact"), "batch 1 was accepted to be forgotten exactly"));
  CHECK(contains(said_against({"finetune", "exact"}, {1}, "finetune"),
                 "batch 1 is forgotten exactly since batch 2 was carried out: this is an old copy that was put back"));
  CHECK(contains(said_against({"finetune", "heal"}, {1}, "finetune"), "batch 1 is forgotten exactly since batch 2"));
  CHECK(contains(said_against({"finetune", "heal", "neggrad"}, {1, 3}, "neggrad"), "batch 1 is forgotten exactly"));
  CHECK(contains(said_against({"finetune", "neggrad", "cf-k"}, {1, 3}, "cf-k"),
                 "batch 2 was forgotten approximately since batch 1, and it does not say so"));
  CHECK(contains(said_against({"finetune"}, {1}, "neggrad"), "its method is 'neggrad', and batch 1 was accepted by"));
  CHECK(contains(said_against({"finetune"}, {1}, "finetune", 0), "and the record respects 0 batches"));
}

TEST_CASE("an approximation that serves nothing, or tags by batches that are not its own, is found") {
  VerifiedRun run(Slicing::kSequential);
  approximated(run, retrained_state());
  ShardRecord record = run.record();
  const Approximations journal = journal_of({VerifiedRun::kMethod, VerifiedRun::kMethod});
  const Approximations pending = journal_of({VerifiedRun::kMethod, VerifiedRun::kMethod}, true);
  const auto said = [&](const Approximations& of) {
    return text_of(approximation_contradictions(run.path(), record, 3, of));
  };

  CHECK(said(pending).empty());
  record.respects = 2;
  CHECK(contains(said(journal), "batch 2 was forgotten approximately since batch 1"));
  record.respects = 1;
  record.approximation->tail[0].tainted_by = {1, 2};
  CHECK(contains(said(pending), "tail stage 2 is tagged by batch 2, which is none of those"));
  record.approximation->tail[0].tainted_by = {1};
  record.approximation->served.reset();
  CHECK(contains(said(pending), "its approximation serves nothing"));
}
