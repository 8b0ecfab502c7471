// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "framework/comm/nccl_sum.hpp"
#include "framework/core/error.hpp"
#include "tests/support/thread_communicator.hpp"

using namespace expunge;

namespace {

/// No machine has this many GPUs, so that the answer is the same with a GPU and without.
constexpr int kNoSuchGpu = 4000;

}  // namespace

TEST_CASE("a build without NCCL says so and how to get it") {
  if (nccl_built()) return;
  const auto comm = make_self_communicator();

  CHECK_THROWS_WITH_AS(NcclSum(*comm, 0),
                       "this build has no NCCL: configure with -D EXPUNGE_WITH_NCCL=ON against a CUDA LibTorch",
                       NotBuilt);
  CHECK(nccl_version().empty());
}

TEST_CASE("with NCCL a rank that has no such GPU is a failure on every rank and names it") {
  if (!nccl_built()) return;
  int failed = 0;
  run_on_threads(3, [&](Communicator& comm) {
    std::string said;
    try {
      const NcclSum sum(comm, kNoSuchGpu);
    } catch (const Failure& failure) {
      said = failure.what();
    }
    CHECK(said.find("using GPU 4000 failed") != std::string::npos);
    if (comm.is_root()) ++failed;
  });

  CHECK(failed == 1);
}

TEST_CASE("with NCCL its version is known") {
  if (!nccl_built()) return;
  CHECK(nccl_version().starts_with("2."));
}
