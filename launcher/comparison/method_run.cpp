// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/method_run.hpp"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "framework/comm/agreement.hpp"
#include "framework/core/error.hpp"
#include "launcher/comparison/method_evidence.hpp"
#include "launcher/coordinator/coordinator.hpp"
#include "launcher/coordinator/pending_work.hpp"

namespace expunge {

namespace {

namespace fs = std::filesystem;

/// The bytes themselves: a further link to a checkpoint would make a copy of what a method erases.
void copy_bytes(const fs::path& from, const fs::path& to) {
  system_files().write_new(to, read_file(from));
}

void copy_base(const fs::path& base, const fs::path& copy, const Trial& trial) {
  system_files().make_directory(copy);
  const RunDirectory from(base);
  const RunDirectory to(copy);
  for (const auto& record : from.shard_records(trial.manifest)) {
    system_files().make_directory(shard_folder(copy, record.shard));
    if (trial.forgotten.contains(record.shard))
      for (const auto& file : record.files())
        copy_bytes(shard_folder(base, record.shard) / file.name, shard_folder(copy, record.shard) / file.name);
    copy_bytes(shard_folder(base, record.shard) / record_name(Generation::kCurrent),
               shard_folder(copy, record.shard) / record_name(Generation::kCurrent));
  }
  if (trial.manifest.journal_length > 0) copy_bytes(from.journal_path(), to.journal_path());
  copy_bytes(from.manifest_path(), to.manifest_path());
}

/// Collective. Ends with a copy at `folder` on which the method can begin, or go on.
void prepare_copy(const ComparisonBench& bench, const Trial& trial, const fs::path& base, const fs::path& folder,
                  bool goes_on) {
  together(bench.session.comm(), [&] {
    if (!bench.session.comm().is_root() || goes_on) return;
    fs::remove_all(folder);
    copy_base(base, folder, trial);
  });
}

/// What is left is what is measured.
void keep_what_is_served(const fs::path& folder, const Trial& trial) {
  for (const auto shard : trial.affected()) {
    const auto record = read_shard_record(folder, shard);
    if (!record || record->served() == nullptr) throw Bug(fmt::format("{}: nothing is served", folder.string()));
    const std::string served = record->served()->file.name;
    std::vector<fs::path> others;
    for (const auto& entry : fs::directory_iterator(shard_folder(folder, shard)))
      if (entry.path().filename() != served && entry.path().filename() != record_name(Generation::kCurrent))
        others.push_back(entry.path());
    for (const auto& path : others) fs::remove_all(path);
  }
}

void add_recovery(MethodCourse& course, const Recovery& recovery) {
  const auto& work = recovery.jobs.work;
  add(course.timeline, course.work.seconds, recovery.jobs.times);
  add(course.work,
      {.sample_gradients = work.sample_gradients,
       .forward_passes = work.forward_passes,
       .hessian_vector_products = work.hessian_vector_products,
       .seconds = recovery.plan_seconds + recovery.retrain_seconds + recovery.publish_seconds + recovery.erase_seconds,
       .process_seconds = work.train_seconds + work.checkpoint_seconds + work.bookkeeping_seconds,
       .bookkeeping_seconds = work.bookkeeping_seconds,
       .bytes_read = work.bytes_read,
       .bytes_written = work.bytes_written});
  course.checkpoint_seconds += work.checkpoint_seconds;
}

}  // namespace

std::optional<MethodCourse> run_method_on_copy(const ComparisonBench& bench, const Trial& trial, const fs::path& base,
                                               const std::string& method, const std::string& name) {
  const auto& workspace = bench.workspace;
  const std::string done = name + ".json";
  const std::string put_down = name + ".sessions.json";
  if (const auto text = workspace.read(done)) return course_of(*text, (workspace / done).string());
  MethodCourse course;
  const auto before = workspace.read(put_down);
  if (before) course = course_of(*before, (workspace / put_down).string());
  prepare_copy(bench, trial, base, workspace / name, before.has_value());
  workspace.remove(put_down);

  {
    CoordinatorOptions options;
    options.method = method;
    options.opened = trial.data;
    options.shows_progress = false;
    options.halted_in = bench.run;
    options.deadline = bench.deadline;
    Coordinator coordinator(bench.session, system_files(), RunDirectory(workspace / name), options);
    coordinator.open();
    const std::uint64_t batches_before = trial.batches_before;
    for (;;) {
      const std::uint64_t accepted = coordinator.records().history.batches() - batches_before;
      if (!coordinator.records().history.pending().empty()) {
        const Recovery recovery = coordinator.recover();
        add_recovery(course, recovery);
        together(bench.session.comm(), [&] {
          if (bench.session.comm().is_root()) add_evidence(course, recovery);
        });
        if (recovery.stopped) {
          bench.stop_reason = recovery.jobs.stop_reason;
          workspace.write(put_down, to_text(course));
          return std::nullopt;
        }
      } else if (accepted < trial.batches.size()) {
        (void)coordinator.accept(trial.batches[accepted], "the requests compared on");
      } else {
        break;
      }
    }
  }
  together(bench.session.comm(), [&] {
    if (!bench.session.comm().is_root()) return;
    for (const auto shard : trial.affected())
      if (const auto record = read_shard_record(workspace / name, shard))
        course.guarantee = weaker(course.guarantee, guarantee_of(*record));
    // Who was put down in between came by them in another order.
    std::ranges::sort(course.fallbacks);
    add_full_residual_memories(course, trial, base, workspace / name, method);
    keep_what_is_served(workspace / name, trial);
  });
  workspace.write(done, to_text(course));
  return course_of(*workspace.read(done), (workspace / done).string());
}

}  // namespace expunge
