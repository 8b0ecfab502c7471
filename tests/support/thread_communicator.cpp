// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/thread_communicator.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include <fmt/core.h>

#include "framework/comm/communicator.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

/// What a rank throws because another one ended: never the first cause.
class Released : public Failure {
 public:
  using Failure::Failure;
};

/// What the threads share. One collective call is: everyone leaves its part on its place, meets, reads all places,
/// meets.
class Meeting {
 public:
  explicit Meeting(int ranks) : parts_(static_cast<std::size_t>(ranks)), calls_(parts_.size()) {}

  /// Leaves `part`, and returns every rank's, in the order of ranks. `call` is what this rank believes all are doing.
  std::vector<Bytes> exchange(int rank, const std::string& call, ByteView part) {
    const auto place = static_cast<std::size_t>(rank);
    {
      const std::lock_guard lock(mutex_);
      refuse_if_broken(call);
      parts_[place].assign(part.begin(), part.end());
      calls_[place] = call;
    }
    meet(call);
    // Between the two meetings the places are only read. They belong to this object, so that a rank which leaves by an
    // exception takes nothing away from those that still read.
    std::exception_ptr problem;
    std::vector<Bytes> all;
    try {
      for (std::size_t other = 0; other < calls_.size(); ++other) {
        if (calls_[other] != calls_[0]) {
          throw Bug(fmt::format("ranks disagree on what they do together: rank 0 calls {}, rank {} calls {}", calls_[0],
                                other, calls_[other]));
        }
      }
      all = parts_;
    } catch (...) {
      problem = std::current_exception();
    }
    meet(call);
    if (problem) std::rethrow_exception(problem);
    return all;
  }

  /// A rank has ended; those that wait for it, now or later, are released.
  void leave(int rank, bool by_error) {
    {
      const std::lock_guard lock(mutex_);
      if (gone_.empty()) gone_ = fmt::format("rank {} ended {}", rank, by_error ? "by an error" : "without it");
    }
    changed_.notify_all();
  }

  std::shared_ptr<LocalBoard::Slots> board;  ///< handed from rank 0 to the others between two exchanges

 private:
  void refuse_if_broken(const std::string& call) {
    if (!gone_.empty()) throw Released(fmt::format("{} can't be completed: {}", call, gone_));
  }

  void meet(const std::string& call) {
    std::unique_lock lock(mutex_);
    const std::uint64_t round = round_;
    if (++arrived_ == parts_.size()) {
      arrived_ = 0;
      ++round_;
      lock.unlock();
      changed_.notify_all();
      return;
    }
    changed_.wait(lock, [&] { return round_ != round || !gone_.empty(); });
    if (round_ == round) {
      --arrived_;
      refuse_if_broken(call);
    }
  }

  std::vector<Bytes> parts_;
  std::vector<std::string> calls_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t round_ = 0;
  std::size_t arrived_ = 0;
  std::string gone_;  ///< who ended first and how, empty while all are there
};

class ThreadCommunicator final : public Communicator {
 public:
  ThreadCommunicator(Meeting& meeting, int rank, int size) : meeting_(meeting), rank_(rank), size_(size) {}

  [[nodiscard]] int rank() const override { return rank_; }
  [[nodiscard]] int size() const override { return size_; }
  [[nodiscard]] std::string name() const override { return "threads"; }

  void barrier() override { meeting_.exchange(rank_, "barrier", {}); }
  void sum(std::span<std::int64_t> values) override {
    combine(values, "sum", [](std::int64_t a, std::int64_t b) {
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    });
  }
  void sum(std::span<std::uint64_t> values) override {
    combine(values, "sum of unsigned", [](std::uint64_t a, std::uint64_t b) { return a + b; });
  }
  void maximum(std::span<std::int64_t> values) override {
    combine(values, "maximum", [](std::int64_t a, std::int64_t b) { return std::max(a, b); });
  }
  void broadcast(Bytes& bytes, int root) override {
    if (root < 0 || root >= size_) throw Bug(fmt::format("broadcast from rank {} among {}", root, size_));
    auto all = meeting_.exchange(rank_, fmt::format("broadcast from rank {}", root), part_of(bytes, root));
    bytes = std::move(all[static_cast<std::size_t>(root)]);
  }
  [[nodiscard]] std::vector<Bytes> gather(ByteView bytes) override { return meeting_.exchange(rank_, "gather", bytes); }
  [[nodiscard]] std::unique_ptr<Board> make_board(std::size_t slots) override {
    if (rank_ == 0) meeting_.board = std::make_shared<LocalBoard::Slots>(slots);
    const std::string call = fmt::format("make_board of {} slots", slots);
    meeting_.exchange(rank_, call, {});
    auto shared = meeting_.board;
    meeting_.exchange(rank_, call, {});  // rank 0 may make the next one only when all have taken this one
    return std::make_unique<LocalBoard>(std::move(shared));
  }

 private:
  [[nodiscard]] ByteView part_of(const Bytes& bytes, int root) const { return rank_ == root ? bytes : ByteView{}; }

  template <class Number, class Combine>
  void combine(std::span<Number> values, const char* what, Combine&& with) {
    const auto all =
        meeting_.exchange(rank_, fmt::format("{} of {} values", what, values.size()), std::as_bytes(values));
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto result = number_at<Number>(all[0], i);
      for (std::size_t other = 1; other < all.size(); ++other) result = with(result, number_at<Number>(all[other], i));
      values[i] = result;
    }
  }

  template <class Number>
  static Number number_at(const Bytes& bytes, std::size_t index) {
    Number number;
    std::memcpy(&number, bytes.data() + index * sizeof(Number), sizeof(Number));
    return number;
  }

  Meeting& meeting_;
  int rank_;
  int size_;
};

struct Ending {
  std::exception_ptr problem;
  bool released = false;  ///< only because another rank ended
};

Ending run_rank(Meeting& meeting, int rank, int ranks, const std::function<void(Communicator&)>& work) {
  Ending ending;
  try {
    ThreadCommunicator comm(meeting, rank, ranks);
    work(comm);
  } catch (const Released&) {
    ending = {std::current_exception(), true};
  } catch (...) {
    ending.problem = std::current_exception();
  }
  meeting.leave(rank, ending.problem != nullptr);
  return ending;
}

}  // namespace

void run_on_threads(int ranks, const std::function<void(Communicator&)>& work) {
  if (ranks < 1) throw UsageError(fmt::format("{} ranks can't be run: at least 1", ranks));
  Meeting meeting(ranks);
  std::vector<Ending> endings(static_cast<std::size_t>(ranks));
  std::vector<std::thread> threads;
  threads.reserve(endings.size());
  try {
    for (int rank = 0; rank < ranks; ++rank) {
      threads.emplace_back(
          [&, rank] { endings[static_cast<std::size_t>(rank)] = run_rank(meeting, rank, ranks, work); });
    }
  } catch (const std::system_error& error) {
    const auto started = static_cast<int>(threads.size());
    meeting.leave(started, true);
    for (auto& thread : threads) thread.join();
    throw Failure(fmt::format("cannot start rank {} of {} as a thread: {}", started, ranks, error.what()));
  }
  for (auto& thread : threads) thread.join();
  for (const bool released : {false, true}) {
    for (const auto& ending : endings) {
      if (ending.problem && ending.released == released) std::rethrow_exception(ending.problem);
    }
  }
}

}  // namespace expunge
