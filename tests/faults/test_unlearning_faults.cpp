// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// A whole unlearning with every call on files failing, and with the process ending before, within and after every call,
// with and without the loss of what was never synced. Right after, nothing votes that saw a sample that is deleted; the
// next start ends in the bytes of a training that never had them, and leaves nothing astray, whatever power cut
// follows.
#include <functional>
#include <optional>
#include <utility>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "launcher/run/opened_run.hpp"
#include "launcher/serving/ensemble.hpp"
#include "tests/support/every_fault.hpp"
#include "tests/support/trained_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const Key kSeed({9, 4});
constexpr std::uint32_t kShards = 2;
constexpr std::uint32_t kSlices = 3;
constexpr double kNeverSave = 1e6;

MemoryDataset small_data() {
  return make_samples(24, {{4}, 2, FeatureType::kF32, false}, 6);
}

TrainingConfiguration configuration() {
  TrainingConfiguration c = small_configuration(small_data(), "logistic", kShards, kSlices);
  c.epoch_millionths = 1'000'000;
  c.batch_size = 4;
  return c;
}

/// The first sample of a cell.
std::uint64_t sample_of(const FreshTraining& fresh, const MemoryDataset& data, Cell cell) {
  for (const auto& sample : data.samples())
    if (fresh.cell_of(sample) == cell) return sample.id;
  throw std::logic_error("no sample in the cell");
}

/// One batch that has to be worked off, in one way, on a run that something may have happened to before.
struct Course {
  std::string name;
  Ids before;                                                       ///< deleted when it begins, accepted or completed
  Ids ids;                                                          ///< what it deletes
  bool forget = false;                                              ///< before it recovers
  double save_interval = kNeverSave;                                ///< 0: a stage's progress is kept after every batch
  std::function<void(const std::filesystem::path&)> happened = {};  ///< to the trained run before

  [[nodiscard]] Ids all() const {
    Ids all = before;
    all.insert(ids.begin(), ids.end());
    return all;
  }
};

CoordinatorOptions options_of(double save_interval) {
  CoordinatorOptions options;
  options.save_interval_seconds = save_interval;
  return options;
}

/// Works a course off as one job. `promised` says whether accepting came to its end.
void work_off(FileSystem& files, const std::filesystem::path& run, const Course& course, bool& promised) {
  Coordinator coordinator(silent_session(), files, RunDirectory(run), options_of(course.save_interval));
  coordinator.open();
  coordinator.check_data();
  (void)coordinator.accept(std::vector{request_for("the request", course.ids)}, "requests");
  promised = true;
  if (course.forget) (void)coordinator.forget();
  (void)coordinator.recover();
}

/// A batch is accepted, perhaps forgotten, and its recovery, if any, is put down at a call on files.
void begin_batch(const std::filesystem::path& run, const Ids& ids, bool forget, std::optional<std::size_t> stop_at) {
  QuickFiles files;
  Coordinator coordinator(silent_session(), files, RunDirectory(run), options_of(kNeverSave));
  coordinator.open();
  (void)coordinator.accept(std::vector{request_for("an earlier request", ids)}, "requests");
  if (forget) (void)coordinator.forget();
  if (!stop_at) return;
  QuickFiles stopping(*stop_at);
  Coordinator recovering(silent_session(), stopping, RunDirectory(run), options_of(kNeverSave));
  recovering.open(true);
  CHECK(recovering.recover().stopped);
  clear_stop_signal();
}

class Trial {
 public:
  Trial(const std::filesystem::path& begun, FreshTraining& fresh, const Course& course)
      : fresh_(fresh), course_(course), run_(folder_ / "run") {
    std::filesystem::copy(begun, run_, std::filesystem::copy_options::recursive);
  }

  /// Returns false where the fault lies beyond the job's last call.
  bool run(const Fault& fault, bool power_cut) {
    QuickFiles quick;
    FaultyFiles files(quick, fault);
    bool promised = false;
    try {
      work_off(files, run_, course_, promised);
      check_completed();
      return files.calls() > fault.at;  // a failure that harms nothing is survived
    } catch (const Crash&) {
      CHECK(files.crashed());
    } catch (const Error& error) {
      // Between the ranks, whatever was thrown becomes an error.
      if (!files.crashed()) CHECK(std::string(error.what()).find(fault.message) != std::string::npos);
    }
    if (power_cut) files.lose_unsynced();
    const bool accepted = check_votes();
    if (promised) CHECK(accepted);

    files.start_again();
    bool promised_again = false;
    work_off(files, run_, course_, promised_again);
    check_completed();
    files.lose_unsynced();
    check_completed();
    return true;
  }

  /// Ends the job by a fault and leaves it so. Returns false where the fault lies beyond its last call.
  bool kill(const Fault& fault) {
    QuickFiles quick;
    FaultyFiles files(quick, fault);
    bool promised = false;
    try {
      work_off(files, run_, course_, promised);
    } catch (const Crash&) {
    } catch (const Error&) {
      CHECK(files.crashed());
    }
    return files.crashed();
  }

  /// What is on disk votes only as far as it is fresh. Returns whether the request counts.
  bool check_votes() {
    const Ensemble ensemble = open_ensemble(silent_session(), RunDirectory(run_));
    const bool accepted = ensemble.run.history.find("the request", "") != nullptr;
    const Ids deleted = accepted ? course_.all() : course_.before;
    CHECK(ensemble.run.history.deleted() == deleted.size());
    for (const auto& record : ensemble.run.shards) {
      CAPTURE(record.shard.value());
      const bool is_fresh = same_stages(record, fresh_.record(record.shard, deleted));
      CHECK(ensemble.run.history.is_stale(record) == !is_fresh);
      if (ensemble.abstention(record).empty()) CHECK(is_fresh);
    }
    return accepted;
  }

  void check_completed() {
    const RunRecords records = RunRecords::read(RunDirectory(run_));
    CHECK(records.history.pending().empty());
    CHECK(records.history.deleted() == course_.all().size());
    CHECK(astray_in(run_, kShards) == std::vector<std::string>{});
    CHECK(tainted_files(run_, fresh_.without(course_.all()), configuration(), kSeed) == std::vector<std::string>{});
    for (const auto& record : records.shards) {
      CHECK(record.slices.size() == kSlices);
      CHECK(same_stages(record, fresh_.record(record.shard, course_.all())));
    }
  }

  [[nodiscard]] const std::filesystem::path& path() const { return run_; }

 private:
  FreshTraining& fresh_;
  const Course& course_;
  TemporaryFolder folder_;
  std::filesystem::path run_;
};

void try_every_fault(const Course& course, const MemoryDataset& data, FreshTraining& fresh) {
  INFO(course.name);
  const TrainedRun trained(data, configuration(), kSeed);
  if (course.happened) course.happened(trained.path());
  const std::size_t calls = end_at_every_call(
      [&](const Fault& fault, bool power_cut) { return Trial(trained.path(), fresh, course).run(fault, power_cut); });
  CHECK(calls > 30);
  MESSAGE(course.name << ": " << calls << " calls at least");
}

}  // namespace

TEST_CASE("unlearning ended at any call is finished by the next start, and nothing stale votes in between") {
  const MemoryDataset data = small_data();
  FreshTraining fresh(data, configuration(), kSeed);
  const auto one = [&](std::uint32_t shard, std::uint32_t slice) {
    return sample_of(fresh, data, {ShardId(shard), SliceId(slice)});
  };
  const Ids early{one(0, 2), one(1, 1)};
  const Ids late{one(0, 3)};

  SUBCASE("in one pass") {
    try_every_fault({.name = "one pass", .before = {}, .ids = early}, data, fresh);
  }
  SUBCASE("in one pass that keeps its progress") {
    try_every_fault({.name = "with progress", .before = {}, .ids = {one(0, 3)}, .save_interval = 0}, data, fresh);
  }
  SUBCASE("forgotten first, then recovered") {
    try_every_fault({.name = "forget first", .before = {}, .ids = early, .forget = true, .save_interval = 0}, data,
                    fresh);
  }
  SUBCASE("beside a batch that was forgotten before") {
    try_every_fault({.name = "two batches, the first one forgotten",
                     .before = late,
                     .ids = early,
                     .happened = [&](const auto& run) { begin_batch(run, late, true, {}); }},
                    data, fresh);
  }
  SUBCASE("while an earlier batch's retraining is half done") {
    try_every_fault({.name = "onto a half done retraining",
                     .before = early,
                     .ids = late,
                     .forget = true,
                     .happened = [&](const auto& run) { begin_batch(run, early, false, 12); }},
                    data, fresh);
  }
  SUBCASE("while a forgotten batch's recovery is half done") {
    try_every_fault({.name = "onto a half done recovery",
                     .before = early,
                     .ids = late,
                     .happened = [&](const auto& run) { begin_batch(run, early, true, 12); }},
                    data, fresh);
  }
}

TEST_CASE("whatever a killed job left, forgetting leaves no file that saw a deleted sample") {
  const MemoryDataset data = small_data();
  FreshTraining fresh(data, configuration(), kSeed);
  const TrainedRun trained(data, configuration(), kSeed);
  // The first job retrains both shards from their first slices; the second one deletes from all of their slices.
  const Course first{
      .name = "first",
      .before = {},
      .ids = {sample_of(fresh, data, {ShardId(0), SliceId(1)}), sample_of(fresh, data, {ShardId(1), SliceId(1)})},
      .save_interval = 0};
  Ids second;
  for (const auto& sample : data.samples())
    if (sample.id % 3 == 0 && !first.ids.contains(sample.id)) second.insert(sample.id);
  std::size_t left_by_kills = 0;
  for (const bool forget : {false, true}) {
    for (const Fault::What what : {Fault::kCrashWithin, Fault::kCrashAfter}) {
      for (std::size_t k = 0;; ++k) {
        CAPTURE(forget);
        CAPTURE(int{what});
        CAPTURE(k);
        Course killed = first;
        killed.forget = forget;
        Trial trial(trained.path(), fresh, killed);
        if (!trial.kill({.at = k, .what = what})) break;
        const bool accepted = trial.check_votes();
        Ids deleted = accepted ? first.ids : Ids{};
        deleted.insert(second.begin(), second.end());
        left_by_kills += checkpoints_of(trial.path(), kShards).size();

        begin_batch(trial.path(), second, true, {});

        CHECK(tainted_files(trial.path(), fresh.without(deleted), configuration(), kSeed) ==
              std::vector<std::string>{});
        for (std::uint32_t shard = 0; shard < kShards; ++shard)
          for (const auto& name : names_in(shard_folder(trial.path(), ShardId(shard))))
            CHECK_FALSE(name.starts_with("."));
      }
    }
  }
  CHECK(left_by_kills > 0);
}
