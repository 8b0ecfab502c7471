// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>
#include <torch/torch.h>

#include "framework/model/keyed_dropout.hpp"

using namespace expunge;

namespace {

using Ids = std::vector<std::uint64_t>;

const Key kKey({8, 0});

Pass training(const Ids& ids, const Key& key = kKey) {
  return {true, ids, key};
}

}  // namespace

TEST_CASE("a sample's mask is the same whoever else is in the batch, and wherever in it") {
  const Ids many{5, 17, 1'000'000'007, 2};
  const Ids alone{17};
  const Ids turned{2, 17};
  for (const std::int64_t units : {1, 7, 8, 9, 100}) {
    CAPTURE(units);
    const torch::Tensor mask = dropout_mask(units, 0.5, 3, training(many));

    CHECK(mask.sizes() == at::IntArrayRef({4, units}));
    CHECK(torch::equal(mask[1], dropout_mask(units, 0.5, 3, training(alone))[0]));
    CHECK(torch::equal(mask[1], dropout_mask(units, 0.5, 3, training(turned))[1]));
    CHECK(torch::equal(mask[3], dropout_mask(units, 0.5, 3, training(turned))[0]));
  }
}

TEST_CASE("a unit's draw does not depend on how many units its layer has") {
  const Ids ids{5, 17};

  const torch::Tensor wide = dropout_mask(100, 0.5, 0, training(ids));

  CHECK(torch::equal(wide.slice(1, 0, 37), dropout_mask(37, 0.5, 0, training(ids))));
}

TEST_CASE("samples, layers and keys have masks of their own") {
  const Ids ids{5, 17};
  const torch::Tensor mask = dropout_mask(64, 0.5, 0, training(ids));

  CHECK_FALSE(torch::equal(mask[0], mask[1]));
  CHECK_FALSE(torch::equal(mask, dropout_mask(64, 0.5, 1, training(ids))));
  CHECK_FALSE(torch::equal(mask, dropout_mask(64, 0.5, 0, training(ids, Key({9, 0})))));
}

TEST_CASE("units are kept at the rate asked for, everywhere in a layer, and scaled to keep the mean") {
  Ids ids(2000);
  std::iota(ids.begin(), ids.end(), std::uint64_t{0});
  for (const double p : {0.1, 0.3, 0.5, 0.9}) {
    CAPTURE(p);
    constexpr std::int64_t kUnits = 16;
    const torch::Tensor mask = dropout_mask(kUnits, p, 0, training(ids));

    const auto scale = static_cast<float>(1 / (1 - p));
    CHECK((mask.eq(0) | mask.eq(scale)).all().item<bool>());
    const torch::Tensor kept = mask.ne(0).to(torch::kDouble).mean(0);
    const double deviation = std::sqrt(p * (1 - p) / 2000);
    CHECK((kept - (1 - p)).abs().max().item<double>() < 5 * deviation);
    CHECK(std::abs(mask.mean().item<double>() - 1) < 5 * deviation / (1 - p) / 4);
  }
}

TEST_CASE("no dropout, and dropout in evaluation, return what they are given") {
  const Ids ids{5, 17};
  const torch::Tensor values = torch::ones({2, 3, 4});

  CHECK(keyed_dropout(values, 0, 0, training(ids)).data_ptr() == values.data_ptr());
  CHECK(keyed_dropout(values, 0.5, 0, Pass{}).data_ptr() == values.data_ptr());
}

TEST_CASE("dropout multiplies by the mask, whatever the shape of a sample, and leaves no mark on torch's generator") {
  const Ids ids{5, 17};
  torch::manual_seed(4);
  const torch::Tensor values = torch::randn({2, 3, 4});
  const torch::Tensor next = torch::randn({1});
  torch::manual_seed(4);
  (void)torch::randn({2, 3, 4});

  const torch::Tensor dropped = keyed_dropout(values, 0.4, 2, training(ids));

  CHECK(torch::equal(dropped, values * dropout_mask(12, 0.4, 2, training(ids)).view({2, 3, 4})));
  CHECK(torch::equal(torch::randn({1}), next));
}
