// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "framework/random/key.hpp"
#include "launcher/run/job_board.hpp"
#include "tests/support/thread_communicator.hpp"

using namespace expunge;

namespace {

const std::vector<int> kRanks{1, 2, 3, 5};

/// Jobs in the order in which they were taken, over all ranks.
class Taken {
 public:
  void add(std::size_t job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(job);
  }
  [[nodiscard]] std::vector<std::size_t> jobs() const {
    const std::lock_guard lock(mutex_);
    return jobs_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::size_t> jobs_;
};

std::vector<std::uint64_t> some_sizes(std::size_t count) {
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = 0; i < count; ++i) sizes.push_back(Key({1, 0}).draw(i) % 50);
  return sizes;
}

}  // namespace

TEST_CASE("every job is taken exactly once, jobs of size 0 too, on any number of ranks") {
  for (const int ranks : kRanks) {
    for (const std::size_t jobs : {0U, 1U, 3U, 40U}) {
      CAPTURE(ranks);
      CAPTURE(jobs);
      Taken taken;

      run_on_threads(ranks, [&](Communicator& comm) {
        JobBoard board(comm, some_sizes(jobs));
        while (const auto job = board.next()) {
          taken.add(*job);
          board.ended();
        }
        board.wait_for_others([] {});
      });

      auto found = taken.jobs();
      std::sort(found.begin(), found.end());
      REQUIRE(found.size() == jobs);
      for (std::size_t i = 0; i < jobs; ++i) CHECK(found[i] == i);
    }
  }
}

TEST_CASE("jobs go out longest first, equal ones in their order") {
  const std::vector<std::uint64_t> sizes{3, 9, 0, 9, 5};
  const std::vector<std::size_t> longest_first{1, 3, 4, 0, 2};
  for (const int ranks : kRanks) {
    CAPTURE(ranks);
    std::vector<std::vector<std::size_t>> of_rank(static_cast<std::size_t>(ranks));

    run_on_threads(ranks, [&](Communicator& comm) {
      JobBoard board(comm, sizes);
      while (const auto job = board.next()) {
        of_rank[static_cast<std::size_t>(comm.rank())].push_back(*job);
        board.ended();
      }
      board.wait_for_others([] {});
    });

    if (ranks == 1) CHECK(of_rank[0] == longest_first);
    for (const auto& jobs : of_rank)
      CHECK(std::is_sorted(jobs.begin(), jobs.end(), [&](std::size_t a, std::size_t b) {
        return std::ranges::find(longest_first, a) < std::ranges::find(longest_first, b);
      }));
  }
}

TEST_CASE("after a stop no job is taken, those taken end, and everyone leaves") {
  for (const int ranks : kRanks) {
    for (const auto request : {StopRequest::kAfterStage, StopRequest::kNow}) {
      CAPTURE(ranks);
      Taken taken;
      std::atomic<std::size_t> ended = 0;

      run_on_threads(ranks, [&](Communicator& comm) {
        JobBoard board(comm, some_sizes(1000));
        while (const auto job = board.next()) {
          taken.add(*job);
          if (taken.jobs().size() > 3) board.ask_to_stop(request);
          ++ended;
          board.ended();
        }
        CHECK(board.stop_asked() == request);
        board.wait_for_others([] {});
        // Whoever has waited knows that all work is done.
        CHECK(ended == taken.jobs().size());
        CHECK_FALSE(board.next().has_value());
      });

      CHECK(taken.jobs().size() >= 4);
      CHECK(taken.jobs().size() < 4 + static_cast<std::size_t>(ranks));
    }
  }
}

TEST_CASE("a stronger request to stop stands") {
  run_on_threads(3, [](Communicator& comm) {
    JobBoard board(comm, {1});
    board.ask_to_stop(comm.rank() == 1 ? StopRequest::kNow : StopRequest::kAfterStage);
    comm.barrier();
    board.ask_to_stop(StopRequest::kAfterStage);

    CHECK(board.stop_asked() == StopRequest::kNow);
  });
}

TEST_CASE("whoever has run out of jobs waits for the job that still runs, and is called meanwhile") {
  for (const int ranks : {2, 3, 5}) {
    CAPTURE(ranks);
    std::atomic<int> called = 0;
    std::atomic<bool> done = false;

    run_on_threads(ranks, [&](Communicator& comm) {
      JobBoard board(comm, {5});
      if (const auto job = board.next()) {
        // Ends only once another rank has been seen waiting: no clock decides.
        while (called == 0) std::this_thread::yield();
        done = true;
        board.ended();
      }
      board.wait_for_others([&] { ++called; });
      CHECK(done);
    });

    CHECK(called > 0);
  }
}

TEST_CASE("work that any rank does is seen by all") {
  run_on_threads(3, [](Communicator& comm) {
    JobBoard board(comm, {1, 1});
    board.add_done(10);
    board.add_done(static_cast<std::uint64_t>(comm.rank()));
    comm.barrier();

    CHECK(board.done() == 33);
  });
}
