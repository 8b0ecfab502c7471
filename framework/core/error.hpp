// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/core.h>

namespace expunge {

/// What a process answers to its caller. Part of the command line's contract: the values never change.
/// Ordered by severity where ranks disagree: see `worse`.
enum class Exit : std::uint8_t {
  kDone = 0,
  kFailed = 1,    ///< I/O, a missing file, bad data; the message names file, line or record
  kUsage = 2,     ///< a command line or a configuration that can't be meant
  kRefuted = 3,   ///< a verification or an audit said no
  kBug = 70,      ///< an invariant of expunge itself does not hold
  kStopped = 75,  ///< stopped cleanly, run again to resume; or another job holds the run
};

/// The one that every rank must return when ranks disagree: bug > refuted > usage > failed > stopped > done.
[[nodiscard]] Exit worse(Exit a, Exit b);

/// Base of every error that expunge raises on purpose. The message says what, where and what to do.
class Error : public std::runtime_error {
 public:
  Error(Exit exit, const std::string& message) : std::runtime_error(message), exit_(exit) {}
  [[nodiscard]] Exit exit() const { return exit_; }

 private:
  Exit exit_;
};

/// Something outside went wrong: a file is missing, cut, or full of nonsense.
/// Example: an IDX file whose header promises more images than the file holds.
class Failure : public Error {
 public:
  explicit Failure(const std::string& message) : Error(Exit::kFailed, message) {}
};

/// What was asked can't be meant. Example: `--shards 0`; a model that does not fit the data's shape.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(Exit::kUsage, message) {}
  /// Several problems at once, one a line.
  explicit UsageError(const std::vector<std::string>& problems);
};

/// A part that this build lacks. Example: `--device cuda` on a build against a CPU LibTorch.
class NotBuilt : public UsageError {
 public:
  /// `part` is what is missing, `remedy` how to build it in.
  NotBuilt(const std::string& part, const std::string& remedy)
      : UsageError(fmt::format("this build has no {}: {}", part, remedy)) {}
};

/// The work was put down at a place from which it goes on. Example: SIGUSR1; `expunge halt`.
class Stopped : public Error {
 public:
  explicit Stopped(const std::string& message) : Error(Exit::kStopped, message) {}
};

/// An invariant of expunge itself is broken: never the user's fault.
class Bug : public Error {
 public:
  explicit Bug(const std::string& message) : Error(Exit::kBug, message) {}
};

}  // namespace expunge
