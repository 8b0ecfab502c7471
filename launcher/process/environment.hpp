// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "framework/comm/communicator.hpp"
#include "framework/comm/mpi_communicator.hpp"
#include "framework/core/error.hpp"
#include "framework/device/numerics.hpp"
#include "framework/log/log.hpp"

namespace expunge {

/// What a command that computes asks of the process.
struct SessionOptions {
  std::int64_t threads = 1;    ///< of each rank; part of the fingerprint
  std::string device = "cpu";  ///< "cpu", "cuda" or "auto"
  log::Level level = log::Level::kInfo;
};

/// The process as a computing command needs it: ranks, log, stop signals, numerics. One per process.
///
///   Session session({.threads = options.threads, .device = options.device});
///   return run_together(session, [&] { return train(session.comm(), ...); });
///
/// Between the two lines nothing may fail on some ranks only.
class Session {
 public:
  /// Collective. Catches stop signals, opens MPI under a launcher (one rank alone initialises nothing), starts the log,
  /// places this rank, sets numerics. Throws the same on every rank: Failure where MPI sees other ranks than the
  /// launcher started, what `choose_device` throws, UsageError where the ranks' fingerprints differ.
  explicit Session(const SessionOptions& options);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  /// Collective: ends MPI.
  ~Session() = default;

  [[nodiscard]] Communicator& comm() { return *comm_; }
  /// A communicator of its own for the agreement at the end: a rank that failed waits there, whatever the others still
  /// say to each other on `comm`.
  [[nodiscard]] Communicator& last_word() { return last_word_ ? *last_word_ : *comm_; }
  [[nodiscard]] const Device& device() const { return device_; }
  [[nodiscard]] int threads() const { return threads_; }
  /// `numeric_fingerprint` and the version of HDF5: the same on every rank.
  [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }

 private:
  void open_communicators();

  std::optional<MpiEnvironment> mpi_;
  std::unique_ptr<Communicator> comm_;
  std::unique_ptr<Communicator> last_word_;
  int threads_;
  Device device_;
  Fingerprint fingerprint_;
};

/// Collective: runs `work` on every rank and ends in one code on all of them, the worst (see `worse`). Whatever was
/// thrown is told once, by rank 0. Never throws an exception of `work`.
[[nodiscard]] Exit run_together(Session& session, const std::function<Exit()>& work);
[[nodiscard]] Exit run_together(Communicator& comm, const std::function<Exit()>& work);

/// Collective. Throws UsageError on every rank where a rank's fingerprint differs from rank 0's, naming the first entry
/// that does, its values and the ranks.
void require_equal_fingerprints(Communicator& comm, const Fingerprint& mine);

/// Before a computing command does anything: OpenBLAS chooses its kernel when it is loaded, so a better one (see
/// `better_blas_kernel`) is asked for by starting this program again, in this process, with OPENBLAS_CORETYPE set.
/// Returns where there is nothing to gain, where the user has set the variable, and in the program started again.
void restart_with_better_blas_kernel(const char* const* argv);

/// The same with a kernel given; an empty one asks for nothing.
void restart_with_blas_kernel(const std::string& kernel, const char* const* argv);

}  // namespace expunge
