// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/comm/nccl_sum.hpp"

#include <chrono>
#include <cstring>
#include <thread>

#include <fmt/core.h>

#include "framework/comm/agreement.hpp"
#include "framework/core/error.hpp"

#ifdef EXPUNGE_HAS_NCCL

#include <cuda_runtime_api.h>

#include <nccl.h>

namespace expunge {

namespace {

void cuda_check(cudaError_t code, const std::string& doing) {
  if (code == cudaSuccess) return;
  throw Failure(fmt::format("{} failed: {} ({}); look with nvidia-smi, or use --device cpu", doing,
                            cudaGetErrorString(code), cudaGetErrorName(code)));
}

std::string last_nccl_error([[maybe_unused]] ncclComm_t comm) {
#if NCCL_VERSION_CODE >= 21300
  const char* text = ncclGetLastError(comm);
  if (text != nullptr && *text != '\0') return fmt::format(" ({})", text);
#endif
  return {};
}

void nccl_check(ncclResult_t code, const char* call, ncclComm_t comm) {
  if (code == ncclSuccess) return;
  throw Failure(fmt::format("{} failed: {}{}; NCCL_DEBUG=INFO tells more", call, ncclGetErrorString(code),
                            last_nccl_error(comm)));
}

}  // namespace

struct NcclSum::State {
  ncclComm_t comm = nullptr;
  int device = 0;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (comm != nullptr) ncclCommDestroy(comm);
  }

  /// After a failure its peers may never answer: ends the communicator without waiting for them.
  void abandon() {
    if (comm != nullptr) ncclCommAbort(comm);
    comm = nullptr;
  }

  /// Waits for the stream while watching the transport: a dead peer shows up there and not in the stream.
  void finish(cudaStream_t stream) {
    for (;;) {
      const cudaError_t done = cudaStreamQuery(stream);
      if (done == cudaSuccess) return;
      if (done != cudaErrorNotReady) cuda_check(done, "summing votes on GPU " + std::to_string(device));
      ncclResult_t state = ncclSuccess;
      nccl_check(ncclCommGetAsyncError(comm, &state), "ncclCommGetAsyncError", comm);
      nccl_check(state, "ncclAllReduce", comm);
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }
};

NcclSum::NcclSum(Communicator& comm, int device) : state_(std::make_unique<State>()) {
  state_->device = device;
  // Each step that one rank alone may fail is agreed on, or the others would wait for it inside NCCL.
  ncclUniqueId id{};
  together(comm, [&] {
    cuda_check(cudaSetDevice(device), "using GPU " + std::to_string(device));
    cuda_check(cudaFree(nullptr), "using GPU " + std::to_string(device));  // makes the context now
    if (comm.is_root()) nccl_check(ncclGetUniqueId(&id), "ncclGetUniqueId", nullptr);
  });
  const ByteView own = bytes_of_value(id);
  Bytes bytes(own.begin(), own.end());
  comm.broadcast(bytes, 0);
  std::memcpy(&id, bytes.data(), sizeof(id));
  together(comm, [&] {
    nccl_check(ncclCommInitRank(&state_->comm, comm.size(), id, comm.rank()), "ncclCommInitRank", nullptr);
  });
}

void NcclSum::sum(std::int64_t* device_pointer, std::size_t count, void* cuda_stream) {
  if (state_->comm == nullptr) throw Failure("votes can't be summed on GPUs: an earlier sum failed");
  const auto stream = static_cast<cudaStream_t>(cuda_stream);
  try {
    cuda_check(cudaSetDevice(state_->device), "using GPU " + std::to_string(state_->device));
    nccl_check(ncclAllReduce(device_pointer, device_pointer, count, ncclInt64, ncclSum, state_->comm, stream),
               "ncclAllReduce", state_->comm);
    state_->finish(stream);
  } catch (...) {
    state_->abandon();
    throw;
  }
}

bool nccl_built() {
  return true;
}

std::string nccl_version() {
  int code = 0;
  if (ncclGetVersion(&code) != ncclSuccess) return "unknown";
  // 2809 for 2.8.9 and before, 20901 for 2.9.1 and after.
  const int unit = code < 10000 ? 1000 : 10000;
  return fmt::format("{}.{}.{}", code / unit, code % unit / 100, code % 100);
}

}  // namespace expunge

#else

namespace expunge {

struct NcclSum::State {};

NcclSum::NcclSum(Communicator&, int) {
  throw NotBuilt("NCCL", "configure with -D EXPUNGE_WITH_NCCL=ON against a CUDA LibTorch");
}

void NcclSum::sum(std::int64_t*, std::size_t, void*) {
  throw Bug("a sum over GPUs without NCCL");
}

bool nccl_built() {
  return false;
}

std::string nccl_version() {
  return {};
}

}  // namespace expunge

#endif

namespace expunge {

NcclSum::~NcclSum() = default;

}  // namespace expunge
