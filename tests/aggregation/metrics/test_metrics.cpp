// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "aggregation/metrics/calibration.hpp"
#include "aggregation/metrics/class_counts.hpp"
#include "aggregation/metrics/ensemble_scores.hpp"
#include "aggregation/metrics/log_loss.hpp"
#include "aggregation/metrics/mean.hpp"
#include "framework/core/error.hpp"

using namespace expunge;

TEST_CASE("an abstention is wrong over all samples and left out over those answered") {
  ClassCounts counts(3);
  counts.add(0, 0);
  counts.add(0, 1);
  counts.add(1, 1);
  counts.add(1, kNoAnswer);

  CHECK(*counts.accuracy() == 0.5);
  CHECK(*counts.accuracy_when_answered() == 2.0 / 3.0);
  CHECK(counts.abstained() == 1);
  CHECK(counts.samples() == 4);
  CHECK(counts.classes() == std::vector<ClassCount>{{2, 1, 1}, {2, 1, 2}, {0, 0, 0}});
  CHECK(*counts.classes()[1].accuracy() == 0.5);
  CHECK_FALSE(counts.classes()[2].accuracy().has_value());
}

TEST_CASE("a label or an answer outside the classes is a bug") {
  ClassCounts counts(2);

  CHECK_THROWS_AS(counts.add(2, 0), Bug);
  CHECK_THROWS_AS(counts.add(-1, 0), Bug);
  CHECK_THROWS_AS(counts.add(0, 2), Bug);
  CHECK_THROWS_AS(counts.add(0, -2), Bug);
  CHECK(counts.samples() == 0);
}

TEST_CASE("the log loss is the mean of minus the natural logarithm") {
  LogLoss loss;
  loss.add(0.5);
  loss.add(0.25);

  CHECK(*loss.mean() == doctest::Approx((std::log(2.0) + std::log(4.0)) / 2));
}

TEST_CASE("a sure mistake costs what a probability of 1e-12 costs and a probability over 1 nothing") {
  LogLoss mistake;
  mistake.add(0.0);
  LogLoss over;
  over.add(1.0000001);

  CHECK(*mistake.mean() == doctest::Approx(12 * std::log(10.0)));
  CHECK(*over.mean() == 0.0);
}

TEST_CASE("the calibration error is what bins miss of their promise") {
  Calibration calibration;
  calibration.add(0.81, true);  // one bin: [12/15, 13/15)
  calibration.add(0.85, false);
  calibration.add(1.0, true);  // the last bin

  CHECK(*calibration.error() == doctest::Approx((0.81 + 0.85 - 1.0) / 3));
}

TEST_CASE("bins are closed below, so that a border begins the upper bin") {
  Calibration same;
  same.add(0.2, true);  // 3/15
  same.add(0.25, false);
  Calibration apart;
  apart.add(0.1999, true);
  apart.add(0.25, false);

  CHECK(*same.error() == doctest::Approx(std::abs(1 - 0.45) / 2));
  CHECK(*apart.error() == doctest::Approx((1 - 0.1999 + 0.25) / 2));
}

TEST_CASE("where there are no rows there are no measures") {
  const EnsembleScores scores(10);

  CHECK_FALSE(scores.accuracy().has_value());
  CHECK_FALSE(scores.accuracy_when_answered().has_value());
  CHECK_FALSE(scores.log_loss().has_value());
  CHECK_FALSE(scores.calibration_error().has_value());
  CHECK_FALSE(scores.agreement().has_value());
  CHECK(scores.counts().samples() == 0);
}

TEST_CASE("where nobody voted there is no accuracy rather than one of 0") {
  EnsembleScores scores(2);
  scores.add(Answer{}, 1);

  CHECK_FALSE(scores.accuracy().has_value());
  CHECK_FALSE(scores.log_loss().has_value());
  CHECK(scores.counts().samples() == 1);
  CHECK(scores.counts().abstained() == 1);
}

TEST_CASE("where every row is left unanswered the accuracy is 0 and there is none when answered") {
  const std::array<double, 2> probability = {0.5, 0.5};
  EnsembleScores scores(2);
  scores.add({.label = kNoAnswer, .agreement = 0.5, .confidence = 0.5, .models = 2, .probability = probability}, 0);

  CHECK(*scores.accuracy() == 0.0);
  CHECK_FALSE(scores.accuracy_when_answered().has_value());
  CHECK_FALSE(scores.calibration_error().has_value());
  CHECK(*scores.agreement() == 0.5);
  CHECK(*scores.log_loss() == doctest::Approx(std::log(2.0)));
}

TEST_CASE("streamed measures agree with those of all rows at once") {
  struct Row {
    std::int32_t label = 0;
    std::int32_t answer = 0;
    double agreement = 0;
    std::vector<double> probability = {};
    double confidence = 0;
  };
  for (unsigned seed = 0; seed < 50; ++seed) {
    INFO("seed ", seed);
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0, 1);
    constexpr std::int32_t kClasses = 4;
    std::vector<Row> rows(1 + random() % 200);
    EnsembleScores scores(kClasses);
    for (Row& row : rows) {
      row.label = static_cast<std::int32_t>(random() % kClasses);
      row.answer = static_cast<std::int32_t>(random() % (kClasses + 1)) - 1;
      row.agreement = uniform(random);
      double sum = 0;
      for (std::int32_t c = 0; c < kClasses; ++c) sum += row.probability.emplace_back(uniform(random));
      for (double& p : row.probability) p /= sum;
      row.confidence = row.probability[static_cast<std::size_t>(row.answer == kNoAnswer ? 0 : row.answer)];
      scores.add({row.answer, row.agreement, row.confidence, 3, row.probability}, row.label);
    }
    const auto n = static_cast<double>(rows.size());
    double correct = 0;
    double answered = 0;
    double loss = 0;
    double agreement = 0;
    for (const Row& row : rows) {
      correct += row.answer == row.label ? 1 : 0;
      answered += row.answer >= 0 ? 1 : 0;
      loss -= std::log(row.probability[static_cast<std::size_t>(row.label)]) / n;
      agreement += row.agreement / n;
    }
    double calibration = 0;
    for (int bin = 0; bin < 15; ++bin) {
      double confidence = 0;
      double hits = 0;
      double members = 0;
      for (const Row& row : rows) {
        if (row.answer < 0 || std::floor(row.confidence * 15) != bin) continue;
        confidence += row.confidence;
        hits += row.answer == row.label ? 1 : 0;
        members += 1;
      }
      if (members > 0) calibration += members / answered * std::abs(hits / members - confidence / members);
    }

    CHECK(*scores.accuracy() == doctest::Approx(correct / n));
    CHECK(scores.counts().abstained() == rows.size() - static_cast<std::size_t>(answered));
    CHECK(scores.accuracy_when_answered().value_or(-1) == doctest::Approx(answered > 0 ? correct / answered : -1));
    CHECK(*scores.log_loss() == doctest::Approx(loss));
    CHECK(*scores.agreement() == doctest::Approx(agreement));
    CHECK(scores.calibration_error().value_or(-1) == doctest::Approx(answered > 0 ? calibration : -1));
    for (std::int32_t c = 0; c < kClasses; ++c) {
      ClassCount expected;
      for (const Row& row : rows) {
        expected.samples += row.label == c ? 1 : 0;
        expected.predicted += row.answer == c ? 1 : 0;
        expected.correct += row.answer == c && row.label == c ? 1 : 0;
      }
      CHECK(scores.counts().classes()[static_cast<std::size_t>(c)] == expected);
    }
  }
}

TEST_CASE("a mean leaves out the values that do not exist") {
  Mean mean;
  CHECK_FALSE(mean.value().has_value());

  mean.add(1.0);
  mean.add(std::nullopt);
  mean.add(0.5);

  CHECK(mean.value() == 0.75);
}
