// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "framework/io/file_system.hpp"
#include "shards/requests/request_file.hpp"
#include "shards/requests/resolution.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/memory_dataset.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

using Status = ResolvedRequest::Status;

const Key kSeed({42, 43});

/// Ten samples: row i has the id 100 + 10·((7·i) mod 10), the label i mod 3 and the subject "u-<i mod 4>".
MemoryDataset ten_samples(bool by_subject = true, std::int64_t classes = 4) {
  std::vector<MemorySample> samples;
  for (std::uint64_t row = 0; row < 10; ++row)
    samples.push_back(
        {100 + 10 * (7 * row % 10), static_cast<std::int32_t>(row % 3), fmt::format("u-{}", row % 4), {0}});
  return {{{1}, classes, FeatureType::kF32, by_subject}, samples};
}

/// A run whose requests were accepted before: its history, and what a further file means to it.
struct Run {
  explicit Run(MemoryDataset samples, JournalIds kept = JournalIds::kPlain) : data(std::move(samples)), ids(kept) {}

  [[nodiscard]] std::vector<ResolvedRequest> resolve(const std::string& file,
                                                     UnknownPolicy unknown = UnknownPolicy::kFail) const {
    return resolve_requests(parse_json_requests(file, "file"), "file", data, partitioner, history, kSeed, unknown, ids);
  }
  [[nodiscard]] std::string fault(const std::string& file, UnknownPolicy unknown = UnknownPolicy::kFail) const {
    return failure_of([&] { static_cast<void>(resolve(file, unknown)); });
  }
  /// Accepts a file's requests, and completes the batch.
  void accept(const std::string& file) {
    const TemporaryFolder folder;
    BatchAccepted batch;
    batch.batch = 1;
    for (auto& one : resolve(file)) batch.requests.push_back(one.accepted);
    Journal journal;
    journal.append(system_files(), folder / "journal.jsonl", {batch, BatchCompleted{{1}}}, now());
    history = History(journal, kSeed);
  }

  MemoryDataset data;
  JournalIds ids;
  Partitioner partitioner{kSeed, 3, 2};
  History history{Journal{}, kSeed};
};

std::string line(const std::string& id, const std::string& fields) {
  return fmt::format("{{\"request_id\":\"{}\",{}}}\n", id, fields);
}

std::vector<std::uint64_t> ids_at(const Dataset& data, const std::vector<std::uint64_t>& rows) {
  std::vector<std::uint64_t> ids;
  ids.reserve(rows.size());
  for (const auto row : rows) ids.push_back(data.id(row).value());
  std::ranges::sort(ids);
  return ids;
}

/// Ids of the journal's ranges, one by one, by cell.
std::map<Cell, std::vector<std::uint64_t>> listed(const AcceptedRequest& request) {
  std::map<Cell, std::vector<std::uint64_t>> cells;
  for (const CellDeletion& cell : request.cells)
    for (const IdRange& range : cell.ids)
      for (std::uint64_t id = range.first; id < range.end; ++id) cells[cell.cell].push_back(id);
  return cells;
}

}  // namespace

TEST_CASE("a request by ids means the rows of those ids, whatever their order") {
  const Run run(ten_samples());

  const auto resolved = run.resolve(line("r", R"("sample_ids":[190,100,130])"));

  REQUIRE(resolved.size() == 1);
  CHECK(resolved[0].status == Status::kToDelete);
  CHECK(resolved[0].rows == std::vector<std::uint64_t>{0, 7, 9});
  CHECK(ids_at(run.data, resolved[0].rows) == std::vector<std::uint64_t>{100, 130, 190});
  CHECK(resolved[0].accepted.requested == 3);
  CHECK(resolved[0].accepted.deleted() == 3);
}

TEST_CASE("an id named twice counts once and is deleted once") {
  const Run run(ten_samples());

  const auto resolved = run.resolve(line("r", R"("sample_ids":[130,100,130,100])"));

  CHECK(resolved[0].rows.size() == 2);
  CHECK(resolved[0].accepted.requested == 2);
  CHECK(resolved[0].accepted.already_absent == 0);
}

TEST_CASE("the cells of a request are where its samples live, in order, as the journal wants them") {
  const Run run(ten_samples());

  const auto accepted =
      run.resolve(line("r", R"("ranges":[[100,101],[110,111],[130,131],[170,171],[190,191]])"))[0].accepted;

  std::map<Cell, std::vector<std::uint64_t>> expected;
  for (const std::uint64_t id : {100U, 110U, 130U, 170U, 190U})
    expected[run.partitioner.cell_of_row(run.data, run.data.row_of(SampleId(id)).value())].push_back(id);
  CHECK(listed(accepted) == expected);
  CHECK(std::ranges::is_sorted(accepted.cells, {}, &CellDeletion::cell));
  for (const CellDeletion& cell : accepted.cells) {
    CHECK(cell.references.empty());
    CHECK_FALSE(cell.subjects.empty());
    CHECK(std::ranges::adjacent_find(cell.subjects, std::greater_equal<>()) == cell.subjects.end());
  }
}

TEST_CASE("consecutive ids in one cell are one range in the journal") {
  Run run(MemoryDataset({{1}, 2, FeatureType::kF32, false},
                        {{5, 0, "", {0}}, {6, 0, "", {0}}, {7, 0, "", {0}}, {9, 0, "", {0}}}));
  run.partitioner = Partitioner(kSeed, 1, 1);

  const auto accepted = run.resolve(line("r", R"("sample_ids":[7,5,9,6])"))[0].accepted;

  REQUIRE(accepted.cells.size() == 1);
  CHECK(accepted.cells[0].ids == std::vector<IdRange>{{5, 8}, {9, 10}});
  CHECK(accepted.cells[0].subjects.empty());
}

TEST_CASE("a subject's request means all of its samples, which live in one cell") {
  const Run run(ten_samples());

  const auto resolved = run.resolve(line("r", R"("subject_id":"u-1")"));

  CHECK(resolved[0].rows == std::vector<std::uint64_t>{1, 5, 9});
  CHECK(resolved[0].accepted.requested == 3);
  REQUIRE(resolved[0].accepted.cells.size() == 1);
  CHECK(resolved[0].accepted.cells[0].cell == run.partitioner.cell_of_subject("u-1"));
  CHECK(resolved[0].accepted.cells[0].subjects == std::vector<Digest>{References(kSeed).of_subject("u-1")});
}

TEST_CASE("a label's request means the whole class") {
  const Run run(ten_samples());

  const auto resolved = run.resolve(line("r", "\"label\":2"));

  CHECK(resolved[0].rows == std::vector<std::uint64_t>{2, 5, 8});
  CHECK(resolved[0].accepted.requested == 3);
}

TEST_CASE("a sample that two requests name is the first one's, and the other's was deleted before") {
  const Run run(ten_samples());

  const auto resolved =
      run.resolve(line("a", R"("sample_ids":[100])") + line("b", R"("sample_ids":[100,110])") +
                  line("c", R"("sample_ids":[100])") + line("d", "\"label\":0") + line("e", "\"label\":0"));

  CHECK(resolved[0].rows.size() == 1);
  CHECK(ids_at(run.data, resolved[1].rows) == std::vector<std::uint64_t>{110});
  CHECK(resolved[1].accepted.already_absent == 1);
  CHECK(resolved[2].status == Status::kAlreadyAbsent);
  CHECK(resolved[2].rows.empty());
  CHECK(resolved[2].accepted.cells.empty());
  CHECK(resolved[3].accepted.requested == 4);
  CHECK(resolved[3].accepted.deleted() + resolved[3].accepted.already_absent == 4);
  CHECK(resolved[4].status == Status::kAlreadyAbsent);
  CHECK(resolved[4].accepted.already_absent == 4);
}

TEST_CASE("what was deleted already is absent and no failure, whether the rows are still there or gone") {
  for (const JournalIds ids : {JournalIds::kPlain, JournalIds::kDigest}) {
    for (const bool scrubbed : {false, true}) {
      CAPTURE(static_cast<int>(ids));
      CAPTURE(scrubbed);
      Run run(ten_samples(), ids);
      run.accept(line("a", R"("sample_ids":[100,110])") + line("b", R"("subject_id":"u-3")"));
      if (scrubbed)
        run.data = run.data.without([&](const auto& one) { return run.history.is_deleted(SampleId(one.id)); });

      const auto resolved = run.resolve(line("c", R"("sample_ids":[110,100])") + line("d", R"("subject_id":"u-3")") +
                                        line("e", R"("ranges":[[100,101],[120,121]])"));

      CHECK(resolved[0].status == Status::kAlreadyAbsent);
      CHECK(resolved[0].accepted.requested == 2);
      CHECK(resolved[0].accepted.already_absent == 2);
      CHECK(resolved[0].rows.empty());
      CHECK(resolved[1].status == Status::kAlreadyAbsent);
      CHECK(resolved[1].rows.empty());
      CHECK(resolved[2].status == Status::kToDelete);
      CHECK(ids_at(run.data, resolved[2].rows) == std::vector<std::uint64_t>{120});
      CHECK(resolved[2].accepted.already_absent == 1);
    }
  }
}

TEST_CASE("a class whose samples are all deleted is absent, and one that never had any is unknown") {
  Run run(ten_samples());
  run.accept(line("a", "\"label\":1"));

  const auto resolved = run.resolve(line("b", "\"label\":1") + line("c", "\"label\":3"));

  CHECK(resolved[0].status == Status::kAlreadyAbsent);
  CHECK(resolved[0].accepted.already_absent == 3);
  CHECK(resolved[1].status == Status::kUnknown);
  CHECK(resolved[1].accepted.requested == 0);
}

TEST_CASE("a request accepted before with the same content is a repetition: nothing to do") {
  for (const JournalIds ids : {JournalIds::kPlain, JournalIds::kDigest}) {
    Run run(ten_samples(), ids);
    run.accept(line("a", R"("sample_ids":[100,110],"requested_by":"dpo","reason":"moved")"));

    const auto resolved =
        run.resolve(line("a", R"("reason":"moved","requested_by":"dpo","ranges":[[110,111],[100,101]])"));

    CHECK(resolved[0].status == Status::kRepeated);
    CHECK(resolved[0].rows.empty());
    CHECK(resolved[0].accepted.requested == 2);
  }
}

TEST_CASE("the id of a request accepted before with other content is rejected") {
  for (const JournalIds ids : {JournalIds::kPlain, JournalIds::kDigest}) {
    Run run(ten_samples(), ids);
    run.accept(line("a", R"("sample_ids":[100],"requested_by":"dpo")"));

    CHECK(contains(run.fault("\n" + line("a", R"("sample_ids":[110],"requested_by":"dpo")")),
                   "file: 1 fault, nothing was accepted:\n  line 2 (a): a request of this id was accepted before with "
                   "other content"));
  }
}

TEST_CASE("another requester's erasure with a request id accepted before is not lost") {
  for (const JournalIds ids : {JournalIds::kPlain, JournalIds::kDigest}) {
    Run run(ten_samples(), ids);
    run.accept(line("a", R"("sample_ids":[100],"requested_by":"alice")"));

    const auto resolved = run.resolve(line("a", R"("sample_ids":[110],"requested_by":"bob")"));

    CHECK(resolved[0].status == Status::kToDelete);
    CHECK(ids_at(run.data, resolved[0].rows) == std::vector<std::uint64_t>{110});
  }
}

TEST_CASE("a journal of digests gets references and no name of anybody") {
  const Run run(ten_samples(), JournalIds::kDigest);

  const auto accepted = run.resolve(line(
      "a",
      R"("sample_ids":[100,110],"requested_by":"dpo","received_at":"2026-01-31T08:00:00Z","regulation":"GDPR")"))[0]
                            .accepted;

  CHECK(accepted.deleted() == 2);
  CHECK(accepted.requested_by == run.history.requester_reference("dpo"));
  CHECK(accepted.received_at == "2026-01-31T08:00:00Z");
  CHECK(accepted.due_at == "2026-02-28T08:00:00Z");
  std::vector<Digest> references;
  for (const CellDeletion& cell : accepted.cells) {
    CHECK(cell.ids.empty());
    CHECK(std::ranges::is_sorted(cell.references));
    references.insert(references.end(), cell.references.begin(), cell.references.end());
  }
  std::vector<Digest> expected{References(kSeed).of_sample(SampleId(100)), References(kSeed).of_sample(SampleId(110))};
  std::ranges::sort(references);
  std::ranges::sort(expected);
  CHECK(references == expected);
}

TEST_CASE("unknown ids and subjects refuse the file, all of them listed") {
  const Run run(ten_samples());

  const std::string message = run.fault(line("a", R"("sample_ids":[100,101])") + line("b", R"("sample_ids":[110])") +
                                        line("c", R"("subject_id":"u-9")") + line("d", R"("ranges":[[100,107]])") +
                                        line("e", "\"label\":4") + line("f", R"("ranges":[[0,9223372036854775808]])"));

  CHECK(contains(message, "file: 5 faults"));
  CHECK(contains(message, "line 1 (a): sample 101 is not in the data, and was never deleted"));
  CHECK_FALSE(contains(message, "(b)"));
  CHECK(contains(message, "line 3 (c): subject 'u-9' is not in the data"));
  CHECK(contains(message, "line 4 (d): samples 101, 102, 103, 104, 105 and more are not in the data"));
  CHECK(contains(message, "line 5 (e): label 4 is no class: those are 0 … 3"));
  CHECK(contains(message, "line 6 (f): samples 0, 1, 2, 3, 4 and more are not in the data"));
}

TEST_CASE("where unknown ids are skipped the others are deleted, and the unknown ones counted") {
  const Run run(ten_samples());

  const auto resolved = run.resolve(line("a", R"("sample_ids":[100,101,102])") + line("b", R"("sample_ids":[7])") +
                                        line("c", R"("subject_id":"u-9")"),
                                    UnknownPolicy::kSkip);

  CHECK(resolved[0].status == Status::kToDelete);
  CHECK(resolved[0].accepted.requested == 3);
  CHECK(resolved[0].accepted.unknown == 2);
  CHECK(resolved[0].accepted.deleted() == 1);
  CHECK(resolved[1].status == Status::kUnknown);
  CHECK(resolved[1].accepted.unknown == 1);
  CHECK(resolved[2].status == Status::kUnknown);
  CHECK(contains(run.fault(line("d", "\"label\":4"), UnknownPolicy::kSkip), "label 4 is no class"));
}

TEST_CASE("a subject is refused where the data has no subjects") {
  const Run run(ten_samples(false));

  CHECK(contains(run.fault(line("a", R"("subject_id":"u-1")"), UnknownPolicy::kSkip),
                 "line 1 (a): the data has no subjects"));
}

TEST_CASE("a range of all that could ever be named costs no memory of that size") {
  constexpr std::uint64_t kAll = std::uint64_t{1} << 63U;
  const Run run(ten_samples());

  const auto resolved = run.resolve(
      line("a", R"("ranges":[[0,105],[105,9223372036854775808]])") + line("b", R"("ranges":[[0,9223372036854775808]])"),
      UnknownPolicy::kSkip);

  CHECK(resolved[0].rows.size() == 10);
  CHECK(resolved[0].accepted.requested == kAll);
  CHECK(resolved[0].accepted.unknown == kAll - 10);
  CHECK(resolved[1].status == Status::kAlreadyAbsent);
  CHECK(resolved[1].accepted.already_absent == 10);
}

TEST_CASE("a wide range tells samples that are gone from those that never were") {
  Run run(ten_samples());
  run.accept(line("a", R"("sample_ids":[110,130])"));
  const auto all = run.resolve(line("b", R"("ranges":[[0,9223372036854775808]])"), UnknownPolicy::kSkip);
  CHECK(all[0].accepted.already_absent == 2);
  CHECK(all[0].rows.size() == 8);

  run.data = run.data.without([](const auto& one) { return one.id == 110; });

  const auto wide = run.resolve(line("b", R"("ranges":[[100,141]])"), UnknownPolicy::kSkip);
  CHECK(wide[0].accepted.already_absent == 2);
  CHECK(wide[0].accepted.unknown == 36);
  CHECK(wide[0].rows.size() == 3);
  CHECK(contains(run.fault(line("b", R"("ranges":[[109,131]])")), "samples 109, 111, 112, 113, 114 and more"));
  CHECK(contains(run.fault(line("b", R"("ranges":[[0,9223372036854775808]])"), UnknownPolicy::kSkip),
                 "line 1 (b): a range covers more than 1048576 ids that the data does not have"));
}

TEST_CASE("rows that are ids of their own are found without a list of ids") {
  const Run run(ten_samples());
  class Rows final : public Dataset {
   public:
    Rows() {
      shape_ = {1};
      classes_ = 2;
      labels_.assign(6, 0);
      finish_opening("rows");
    }
    void gather(std::span<const std::uint64_t>, std::span<std::byte>) const override {}
  } const data;

  const auto resolved =
      resolve_requests(parse_json_requests(line("a", R"("sample_ids":[5,0,6])"), "file"), "file", data, run.partitioner,
                       run.history, kSeed, UnknownPolicy::kSkip, JournalIds::kPlain);

  CHECK(resolved[0].rows == std::vector<std::uint64_t>{0, 5});
  CHECK(resolved[0].accepted.unknown == 1);
}

TEST_CASE("the digest that a journal keeps of a request's content is keyed by the run's seed") {
  const Run run(ten_samples());
  const std::string file = line("a", R"("sample_ids":[100])");
  const Request request = parse_json_requests(file, "file").at(0);

  const auto accepted = run.resolve(file)[0].accepted;

  CHECK(accepted.content == request.content(bytes_of_value(kSeed.derive("expunge/request/v1").words())));
}
