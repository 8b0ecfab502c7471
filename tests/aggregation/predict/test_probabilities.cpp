// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "aggregation/predict/ensemble.hpp"
#include "aggregation/predict/probabilities.hpp"
#include "aggregation/vote/tally.hpp"
#include "framework/core/error.hpp"
#include "tests/support/memory_dataset.hpp"

using namespace expunge;
using expunge::testing::MemoryDataset;

namespace {

constexpr std::int64_t kClasses = 2;

// Row i has the feature i mod 200 and the label i mod 2.
MemoryDataset counted(std::uint64_t rows) {
  std::vector<expunge::testing::MemorySample> samples;
  for (std::uint64_t i = 0; i < rows; ++i)
    samples.push_back(
        {.id = i, .label = static_cast<std::int32_t>(i % 2), .subject = "", .features = {static_cast<float>(i % 200)}});
  return {{.shape = {1}, .classes = kClasses, .type = FeatureType::kU8}, std::move(samples)};
}

// Gives class 1 the probability feature / 256, and remembers how many rows it was given at once.
class Echo final : public Constituent {
 public:
  Echo() : Constituent(ShardId(0), 1) {}
  void predict(std::uint64_t first_row, std::span<const std::byte> features, std::uint64_t rows,
               std::span<float> probabilities) override {
    REQUIRE(features.size() == rows);
    REQUIRE(probabilities.size() == 2 * rows);
    batches.emplace_back(first_row, rows);
    for (std::uint64_t i = 0; i < rows; ++i) {
      probabilities[2 * i + 1] = static_cast<float>(std::to_integer<int>(features[i])) / 256;
      probabilities[2 * i] = 1 - probabilities[2 * i + 1];
    }
  }
  std::vector<std::pair<std::uint64_t, std::uint64_t>> batches;
};

Probabilities of_two(std::vector<float> values) {
  Probabilities answers{.classes = kClasses, .values = std::move(values), .labels = {}};
  answers.labels.assign(answers.values.size() / 2, 0);
  return answers;
}

}  // namespace

TEST_CASE("all rows are asked for in the batches that voting has, so that their bits are the same") {
  const MemoryDataset data = counted(2 * kPredictionBatch + 3);
  Echo model;

  const Probabilities answers = probabilities_of(model, data, kClasses);

  CHECK(model.batches == std::vector<std::pair<std::uint64_t, std::uint64_t>>{
                             {0, kPredictionBatch}, {kPredictionBatch, kPredictionBatch}, {2 * kPredictionBatch, 3}});
  REQUIRE(answers.rows() == data.size());
  for (std::uint64_t i = 0; i < data.size(); ++i) {
    CHECK(answers.row(i)[1] == static_cast<float>(i % 200) / 256);
    CHECK(answers.labels[i] == static_cast<std::int32_t>(i % 2));
  }
}

TEST_CASE("rows that are picked come in their order, with their own labels") {
  const MemoryDataset data = counted(400);
  Echo model;
  const std::vector<std::uint64_t> rows = {3, 50, 399};

  const Probabilities answers = probabilities_of(model, data, rows, kClasses);

  REQUIRE(answers.rows() == 3);
  CHECK(answers.row(0)[1] == 3.0F / 256);
  CHECK(answers.row(1)[1] == 50.0F / 256);
  CHECK(answers.row(2)[1] == 199.0F / 256);
  CHECK(answers.labels == std::vector<std::int32_t>{1, 0, 1});
  CHECK(model.batches.size() == 1);
}

TEST_CASE("no rows make no question") {
  const MemoryDataset data = counted(3);
  Echo model;

  CHECK(probabilities_of(model, data, {}, kClasses).rows() == 0);
  CHECK(model.batches.empty());
}

TEST_CASE("the lowest of equally probable classes is the answer") {
  const Probabilities answers{.classes = 3, .values = {0.2F, 0.4F, 0.4F, 0.3F, 0.3F, 0.4F}, .labels = {0, 0}};

  CHECK(answers.answer(0) == 1);
  CHECK(answers.answer(1) == 2);
}

TEST_CASE("the mean of models is the tally's, in whatever order they come") {
  const std::vector<float> a = {0.1F, 0.9F, 0.3F, 0.7F};
  const std::vector<float> b = {0.7F, 0.3F, 0.4F, 0.6F};
  const std::vector<float> c = {1.0F / 3, 2.0F / 3, 0.2F, 0.8F};
  Tally tally(VoteRule::kMeanProbability, kClasses);
  tally.restart(0, 2);
  for (const auto& model : {a, b, c}) tally.add(0, model, 1, ShardId(0));
  const std::vector<Answer> answers = tally.decide({});

  const Probabilities mean = mean_of(std::vector{of_two(a), of_two(b), of_two(c)});
  const Probabilities turned = mean_of(std::vector{of_two(c), of_two(a), of_two(b)});

  for (std::uint64_t i = 0; i < 2; ++i) {
    for (std::size_t k = 0; k < 2; ++k) CHECK(mean.row(i)[k] == static_cast<float>(answers[i].probability[k]));
    CHECK(mean.answer(i) == answers[i].label);
  }
  CHECK(mean.values == turned.values);
}

TEST_CASE("the mean with a model that has overflowed is no number") {
  const float none = std::numeric_limits<float>::quiet_NaN();

  const Probabilities mean = mean_of(std::vector{of_two({0.5F, 0.5F}), of_two({none, 1.0F})});

  CHECK(std::isnan(mean.row(0)[0]));
  CHECK(mean.row(0)[1] == 0.75F);
}

TEST_CASE("a mean of nothing, or of models asked for other samples, is a bug") {
  Probabilities other = of_two({0.5F, 0.5F});
  other.labels = {1};

  CHECK_THROWS_AS(static_cast<void>(mean_of({})), Bug);
  CHECK_THROWS_AS(static_cast<void>(mean_of(std::vector{of_two({0.5F, 0.5F}), other})), Bug);
}
