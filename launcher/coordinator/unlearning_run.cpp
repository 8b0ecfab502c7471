// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/coordinator/unlearning_run.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/core.h>

#include "framework/comm/agreement.hpp"
#include "framework/core/elapsed.hpp"
#include "framework/log/log.hpp"
#include "launcher/coordinator/pass_outcome.hpp"
#include "launcher/coordinator/unlearning_forecast.hpp"
#include "launcher/coordinator/unlearning_report.hpp"
#include "shards/requests/request_file.hpp"

namespace expunge {

namespace {

using Clock = std::chrono::steady_clock;

std::size_t requests_of_pending(const RunRecords& records) {
  const auto pending = records.history.pending();
  std::size_t requests = 0;
  for (const auto& line : records.journal.lines())
    if (const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
        accepted != nullptr && std::ranges::binary_search(pending, accepted->batch))
      requests += accepted->requests.size();
  return requests;
}

Exit print_forecast(Session& session, const Coordinator& coordinator, const UnlearningJob& job,
                    const std::vector<Request>& requests, bool json) {
  together(session.comm(), [&] {
    if (!session.comm().is_root()) return;
    const auto forecast =
        forecast_of(coordinator, coordinator.resolve(requests, job.requests.string()), job.heal, session.comm().size());
    fmt::print("{}", json ? to_json_text(forecast) : to_text(forecast));
  });
  return Exit::kDone;
}

/// What was accepted before comes first: it may be approximate itself.
Acceptance promise_healing(Coordinator& coordinator) {
  const auto methods = [&] {
    return methods_of(coordinator.records().journal, coordinator.records().history.pending());
  };
  if (!methods().empty() && methods() != "heal" && coordinator.recover().stopped)
    throw Stopped("put down while finishing what was accepted before: run the same command again");
  return methods().empty() ? coordinator.accept_healing() : Acceptance{};
}

}  // namespace

std::vector<Request> requests_of(Session& session, const UnlearningJob& job) {
  std::vector<Request> requests;
  together(session.comm(), [&] {
    if (!session.comm().is_root()) return;
    if (!job.out.empty()) require_outcome_place(job.out);
    if (job.requests.empty()) return;
    requests = read_requests(job.requests);
    if (!job.sort_by_receipt) return;
    std::vector<RequestFault> faults;
    for (const auto& request : requests)
      if (!request.received_at)
        faults.push_back({request.line, request.id, "'received_at' is missing: --sort received_at needs it"});
    if (!faults.empty()) refuse_requests(job.requests.string(), faults);
    std::ranges::stable_sort(requests, {}, &Request::received_at);
  });
  return requests;
}

Exit run_unlearning(Session& session, const UnlearningJob& job, bool json) {
  const auto start = Clock::now();
  Communicator& comm = session.comm();
  const auto requests = requests_of(session, job);
  Coordinator coordinator(session, system_files(), RunDirectory(job.run), job.coordinator);
  coordinator.open(job.dry_run);
  if (job.dry_run) return print_forecast(session, coordinator, job, requests, json);

  UnlearningReport report;
  const std::uint64_t live_before = coordinator.records().live();
  const Moment started = now();
  const auto check = Clock::now();
  coordinator.check_data();
  report.data_check_seconds = seconds_since(check);
  const bool recover = job.recover || !job.forget_now;
  if (recover) coordinator.check_numerics();
  report.method = coordinator.method().text;
  if (job.heal) report.acceptance = promise_healing(coordinator);
  if (!job.requests.empty()) report.acceptance = coordinator.accept(requests, job.requests.string());
  report.requests = requests.size();
  if (job.requests.empty()) report.requests = requests_of_pending(coordinator.records());
  if (job.forget_now) report.forgetting = coordinator.forget();
  if (recover) report.recovery = coordinator.recover();
  if (job.heal)
    report.method = "heal";
  else if (job.requests.empty() && !report.recovery.methods.empty())
    report.method = report.recovery.methods;

  together(comm, [&] {
    if (!comm.is_root()) return;
    const auto& records = coordinator.records();
    report.run = coordinator.directory().path().string();
    report.ranks = comm.size();
    report.live = records.live();
    report.pending = records.history.pending().size();
    report.full_retrain = plan_unlearning(records.manifest.configuration, coordinator.live(), {}).full_retrain;
    report.wall_seconds = seconds_since(start);
    if (!job.out.empty()) {
      ReplayOutcome outcome;
      add_pass(outcome, coordinator, report.acceptance, report.forgetting, report.recovery, live_before, comm.size(),
               {started, started, now()});
      write_outcome(job.out, outcome);
    }
    fmt::print("{}", json ? to_json_text(report) : to_text(report));
  });
  return recover && !coordinator.records().history.pending().empty() ? Exit::kStopped : Exit::kDone;
}

}  // namespace expunge
