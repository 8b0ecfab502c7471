// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/commands/command_line.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "framework/comm/agreement.hpp"
#include "framework/comm/launch_position.hpp"
#include "framework/comm/stop_flag.hpp"
#include "framework/config/nearest_name.hpp"
#include "framework/core/error.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/process/environment.hpp"
#include "launcher/process/failure_text.hpp"
#include "launcher/process/standard_output.hpp"

namespace expunge {

namespace {

using Words = std::span<const std::string>;

std::string help_text() {
  std::size_t width = 0;
  for (const auto& command : all_commands()) width = std::max(width, command.name.size());
  std::string text =
      "expunge trains ensembles that can forget, and proves that they did.\n\n"
      "Usage: expunge COMMAND [options]\n"
      "       mpirun -n N expunge COMMAND [options]\n\n"
      "Commands:\n";
  for (const auto& command : all_commands())
    text += fmt::format("  {:<{}}  {}\n", command.name, width, command.summary);
  text +=
      "\n`expunge COMMAND --help` lists the options of a command.\n\n"
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
    for (const auto& command : all_commands()) known.emplace_back(command.name);
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
  const auto& first = words.front();
  if (first == "--help") {
    std::cout << help_text();
    return Exit::kDone;
  }
  const std::string_view name = first == "--version" ? std::string_view("version") : std::string_view(first);
  const auto commands = all_commands();
  const auto command = std::ranges::find(commands, name, &Command::name);
  if (command == commands.end()) refuse_command(first);
  return run_command(*command, words.subspan(1), argv);
}

/// Tells a failure once. Most go wrong alike on every rank of a launch, so rank 0 tells them, and the launcher ends the
/// others with it. A rank that ended before rank 0 has spoken would silence it; one that failed alone (a file missing
/// on its node) is still there after the wait, and tells it itself.
void tell_once(const Outcome& outcome) {
  constexpr unsigned kSecondsToWait = 5;
  const auto launch = launch_position();
  if (launch.rank == 0) {
    tell_failure(outcome);
    return;
  }
  ::sleep(kSecondsToWait);
  if (stop_signal() == 0 && !outcome.message.empty()) {
    tell_failure({outcome.exit, fmt::format("rank {}: {}", launch.rank, outcome.message)});
  }
}

/// Without a command, the help is the message.
Exit tell_help() {
  if (launch_position().rank == 0) std::cerr << help_text();
  tell_once({Exit::kUsage, {}});
  return Exit::kUsage;
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  try {
    hold_standard_streams();
    // A file that reaches the limit of its size is then told like a full disk, rather than ending the process.
    std::signal(SIGXFSZ, SIG_IGN);
    leave_output_to_rank_0();
    if (argc < 2) return static_cast<int>(tell_help());
    Exit exit = Exit::kDone;
    const Outcome thrown = outcome_of([&] {
      const std::vector<std::string> words(argv + 1, argv + argc);
      with_output([&] { exit = dispatch(words, argv); });
    });
    if (thrown.exit != Exit::kDone) tell_once(thrown);
    return static_cast<int>(worse(exit, thrown.exit));
  } catch (...) {
    std::fputs("expunge: too little memory to say what went wrong\n", stderr);
    return static_cast<int>(Exit::kFailed);
  }
}

}  // namespace expunge
