// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "framework/device/fingerprint.hpp"

namespace expunge {

enum class DeviceKind : std::uint8_t { kCpu, kCuda };

/// Where tensors live. `index` is the GPU's number on its node; 0 for the CPU.
struct Device {
  DeviceKind kind = DeviceKind::kCpu;
  int index = 0;
};

/// Resolves `cpu`, `cuda` or `auto` for the rank that is `local_rank`-th on its node. Throws NotBuilt where CUDA is
/// asked of a CPU LibTorch, Failure where no GPU is there.
[[nodiscard]] Device choose_device(const std::string& wanted, int local_rank);

/// Sets what decides bits, once per process before the first tensor: `threads` for LibTorch, OpenMP, oneDNN and the
/// BLAS, deterministic algorithms, no TF32, gradients of denormals as they are. The environment's OMP_NUM_THREADS and
/// the launcher's binding change nothing after it.
void set_numerics(int threads);

/// What is in force now, as it is stored. Call after `set_numerics`.
[[nodiscard]] Fingerprint numeric_fingerprint(const Device& device, int threads);

/// The instruction-set name to ask of a dynamic OpenBLAS before it loads, or empty where its own choice is the best
/// one. (OpenBLAS picks its Haswell kernel on some CPUs that have AVX-512; its SkylakeX kernel is 1.5 times as fast
/// there.)
[[nodiscard]] std::string better_blas_kernel();

/// Why the linked BLAS is slow and what to install, or empty.
[[nodiscard]] std::string blas_warning();

[[nodiscard]] std::string torch_version();
/// "13.0", or empty where LibTorch was built without CUDA.
[[nodiscard]] std::string cuda_version();

}  // namespace expunge
