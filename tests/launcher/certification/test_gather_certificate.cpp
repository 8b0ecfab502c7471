// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "launcher/certification/exact_course.hpp"
#include "launcher/certification/gather_certificate.hpp"
#include "shards/certificate/certificate_check.hpp"
#include "shards/checkpoint/generation.hpp"
#include "tests/launcher/coordinator/coordinated_run.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using testing::contains;
using testing::CoordinatedRun;
using testing::digest_filled_with;

namespace {

constexpr Moment kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours(12)};
constexpr const char* kMethod = "finetune:epochs=2";

/// A run whose request r-1 took a sample from slice 2 of shard 0, exactly; and what its journal would say had it been
/// otherwise.
class CertifiedRun {
 public:
  CertifiedRun() {
    run_.train_all();
    const auto coordinator = run_.coordinator();
    const std::vector<Request> requests{testing::request_of("r-1", {run_.ids(0, 2).front()})};
    (void)coordinator->accept(requests, "requests");
    (void)coordinator->recover();
  }

  [[nodiscard]] std::vector<JournalEntry> entries() const {
    std::vector<JournalEntry> entries;
    const RunRecords records = run_.records();
    for (const auto& line : records.journal.lines()) entries.push_back(line.entry);
    return entries;
  }

  /// As an approximate method leaves it: it serves another state, and keeps one file that saw the sample.
  [[nodiscard]] std::vector<JournalEntry> approximate() const {
    auto entries = this->entries();
    for (auto& entry : entries) {
      if (auto* accepted = std::get_if<BatchAccepted>(&entry)) accepted->method = kMethod;
      if (auto* retrained = std::get_if<BatchRetrained>(&entry)) retrained->after.at(0).model = kServed;
      if (auto* published = std::get_if<BatchPublished>(&entry)) published->after.at(0).model = kServed;
      if (auto* erased = std::get_if<BatchErased>(&entry)) erased->files.at(0).fate = kKeptFate;
    }
    return entries;
  }

  /// The same after `expunge unlearn --heal`.
  [[nodiscard]] std::vector<JournalEntry> healed() const {
    auto entries = approximate();
    const ServedState exact = served_state(run_.record(0));
    BatchAccepted accepted;
    accepted.batch = 2;
    accepted.method = "heal";
    accepted.before = {exact, served_state(run_.record(1))};
    accepted.before[0].model = kServed;
    const auto& first = std::get<BatchAccepted>(entries[0]);
    accepted.supersedes = {
        first.supersedes.at(0),
        {ShardId(0), SliceId(3), "slice-03-6363636363636363.h5", digest_filled_with(0x63), kServed, exact.live_root}};
    BatchRetrained retrained;
    retrained.batches = {2};
    retrained.after = {exact};
    retrained.first_stages = {{ShardId(0), SliceId(2)}};
    BatchErased erased{{2}, {}};
    for (const auto& file : accepted.supersedes) erased.files.push_back({file.shard, file.name, file.digest, "erased"});
    entries.insert(entries.end(), {accepted, retrained, BatchPublished{{2}, {exact, served_state(run_.record(1))}},
                                   erased, BatchCompleted{{2}}});
    return entries;
  }

  [[nodiscard]] RunRecords records_of(std::vector<JournalEntry> entries, bool is_approximate) const {
    const testing::TemporaryFolder folder;
    RunRecords now = run_.records();
    Journal journal;
    journal.append(system_files(), folder / "journal.jsonl", std::move(entries), kNoon);
    History history(journal, now.manifest.seed);
    if (is_approximate) {
      Approximation& it = now.shards.at(0).approximation.emplace();
      it.method = kMethod;
      it.guarantee = "heuristic";
      it.batches = {1};
      it.served = now.shards[0].slices.back();
      it.served->model = kServed;
    }
    return {std::move(now.manifest), std::move(journal), std::move(history), std::move(now.shards)};
  }
  [[nodiscard]] RunRecords records() const { return run_.records(); }
  /// Of a sample of a slice of shard 0.
  [[nodiscard]] std::uint64_t live_id(std::uint32_t slice) const { return run_.ids(0, slice).front().value(); }
  [[nodiscard]] Certificate certificate(const RunRecords& records) const {
    return gather_certificate(run_.directory(), records,
                              {.request = "r-1", .requested_by = {}, .data = {}, .issued_at = kNoon});
  }

 private:
  static inline const Digest kServed = digest_filled_with(0x60);
  CoordinatedRun run_;
};

void check_holds(const Certificate& certificate) {
  for (const auto& finding : contradictions(certificate)) FAIL_CHECK(finding);
}

std::vector<std::string> fates(const Certificate& certificate) {
  std::vector<std::string> fates;
  for (const auto& file : certificate.superseded) fates.push_back(file.fate);
  return fates;
}

}  // namespace

TEST_CASE("a request goes from exact, over approximate, to healed: each certificate says which, and holds") {
  const CertifiedRun run;
  const Certificate exact = run.certificate(run.records_of(run.entries(), false));
  const Certificate approximate = run.certificate(run.records_of(run.approximate(), true));
  const Certificate healed = run.certificate(run.records_of(run.healed(), false));

  SUBCASE("forgotten exactly, it is certified as it always was") {
    check_holds(exact);
    CHECK(exact.version() == 1);
    CHECK(exact.guarantee == "exact");
    CHECK(fates(exact) == std::vector<std::string>{"erased", "erased"});
    CHECK(exact.proofs.size() == 1);
  }

  SUBCASE("forgotten by an approximate method, it is certified with the method, what is kept, and no proofs") {
    check_holds(approximate);
    CHECK(approximate.version() == 2);
    CHECK(approximate.guarantee == "heuristic");
    CHECK(approximate.method == kMethod);
    CHECK_FALSE(approximate.healed.has_value());
    CHECK(approximate.shards[0].approximate);
    CHECK_FALSE(approximate.shards[1].approximate);
    CHECK(fates(approximate) == std::vector<std::string>{"kept (approximate)", "erased"});
    CHECK(approximate.proofs.empty());
    CHECK(contains(approximate.proofs_left_out, "the deletion is approximate in shard 0"));
  }

  SUBCASE("healed, it is certified as exact with proofs, and all that came of its samples is erased") {
    check_holds(healed);
    CHECK(healed.guarantee == "exact");
    REQUIRE(healed.healed.has_value());
    CHECK(healed.healed->from == kMethod);
    CHECK(healed.healed->batches == std::vector<std::uint64_t>{2});
    CHECK(healed.healed->line.number == 8);
    CHECK(healed.recovered);
    CHECK(healed.journal.batch == 1);
    CHECK(healed.journal.published->number == 3);
    CHECK(healed.shards[0].after == exact.shards[0].after);
    CHECK(healed.shards[0].first_retrained == SliceId(2));
    CHECK_FALSE(healed.shards[0].approximate);
    CHECK(fates(healed) == std::vector<std::string>{"erased", "erased", "erased"});
    CHECK(healed.superseded.back().file.name == "slice-03-6363636363636363.h5");
    CHECK(healed.proofs == exact.proofs);
  }
}

TEST_CASE("healing that was accepted and not carried out leaves a deletion approximate") {
  const CertifiedRun run;
  auto entries = run.healed();
  entries.resize(7);

  const Certificate certificate = run.certificate(run.records_of(std::move(entries), true));

  check_holds(certificate);
  CHECK(certificate.guarantee == "heuristic");
  CHECK(fates(certificate) == std::vector<std::string>{"kept (approximate)", "erased", "kept (approximate)"});
}

TEST_CASE(
    "a method that came to an exact state is certified as exact by the shard's record, where it serves that state") {
  const CertifiedRun run;
  auto entries = run.entries();
  std::get<BatchAccepted>(entries[0]).method = "deepobliviate:epsilon=0";

  const Certificate certificate = run.certificate(run.records_of(std::move(entries), false));
  const Certificate elsewhere = run.certificate(run.records_of(run.approximate(), false));

  check_holds(certificate);
  CHECK(certificate.guarantee == "exact");
  CHECK(certificate.method == "deepobliviate:epsilon=0");
  CHECK_FALSE(certificate.healed.has_value());
  CHECK(certificate.proofs.size() == 1);
  // The journal says that another state is served than the record's.
  CHECK(elsewhere.guarantee == "heuristic");
}

TEST_CASE("healed and killed before it erased, a deletion is exact, and its files are told as not yet erased") {
  const CertifiedRun run;
  auto entries = run.healed();
  entries.resize(8);

  const Certificate certificate = run.certificate(run.records_of(std::move(entries), false));

  check_holds(certificate);
  CHECK(certificate.healed.has_value());
  CHECK(fates(certificate) == std::vector<std::string>{"not yet erased", "erased", "not yet erased"});
}

TEST_CASE("rolled back by an exact batch, an approximate deletion is exact, and not yet recovered") {
  const CertifiedRun run;
  auto entries = run.healed();
  entries.resize(6);
  auto& second = std::get<BatchAccepted>(entries[5]);
  second.method = "exact";
  AcceptedRequest request;
  request.id = "r-2";
  request.requested = 1;
  const std::uint64_t id = run.live_id(3);
  request.cells = {{{ShardId(0), SliceId(3)}, {{id, id + 1}}, {}, {}}};
  second.requests = {request};
  BatchForgotten forgotten;
  forgotten.batches = {2};
  const auto& stage = run.records().shards[0].slices.at(1);
  forgotten.after = {{ShardId(0), 2, stage.model, stage.live_root}};
  for (const auto& file : second.supersedes) forgotten.files.push_back({file.shard, file.name, file.digest, "erased"});
  entries.emplace_back(forgotten);

  const Certificate certificate = run.certificate(run.records_of(std::move(entries), false));

  check_holds(certificate);
  CHECK(certificate.guarantee == "exact");
  REQUIRE(certificate.healed.has_value());
  CHECK_FALSE(certificate.recovered);
  CHECK(certificate.shards[0].after.stages == 2);
  CHECK_FALSE(certificate.shards[0].first_retrained.has_value());
  CHECK(fates(certificate) == std::vector<std::string>{"erased", "erased", "erased"});
  CHECK(certificate.proofs.size() == 1);
}

TEST_CASE("the guarantee is the one that the shard's record states, and no more than a certificate can carry") {
  const CertifiedRun run;
  RunRecords records = run.records_of(run.approximate(), true);
  records.shards[0].approximation->guarantee = "none";
  CHECK(run.certificate(records).guarantee == "none");
  records.shards[0].approximation->guarantee = "certified";
  CHECK(run.certificate(records).guarantee == "heuristic");
}
