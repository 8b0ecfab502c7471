// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>
#include <string>

#include "framework/comm/communicator.hpp"
#include "framework/core/error.hpp"

namespace expunge {

/// What went wrong on this rank, if anything, in the form ranks can compare.
struct Outcome {
  Exit exit = Exit::kDone;
  std::string message;  ///< empty where all went well
};

/// Runs `work` and turns whatever it throws into an outcome (an unknown exception is a bug; what the system
/// refused, std::system_error, is a failure, and so is too little memory, std::bad_alloc or LibTorch's own word for
/// it).
[[nodiscard]] Outcome outcome_of(const std::function<void()>& work);

/// Collective. The same outcome on every rank: the worst of them (see `worse`), with the message of the lowest rank
/// that had it, prefixed by that rank ("rank 2: ") unless all ranks say the same.
[[nodiscard]] Outcome agree(Communicator& comm, const Outcome& mine);

/// Collective: runs `work` on every rank and then throws on all of them if it failed on any. The way to do rank-local
/// work that may fail (reading, opening) before the next collective call.
void together(Communicator& comm, const std::function<void()>& work);

}  // namespace expunge
