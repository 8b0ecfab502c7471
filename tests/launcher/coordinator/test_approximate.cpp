// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Deletions by approximate methods, and the way back: whatever was approximate before, what is exact again is, bit for
// bit, what training without the samples gives.
#include <algorithm>
#include <fstream>
#include <memory>
#include <numeric>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "launcher/run/workspace.hpp"
#include "launcher/serving/constituent_model.hpp"
#include "launcher/serving/ensemble.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/trained_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const Key kSeed({5, 12});
constexpr std::uint32_t kShards = 2;
constexpr std::uint32_t kSlices = 8;
/// Stops as soon as the memory decays at all.
const std::string kObliviate = "deepobliviate:epsilon=1000,least-points=2";
const std::string kFinetune = "finetune:epochs=1";

TrainingConfiguration configuration(const Dataset& data, Slicing slicing) {
  TrainingConfiguration c = small_configuration(data, "logistic", kShards, kSlices);
  c.epoch_millionths = 1'000'000;
  c.batch_size = 4;
  c.slicing = slicing;
  return c;
}

class ApproximateRun {
 public:
  explicit ApproximateRun(Slicing slicing = Slicing::kSequential)
      : data_(make_samples(192, {{4}, 2, FeatureType::kF32, false}, 6)),
        c_(configuration(data_, slicing)),
        fresh_(data_, c_, kSeed),
        trained_(data_, c_, kSeed) {}

  /// Half of a cell's samples, at least one of them: the same every time.
  [[nodiscard]] Ids half_of(std::uint32_t shard, std::uint32_t slice) const {
    Ids cell;
    for (const auto& sample : data_.samples())
      if (fresh_.cell_of(sample) == Cell{ShardId(shard), SliceId(slice)}) cell.insert(sample.id);
    REQUIRE(cell.size() >= 2);
    return {cell.begin(), std::next(cell.begin(), static_cast<std::ptrdiff_t>(cell.size() / 2))};
  }

  [[nodiscard]] std::unique_ptr<Coordinator> open(const std::string& method = "exact") const {
    CoordinatorOptions options;
    options.method = method;
    options.shows_progress = false;
    auto coordinator =
        std::make_unique<Coordinator>(silent_session(), files_, RunDirectory(trained_.path()), std::move(options));
    coordinator->open();
    return coordinator;
  }

  /// Accepts a batch and works off what is pending.
  Recovery forget(const Ids& ids, const std::string& method) {
    const auto coordinator = open(method);
    accept(*coordinator, ids);
    return coordinator->recover();
  }
  void accept(Coordinator& coordinator, const Ids& ids) {
    const auto acceptance =
        coordinator.accept(std::vector{request_for("r" + std::to_string(++requests_), ids)}, "test");
    REQUIRE(acceptance.batch > 0);
    deleted_.insert(ids.begin(), ids.end());
  }

  [[nodiscard]] RunRecords records() const { return RunRecords::read(RunDirectory(trained_.path())); }
  [[nodiscard]] ShardRecord record(std::uint32_t shard) const { return records().shards.at(shard); }
  [[nodiscard]] const std::filesystem::path& path() const { return trained_.path(); }
  [[nodiscard]] const BatchAccepted& last_accepted(const RunRecords& records) const {
    const BatchAccepted* last = nullptr;
    for (const auto& line : records.journal.lines())
      if (const auto* accepted = std::get_if<BatchAccepted>(&line.entry)) last = accepted;
    REQUIRE(last != nullptr);
    return *last;
  }

  /// All shards are what training without the deleted samples gives, and nothing else lies about.
  void check_exact() {
    CHECK(records().history.pending().empty());
    for (std::uint32_t shard = 0; shard < kShards; ++shard) {
      CAPTURE(shard);
      const ShardRecord now = record(shard);
      CHECK_FALSE(now.approximation);
      CHECK(now.slices.size() == kSlices);
      CHECK(same_stages(now, fresh_.record(ShardId(shard), deleted_)));
    }
    CHECK(astray_in(path(), kShards) == std::vector<std::string>{});
    CHECK(tainted_files(path(), fresh_.without(deleted_), c_, kSeed) == std::vector<std::string>{});
  }

  /// What is exact of a shard is what training gives; the rest is told as approximate, and is what lies there.
  void check_approximate(std::uint32_t shard, const std::string& method) {
    CAPTURE(shard);
    const ShardRecord now = record(shard);
    REQUIRE(now.approximation);
    CHECK(now.approximation->method == method);
    CHECK(now.served_stage() == kSlices);
    CHECK(now.slices.size() < kSlices);
    CHECK(same_stages(now, fresh_.record(ShardId(shard), deleted_)));
    CHECK(now.served()->model != fresh_.record(ShardId(shard), deleted_).slices.back().model);
    CHECK(astray_in(path(), kShards) == std::vector<std::string>{});
  }

 private:
  mutable QuickFiles files_;
  MemoryDataset data_;
  TrainingConfiguration c_;
  FreshTraining fresh_;
  TrainedRun trained_;
  Ids deleted_;
  int requests_ = 0;
};

std::uint64_t fates(const std::vector<FileFate>& files, const std::string& fate) {
  return static_cast<std::uint64_t>(std::ranges::count(files, fate, &FileFate::fate));
}

}  // namespace

TEST_CASE("an exact deletion after deepobliviate heals the shard: the bytes of a training without both") {
  ApproximateRun run;
  const Recovery cut_short = run.forget(run.half_of(0, 2), kObliviate);
  run.check_approximate(0, kObliviate);
  CHECK(cut_short.guarantee == "heuristic");
  CHECK(cut_short.methods == kObliviate);
  REQUIRE(cut_short.approximate.size() == 1);
  CHECK(cut_short.stages < kSlices - 1);
  CHECK(cut_short.jobs.work.sample_gradients < cut_short.plan.sample_gradients);
  CHECK(cut_short.jobs.times.size() == 1);
  const std::uint64_t kept = files_kept(cut_short.files);
  CHECK(kept > 0);

  SUBCASE("from a slice before those that are kept") {
    (void)run.forget(run.half_of(0, 1), "exact");
  }
  SUBCASE("from a slice that is kept") {
    const Recovery healed = run.forget(run.half_of(0, 7), "exact");
    CHECK(healed.guarantee == "exact");
    CHECK(files_kept(healed.files) == 0);
    CHECK(fates(healed.files, "erased") > kept);
    CHECK(healed.jobs.work.sample_gradients == healed.plan.sample_gradients);
  }
  SUBCASE("of another shard, healed by itself after it") {
    (void)run.forget(run.half_of(1, 7), "exact");
    CHECK(run.record(0).approximation);
    const auto coordinator = run.open();
    REQUIRE(coordinator->accept_healing().batch == 3);
    (void)coordinator->recover();
  }

  run.check_exact();
}

TEST_CASE("healing retrains exactly what is approximate, which votes until then, and is not promised twice") {
  for (const auto slicing : {Slicing::kCumulative, Slicing::kSequential}) {
    CAPTURE(int{slicing == Slicing::kSequential});
    ApproximateRun run(slicing);
    (void)run.forget(run.half_of(0, 3), kFinetune);
    run.check_approximate(0, kFinetune);
    const std::string served = run.record(0).served()->file.name;
    const auto coordinator = run.open();

    CHECK(coordinator->accept_healing().batch == 2);
    CHECK(run.last_accepted(run.records()).method == "heal");
    CHECK(run.last_accepted(run.records()).requests.empty());
    const Ensemble ensemble = open_ensemble(silent_session(), RunDirectory(run.path()));
    CHECK(ensemble.models == kShards);
    CHECK(ensemble.approximate == 1);
    const Recovery healed = coordinator->recover();

    CHECK(healed.plan.stages == kSlices - 2);
    CHECK(healed.jobs.work.sample_gradients == healed.plan.sample_gradients);
    CHECK(std::ranges::any_of(healed.files,
                              [&](const FileFate& file) { return file.name == served && file.fate == "erased"; }));
    run.check_exact();
    CHECK(coordinator->accept_healing().batch == 0);
  }
}

TEST_CASE("an approximate shard votes with the weight of all its live samples") {
  ApproximateRun run;
  (void)run.forget(run.half_of(0, 3), kFinetune);

  const Ensemble ensemble = open_ensemble(silent_session(), RunDirectory(run.path()));

  std::uint64_t live = 0;
  for (std::uint32_t r = 1; r <= kSlices; ++r) live += ensemble.run.live({ShardId(0), SliceId(r)});
  CHECK(samples_seen(ensemble.run, ensemble.run.shards.at(0)) == live);
  CHECK(ensemble.mine.at(0)->weight() == static_cast<std::int64_t>(live));
}

TEST_CASE("approximations in a row are healed all at once") {
  ApproximateRun run;
  (void)run.forget(run.half_of(0, 2), kObliviate);
  (void)run.forget(run.half_of(0, 4), kObliviate);
  (void)run.forget(run.half_of(0, 6), kFinetune);
  (void)run.forget(run.half_of(1, 4), kObliviate);
  run.check_approximate(0, kFinetune);
  CHECK(run.record(0).approximation->batches == std::vector<std::uint64_t>{1, 2, 3});

  const auto coordinator = run.open();
  (void)coordinator->accept_healing();
  (void)coordinator->recover();

  run.check_exact();
}

TEST_CASE(
    "forgetting at once rolls an approximate shard back to its exact stages, from which it is recovered exactly") {
  for (const auto& method : {kObliviate, kFinetune}) {
    CAPTURE(method);
    ApproximateRun run;
    (void)run.forget(run.half_of(0, 3), method);
    const ShardRecord before = run.record(0);
    REQUIRE(before.approximation);
    const auto coordinator = run.open();
    run.accept(*coordinator, run.half_of(0, 7));

    const Forgetting forgetting = coordinator->forget();

    CHECK(forgetting.shards == std::vector<ShardId>{ShardId(0)});
    CHECK_FALSE(run.record(0).approximation);
    CHECK(run.record(0).slices.size() == std::min<std::size_t>(before.slices.size(), 6));
    CHECK(astray_in(run.path(), kShards) == std::vector<std::string>{});
    (void)coordinator->recover();
    run.check_exact();
  }
}

TEST_CASE("an approximate batch that is pending can be forgotten at once, and is recovered exactly then") {
  ApproximateRun run;
  {
    const auto coordinator = run.open(kObliviate);
    run.accept(*coordinator, run.half_of(0, 3));
  }
  const auto coordinator = run.open();

  CHECK(coordinator->forget().shards == std::vector<ShardId>{ShardId(0)});
  CHECK(coordinator->recover().guarantee == "exact");

  run.check_exact();
}

TEST_CASE(
    "where a pending exact batch touches a shard it is retrained exactly; another shard by its own batch's method") {
  ApproximateRun run;
  {
    const auto coordinator = run.open(kFinetune);
    Ids both = run.half_of(0, 3);
    both.merge(run.half_of(1, 3));
    run.accept(*coordinator, both);
  }
  const auto coordinator = run.open();
  run.accept(*coordinator, run.half_of(0, 5));

  const Recovery recovery = coordinator->recover();

  CHECK(recovery.methods == "exact, " + kFinetune);
  CHECK(recovery.guarantee == "heuristic");
  CHECK_FALSE(run.record(0).approximation);
  run.check_approximate(1, kFinetune);
  (void)coordinator->accept_healing();
  (void)coordinator->recover();
  run.check_exact();
}

TEST_CASE("of several approximate batches pending in a shard the latest one's method takes all of them") {
  ApproximateRun run;
  {
    const auto coordinator = run.open(kObliviate);
    run.accept(*coordinator, run.half_of(0, 3));
  }
  const auto coordinator = run.open(kFinetune);
  run.accept(*coordinator, run.half_of(0, 5));
  (void)coordinator->recover();

  run.check_approximate(0, kFinetune);
  CHECK(run.record(0).approximation->batches == std::vector<std::uint64_t>{1, 2});
  CHECK(run.record(0).slices.size() == 2);
}

TEST_CASE("a run with cumulative slicing refuses deepobliviate before anything is promised") {
  const ApproximateRun run(Slicing::kCumulative);

  std::string message;
  try {
    (void)run.open(kObliviate);
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::kUsage);
    message = error.what();
  }
  CHECK(contains(message, "sequential slicing"));
  CHECK(run.records().journal.length() == 0);
}

TEST_CASE("erasing takes a comparison's workspace with it, before the journal says that anything is erased") {
  ApproximateRun run;
  const auto leave_workspace = [&] {
    const auto folder = comparison_folder(run.path()) / "identity" / "shards" / "0000";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "slice-01-0.h5") << "a copy of what saw the samples";
  };
  leave_workspace();
  (void)run.forget(run.half_of(0, 3), "exact");
  CHECK_FALSE(std::filesystem::exists(comparison_folder(run.path())));

  leave_workspace();
  const auto coordinator = run.open();
  run.accept(*coordinator, run.half_of(1, 3));
  (void)coordinator->forget();
  CHECK_FALSE(std::filesystem::exists(comparison_folder(run.path())));
}
