// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/command_line.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <iostream>
#include <span>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "framework/comm/agreement.hpp"
#include "framework/comm/mpi_communicator.hpp"
#include "framework/config/nearest_name.hpp"
#include "framework/core/error.hpp"
#include "launcher/commands/command.hpp"
#include "launcher/commands/data.hpp"
#include "launcher/commands/evaluate.hpp"
#include "launcher/commands/halt.hpp"
#include "launcher/commands/inspect.hpp"
#include "launcher/commands/predict.hpp"
#include "launcher/commands/train.hpp"
#include "launcher/commands/version.hpp"
#include "launcher/environment.hpp"
#include "launcher/failure_text.hpp"

namespace expunge {

namespace {

using Words = std::span<const std::string>;

/// Every command, in the order of a run's life. A new one is a line here.
constexpr std::array kCommands{
    Command{"data", "make, look at and convert data sets", run_data, false},
    Command{"train", "train every shard to the end; goes on from what is there", run_train, true},
    Command{"evaluate", "the ensemble's accuracy, and each constituent's", run_evaluate, true},
    Command{"predict", "the ensemble's answer for every sample", run_predict, true},
    Command{"inspect", "what is in a run, where a sample lives, what forgetting it would cost", run_inspect, false},
    Command{"halt", "ask the job that works on a run to stop cleanly", run_halt, false},
    Command{"version", "what this program was built from, and with which libraries", run_version, false},
};

std::string help_text() {
  std::size_t width = 0;
  for (const auto& command : kCommands) width = std::max(width, command.name.size());
  std::string text =
      "expunge trains ensembles that can forget, and proves that they did.\n\n"
      "Usage: expunge COMMAND [options]\n"
      "       mpirun -n N expunge COMMAND [options]\n\n"
      "Commands:\n";
  for (const auto& command : kCommands) text += fmt::format("  {:<{}}  {}\n", command.name, width, command.summary);
  text +=
      "\n`expunge COMMAND --help` lists the options of a command, `expunge --version [--json]` what was built in.\n\n"
      "Exit codes:\n"
      "   0  done\n"
      "   1  failed: a file that is missing or can't be read or written, bad data\n"
      "   2  a command line or a configuration that can't be meant\n"
      "   3  a verification or an audit said no\n"
      "  70  a bug in expunge\n"
      "  75  stopped cleanly, run again to resume; or another job holds the run\n";
  return text;
}

[[noreturn]] void refuse_command(const std::string& word) {
  const bool is_option = word.starts_with('-');
  std::vector<std::string> known;
  if (is_option) {
    known = {"--help", "--version"};
  } else {
    for (const auto& command : kCommands) known.emplace_back(command.name);
  }
  const auto nearest = nearest_name(word, known);
  throw UsageError({fmt::format("unknown {} {}{}", is_option ? "option" : "command", word,
                                nearest.empty() ? "" : fmt::format(": did you mean {}?", nearest)),
                    is_option ? "a command comes before its options; `expunge --help` lists the commands"
                              : "`expunge --help` lists the commands"});
}

Exit run_command(const Command& command, Words arguments, const char* const* argv) {
  if (command.computes) {
    restart_with_better_blas_kernel(argv);
  } else if (launch_position().rank != 0) {
    return Exit::kDone;
  }
  return command.run(arguments);
}

Exit dispatch(Words words, const char* const* argv) {
  if (words.empty()) {
    if (launch_position().rank == 0) std::cerr << help_text();
    return Exit::kUsage;
  }
  const auto& first = words.front();
  if (first == "--help") {
    std::cout << help_text();
    return Exit::kDone;
  }
  const std::string_view name = first == "--version" ? std::string_view("version") : std::string_view(first);
  const auto* const command = std::ranges::find(kCommands, name, &Command::name);
  if (command == kCommands.end()) refuse_command(first);
  return run_command(*command, words.subspan(1), argv);
}

/// Standard output is rank 0's: what every rank says alike (help, a configuration) is then said once.
void leave_output_to_rank_0() {
  if (launch_position().rank == 0) return;
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  ::dup2(nowhere, STDOUT_FILENO);
  ::close(nowhere);
}

void flush_output() {
  errno = 0;
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good()) return;
  throw Failure(fmt::format("standard output can't be written: {}", std::generic_category().message(errno)));
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  try {
    leave_output_to_rank_0();
    Exit exit = Exit::kDone;
    Outcome outcome = outcome_of([&] {
      const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
      exit = dispatch(words, argv);
    });
    if (outcome.exit == Exit::kDone) outcome = outcome_of(flush_output);
    // What goes wrong outside a session goes wrong on every rank alike, but for a bug.
    if (launch_position().rank == 0 || outcome.exit == Exit::kBug) tell_failure(outcome);
    return static_cast<int>(worse(exit, outcome.exit));
  } catch (...) {
    std::fputs("expunge: too little memory to say what went wrong\n", stderr);
    return static_cast<int>(Exit::kFailed);
  }
}

}  // namespace expunge
