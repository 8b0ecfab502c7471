// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <vector>

#include <doctest/doctest.h>

#include "framework/model/input.hpp"

using namespace expunge;
using doctest::Approx;

TEST_CASE("bytes become fractions of 255, then are normalised") {
  const Bytes stored{std::byte{0}, std::byte{51}, std::byte{255}};
  std::array<float, 3> out{};

  to_input(stored, FeatureType::kU8, {}, out);
  CHECK(out[0] == 0.0F);
  CHECK(out[1] == Approx(0.2));
  CHECK(out[2] == Approx(1.0));

  to_input(stored, FeatureType::kU8, {0.5, 0.25}, out);
  CHECK(out[0] == Approx(-2.0));
  CHECK(out[1] == Approx(-1.2));
  CHECK(out[2] == Approx(2.0));
}

TEST_CASE("floats are taken bit by bit where nothing normalises them, and normalised where something does") {
  const std::vector<float> stored{-1.5F, 1e-40F, 3.0e38F};  // a denormal and one close to the largest
  std::array<float, 3> out{};
  const ByteView bytes = std::as_bytes(std::span(stored));

  to_input(bytes, FeatureType::kF32, {}, out);
  CHECK(out[0] == stored[0]);
  CHECK(out[1] == stored[1]);
  CHECK(out[2] == stored[2]);

  to_input(bytes.first(8), FeatureType::kF32, {0.5, 2}, std::span(out).first(2));
  CHECK(out[0] == Approx(-1.0));
  CHECK(out[1] == Approx(-0.25));
}
