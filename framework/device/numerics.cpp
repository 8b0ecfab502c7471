// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/device/numerics.hpp"

#include <cstdlib>
#include <gnu/libc-version.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/core.h>
#include <torch/version.h>

#include "framework/core/build_info.hpp"
#include "framework/core/error.hpp"
#include "framework/device/blas.hpp"
#include "framework/device/gpu.hpp"

namespace expunge {

namespace {

void refuse_a_lower_limit(int threads) {
  auto* limit = loaded_function<int()>("omp_get_thread_limit");
  if (limit == nullptr || limit() >= threads) return;
  throw UsageError(
      fmt::format("--threads {} is more than OMP_THREAD_LIMIT ({}) lets this process have: unset OMP_THREAD_LIMIT",
                  threads, limit()));
}

/// The pool between operations can be sized once in a process, and only before its first use.
void set_interop_threads() {
  if (at::get_num_interop_threads() == 1) return;
  at::set_num_interop_threads(1);
}

std::string cpu_capability() {
#if TORCH_VERSION_MAJOR >= 2
  return at::get_cpu_capability();
#else
  // Told among other things: "  - CPU capability usage: AVX2".
  const std::string all = at::show_config();
  const std::string mark = "CPU capability usage: ";
  const auto begin = all.find(mark);
  if (begin == std::string::npos) return "unknown";
  const auto from = begin + mark.size();
  return all.substr(from, all.find('\n', from) - from);
#endif
}

}  // namespace

Device choose_device(const std::string& wanted, int local_rank) {
  if (wanted != "cpu" && wanted != "cuda" && wanted != "auto") {
    throw UsageError(fmt::format("--device takes cpu, cuda or auto, not '{}'", wanted));
  }
  if (wanted == "cpu") return {};
  if (wanted == "cuda" && !torch_has_cuda()) {
    throw NotBuilt("CUDA",
                   "configure the preset 'cuda' against a CUDA LibTorch (-D CMAKE_PREFIX_PATH), or use --device cpu");
  }
  const int gpus = gpu_count();
  if (gpus > 0) return {DeviceKind::kCuda, local_rank % gpus};
  if (wanted == "cuda") {
    throw Failure(
        "--device cuda: no GPU that this process may use; look with nvidia-smi and at CUDA_VISIBLE_DEVICES, or use "
        "--device cpu");
  }
  return {};
}

void set_numerics(int threads) {
  if (threads < 1) throw UsageError(fmt::format("--threads {}: at least 1", threads));
  refuse_a_lower_limit(threads);
  // Deterministic cuBLAS wants a workspace of fixed size, and reads this when it is first used.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  if (auto* set = loaded_function<void(int)>("omp_set_dynamic")) set(0);
  at::set_num_threads(threads);
  set_interop_threads();
  set_blas_threads(threads);
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(true, false);
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
  context.setFloat32MatmulPrecision("highest");
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  at::Context::setFlushDenormal(false);
}

Fingerprint numeric_fingerprint(const Device& device, int threads) {
  if (at::get_num_threads() != threads) {
    throw Bug(
        fmt::format("the fingerprint of {} threads is asked for while {} are set", threads, at::get_num_threads()));
  }
  const Blas blas = linked_blas();
  const OneDnn onednn = linked_onednn();
  return as_stored({{"numeric_code", std::to_string(kNumericVersion)},
                    {"compile_flags", std::string(build_info().flags)},
                    {"compiler", std::string(build_info().compiler)},
                    {"libtorch", torch_version()},
                    {"blas", blas.version},
                    {"blas_kernel", blas.kernel},
                    {"onednn", onednn.version},
                    {"onednn_isa", onednn.isa},
                    {"cpu_capability", cpu_capability()},
                    {"libc", ::gnu_get_libc_version()},  // its cosine and exponential
                    {"threads", std::to_string(threads)},
                    {"device", device.kind == DeviceKind::kCuda ? gpu_description(device.index) : "cpu"}});
}

std::string torch_version() {
  return TORCH_VERSION;
}

std::string cuda_version() {
  return gpu_runtime_version();
}

}  // namespace expunge
