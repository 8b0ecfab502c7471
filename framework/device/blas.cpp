// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/device/blas.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string_view>

#include <ATen/ATen.h>
#include <ATen/Version.h>
#include <fmt/core.h>

#include "framework/device/numerics.hpp"

namespace expunge {

namespace {

/// The processor, where a library chooses by it and does not say what: "GenuineIntel family 6 model 143".
std::string processor() {
  std::array<std::string, 3> values{"unknown processor", "?", "?"};
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line) && !line.empty();) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon + 2 > line.size()) continue;
    const std::string name = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
    constexpr std::array<std::string_view, 3> kWanted{"vendor_id", "cpu family", "model"};
    const auto* wanted = std::find(kWanted.begin(), kWanted.end(), name);
    if (wanted != kWanted.end()) values[static_cast<std::size_t>(wanted - kWanted.begin())] = line.substr(colon + 2);
  }
  return fmt::format("{} family {} model {}", values[0], values[1], values[2]);
}

/// What the environment tells a library about instruction sets, where the library does not tell what it made of it.
std::string with_environment(std::string text, std::initializer_list<const char*> variables) {
  for (const char* variable : variables) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') text += fmt::format(" {}={}", variable, value);
  }
  return text;
}

/// The file that holds a function, links resolved; empty where none does.
std::string file_of(const char* function) {
  void* address = ::dlsym(RTLD_DEFAULT, function);
  Dl_info info{};
  if (address == nullptr || ::dladdr(address, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code problem;
  const auto file = std::filesystem::canonical(info.dli_fname, problem);
  return problem ? std::string(info.dli_fname) : file.string();
}

std::string file_of_blas() {
  return file_of("sgemm_");
}

/// An OpenBLAS may be loaded for its LAPACK alone, beside another BLAS that does the products.
bool openblas_multiplies() {
  const std::string file = file_of_blas();
  return file.find("openblas") != std::string::npos || (!file.empty() && file == file_of("openblas_get_config"));
}

bool has_avx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
         __builtin_cpu_supports("avx512cd") != 0;
#else
  return false;
#endif
}

}  // namespace

Blas linked_blas() {
  Blas blas;
  const std::string mkl = at::get_mkl_version();
  if (mkl.find("MKL not found") == std::string::npos && !mkl.empty()) {
    blas.kind = Blas::Kind::kMkl;
    blas.version = mkl;
    blas.kernel = with_environment(processor(), {"MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "MKL_DEBUG_CPU_TYPE"});
    return blas;
  }
  auto* config = loaded_function<char*()>("openblas_get_config");
  if (config != nullptr && openblas_multiplies()) {
    blas.kind = Blas::Kind::kOpenBlas;
    blas.version = config();
    blas.picks_kernel_at_start = blas.version.find("DYNAMIC_ARCH") != std::string::npos;
    auto* core = loaded_function<char*()>("openblas_get_corename");
    blas.kernel = core != nullptr ? core() : processor();
    return blas;
  }
  if (auto* version = loaded_function<const char*()>("bli_info_get_version_str")) {
    blas.kind = Blas::Kind::kBlis;
    blas.version = fmt::format("BLIS {}", version());
    blas.kernel = with_environment(processor(), {"BLIS_ARCH_TYPE"});
    return blas;
  }
  const std::filesystem::path file = file_of_blas();
  // The reference implementation is the only one that calls itself by the interface's name alone.
  const bool reference = file.filename().string().starts_with("libblas.so");
  blas.kind = reference ? Blas::Kind::kReference : Blas::Kind::kUnknown;
  blas.version =
      file.empty() ? "unknown" : fmt::format("{}{}", reference ? "reference " : "", file.filename().string());
  blas.kernel = reference ? "none" : processor();
  return blas;
}

void set_blas_threads(int threads) {
  if (auto* set = loaded_function<void(int)>("openblas_set_num_threads")) set(threads);
  if (auto* set = loaded_function<void(std::int64_t)>("bli_thread_set_num_threads")) set(threads);
}

std::string better_kernel_than(const std::string& kernel, bool has_avx512_set) {
  constexpr std::array<std::string_view, 15> kWithoutAvx512{
      "Prescott",  "Core2",       "Penryn",     "Dunnington",  "Atom",      "Nehalem", "Barcelona", "Bobcat",
      "Bulldozer", "Sandybridge", "Piledriver", "Steamroller", "Excavator", "Haswell", "Zen"};
  const bool older = std::find(kWithoutAvx512.begin(), kWithoutAvx512.end(), kernel) != kWithoutAvx512.end();
  return older && has_avx512_set ? "SkylakeX" : "";
}

std::string better_blas_kernel() {
  const Blas blas = linked_blas();
  const char* chosen = std::getenv("OPENBLAS_CORETYPE");
  if (!blas.picks_kernel_at_start || (chosen != nullptr && *chosen != '\0')) return {};
  return better_kernel_than(blas.kernel, has_avx512());
}

std::string blas_warning() {
  const Blas blas = linked_blas();
  if (blas.kind != Blas::Kind::kReference) return {};
  return fmt::format(
      "LibTorch multiplies matrices with the reference BLAS ({}), about ten times slower than OpenBLAS: "
      "apt-get install libopenblas0-pthread",
      file_of_blas());
}

OneDnn linked_onednn() {
  // The beginning of oneDNN's dnnl_version_t: the rest differs between releases.
  struct Version {
    int major, minor, patch;
  };
  OneDnn found{at::get_mkldnn_version(), {}};
  if (auto* version = loaded_function<const Version*()>("dnnl_version")) {
    const Version* loaded = version();
    found.version = fmt::format("{}.{}.{}", loaded->major, loaded->minor, loaded->patch);
  }
  auto* isa = loaded_function<int()>("dnnl_get_effective_cpu_isa");
  auto* name = loaded_function<const char*(int)>("dnnl_cpu_isa2str");
  if (isa != nullptr && name != nullptr) {
    found.isa = with_environment(name(isa()), {"ONEDNN_CPU_ISA_HINTS", "DNNL_CPU_ISA_HINTS"});
  } else {
    found.isa = with_environment(processor(), {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ONEDNN_CPU_ISA_HINTS"});
  }
  return found;
}

}  // namespace expunge
