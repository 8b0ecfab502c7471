// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// An approximate unlearning with every call on files failing, and with the process ending before, within and after
// every call, with and without the loss of what was never synced. Right after, nothing votes that an accepted deletion
// is not carried out in; the next start ends in the bytes of a job that nothing happened to, and healing in those of a
// training that never had the samples.
#include <map>
#include <optional>
#include <utility>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "launcher/serving/ensemble.hpp"
#include "tests/support/every_fault.hpp"
#include "tests/support/trained_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const Key kSeed({9, 4});
constexpr std::uint32_t kShards = 2;
constexpr std::uint32_t kSlices = 6;
const std::string kFinetune = "finetune:epochs=1";

TrainingConfiguration configuration(const Dataset& data) {
  TrainingConfiguration c = small_configuration(data, "logistic", kShards, kSlices);
  c.epoch_millionths = 1'000'000;
  c.batch_size = 4;
  c.slicing = Slicing::kSequential;
  return c;
}

/// What a run's shards serve, and the files that they name.
using Served = std::vector<std::pair<Digest, std::set<std::string>>>;

Served served_of(const std::filesystem::path& run) {
  Served served;
  for (const auto& record : RunRecords::read(RunDirectory(run)).shards)
    served.emplace_back(record.served() == nullptr ? Digest{} : record.served()->model, names_of(record));
  return served;
}

/// One batch, worked off by one method.
struct Course {
  std::string method;
  Ids ids;
};

void work_off(FileSystem& files, const std::filesystem::path& run, const Course& course, bool& promised) {
  CoordinatorOptions options;
  options.method = course.method;
  options.save_interval_seconds = 0;
  options.shows_progress = false;
  Coordinator coordinator(silent_session(), files, RunDirectory(run), options);
  coordinator.open();
  (void)coordinator.accept(std::vector{request_for("the request", course.ids)}, "requests");
  promised = true;
  // Whoever goes on knows the method by the journal alone.
  (void)coordinator.recover();
}

void go_on(FileSystem& files, const std::filesystem::path& run, const Course& course, bool promised) {
  bool again = false;
  if (!promised) return work_off(files, run, course, again);
  Coordinator coordinator(silent_session(), files, RunDirectory(run), {});
  coordinator.open();
  (void)coordinator.recover();
}

void heal(const std::filesystem::path& run) {
  QuickFiles files;
  Coordinator coordinator(silent_session(), files, RunDirectory(run), {});
  coordinator.open();
  (void)coordinator.accept_healing();
  (void)coordinator.recover();
}

class Trial {
 public:
  Trial(const std::filesystem::path& begun, FreshTraining& fresh, const Course& course)
      : fresh_(fresh), course_(course), run_(folder_ / "run") {
    std::filesystem::copy(begun, run_, std::filesystem::copy_options::recursive);
  }

  Served undisturbed() {
    QuickFiles files;
    bool promised = false;
    work_off(files, run_, course_, promised);
    const RunRecords records = RunRecords::read(RunDirectory(run_));
    const auto& approximation = records.shards.at(0).approximation;
    REQUIRE(approximation);
    CHECK(approximation->tail.empty() == (course_.method == kFinetune));
    return served_of(run_);
  }

  /// Returns false where the fault lies beyond the job's last call.
  bool run(const Fault& fault, bool power_cut, const Served& expected, bool heals) {
    QuickFiles quick;
    FaultyFiles files(quick, fault);
    bool promised = false;
    try {
      work_off(files, run_, course_, promised);
      check_completed(expected);
      return files.calls() > fault.at;  // a failure that harms nothing is survived
    } catch (const Crash&) {
      CHECK(files.crashed());
    } catch (const Error& error) {
      // Between the ranks, whatever was thrown becomes an error.
      if (!files.crashed()) CHECK(std::string(error.what()).find(fault.message) != std::string::npos);
    }
    if (power_cut) files.lose_unsynced();
    check_votes(promised, expected);

    files.start_again();
    go_on(files, run_, course_, promised);
    check_completed(expected);
    files.lose_unsynced();
    check_completed(expected);
    if (!heals) return true;
    heal(run_);
    for (const auto& record : RunRecords::read(RunDirectory(run_)).shards) {
      CHECK_FALSE(record.approximation);
      CHECK(record.slices.size() == kSlices);
      CHECK(same_stages(record, fresh_.record(record.shard, course_.ids)));
    }
    CHECK(astray_in(run_, kShards) == std::vector<std::string>{});
    return true;
  }

 private:
  void check_votes(bool promised, const Served& expected) const {
    const Ensemble ensemble = open_ensemble(silent_session(), RunDirectory(run_));
    const bool accepted = ensemble.run.history.find("the request", "") != nullptr;
    if (promised) CHECK(accepted);
    for (const auto& record : ensemble.run.shards) {
      CAPTURE(record.shard.value());
      if (!ensemble.abstention(record).empty()) continue;
      if (accepted)
        CHECK(record.served()->model == expected.at(record.shard.value()).first);
      else
        CHECK(same_stages(record, fresh_.record(record.shard, {})));
    }
  }

  void check_completed(const Served& expected) const {
    CHECK(RunRecords::read(RunDirectory(run_)).history.pending().empty());
    CHECK(served_of(run_) == expected);
    CHECK(astray_in(run_, kShards) == std::vector<std::string>{});
  }

  FreshTraining& fresh_;
  const Course& course_;
  TemporaryFolder folder_;
  std::filesystem::path run_;
};

}  // namespace

TEST_CASE("an approximate unlearning ended at any call is finished by the next start as if nothing had happened") {
  const MemoryDataset data = make_samples(96, {{4}, 2, FeatureType::kF32, false}, 6);
  FreshTraining fresh(data, configuration(data), kSeed);
  const TrainedRun trained(data, configuration(data), kSeed);
  Course course;
  for (const auto& sample : data.samples())
    if (fresh.cell_of(sample) == Cell{ShardId(0), SliceId(2)} && course.ids.size() < 3) course.ids.insert(sample.id);
  REQUIRE(course.ids.size() == 3);
  SUBCASE("by deepobliviate") {
    course.method = "deepobliviate:epsilon=1000,least-points=2";
  }
  SUBCASE("by a method of the catalogue") {
    course.method = kFinetune;
  }
  INFO(course.method);
  const Served expected = Trial(trained.path(), fresh, course).undisturbed();

  const std::size_t calls = end_at_every_call([&](const Fault& fault, bool power_cut) {
    return Trial(trained.path(), fresh, course).run(fault, power_cut, expected, fault.at % 8 == 0);
  });
  CHECK(calls > 20);
}
