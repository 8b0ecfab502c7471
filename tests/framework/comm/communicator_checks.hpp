// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "framework/comm/agreement.hpp"
#include "framework/comm/communicator.hpp"

namespace expunge::testing {

// What every communicator promises, whatever carries it. Each check is collective, and runs on every rank.

inline Bytes bytes_from(const std::string& text) {
  const auto view = bytes_of(text);
  return {view.begin(), view.end()};
}

/// "", "b", "cc", "ddd", …: another length on every rank.
inline Bytes part_of_rank(int rank) {
  Bytes part(static_cast<std::size_t>(rank), static_cast<std::byte>('a' + rank));
  return part;
}

inline void check_position(Communicator& comm) {
  CHECK(comm.rank() >= 0);
  CHECK(comm.rank() < comm.size());
  CHECK(comm.is_root() == (comm.rank() == 0));
}

inline void check_sums(Communicator& comm) {
  const std::int64_t n = comm.size();
  std::vector<std::int64_t> values{comm.rank(), -1, 1000};
  std::vector<std::int64_t> none;

  comm.sum(std::span(values));
  comm.sum(std::span(none));

  CHECK(values == std::vector<std::int64_t>{n * (n - 1) / 2, -n, 1000 * n});
}

inline void check_unsigned_sums(Communicator& comm) {
  const auto n = static_cast<std::uint64_t>(comm.size());
  const std::uint64_t half = std::uint64_t{1} << 63;
  std::vector<std::uint64_t> values{half, 7};

  comm.sum(std::span(values));

  CHECK(values == std::vector<std::uint64_t>{half * n, 7 * n});  // modulo 2^64
}

inline void check_maximum(Communicator& comm) {
  std::vector<std::int64_t> values{comm.rank(), -comm.rank() - 5, std::numeric_limits<std::int64_t>::min()};

  comm.maximum(values);

  CHECK(values == std::vector<std::int64_t>{comm.size() - 1, -5, std::numeric_limits<std::int64_t>::min()});
}

inline void check_many_values(Communicator& comm) {
  std::vector<std::int64_t> values(1000);
  std::iota(values.begin(), values.end(), 0);
  std::vector<std::int64_t> expected;
  expected.reserve(values.size());
  for (const auto value : values) expected.push_back(value * comm.size());

  comm.sum(std::span(values));

  CHECK(values == expected);
}

inline void check_broadcast(Communicator& comm) {
  for (int root = 0; root < comm.size(); ++root) {
    const std::string text = "what rank " + std::to_string(root) + " knows, at some length";
    Bytes bytes = comm.rank() == root ? bytes_from(text) : bytes_from("something else");

    comm.broadcast(bytes, root);

    CHECK(bytes == bytes_from(text));
  }
  Bytes emptied = comm.is_root() ? Bytes{} : bytes_from("to be replaced by nothing");
  comm.broadcast(emptied, 0);
  CHECK(emptied.empty());
}

inline void check_broadcast_from_nowhere(Communicator& comm) {
  Bytes bytes;
  CHECK_THROWS_AS(comm.broadcast(bytes, comm.size()), Bug);
  CHECK_THROWS_AS(comm.broadcast(bytes, -1), Bug);
}

inline void check_gather(Communicator& comm) {
  const auto all = comm.gather(part_of_rank(comm.rank()));

  CHECK(all.size() == static_cast<std::size_t>(comm.size()));
  for (std::size_t rank = 0; rank < all.size(); ++rank) CHECK(all[rank] == part_of_rank(static_cast<int>(rank)));
}

inline void check_barrier(Communicator& comm) {
  const auto board = comm.make_board(1);

  board->fetch_add(0, 1);
  comm.barrier();
  const auto arrived = board->read(0);

  CHECK(arrived == comm.size());
}

inline void check_tickets(Communicator& comm) {
  constexpr std::int64_t kTickets = 100;
  const auto board = comm.make_board(2);
  CHECK(board->read(1) == 0);
  comm.barrier();

  std::vector<std::int64_t> drawn(kTickets, 0);
  for (auto ticket = board->fetch_add(1, 1); ticket < kTickets; ticket = board->fetch_add(1, 1)) {
    ++drawn[static_cast<std::size_t>(ticket)];
  }
  comm.sum(std::span(drawn));

  CHECK(drawn == std::vector<std::int64_t>(kTickets, 1));
  CHECK(board->read(0) == 0);
  CHECK(board->read(1) == kTickets + comm.size());
}

inline void check_raise(Communicator& comm) {
  const auto board = comm.make_board(1);

  board->raise(0, 10 + comm.rank());
  board->raise(0, 3);
  comm.barrier();

  CHECK(board->read(0) == 10 + comm.size() - 1);
}

inline void check_boards_are_apart(Communicator& comm) {
  const auto first = comm.make_board(1);
  const auto second = comm.make_board(1);

  first->fetch_add(0, 5);
  comm.barrier();

  CHECK(second->read(0) == 0);
  CHECK_THROWS_AS(first->fetch_add(1, 1), Bug);
  CHECK_THROWS_AS(first->raise(1, 1), Bug);
  CHECK_THROWS_AS((void)first->read(1), Bug);
}

inline void check_agreement(Communicator& comm) {
  const int last = comm.size() - 1;
  const Outcome mine = comm.rank() == last ? Outcome{Exit::kFailed, "cannot read x.h5"} : Outcome{};

  const Outcome agreed = agree(comm, mine);

  CHECK(agreed.exit == Exit::kFailed);
  const std::string prefix = comm.size() > 1 ? "rank " + std::to_string(last) + ": " : "";
  CHECK(agreed.message == prefix + "cannot read x.h5");
  CHECK(agree(comm, Outcome{}).exit == Exit::kDone);
}

inline void check_together(Communicator& comm) {
  const int last = comm.size() - 1;
  std::string said;

  try {
    together(comm, [&] {
      if (comm.rank() == last) throw UsageError("no such model");
    });
  } catch (const UsageError& error) {
    said = error.what();
  }

  CHECK(said.find("no such model") != std::string::npos);
  CHECK_NOTHROW(together(comm, [] {}));  // and the ranks are in step again
}

struct CommunicatorCheck {
  const char* name;
  void (*run)(Communicator&);
};

inline constexpr CommunicatorCheck kCommunicatorChecks[] = {
    {"a rank knows its place", check_position},
    {"sums are over all ranks", check_sums},
    {"unsigned sums wrap", check_unsigned_sums},
    {"the maximum is over all ranks", check_maximum},
    {"many values are summed each for itself", check_many_values},
    {"every rank gets the root's bytes", check_broadcast},
    {"a root outside the ranks is a bug", check_broadcast_from_nowhere},
    {"gathered bytes come in the order of ranks", check_gather},
    {"no rank passes a barrier before all came", check_barrier},
    {"every ticket is drawn once", check_tickets},
    {"a raised slot keeps the largest value", check_raise},
    {"boards and slots are apart", check_boards_are_apart},
    {"one rank's failure is everyone's", check_agreement},
    {"work done together fails together", check_together},
};

}  // namespace expunge::testing
