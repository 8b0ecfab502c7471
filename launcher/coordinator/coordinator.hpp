// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/io/file_system.hpp"
#include "launcher/coordinator/pending_work.hpp"
#include "launcher/process/environment.hpp"
#include "launcher/run/opened_run.hpp"
#include "launcher/run/run_directory.hpp"
#include "launcher/training/shard_jobs.hpp"
#include "launcher/training/training_report.hpp"
#include "shards/policy/plan.hpp"
#include "shards/requests/resolution.hpp"

namespace expunge {

/// How a run's deletions are worked off.
struct CoordinatorOptions {
  std::string method = "exact";  ///< SPEC of how batches that are accepted are forgotten (shards/methods/catalogue.hpp)
  std::string data;              ///< empty: what the manifest names
  std::shared_ptr<const Dataset> opened{};  ///< the run's data, where it is open already; else `data` is opened
  bool shows_progress = true;
  std::filesystem::path halted_in{};  ///< whose halt file is obeyed; empty: the run's own
  UnknownPolicy unknown = UnknownPolicy::kFail;
  JournalIds journal_ids = JournalIds::kPlain;
  std::optional<std::chrono::system_clock::time_point> deadline;
  double save_interval_seconds = 30;
  bool mix_numerics = false;
};

/// What accepting came to. On rank 0; the others know the batch alone.
struct Acceptance {
  std::uint64_t batch = 0;                ///< 0: nothing new was accepted
  std::vector<ResolvedRequest> requests;  ///< as asked for, in order
  double validate_seconds = 0;            ///< finding out what is meant
  double journal_seconds = 0;             ///< from there to its being promised
  double reload_seconds = 0;              ///< from there to every rank's knowing who is live
  double read_seconds = 0;                ///< besides: reading what is to be forgotten, to digest it
};

/// What forgetting at once came to.
struct Forgetting {
  std::vector<std::uint64_t> batches;
  std::vector<ShardId> shards;  ///< rolled back
  std::vector<FileFate> files;
  double seconds = 0;
  double reload_seconds = 0;  ///< reading the run as it is then
};

/// What a retraining came to.
struct Recovery {
  std::vector<std::uint64_t> batches;  ///< completed, unless it was put down
  UnlearningPlan plan;                 ///< what was left to retrain when it began, at most
  std::string methods;                 ///< by which the batches were to be forgotten, as the journal has it
  std::vector<FileFate> files;
  ShardJobsEnd jobs;
  bool stopped = false;                  ///< put down before its end; nothing of it is lost
  std::uint64_t stages = 0;              ///< retrained; in exactly retrained shards as planned
  std::string guarantee = "exact";       ///< the weakest of the shards worked on
  std::vector<ShardRecord> approximate;  ///< shards worked on that are served approximately now; on rank 0
  double plan_seconds = 0;               ///< rank 0's, as the ones below
  double retrain_seconds = 0;            ///< wall time of all ranks' work
  double publish_seconds = 0;            ///< with the journal's lines
  double erase_seconds = 0;
  double reload_seconds = 0;  ///< reading the run as it is then
};

/// How many of these files saw a deleted sample and are kept, since approximations are made of them.
[[nodiscard]] std::uint64_t files_kept(const std::vector<FileFate>& files);

/// Carries a run's deletions through: accept, forget, retrain, publish, erase, complete (see JOURNAL.md). Each step is
/// promised in the journal and can be done again, so that whoever comes next finishes what a killed job began. Every
/// member but the accessors is collective.
class Coordinator {
 public:
  Coordinator(Session& session, FileSystem& files, RunDirectory directory, CoordinatorOptions options);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  /// Takes the run's lock, unless it is only looked at; reads the run and opens its data. Throws Stopped where another
  /// job holds the run.
  void open(bool only_look = false);
  /// The data's live samples are the run's.
  void check_data();
  /// This process would compute the run's bits. Throws UsageError where it would not: to be asked before anything is
  /// accepted that is to be retrained here.
  void check_numerics();

  /// Accepts requests as one batch, whole or not at all. What was accepted before is not accepted again.
  [[nodiscard]] Acceptance accept(std::span<const Request> requests, const std::string& source);
  /// Promises to retrain exactly every shard that is served approximately: a batch without requests whose method is
  /// "heal". Nothing is accepted where every shard is exact.
  [[nodiscard]] Acceptance accept_healing();
  /// What accepting would mean, and change nothing.
  [[nodiscard]] std::vector<ResolvedRequest> resolve(std::span<const Request> requests,
                                                     const std::string& source) const;

  /// Rolls every shard back that has seen a sample of a batch that is accepted, and erases what saw one.
  [[nodiscard]] Forgetting forget();
  /// Works pending batches off, each by its method, publishes, erases, completes them. A shard that an exact one
  /// touches is retrained exactly, whatever else is pending; else the latest batch's method takes all of them together.
  [[nodiscard]] Recovery recover();

  [[nodiscard]] const RunRecords& records() const { return *records_; }
  [[nodiscard]] const RunData& data() const { return *data_; }
  [[nodiscard]] const RunDirectory& directory() const { return directory_; }
  /// What pending batches still have to retrain, by the shards' generations as they are.
  [[nodiscard]] UnlearningPlan plan_pending() const;
  [[nodiscard]] PendingWork pending() const { return pending_work(directory_.path(), *records_); }
  /// What healing would supersede, by the shards' generations as they are; empty: every shard is exact.
  [[nodiscard]] std::vector<SupersededFile> approximate_files() const;
  /// How batches that are accepted are forgotten.
  [[nodiscard]] const UnlearningMethod& method() const { return method_; }
  /// Live samples by cell.
  [[nodiscard]] CellCounts live() const;

 private:
  void sync_folders(std::uint32_t shards) const;
  void reload();
  void commit_entries(std::vector<JournalEntry> entries);
  void take_method_on();
  [[nodiscard]] BatchAccepted batch_of(const std::vector<ResolvedRequest>& resolved) const;
  void digest_removed(BatchAccepted& batch, const std::vector<ResolvedRequest>& resolved) const;
  void reload_after(Acceptance& acceptance, std::uint64_t batch);
  void remove_unfinished() const;
  void remove_what_depends_on_models() const;
  void erase_unnamed(Recovery& recovery);
  void begin_generations(const PendingWork& work);
  [[nodiscard]] std::vector<ShardJob> prepare_jobs(const PendingWork& work);
  void work_off(Recovery& recovery, const PendingWork& work, std::span<const ShardJob> jobs);
  [[nodiscard]] bool all_complete(std::span<const ShardJob> jobs) const;
  void publish_and_complete(Recovery& recovery, const PendingWork& work);
  void add_results(Recovery& recovery, const PendingWork& work) const;

  Session& session_;
  Communicator& comm_;
  FileSystem& files_;
  RunDirectory directory_;
  CoordinatorOptions options_;
  UnlearningMethod method_;
  std::unique_ptr<RunLock> lock_;  // on rank 0
  std::optional<RunRecords> records_;
  std::optional<RunData> data_;
  bool numerics_checked_ = false;
};

}  // namespace expunge
