// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/device/gpu.hpp"

#ifdef EXPUNGE_TORCH_HAS_CUDA

#include <ATen/ATen.h>
#include <ATen/cuda/CUDAContext.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/cuda/CUDAFunctions.h>
#include <fmt/core.h>

namespace expunge {

bool torch_has_cuda() {
  return true;
}

int gpu_count() {
  return c10::cuda::device_count();
}

std::string gpu_description(int index) {
  const auto* properties = at::cuda::getDeviceProperties(static_cast<c10::DeviceIndex>(index));
  const auto& hooks = at::detail::getCUDAHooks();
  return fmt::format("{}, compute {}.{}, CUDA {}, {}", properties->name, properties->major, properties->minor,
                     gpu_runtime_version(),
                     hooks.hasCuDNN() ? fmt::format("cuDNN {}", hooks.versionCuDNN()) : std::string("no cuDNN"));
}

std::string gpu_runtime_version() {
  const long version = at::detail::getCUDAHooks().versionCUDART();
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

}  // namespace expunge

#else

namespace expunge {

bool torch_has_cuda() {
  return false;
}

int gpu_count() {
  return 0;
}

std::string gpu_description(int) {
  return "none";
}

std::string gpu_runtime_version() {
  return {};
}

}  // namespace expunge

#endif
