// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlfcn.h>
#include <string>

namespace expunge {

/// The BLAS that LibTorch calls, told by the symbols that this process holds.
struct Blas {
  enum class Kind { kOpenBlas, kMkl, kBlis, kReference, kUnknown };
  Kind kind = Kind::kUnknown;
  std::string version;  ///< with the options it was built with, where it tells
  std::string kernel;   ///< the kernel it chose ("Haswell"); where it does not tell, the processor it chose for
  bool picks_kernel_at_start = false;  ///< an OpenBLAS of many kernels
};

[[nodiscard]] Blas linked_blas();

/// Fixes the number of threads of whatever BLAS it is.
void set_blas_threads(int threads);

/// The kernel better than `kernel` for a processor that has (or lacks) AVX-512 F, BW, DQ, VL and CD, or empty: the rule
/// behind `better_blas_kernel`.
[[nodiscard]] std::string better_kernel_than(const std::string& kernel, bool has_avx512);

/// oneDNN's version and the instruction set it may use.
struct OneDnn {
  std::string version;
  std::string isa;
};
[[nodiscard]] OneDnn linked_onednn();

/// The function `name` of any library of this process, or null: libraries that may or may not be there are asked this
/// way. `Function` is a function type, `int(void)`.
template <class Function>
[[nodiscard]] Function* loaded_function(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}

}  // namespace expunge
