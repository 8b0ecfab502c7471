// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/verify/parameter_distance.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/small_slice.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

ModelState state_of(const std::vector<float>& weight, float bias) {
  ModelState state;
  state.parameters = {tensor_of<float>("fc.weight", {static_cast<std::int64_t>(weight.size())}, weight),
                      tensor_of<float>("fc.bias", {}, {bias})};
  return state;
}

}  // namespace

TEST_CASE("the distance of two states is over all their parameters, as it is worked out by hand") {
  const ModelState reference = state_of({3, 0}, 4);
  const ModelState state = state_of({3, -3}, 8);

  const ParameterDistance distance = parameter_distance(state, reference);

  CHECK(distance.l2 == 5.0);
  CHECK(distance.relative == 1.0);
  CHECK(distance.largest == 4.0);
}

TEST_CASE("sums are in double: a small difference beside large parameters is not lost") {
  std::vector<float> large(100'000, 1000.0F);
  const ModelState reference = state_of(large, 0);
  large.back() += 0.5F;

  const ParameterDistance distance = parameter_distance(state_of(large, 0), reference);

  CHECK(distance.l2 == 0.5);
  CHECK(distance.largest == 0.5);
  CHECK(distance.relative == doctest::Approx(0.5 / std::sqrt(1e11)).epsilon(1e-12));
}

TEST_CASE("neither buffers nor the optimiser are a part of a distance") {
  const ModelState reference = small_slice().state;
  ModelState state = reference;
  state.buffers[0] = tensor_of<float>("norm.mean", {2}, {9, 9});
  state.optimizer.clear();
  state.optimizer_step = 0;

  CHECK(parameter_distance(state, reference).l2 == 0);
  CHECK(parameter_distance(state, reference).largest == 0);
}

TEST_CASE("a distance from nothing is infinite in proportion, and nothing from nothing is none") {
  const ModelState zero = state_of({0, 0}, 0);

  CHECK(parameter_distance(zero, zero).relative == 0);
  CHECK(std::isinf(parameter_distance(state_of({1, 0}, 0), zero).relative));
}

TEST_CASE("a parameter that is no number makes no distance look small") {
  const ModelState reference = state_of({1, 2}, 3);
  const ModelState state = state_of({std::numeric_limits<float>::quiet_NaN(), 2}, 4);

  const ParameterDistance distance = parameter_distance(state, reference);

  CHECK(std::isnan(distance.l2));
  CHECK(std::isnan(distance.relative));
  CHECK(std::isnan(distance.largest));
}

TEST_CASE("states of different models have no distance, and the first parameter that differs is named") {
  const ModelState here = small_slice().state;
  ModelState name = here;
  name.parameters[1].name = "fc.offset";
  ModelState shape = here;
  shape.parameters[0].dims = {3, 2};
  ModelState fewer = here;
  fewer.parameters.pop_back();

  CHECK(contains(failure_of([&] { (void)parameter_distance(here, name); }),
                 "parameter 2 is 'fc.bias' f32[2] here and 'fc.offset' f32[2] there"));
  CHECK(contains(failure_of([&] { (void)parameter_distance(here, shape); }),
                 "parameter 1 is 'fc.weight' f32[2, 3] here and 'fc.weight' f32[3, 2] there"));
  CHECK(contains(failure_of([&] { (void)parameter_distance(fewer, here); }), "'scale' f32[] is a parameter of one"));
}
