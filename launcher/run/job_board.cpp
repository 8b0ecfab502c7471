// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/job_board.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>

namespace expunge {

JobBoard::JobBoard(Communicator& comm, std::vector<std::uint64_t> sizes)
    : order_(sizes.size()), board_(comm.make_board(kSlots)) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(), [&](auto a, auto b) { return sizes[a] > sizes[b]; });
}

std::optional<std::size_t> JobBoard::next() {
  if (exhausted_) return std::nullopt;
  // Counted as taken before the stop is looked at, so that no one who waits can see a stop and miss a job still
  // starting.
  board_->fetch_add(kTaken, 1);
  if (stop_asked() == StopRequest::kGoOn) {
    const auto place = static_cast<std::size_t>(board_->fetch_add(kNext, 1));
    if (place < order_.size()) return order_[place];
  }
  exhausted_ = true;
  board_->fetch_add(kTaken, -1);
  return std::nullopt;
}

void JobBoard::ended() {
  board_->fetch_add(kEnded, 1);
}

void JobBoard::ask_to_stop(StopRequest request) {
  board_->raise(kStop, static_cast<std::int64_t>(request));
}

StopRequest JobBoard::stop_asked() {
  return static_cast<StopRequest>(board_->read(kStop));
}

void JobBoard::add_done(std::uint64_t work) {
  board_->fetch_add(kDone, static_cast<std::int64_t>(work));
}

void JobBoard::add_resumed(std::uint64_t work) {
  board_->fetch_add(kResumed, static_cast<std::int64_t>(work));
}

std::uint64_t JobBoard::resumed() {
  return static_cast<std::uint64_t>(board_->read(kResumed));
}

std::uint64_t JobBoard::done() {
  return static_cast<std::uint64_t>(board_->read(kDone));
}

void JobBoard::wait_for_others(const std::function<void()>& meanwhile) {
  const auto jobs = static_cast<std::int64_t>(order_.size());
  for (auto pause = std::chrono::milliseconds(1);; pause = std::min(2 * pause, std::chrono::milliseconds(50))) {
    const std::int64_t ended = board_->read(kEnded);
    const bool no_more = board_->read(kNext) >= jobs || stop_asked() != StopRequest::kGoOn;
    if (ended == jobs || (no_more && ended >= board_->read(kTaken))) return;
    meanwhile();
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace expunge
