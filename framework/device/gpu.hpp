// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace expunge {

// What the rest of this room asks of GPUs: the one place that differs between a CPU LibTorch and one with CUDA.

/// Whether LibTorch was built with CUDA, GPU or none.
[[nodiscard]] bool torch_has_cuda();
/// GPUs that this process may use; 0 without CUDA, a driver or a GPU.
[[nodiscard]] int gpu_count();
/// "NVIDIA H100, compute 9.0, CUDA 13.2, cuDNN 91900".
[[nodiscard]] std::string gpu_description(int index);
/// "13.2", or empty.
[[nodiscard]] std::string gpu_runtime_version();

}  // namespace expunge
