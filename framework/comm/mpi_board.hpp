// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <mpi.h>

#include "framework/comm/communicator.hpp"

namespace expunge {

/// A board in rank 0's memory, which the others reach by one-sided calls. Its construction and its end are collective.
class MpiBoard final : public Board {
 public:
  /// `comm` must outlive the board.
  MpiBoard(MPI_Comm comm, std::size_t slots);
  MpiBoard(const MpiBoard&) = delete;
  MpiBoard& operator=(const MpiBoard&) = delete;
  ~MpiBoard() override;

  std::int64_t fetch_add(std::size_t slot, std::int64_t amount) override;
  void raise(std::size_t slot, std::int64_t value) override;
  [[nodiscard]] std::int64_t read(std::size_t slot) override;

 private:
  [[nodiscard]] std::int64_t fetch(std::size_t slot, std::int64_t amount, MPI_Op how);
  void let_others_through();

  MPI_Comm comm_;
  std::size_t slots_;
  MPI_Win window_ = MPI_WIN_NULL;
};

}  // namespace expunge
