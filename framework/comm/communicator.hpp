// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "framework/core/bytes.hpp"

namespace expunge {

/// A few shared numbers that every rank of a communicator can read and raise without the others' taking part: the
/// counter from which ranks draw their next shard, and the flag by which one of them stops all. Slots start at 0. One
/// slot is either added to or raised, never both. Making a board and ending it are collective.
class Board {
 public:
  virtual ~Board() = default;
  /// Adds and returns the value before. Atomic.
  virtual std::int64_t fetch_add(std::size_t slot, std::int64_t amount) = 0;
  /// Sets a slot to the larger of its value and `value`. Atomic.
  virtual void raise(std::size_t slot, std::int64_t value) = 0;
  [[nodiscard]] virtual std::int64_t read(std::size_t slot) = 0;
};

/// Ranks that work together. All members but `rank`, `size` and `name` are collective: every rank calls them in the
/// same order. They throw Failure where the transport fails.
class Communicator {
 public:
  virtual ~Communicator() = default;
  [[nodiscard]] virtual int rank() const = 0;
  [[nodiscard]] virtual int size() const = 0;
  /// "self", "threads", "mpi": for logs.
  [[nodiscard]] virtual std::string name() const = 0;

  virtual void barrier() = 0;
  /// Element-wise sum (maximum) over ranks, in place, of integers: the answer does not depend on the number of ranks.
  virtual void sum(std::span<std::int64_t> values) = 0;
  virtual void sum(std::span<std::uint64_t> values) = 0;
  virtual void maximum(std::span<std::int64_t> values) = 0;
  /// Replaces `bytes` on every rank by the root's.
  virtual void broadcast(Bytes& bytes, int root) = 0;
  /// Every rank's bytes, in the order of ranks, on every rank.
  [[nodiscard]] virtual std::vector<Bytes> gather(ByteView bytes) = 0;
  [[nodiscard]] virtual std::unique_ptr<Board> make_board(std::size_t slots) = 0;

  [[nodiscard]] bool is_root() const { return rank() == 0; }
};

/// One rank alone: no library is initialised.
[[nodiscard]] std::unique_ptr<Communicator> make_self_communicator();

/// A board in this process's memory, for ranks that are threads of it (or one rank alone). Each rank holds its own
/// LocalBoard over the same slots.
class LocalBoard final : public Board {
 public:
  using Slots = std::vector<std::atomic<std::int64_t>>;

  explicit LocalBoard(std::shared_ptr<Slots> slots) : slots_(std::move(slots)) {}
  std::int64_t fetch_add(std::size_t slot, std::int64_t amount) override;
  void raise(std::size_t slot, std::int64_t value) override;
  [[nodiscard]] std::int64_t read(std::size_t slot) override;

 private:
  [[nodiscard]] std::atomic<std::int64_t>& at(std::size_t slot);
  std::shared_ptr<Slots> slots_;
};

/// Throws Bug where `slot` is not one of a board's `slots`.
void require_slot(std::size_t slot, std::size_t slots);

/// Collective: rank 0's text, on every rank.
[[nodiscard]] std::string broadcast_text(Communicator& comm, const std::string& text);

}  // namespace expunge
