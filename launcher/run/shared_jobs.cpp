// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/shared_jobs.hpp"

#include <numeric>

#include "framework/comm/agreement.hpp"

namespace expunge {

SharedJobs::SharedJobs(Communicator& comm, const std::filesystem::path& run,
                       std::optional<std::chrono::system_clock::time_point> deadline,
                       const std::vector<std::uint64_t>& sizes, const std::string& what)
    : comm_(comm),
      board_(comm, sizes),
      watch_(run, deadline, board_),
      shows_progress_(!what.empty()),
      progress_(what, "samples", std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0})) {}

void SharedJobs::work_off(const std::function<void(std::size_t)>& one) {
  const Outcome outcome = outcome_of([&] {
    while (const auto next = board_.next()) {
      const Outcome of_job = outcome_of([&] { one(*next); });
      pass_on();
      if (of_job.exit != Exit::kDone) board_.ask_to_stop(StopRequest::kNow);
      board_.ended();
      if (of_job.exit != Exit::kDone) throw Error(of_job.exit, of_job.message);
    }
    board_.wait_for_others([&] {
      (void)watch_.poll();
      tell();
    });
  });
  const Outcome agreed = agree(comm_, outcome);
  if (agreed.exit != Exit::kDone) throw Error(agreed.exit, agreed.message);
}

std::string SharedJobs::stop_reason() {
  std::string reason;
  for (const auto& bytes : comm_.gather(bytes_of(watch_.reason())))
    if (reason.empty()) reason.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return reason;
}

void SharedJobs::visited(std::uint64_t visits, bool resumed) {
  // The board is shared by all ranks: what it is told of is gathered for a while first.
  constexpr std::chrono::milliseconds kBetweenWords(500);
  if (resumed) board_.add_resumed(visits);
  untold_ += visits;
  if (std::chrono::steady_clock::now() - last_told_ < kBetweenWords) return;
  pass_on();
  tell();
}

void SharedJobs::pass_on() {
  board_.add_done(untold_);
  untold_ = 0;
  last_told_ = std::chrono::steady_clock::now();
}

void SharedJobs::tell() {
  if (!comm_.is_root() || !shows_progress_) return;
  progress_.skip(board_.resumed());
  progress_.update(board_.done());
}

}  // namespace expunge
