// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <optional>

#include <fmt/core.h>

#include "framework/config/option_table.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/commands/common_options.hpp"
#include "launcher/coordinator/replay_run.hpp"
#include "launcher/coordinator/unlearning_run.hpp"
#include "launcher/process/environment.hpp"
#include "launcher/run/stop_watch.hpp"
#include "shards/methods/catalogue.hpp"

namespace expunge {

namespace {

/// The words of the command line whose meaning is looked up after parsing.
struct UnlearnOptions {
  std::string run;
  std::string requests;
  std::string unknown = "fail";
  std::string journal_ids = "plain";
  std::string sort = "file";
  std::string method;
  std::string stop_before;
  std::string policy;
  std::string out;
};

void declare(OptionTable& table, UnlearnOptions& words, UnlearningJob& job) {
  table.text("run", &words.run).required().placeholder("DIR").help("run directory, as 'expunge train' made it");
  table.text("requests", &words.requests)
      .placeholder("FILE")
      .help("deletion requests, JSON lines or CSV (shards/requests/REQUESTS.md); accepted whole or not at all");
  table.flag("recover", &job.recover)
      .help("work off what was accepted before: after --forget-now, or where a job was stopped or killed");
  table.flag("forget-now", &job.forget_now)
      .help(
          "roll back and erase at once what saw the samples; retraining waits for 'unlearn --recover', or follows "
          "right away where --recover is given too");
  table.flag("heal", &job.heal)
      .help("retrain exactly every shard that is served approximately, and erase what was kept for it");
  table.flag("dry-run", &job.dry_run).help("say what would be retrained and erased, what it costs; accept nothing");
  table.group("Requests");
  table.text("method", &words.method)
      .placeholder("SPEC")
      .help("how to forget (default: exact): " + method_help() +
            ". All but exact are approximate: what is served then is not what training without the samples gives")
      .check([](const std::string& text) {
        (void)parse_unlearning_method(text);
        return std::string();
      });
  table.choice("unknown", &words.unknown, {"fail", "skip"})
      .help("ids and subjects that the data does not have: refuse the file, or go on without them");
  table.choice("sort", &words.sort, {"file", "received_at"}).help("order in which requests are worked off");
  table.text("policy", &words.policy)
      .placeholder("POLICY")
      .help(
          "work the file off in several batches, as a policy would have made them of the requests by their "
          "received_at: immediate, batch:N, window:24h, deadline, shards:K (default: the whole file is one batch)");
  table.text("out", &words.out).placeholder("FILE").help("write the outcome of every request and batch, as JSON");
  table.choice("journal-ids", &words.journal_ids, {"plain", "digest"})
      .help(
          "what the journal keeps of deleted samples: their ids, or keyed digests that tell nobody else who they are");
  table.text("data", &job.coordinator.data)
      .placeholder("SPEC")
      .help("the run's data, where it has moved or was scrubbed");
  table.group("Job");
  table.flag("mix-numerics", &job.coordinator.mix_numerics)
      .help("go on under other numerics than the run began with; nobody can replay it bit for bit then");
  table.text("stop-before", &words.stop_before)
      .placeholder("TIME")
      .help("stop cleanly then: 30m, 23:40, 2026-03-01T23:40 (default: a minute before a Slurm job's end)");
  table.real("save-interval", &job.coordinator.save_interval_seconds)
      .range(1.0, 1e6)
      .help("a stage keeps its progress after so many seconds, and after epochs longer than a second");
}

/// What can be said of a method without looking at the run.
void take_method(const UnlearnOptions& words, UnlearningJob& job) {
  const UnlearningMethod method = parse_unlearning_method(words.method);
  if (!method.entry->takes_requests)
    throw UsageError("--method heal: healing forgets nobody; run 'expunge unlearn --heal', without requests");
  if (words.requests.empty())
    throw UsageError(
        "--method goes with --requests: what was accepted before is worked off by the method that it was accepted "
        "with");
  if (job.forget_now && !method.is_exact())
    throw UsageError(fmt::format(
        "--forget-now rolls shards back, which is exact, and leaves {} nothing to work on: leave one of the two out",
        method.text));
  job.coordinator.method = method.text;
}

}  // namespace

Exit run_unlearn(std::span<const std::string> arguments) {
  OptionTable table("unlearn",
                    "forget samples: roll back what saw them, retrain it without them, publish, erase; exactly, unless "
                    "--method says otherwise; goes on from what is there");
  UnlearnOptions words;
  UnlearningJob job;
  SessionOptions session_options;
  declare(table, words, job);
  declare(table, session_options);
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  if (words.requests.empty() && !job.recover && !job.heal)
    throw UsageError(
        "--requests FILE is missing: what to forget; or --recover, to go on with what was accepted; or --heal");
  if (job.heal && (!words.requests.empty() || !words.method.empty() || job.forget_now || !words.policy.empty()))
    throw UsageError(
        "--heal retrains exactly what is served approximately, and nothing else: give it without --requests, --method, "
        "--policy and --forget-now");
  if (!words.method.empty()) take_method(words, job);
  if (!words.policy.empty() && (words.requests.empty() || job.dry_run))
    throw UsageError("--policy replays a file: it goes with --requests, and not with --dry-run");
  std::optional<Policy> policy;
  if (!words.policy.empty()) policy = Policy::parse(words.policy);
  job.run = words.run;
  job.out = words.out;
  job.requests = words.requests;
  job.sort_by_receipt = words.sort == "received_at";
  job.coordinator.unknown = words.unknown == "skip" ? UnknownPolicy::kSkip : UnknownPolicy::kFail;
  job.coordinator.journal_ids = words.journal_ids == "digest" ? JournalIds::kDigest : JournalIds::kPlain;
  job.coordinator.deadline = words.stop_before.empty()
                                 ? slurm_deadline()
                                 : parse_stop_before(words.stop_before, std::chrono::system_clock::now());
  Session session(session_options);
  return run_together(session, [&] {
    return policy ? replay_requests(session, job, *policy, table.json()) : run_unlearning(session, job, table.json());
  });
}

}  // namespace expunge
