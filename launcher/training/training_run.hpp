// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "framework/config/option_table.hpp"
#include "framework/core/error.hpp"
#include "framework/data/dataset.hpp"
#include "launcher/process/environment.hpp"
#include "launcher/run/opened_run.hpp"
#include "launcher/run/run_directory.hpp"
#include "launcher/training/shard_jobs.hpp"
#include "launcher/training/training_options.hpp"
#include "launcher/training/training_report.hpp"
#include "shards/partition/partitioner.hpp"

namespace expunge {

/// What `train` may be asked about the job rather than the training.
struct JobOptions {
  std::filesystem::path run;
  std::optional<std::chrono::system_clock::time_point> deadline;
  double save_interval_seconds = 30;
  bool mix_numerics = false;
  bool dry_run = false;
};

/// Training as one job over the ranks of a session: agree on the run, check that data and numerics are the run's, share
/// the shards, say what came of it. Every member is collective.
class TrainingRun {
 public:
  TrainingRun(Session& session, const OptionTable& table, TrainingOptions training, JobOptions job);
  ~TrainingRun();
  TrainingRun(const TrainingRun&) = delete;
  TrainingRun& operator=(const TrainingRun&) = delete;

  /// Trains, and prints the result on rank 0: for people, or as JSON. Returns kDone, or kStopped where the training was
  /// put down.
  Exit run();

 private:
  void open();
  [[nodiscard]] std::string take_lock_and_read_manifest();
  void open_data();
  void begin_manifest();
  void read_records();
  void check_run_samples();
  [[nodiscard]] Exit print_plan() const;
  void say_what_begins() const;
  [[nodiscard]] ShardJobsEnd train();
  Exit report(const ShardJobsEnd& end);

  Session& session_;
  Communicator& comm_;
  const OptionTable& table_;
  TrainingOptions training_;
  JobOptions job_;
  RunDirectory directory_;
  std::unique_ptr<RunLock> lock_;  // on rank 0
  bool resumed_ = false;
  Manifest manifest_;
  std::optional<RunRecords> records_;  // of a run that is gone on with
  std::unique_ptr<Dataset> data_;
  std::unique_ptr<Partition> partition_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double check_seconds_ = 0;
};

}  // namespace expunge
