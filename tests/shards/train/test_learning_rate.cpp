// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/train/learning_rate.hpp"

using namespace expunge;
using doctest::Approx;

TEST_CASE("a constant rate is the base everywhere") {
  const LearningRate rate(0.05, "constant");

  for (const double position : {0.0, 0.3, 0.999}) CHECK(rate.at(position) == 0.05);
}

TEST_CASE("a step at a place multiplies from there on") {
  const LearningRate rate(0.8, "step:factor=0.25,at=0.5");

  CHECK(rate.at(0) == 0.8);
  CHECK(rate.at(0.4999) == 0.8);
  CHECK(rate.at(0.5) == Approx(0.2));
  CHECK(rate.at(0.99) == Approx(0.2));
}

TEST_CASE("steps at every share multiply at each of them") {
  const LearningRate rate(1.0, "step:factor=0.5,every=0.25");

  CHECK(rate.at(0) == 1.0);
  CHECK(rate.at(0.2499) == 1.0);
  CHECK(rate.at(0.25) == 0.5);
  CHECK(rate.at(0.5) == 0.25);
  CHECK(rate.at(0.75) == 0.125);
  CHECK(rate.at(0.9999) == 0.125);
}

TEST_CASE("a cosine falls from the base to its floor") {
  const LearningRate plain(2.0, "cosine");
  CHECK(plain.at(0) == 2.0);
  CHECK(plain.at(1.0 / 3) == Approx(1.5));  // cos(60°) = 1/2
  CHECK(plain.at(0.5) == Approx(1.0));
  CHECK(plain.at(2.0 / 3) == Approx(0.5));
  CHECK(plain.at(1) == Approx(0.0));

  const LearningRate floored(2.0, "cosine:floor=0.1");
  CHECK(floored.at(0) == Approx(2.0));
  CHECK(floored.at(0.5) == Approx(0.2 + 0.9));
  CHECK(floored.at(1) == Approx(0.2));
}

TEST_CASE("a schedule that can't be meant is refused, naming it") {
  for (const std::string text : {"linear", "constant:0.1", "constant:factor=2", "step:factor=2", "step:at=1.5",
                                 "step:every=0", "step:factor=0.1,at=0.5,every=0.1", "step:gamma=0.1",
                                 "cosine:floor=-0.1", "cosine:floor=nan", "step:0.5", ""}) {
    CAPTURE(text);
    std::string message;
    try {
      (void)LearningRate(0.1, text);
    } catch (const UsageError& error) {
      message = error.what();
    }
    CHECK(message.find("lr-schedule") != std::string::npos);
  }
}

TEST_CASE("positions go from 0 to 1 over all stages, each stage the same share whatever it holds") {
  CHECK(schedule_position(1, 4, 0, 100) == 0);
  CHECK(schedule_position(1, 4, 50, 100) == 0.125);
  CHECK(schedule_position(2, 4, 0, 7) == 0.25);
  CHECK(schedule_position(4, 4, 3, 4) == 0.9375);
  CHECK(schedule_position(3, 4, 0, 0) == 0.5);
  CHECK(schedule_position(1, 1, 99, 100) < 1);
}
