// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "launcher/certification/verification_result.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;

namespace {

constexpr Moment kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours(12)};

Journal two_lines(const std::filesystem::path& path) {
  BatchAccepted batch;
  batch.batch = 1;
  Journal journal;
  journal.append(system_files(), path, {batch, BatchCompleted{{1}}}, kNoon);
  return journal;
}

/// What a certificate says after a verification that wrote this, of a request settled by line 2 in shard 1.
CertifiedVerification result_of(const std::string& verdict, std::uint64_t length, bool own_head, const char* selected,
                                int stages_checked = 4) {
  const testing::TemporaryFolder folder;
  const Journal journal = two_lines(folder / "journal.jsonl");
  const Digest head = own_head && length > 0 ? journal.lines()[length - 1].hash : Digest{};
  const std::string text = fmt::format(
      R"({{"at":"2026-03-01T13:00:00Z","equal":null,"verdict":"{}","shards_selected":{},"shards":2,"stages":4,)"
      R"("shards_checked":2,"stages_checked":{},"journal":{{"length":{},"head":"{}"}}}})",
      verdict, selected, stages_checked, length, head.hex());
  publish(system_files(), folder / "verification.json", bytes_of(text));
  return verification_result(folder / "verification.json", journal, 2, {ShardId(1)});
}

}  // namespace

TEST_CASE("a verification of this journal, after the request was settled, is certified with what it looked at") {
  const CertifiedVerification result = result_of("equal", 2, true, "[0,1]");

  CHECK(result.result == "equal");
  CHECK(result.at == "2026-03-01T13:00:00Z");
  CHECK(result.scope == "4 of 4 stages in 2 of 2 shards");
  CHECK(result.journal_length == 2);
}

TEST_CASE("a verification that said no is not passed over") {
  CHECK(result_of("refuted", 2, true, "[0]").result == "refuted");
  CHECK(result_of("not comparable", 2, true, "[0,1]").result == "not comparable");
}

TEST_CASE("a verification that found an approximation is certified with the distance that it measured") {
  const testing::TemporaryFolder folder;
  const Journal journal = two_lines(folder / "journal.jsonl");
  const std::string text = fmt::format(
      R"({{"at":"2026-03-01T13:00:00Z","equal":null,"verdict":"approximate","shards_selected":[0,1],"shards":2,)"
      R"("stages":3,"shards_checked":2,"stages_checked":3,"journal":{{"length":2,"head":"{}"}},"approximate_shards":)"
      R"([{{"shard":1,"distance":{{"l2":0.25}}}},{{"shard":0,"distance":null}},3]}})",
      journal.head().hex());
  publish(system_files(), folder / "verification.json", bytes_of(text));

  const auto result = verification_result(folder / "verification.json", journal, 2, {ShardId(1)});

  CHECK(result.result == "approximate");
  CHECK(result.scope ==
        "3 of 3 stages in 2 of 2 shards; shard 1 at a distance of 0.25 (l2); shard 0 at an unknown distance");
}

TEST_CASE("a verification that can't speak of the request counts as none") {
  CHECK(result_of("equal", 1, true, "[0,1]").result == "not verified");     // before the request was settled
  CHECK(result_of("equal", 2, false, "[0,1]").result == "not verified");    // of another journal
  CHECK(result_of("equal", 3, false, "[0,1]").result == "not verified");    // of lines that are not there
  CHECK(result_of("equal", 2, true, "[0]").result == "not verified");       // of other shards
  CHECK(result_of("equal", 2, true, "[0,1]", 0).result == "not verified");  // of no stage
  CHECK(result_of("stopped", 2, true, "[0,1]").result == "not verified");   // not to its end
  CHECK(result_of("equal", 2, true, "\"all\"").result == "not verified");   // not what `verify` writes
}

TEST_CASE("a verification that was never made, or is no JSON, counts as none") {
  const testing::TemporaryFolder folder;
  const Journal journal = two_lines(folder / "journal.jsonl");
  publish(system_files(), folder / "damaged.json", bytes_of("{\"at\":"));

  CHECK(verification_result(folder / "none.json", journal, 2, {ShardId(1)}).result == "not verified");
  CHECK(verification_result(folder / "damaged.json", journal, 2, {ShardId(1)}).result == "not verified");
}
