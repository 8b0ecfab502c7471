// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "framework/core/error.hpp"

namespace expunge {

/// One subcommand of the program. Its code is in launcher/commands/<name>.cpp, its function is declared below, and it
/// has one line in the table of launcher/commands/commands.cpp.
struct Command {
  std::string_view name;
  std::string_view summary;
  /// Gets the words after the command's name. Throws Error, or returns the code: the caller prints the message.
  Exit (*run)(std::span<const std::string> arguments);
  /// It works with tensors and runs on every rank of a launch (through a Session). One that does not only looks or
  /// writes a file: it never initialises MPI, and under a launcher it runs on rank 0 alone.
  bool computes;
};

/// Every command, in the order of a run's life.
[[nodiscard]] std::span<const Command> all_commands();

/// Writes a signed certificate of one request's deletion.
[[nodiscard]] Exit run_certify(std::span<const std::string> arguments);
/// Checks a certificate without the run; exit 3 where it is refuted.
[[nodiscard]] Exit run_check_certificate(std::span<const std::string> arguments);
/// Measures what exact forgetting costs, what methods save, and what they leave behind.
[[nodiscard]] Exit run_compare(std::span<const std::string> arguments);
/// `data info SPEC`, `data digits --out FILE`, `data convert SPEC --out FILE`, `data poison`, `data scrub`; results go
/// to standard output.
[[nodiscard]] Exit run_data(std::span<const std::string> arguments);
/// Writes a data set in which some samples are poisoned and belong to one synthetic subject, or what a backdoor is
/// tried with; and prints the request that makes a run forget them.
[[nodiscard]] Exit run_data_poison(std::span<const std::string> arguments);
/// Writes a run's data without the samples whose deletion was accepted. Such a data set still fits the run, and a fresh
/// training on it ends in the models that unlearning gave.
[[nodiscard]] Exit run_data_scrub(std::span<const std::string> arguments);
/// What the ensemble and each of its constituents answer on labelled data, and what that is worth.
[[nodiscard]] Exit run_evaluate(std::span<const std::string> arguments);
/// `halt --run DIR [--after-slice]`: asks the job that works on a run to stop cleanly.
[[nodiscard]] Exit run_halt(std::span<const std::string> arguments);
/// Shows what is in a run, and where a sample lives. Reads only.
[[nodiscard]] Exit run_inspect(std::span<const std::string> arguments);
/// Makes a key pair for signing certificates.
[[nodiscard]] Exit run_keygen(std::span<const std::string> arguments);
/// `methods [--json]`: every way to forget, what it needs, applies to and promises.
[[nodiscard]] Exit run_methods(std::span<const std::string> arguments);
/// The ensemble's answer for every sample of a data set.
[[nodiscard]] Exit run_predict(std::span<const std::string> arguments);
/// Trains every shard to its last stage; resumes what the run directory holds.
[[nodiscard]] Exit run_train(std::span<const std::string> arguments);
/// Forgets the samples that requests name.
[[nodiscard]] Exit run_unlearn(std::span<const std::string> arguments);
/// Retrains from scratch and compares bit for bit; checks the journal, the files, the erasure.
[[nodiscard]] Exit run_verify(std::span<const std::string> arguments);
/// `version [--json]`: what this program was built from, and the libraries it runs with.
[[nodiscard]] Exit run_version(std::span<const std::string> arguments);

/// What `version` prints, for people and as JSON.
[[nodiscard]] std::string version_text();
[[nodiscard]] std::string version_json();

}  // namespace expunge
