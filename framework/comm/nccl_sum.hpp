// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "framework/comm/communicator.hpp"

namespace expunge {

/// Sums integers that lie on GPUs over the ranks of a communicator, without bringing them to the host: vote counts.
/// One GPU per rank, no GPU for two ranks.
class NcclSum {
 public:
  /// Collective over `comm`, which is used here only. `device` is the GPU's number on this rank's node. Throws on every
  /// rank: NotBuilt where this build has no NCCL, Failure where a rank has no such GPU or NCCL refuses.
  NcclSum(Communicator& comm, int device);
  NcclSum(const NcclSum&) = delete;
  NcclSum& operator=(const NcclSum&) = delete;
  ~NcclSum();

  /// Collective. Replaces `count` integers at `device_pointer`, memory of this rank's GPU, by their sums over ranks.
  /// Runs on `cuda_stream` (a cudaStream_t; null is the default stream) behind what is queued there, and returns when
  /// it is done. Throws Failure where the transport fails; the object is then of no further use.
  void sum(std::int64_t* device_pointer, std::size_t count, void* cuda_stream);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] bool nccl_built();
/// "2.28.9", of the library that is loaded; empty where this build has none.
[[nodiscard]] std::string nccl_version();

}  // namespace expunge
