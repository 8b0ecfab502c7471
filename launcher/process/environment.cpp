// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/process/environment.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "framework/comm/agreement.hpp"
#include "framework/comm/launch_position.hpp"
#include "framework/comm/stop_flag.hpp"
#include "framework/io/hdf5.hpp"
#include "launcher/process/failure_text.hpp"
#include "launcher/process/placement.hpp"
#include "launcher/process/standard_output.hpp"

namespace expunge {

namespace {

constexpr const char* kKernelVariable = "OPENBLAS_CORETYPE";
constexpr const char* kRestartedVariable = "EXPUNGE_REEXEC";

Fingerprint parsed_fingerprint(const Bytes& bytes) {
  const auto* const data = reinterpret_cast<const char*>(bytes.data());
  return nlohmann::json::parse(data, data + bytes.size()).get<Fingerprint>();
}

std::string entry(const Fingerprint& fingerprint, const std::string& key) {
  const auto found = fingerprint.find(key);
  return found == fingerprint.end() ? "nothing" : found->second;
}

/// The first key, in the order of their names, that not every rank has with the same value; empty where there is none.
std::string first_difference(const std::vector<Fingerprint>& all) {
  std::string first;
  for (const auto& fingerprint : all) {
    for (const auto& [key, value] : fingerprint) {
      const bool differs = entry(all.front(), key) != value || !all.front().contains(key);
      if (differs && (first.empty() || key < first)) first = key;
    }
    for (const auto& [key, value] : all.front()) {
      if (!fingerprint.contains(key) && (first.empty() || key < first)) first = key;
    }
  }
  return first;
}

/// A process started by another MPI's launcher is a world of its own: every one of them would do the whole work.
void require_one_world(const LaunchPosition& launch, const Communicator& comm) {
  if (launch.ranks == comm.size()) return;
  throw Failure(
      fmt::format("the launcher started {} ranks, but MPI sees {}: start expunge with the launcher of the MPI that "
                  "it is linked with ({})",
                  launch.ranks, comm.size(), mpi_version()));
}

}  // namespace

Session::Session(const SessionOptions& options) : threads_(static_cast<int>(options.threads)) {
  catch_stop_signals();
  open_communicators();
  log::start(options.level, comm_->rank(), comm_->size());
  const auto placements = gather_placements(*comm_);
  together(*comm_, [&] {
    device_ = choose_device(options.device, local_rank_of(placements, comm_->rank()));
    set_numerics(threads_);
    fingerprint_ = numeric_fingerprint(device_, threads_);
    fingerprint_["hdf5"] = hdf5::library_version();
  });
  require_equal_fingerprints(*comm_, fingerprint_);
  if (!comm_->is_root()) return;
  log_placements(placements, device_, threads_);
  if (const auto slow = blas_warning(); !slow.empty()) log::warning("{}", slow);
}

void Session::open_communicators() {
  const auto launch = launch_position();
  if (!launch.launched) {
    comm_ = make_self_communicator();
    return;
  }
  mpi_.emplace();
  comm_ = mpi_->world();
  require_one_world(launch, *comm_);
  last_word_ = mpi_->world();
}

Exit run_together(Communicator& comm, const std::function<Exit()>& work) {
  Exit returned = Exit::kDone;
  const auto thrown = agree(comm, outcome_of([&] { with_output([&] { returned = work(); }); }));
  if (comm.is_root()) tell_failure(thrown);
  // Nobody leaves before rank 0 has spoken: the launcher ends the others with the first that returns another code than
  // 0.
  const auto codes = agree(comm, {returned, {}});
  return worse(thrown.exit, codes.exit);
}

Exit run_together(Session& session, const std::function<Exit()>& work) {
  const Exit exit = run_together(session.last_word(), work);
  ignore_stop_signals();
  return exit;
}

void require_equal_fingerprints(Communicator& comm, const Fingerprint& mine) {
  const auto text = nlohmann::json(mine).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::vector<Fingerprint> all;
  for (const auto& bytes : comm.gather(bytes_of(text))) all.push_back(parsed_fingerprint(bytes));
  const auto key = first_difference(all);
  if (key.empty()) return;
  const auto common = entry(all.front(), key);
  std::vector<std::size_t> others;
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    if (entry(all[rank], key) != common) others.push_back(rank);
  }
  throw UsageError(
      fmt::format("the ranks would not compute the same bits: {} is {} on rank 0, but {} on rank {}{}: run on machines "
                  "of one kind, with "
                  "one build and one environment on all of them",
                  key, common, entry(all[others.front()], key), fmt::join(others, ", "),
                  others.size() > 1 ? " (the first of them)" : ""));
}

void restart_with_better_blas_kernel(const char* const* argv) {
  restart_with_blas_kernel(better_blas_kernel(), argv);
}

void restart_with_blas_kernel(const std::string& kernel, const char* const* argv) {
  if (std::getenv(kRestartedVariable) != nullptr) {
    ::unsetenv(kRestartedVariable);
    return;
  }
  if (std::getenv(kKernelVariable) != nullptr || kernel.empty()) return;
  ::setenv(kKernelVariable, kernel.c_str(), 1);
  ::setenv(kRestartedVariable, "1", 1);
  // The link's target keeps the program's name in process lists; the link itself serves where the file was replaced.
  std::error_code unreadable;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unreadable);
  auto* const words = const_cast<char* const*>(argv);
  if (!unreadable) ::execv(program.c_str(), words);
  ::execv("/proc/self/exe", words);
  ::unsetenv(kRestartedVariable);
  ::unsetenv(kKernelVariable);
}

}  // namespace expunge
