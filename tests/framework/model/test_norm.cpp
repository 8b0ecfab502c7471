// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <torch/torch.h>

#include "framework/model/model.hpp"
#include "framework/model/norm.hpp"

using namespace expunge;

TEST_CASE("group norm makes 8 groups, or the most of 4, 2 and 1 that divide the channels") {
  torch::manual_seed(1);
  using Case = std::pair<std::int64_t, std::int64_t>;
  for (const auto& one : {Case{16, 8}, {8, 8}, {12, 4}, {20, 4}, {6, 2}, {5, 1}, {1, 1}}) {
    const auto channels = one.first;
    const auto groups = one.second;
    CAPTURE(channels);
    Norm norm(NormKind::kGroup, channels);
    const torch::Tensor values = torch::randn({3, channels, 4, 4});

    CHECK(torch::allclose(norm(values, true), torch::group_norm(values, groups)));
    if (groups > 1) CHECK_FALSE(torch::allclose(norm(values, true), torch::group_norm(values, groups / 2)));
  }
}

TEST_CASE("after a dense layer no group has fewer than 4 units, so that what they say survives") {
  torch::manual_seed(4);
  using Case = std::pair<std::int64_t, std::int64_t>;
  for (const auto& one : {Case{128, 8}, {32, 8}, {16, 4}, {8, 2}, {4, 1}, {2, 1}, {12, 2}, {9, 1}}) {
    const auto units = one.first;
    const auto groups = one.second;
    CAPTURE(units);
    Norm norm(NormKind::kGroup, units);
    const torch::Tensor values = torch::randn({3, units});

    CHECK(torch::allclose(norm(values, true), torch::group_norm(values, groups)));
    CHECK(norm(values, true).abs().max().item<double>() > 0.5);
  }
}

TEST_CASE("a sample's group norm does not depend on its batch") {
  torch::manual_seed(2);
  Norm norm(NormKind::kGroup, 8);
  const torch::Tensor values = torch::randn({5, 8});

  CHECK(torch::equal(norm(values, true)[3], norm(values.slice(0, 3, 4), true)[0]));
}

TEST_CASE("no norm returns what it is given and has no parameters") {
  Norm norm(NormKind::kNone, 8);
  const torch::Tensor values = torch::randn({5, 8});

  CHECK(norm(values, true).data_ptr() == values.data_ptr());
  CHECK(norm->parameters().empty());
  CHECK(norm->buffers().empty());
}

TEST_CASE("batch norm normalises over the batch in training and by its running statistics in evaluation") {
  Norm norm(NormKind::kBatch, 2);
  const torch::Tensor values = torch::tensor({{1.0F, 10.0F}, {3.0F, 30.0F}});  // means 2 and 20, variances 1 and 100

  const torch::Tensor trained = norm(values, true);

  CHECK(torch::allclose(trained, torch::tensor({{-1.0F, -1.0F}, {1.0F, 1.0F}}), 1e-4, 1e-4));
  // One step of 0.1 from (0, 1) towards the batch's mean and unbiased variance (2 and 200).
  const auto buffers = norm->named_buffers();
  CHECK(torch::allclose(buffers["running_mean"], torch::tensor({0.2F, 2.0F})));
  CHECK(torch::allclose(buffers["running_var"], torch::tensor({1.1F, 20.9F})));

  const torch::Tensor evaluated = norm(values, false);

  const torch::Tensor expected = (values - buffers["running_mean"]) / torch::sqrt(buffers["running_var"] + 1e-5);
  CHECK(torch::allclose(evaluated, expected));
  CHECK(torch::allclose(norm->named_buffers()["running_mean"], torch::tensor({0.2F, 2.0F})));
}

TEST_CASE("in evaluation a sample's answer does not depend on its batch, and nothing of the model changes") {
  torch::manual_seed(3);
  for (const std::string spec : {"mlp:hidden=8,norm=batch,dropout=0.5", "lenet:norm=batch,dropout=0.5"}) {
    CAPTURE(spec);
    const auto model = make_model(Spec::parse(spec, "model"), {{1, 12, 12}, 3});
    const torch::NoGradGuard no_gradients;
    const torch::Tensor batch = torch::randn({6, 1, 12, 12});
    const std::vector<std::uint64_t> ids{1, 2, 3, 4, 5, 6};
    (void)model->logits(batch, Pass{true, ids, Key({1, 0})});
    std::vector<torch::Tensor> before;
    for (const auto& buffer : model->buffers()) before.push_back(buffer.clone());

    const torch::Tensor together = model->logits(batch, Pass{});
    const torch::Tensor alone = model->logits(batch.slice(0, 2, 3), Pass{});

    CHECK(torch::allclose(together[2], alone[0], 1e-5, 1e-6));
    for (std::size_t i = 0; i < before.size(); ++i) CHECK(torch::equal(model->buffers()[i], before[i]));
    const torch::Tensor trained = model->logits(batch, Pass{true, ids, Key({1, 0})});
    CHECK_FALSE(torch::allclose(trained, together, 1e-3, 1e-3));
    CHECK_FALSE(torch::equal(model->buffers()[0], before[0]));
  }
}
