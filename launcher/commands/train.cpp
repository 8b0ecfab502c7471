// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <fmt/core.h>

#include "framework/config/option_table.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/commands/common_options.hpp"
#include "launcher/process/environment.hpp"
#include "launcher/run/stop_watch.hpp"
#include "launcher/training/training_run.hpp"

namespace expunge {

Exit run_train(std::span<const std::string> arguments) {
  OptionTable table("train",
                    "train every shard to its last slice, with a checkpoint after each; goes on from what is there");
  std::string run;
  std::string stop_before;
  JobOptions job;
  TrainingOptions training;
  SessionOptions session_options;
  table.text("run", &run)
      .required()
      .placeholder("DIR")
      .help("run directory: made, or gone on with; then the options left out are the run's");
  declare(table, training);
  table.group("Job");
  table.flag("dry-run", &job.dry_run).help("say what would be done, its cost and storage, and write nothing");
  table.flag("mix-numerics", &job.mix_numerics)
      .help("go on under other numerics than the run began with; nobody can replay it bit for bit then");
  table.text("stop-before", &stop_before)
      .placeholder("TIME")
      .help("stop cleanly then: 30m, 23:40, 2026-03-01T23:40 (default: a minute before a Slurm job's end)");
  table.real("save-interval", &job.save_interval_seconds)
      .range(1.0, 1e6)
      .help("a stage keeps its progress after so many seconds, and after epochs longer than a second");
  declare(table, session_options);
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  job.run = run;
  job.deadline =
      stop_before.empty() ? slurm_deadline() : parse_stop_before(stop_before, std::chrono::system_clock::now());

  Session session(session_options);
  return run_together(session, [&] { return TrainingRun(session, table, training, job).run(); });
}

}  // namespace expunge
