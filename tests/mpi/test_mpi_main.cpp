// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/comm/launch_position.hpp"
#include "tests/mpi/mpi_world.hpp"

using namespace expunge::testing;

TEST_CASE("the world is the one that was launched") {
  CHECK(mpi_world().size() == expunge::launch_position().ranks);
}

// Made to go wrong, and run only by the tests of the tests' own main, which ask for them by name.

TEST_CASE("made to fail on the last rank alone" * doctest::skip()) {
  CHECK(mpi_world().rank() != mpi_world().size() - 1);
}

TEST_CASE("made to hang" * doctest::skip()) {
  if (mpi_world().is_root()) mpi_world().barrier();
  mpi_world().barrier();
}
