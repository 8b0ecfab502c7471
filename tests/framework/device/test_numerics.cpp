// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/device/blas.hpp"
#include "framework/device/numerics.hpp"

using namespace expunge;

TEST_CASE("the number of threads holds for LibTorch, OpenMP and OpenBLAS alike") {
  for (const int threads : {2, 1}) {
    CAPTURE(threads);

    set_numerics(threads);

    CHECK(at::get_num_threads() == threads);
    CHECK(at::get_num_interop_threads() == 1);
    if (auto* openmp = loaded_function<int()>("omp_get_max_threads")) CHECK(openmp() == threads);
    if (auto* openblas = loaded_function<int()>("openblas_get_num_threads")) CHECK(openblas() == threads);
  }
}

TEST_CASE("no threads at all are refused") {
  CHECK_THROWS_AS(set_numerics(0), UsageError);
  CHECK_THROWS_AS(set_numerics(-1), UsageError);
}

TEST_CASE("deterministic algorithms are on and reduced precision is off") {
  set_numerics(1);

  const auto& context = at::globalContext();
  CHECK(context.deterministicAlgorithms());
  CHECK(context.deterministicCuDNN());
  CHECK_FALSE(context.benchmarkCuDNN());
  CHECK(context.float32MatmulPrecision() == at::Float32MatmulPrecision::HIGHEST);
}

TEST_CASE("numbers below the smallest normal one are kept") {
  set_numerics(1);

  const at::Tensor small = at::full({64}, 1e-40F);

  CHECK((small * 0.5).gt(0).all().item<bool>());
}

TEST_CASE("the fingerprint has every part that decides bits and none is empty") {
  set_numerics(1);

  const Fingerprint fingerprint = numeric_fingerprint({}, 1);

  for (const char* key : {"numeric_code", "compile_flags", "compiler", "libtorch", "blas", "blas_kernel", "onednn",
                          "onednn_isa", "cpu_capability", "threads", "device"}) {
    CAPTURE(key);
    REQUIRE(fingerprint.contains(key));
    CHECK_FALSE(fingerprint.at(key).empty());
    CHECK(fingerprint.at(key) != "unknown");
  }
  CHECK(fingerprint.at("threads") == "1");
  CHECK(fingerprint.at("device") == "cpu");
  CHECK(fingerprint.at("compile_flags").find("-ffp-contract=off") != std::string::npos);
}

TEST_CASE("the fingerprint is the same whenever it is taken and differs with the threads") {
  set_numerics(1);
  const Fingerprint one = numeric_fingerprint({}, 1);
  const Fingerprint again = numeric_fingerprint({}, 1);
  set_numerics(2);
  const Fingerprint two = numeric_fingerprint({}, 2);
  set_numerics(1);

  CHECK(one == again);
  CHECK(one != two);
}

TEST_CASE("a fingerprint of other threads than are set is a bug") {
  set_numerics(1);
  CHECK_THROWS_AS((void)numeric_fingerprint({}, 2), Bug);
}

TEST_CASE("a device that is none is refused by name") {
  CHECK_THROWS_WITH_AS((void)choose_device("tpu", 0), "--device takes cpu, cuda or auto, not 'tpu'", UsageError);
}

TEST_CASE("the processor is always there and automatic falls back on it") {
  CHECK(choose_device("cpu", 3).kind == DeviceKind::kCpu);
  CHECK(choose_device("cpu", 3).index == 0);
  if (cuda_version().empty()) CHECK(choose_device("auto", 3).kind == DeviceKind::kCpu);
}

TEST_CASE("a GPU asked of a build without CUDA is refused with what to do") {
  if (!cuda_version().empty()) return;
  CHECK_THROWS_AS((void)choose_device("cuda", 0), NotBuilt);
}

TEST_CASE("a better kernel is asked for where AVX-512 lies idle and nowhere else") {
  CHECK(better_kernel_than("Haswell", true) == "SkylakeX");
  CHECK(better_kernel_than("Zen", true) == "SkylakeX");
  CHECK(better_kernel_than("Haswell", false).empty());
  CHECK(better_kernel_than("SkylakeX", true).empty());
  CHECK(better_kernel_than("SapphireRapids", true).empty());
  CHECK(better_kernel_than("NEOVERSEN1", true).empty());
}

TEST_CASE("a kernel that the user chose stays") {
  const char* old = std::getenv("OPENBLAS_CORETYPE");
  const std::string saved = old == nullptr ? "" : old;

  ::setenv("OPENBLAS_CORETYPE", "Haswell", 1);
  CHECK(better_blas_kernel().empty());

  if (old == nullptr) {
    ::unsetenv("OPENBLAS_CORETYPE");
  } else {
    ::setenv("OPENBLAS_CORETYPE", saved.c_str(), 1);
  }
}

TEST_CASE("a slow BLAS is warned of with the package to install and a fast one is not") {
  if (linked_blas().kind == Blas::Kind::kReference) {
    CHECK(blas_warning().find("apt-get install libopenblas0-pthread") != std::string::npos);
  } else {
    CHECK(blas_warning().empty());
  }
}

TEST_CASE("the version of LibTorch is known") {
  CHECK(torch_version().find('.') != std::string::npos);
}
