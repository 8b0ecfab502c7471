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

#include "framework/core/error.hpp"
#include "launcher/process/environment.hpp"

namespace expunge {

/// What `compare` may be asked.
struct ComparisonOptions {
  std::filesystem::path run;
  std::filesystem::path requests;    ///< exactly one of this and `canary` is given
  std::string canary;                ///< SPEC
  bool as_sequence = false;          ///< every request as a batch of its own; else the file as one
  std::vector<std::string> methods;  ///< SPECs: retrain, retrain-single, exact, deepobliviate:…, the catalogue's
  std::string test;                  ///< SPEC of the data that answers are compared on
  std::string data;                  ///< where the run's data has moved; empty: what the manifest names
  std::filesystem::path out;         ///< folder for report.json and report.html
  std::uint32_t repeats = 1;         ///< the first with the run's seed, the others with ones that follow from it
  std::uint32_t floors = 3;          ///< trainings with other order keys, for each repetition
  std::optional<std::chrono::system_clock::time_point> deadline;
  bool json = false;
};

/// Compares methods on the same trained run and the same requests, each from an identical copy, as one job over the
/// ranks of a session. Works in `comparison/` inside the run directory, which it removes at its end; put down, it goes
/// on there. Nothing else of the run is changed. Every member is collective.
class Comparison {
 public:
  Comparison(Session& session, ComparisonOptions options);
  ~Comparison();
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  /// Compares, writes the report and prints it on rank 0. Returns kDone, or kStopped where it was put down. Throws
  /// UsageError for what can't be compared, before any work; Failure where the run is not trained, has deletions
  /// pending, is served approximately, or its data is not what it was.
  Exit run();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace expunge
