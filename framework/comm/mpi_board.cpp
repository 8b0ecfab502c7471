// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/comm/mpi_board.hpp"

#include <algorithm>

#include "framework/comm/local_board.hpp"
#include "framework/comm/mpi_error.hpp"

namespace expunge {

MpiBoard::MpiBoard(MPI_Comm comm, std::size_t slots) : comm_(comm), slots_(slots) {
  int rank = 0;
  mpi_check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank");
  const std::size_t mine = rank == 0 ? slots : 0;
  std::int64_t* memory = nullptr;
  mpi_check(MPI_Win_allocate(static_cast<MPI_Aint>(mine * sizeof(std::int64_t)), sizeof(std::int64_t), MPI_INFO_NULL,
                             comm, static_cast<void*>(&memory), &window_),
            "MPI_Win_allocate");
  MPI_Win_set_errhandler(window_, MPI_ERRORS_RETURN);
  mpi_check(MPI_Win_lock_all(0, window_), "MPI_Win_lock_all");
  std::fill_n(memory, mine, std::int64_t{0});
  mpi_check(MPI_Win_sync(window_), "MPI_Win_sync");
  mpi_check(MPI_Barrier(comm), "MPI_Barrier");
}

MpiBoard::~MpiBoard() {
  int finalized = 0;
  if (MPI_Finalized(&finalized) != MPI_SUCCESS || finalized != 0 || window_ == MPI_WIN_NULL) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

std::int64_t MpiBoard::fetch_add(std::size_t slot, std::int64_t amount) {
  return fetch(slot, amount, MPI_SUM);
}

std::int64_t MpiBoard::read(std::size_t slot) {
  return fetch(slot, 0, MPI_NO_OP);
}

std::int64_t MpiBoard::fetch(std::size_t slot, std::int64_t amount, MPI_Op how) {
  require_slot(slot, slots_);
  let_others_through();
  std::int64_t before = 0;
  mpi_check(MPI_Fetch_and_op(&amount, &before, MPI_INT64_T, 0, static_cast<MPI_Aint>(slot), how, window_),
            "MPI_Fetch_and_op");
  mpi_check(MPI_Win_flush(0, window_), "MPI_Win_flush");
  return before;
}

void MpiBoard::raise(std::size_t slot, std::int64_t value) {
  require_slot(slot, slots_);
  let_others_through();
  mpi_check(MPI_Accumulate(&value, 1, MPI_INT64_T, 0, static_cast<MPI_Aint>(slot), 1, MPI_INT64_T, MPI_MAX, window_),
            "MPI_Accumulate");
  mpi_check(MPI_Win_flush(0, window_), "MPI_Win_flush");
}

// Where the network has no remote atomics, rank 0 serves the others' requests from inside its own calls. One-sided
// calls to itself may skip that; a probe does not.
void MpiBoard::let_others_through() {
  int ignored = 0;
  mpi_check(MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, comm_, &ignored, MPI_STATUS_IGNORE), "MPI_Iprobe");
}

}  // namespace expunge
