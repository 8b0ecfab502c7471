// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/training/shard_jobs.hpp"

#include <numeric>

#include "framework/comm/agreement.hpp"
#include "framework/device/memory.hpp"
#include "framework/log/log.hpp"
#include "launcher/run/job_board.hpp"
#include "launcher/run/stop_watch.hpp"

namespace expunge {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The board is shared by all ranks: what it is told of is gathered for half a second first.
class ProgressTeller {
 public:
  ProgressTeller(JobBoard& board, bool is_root, const std::string& what, std::uint64_t total)
      : board_(board), is_root_(is_root), progress_(what, "samples", total) {}

  void visited(std::uint64_t visits, bool resumed) {
    if (resumed) board_.add_resumed(visits);
    untold_ += visits;
    if (seconds_since(last_told_) < 0.5) return;
    pass_on();
    tell();
  }
  void pass_on() {
    board_.add_done(untold_);
    untold_ = 0;
    last_told_ = Clock::now();
  }
  void tell() {
    if (!is_root_) return;
    progress_.skip(board_.resumed());
    progress_.update(board_.done());
  }

 private:
  JobBoard& board_;
  bool is_root_;
  log::Progress progress_;
  std::uint64_t untold_ = 0;
  Clock::time_point last_told_ = Clock::now();
};

}  // namespace

ShardJobsEnd train_shards(Session& session, const ShardContext& context, std::span<const ShardJob> jobs,
                          const Dataset& data, const Partition& partition,
                          std::optional<std::chrono::system_clock::time_point> deadline, const std::string& what) {
  Communicator& comm = session.comm();
  std::vector<std::uint64_t> sizes;
  for (const auto& job : jobs) sizes.push_back(job.visits);
  JobBoard board(comm, sizes);
  StopWatch watch(context.run, deadline, board);
  ProgressTeller progress(board, comm.is_root(), what, std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0}));
  ShardHooks hooks;
  hooks.stop = [&] { return watch.poll(); };
  hooks.visited = [&](std::uint64_t visits, bool resumed) { progress.visited(visits, resumed); };

  TrainingWork work;
  const Outcome outcome = outcome_of([&] {
    while (const auto next = board.next()) {
      const ShardJob& job = jobs[*next];
      const Outcome one = outcome_of([&] {
        ShardContext of_job = context;
        of_job.generation = job.generation;
        work.add(train_shard(of_job, job.shard, data, partition, hooks));
      });
      progress.pass_on();
      if (one.exit != Exit::kDone) board.ask_to_stop(StopRequest::kNow);
      board.ended();
      if (one.exit != Exit::kDone) throw Error(one.exit, one.message);
    }
    board.wait_for_others([&] {
      (void)watch.poll();
      progress.tell();
    });
  });
  work.peak_resident_bytes = peak_resident_bytes();
  const Outcome agreed = agree(comm, outcome);
  if (agreed.exit != Exit::kDone) throw Error(agreed.exit, agreed.message);

  ShardJobsEnd end{gather_work(comm, work), {}};
  for (const auto& bytes : comm.gather(bytes_of(watch.reason())))
    if (end.stop_reason.empty()) end.stop_reason.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return end;
}

}  // namespace expunge
