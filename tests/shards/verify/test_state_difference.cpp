// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <limits>

#include <doctest/doctest.h>

#include "shards/verify/state_difference.hpp"
#include "tests/support/small_slice.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

void set_float(StateTensor& tensor, std::size_t element, float value) {
  std::memcpy(tensor.bytes.data() + element * sizeof(float), &value, sizeof(float));
}

}  // namespace

TEST_CASE("states with the same bits have no difference, NaNs included") {
  ModelState here = small_slice().state;
  set_float(here.parameters[0], 1, std::bit_cast<float>(0x7fc00123U));
  const ModelState there = here;

  CHECK(first_difference(here, there) == std::nullopt);
}

TEST_CASE("the first value that differs is named with its place and both values") {
  const ModelState here = small_slice().state;
  ModelState there = here;
  set_float(there.parameters[0], 4, 0.1234567F);
  set_float(there.parameters[1], 0, 7);

  CHECK(first_difference(here, there) == "parameters/fc.weight[1,1]: 1e-30 here, 0.1234567 in the checkpoint");
}

TEST_CASE("values are compared by their bits") {
  const ModelState here = small_slice().state;
  ModelState zero = here;
  set_float(zero.parameters[0], 5, 0.0F);
  ModelState one_nan = here;
  set_float(one_nan.parameters[0], 5, std::bit_cast<float>(0x7fc00000U));
  ModelState other_nan = here;
  set_float(other_nan.parameters[0], 5, std::bit_cast<float>(0x7fc00001U));

  CHECK(first_difference(here, zero) == "parameters/fc.weight[1,2]: -0 here, 0 in the checkpoint");
  CHECK(first_difference(one_nan, other_nan) ==
        "parameters/fc.weight[1,2]: nan (0x7fc00000) here, nan (0x7fc00001) in the checkpoint");
}

TEST_CASE("differences are found in scalars, buffers, optimiser state and its steps") {
  const ModelState here = small_slice().state;
  ModelState scalar = here;
  set_float(scalar.parameters[2], 0, 4);
  ModelState buffer = here;
  buffer.buffers[1] = tensor_of<std::int64_t>("norm.batches", {}, {42});
  ModelState momentum = here;
  set_float(momentum.optimizer[1], 1, 9);
  ModelState steps = here;
  steps.optimizer_step = 40;

  CHECK(first_difference(here, scalar) == "parameters/scale: 3 here, 4 in the checkpoint");
  CHECK(first_difference(here, buffer) == "buffers/norm.batches: 41 here, 42 in the checkpoint");
  CHECK(first_difference(here, momentum) == "optimizer/momentum/fc.bias[1]: 8 here, 9 in the checkpoint");
  CHECK(first_difference(here, steps) == "optimizer_step: 41 here, 40 in the checkpoint");
}

TEST_CASE("states of other names, shapes or numbers of tensors differ in these") {
  const ModelState here = small_slice().state;
  ModelState name = here;
  name.parameters[1].name = "fc.offset";
  ModelState shape = here;
  shape.parameters[0].dims = {3, 2};
  ModelState fewer = here;
  fewer.optimizer.pop_back();

  CHECK(first_difference(here, name) == "parameters: 'fc.bias' here, 'fc.offset' in the checkpoint in its place");
  CHECK(first_difference(here, shape) == "parameters/fc.weight: f32 [2, 3] here, f32 [3, 2] in the checkpoint");
  CHECK(first_difference(here, fewer) == "optimizer: 3 tensors here, 2 in the checkpoint");
}
