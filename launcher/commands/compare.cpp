// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>

#include <fmt/core.h>

#include "framework/config/option_table.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/commands/common_options.hpp"
#include "launcher/comparison/comparison.hpp"
#include "launcher/process/environment.hpp"
#include "launcher/run/stop_watch.hpp"
#include "shards/methods/catalogue.hpp"

namespace expunge {

namespace {

/// The words of the command line whose meaning is looked up after parsing.
struct CompareOptions {
  std::string run;
  std::string requests;
  std::string replay = "batch";
  std::string out;
  std::string stop_before;
  std::int64_t repeats = 1;
  std::int64_t floors = 3;
};

void declare(OptionTable& table, CompareOptions& words, ComparisonOptions& options) {
  table.text("run", &words.run)
      .required()
      .placeholder("DIR")
      .help("run directory, trained to its end; it stays as it is");
  table.texts("methods", &options.methods)
      .required()
      .placeholder("SPEC")
      .help("retrain (everything from scratch), retrain-single (one model of all samples), or " + method_help() +
            "; identity (do nothing) is always there");
  table.text("test", &options.test).required().placeholder("SPEC").help("labelled data that answers are compared on");
  table.text("out", &words.out).required().placeholder("DIR").help("folder for report.json and report.html");
  table.group("What is forgotten (one of the two)");
  table.text("requests", &words.requests)
      .placeholder("FILE")
      .help("deletion requests, JSON lines or CSV (shards/requests/REQUESTS.md)");
  table.text("canary", &options.canary)
      .placeholder("SPEC")
      .help(
          "poison some samples first, train, and ask for their deletion: backdoor[:size=N,patch=P,target=C,slice=R] or "
          "label-flip[:size=N,target=C,slice=R]");
  table.choice("replay", &words.replay, {"batch", "sequence"}).help("all requests at once, or one after the other");
  table.group("How");
  table.integer("repeats", &words.repeats)
      .range(1, 1000)
      .help("repetitions; each after the first trains the run again with another seed");
  table.integer("floors", &words.floors)
      .range(3, 1000)
      .help("further retrainings in other orders, to show what zero looks like");
  table.text("data", &options.data).placeholder("SPEC").help("the run's data, where it has moved or was scrubbed");
  table.group("Job");
  table.text("stop-before", &words.stop_before)
      .placeholder("TIME")
      .help("stop cleanly then: 30m, 23:40, 2026-03-01T23:40 (default: a minute before a Slurm job's end)");
}

}  // namespace

Exit run_compare(std::span<const std::string> arguments) {
  OptionTable table("compare",
                    "exact against approximate forgetting, on the same run and the same requests: what each method "
                    "costs, and what it leaves behind; goes on from what is there");
  CompareOptions words;
  ComparisonOptions options;
  SessionOptions session_options;
  declare(table, words, options);
  declare(table, session_options);
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  options.run = words.run;
  options.requests = words.requests;
  options.as_sequence = words.replay == "sequence";
  options.out = words.out;
  options.repeats = static_cast<std::uint32_t>(words.repeats);
  options.floors = static_cast<std::uint32_t>(words.floors);
  options.json = table.json();
  options.deadline = words.stop_before.empty() ? slurm_deadline()
                                               : parse_stop_before(words.stop_before, std::chrono::system_clock::now());
  Session session(session_options);
  return run_together(session, [&] { return Comparison(session, options).run(); });
}

}  // namespace expunge
