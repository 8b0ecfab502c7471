// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "framework/random/key.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/policy/cost_model.hpp"
#include "shards/train/stage_plan.hpp"

using namespace expunge;

namespace {

constexpr std::uint64_t kOne[] = {1};

/// How often each number of requests falls into one of S shards: C(K, k) (1/S)^k (1 − 1/S)^(K−k).
double binomial(std::uint64_t requests, std::uint64_t in_shard, double shards) {
  const auto n = static_cast<double>(requests);
  const auto k = static_cast<double>(in_shard);
  if (shards == 1) return in_shard == requests ? 1 : 0;
  return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) - k * std::log(shards) +
                  (n - k) * std::log1p(-1 / shards));
}

/// E[m(m−1)] of the smallest of k uniform slices, by P(m=i) = ((R−i+1)^k − (R−i)^k)/R^k.
double smallest_slice_moment(std::uint64_t k, double slices) {
  double moment = 0;
  for (double i = 1; i <= slices; ++i) {
    const double probability = std::pow((slices - i + 1) / slices, static_cast<double>(k)) -
                               std::pow((slices - i) / slices, static_cast<double>(k));
    moment += probability * i * (i - 1);
  }
  return moment;
}

struct Mean {
  double sum = 0;
  double squares = 0;
  double count = 0;
  void add(double value) {
    sum += value;
    squares += value * value;
    ++count;
  }
  [[nodiscard]] double value() const { return sum / count; }
  [[nodiscard]] double standard_error() const {
    return std::sqrt(std::max(0.0, squares / count - value() * value()) / (count - 1));
  }
};

/// The partition of one seed, from which samples are taken.
class Simulation {
 public:
  Simulation(const Key& seed, std::uint64_t samples, std::uint32_t shards, std::uint32_t slices)
      : draws_(seed.derive("requests")), partitioner_(seed, shards, slices), live_(std::size_t{shards} * slices) {
    for (std::uint64_t id = 0; id < samples; ++id) {
      const Cell cell = partitioner_.cell_of_id(SampleId(id));
      cells_.push_back(std::size_t{cell.shard.value()} * slices + cell.slice.value() - 1);
      ++live_[cells_.back()];
    }
    order_.resize(samples);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
  }

  /// Visits of the stages that must be trained again when `requests` live samples go, in batches of `batch`.
  struct Work {
    std::uint64_t visits = 0;
    std::uint64_t stages = 0;
  };
  Work unlearn(std::uint64_t requests, std::uint64_t batch, const TrainingConfiguration& configuration) {
    std::vector<std::uint64_t> live = live_;
    Work work;
    for (std::uint64_t first = 0; first < requests; first += batch) {
      std::vector<bool> touched(live.size());
      for (std::uint64_t i = first; i < first + batch; ++i) {
        const std::uint64_t left = order_.size() - i;
        std::swap(order_[i], order_[i + draws_.draw(drawn_++) % left]);
        --live[cells_[order_[i]]];
        touched[cells_[order_[i]]] = true;
      }
      retrain(live, touched, configuration, work);
    }
    return work;
  }

 private:
  void retrain(const std::vector<std::uint64_t>& live, const std::vector<bool>& touched,
               const TrainingConfiguration& configuration, Work& work) const {
    const std::size_t slices = partitioner_.slices();
    for (std::size_t shard = 0; shard < partitioner_.shards(); ++shard) {
      bool tainted = false;
      std::uint64_t seen = 0;
      for (std::size_t cell = shard * slices; cell < (shard + 1) * slices; ++cell) {
        tainted = tainted || touched[cell];
        seen = configuration.slicing == Slicing::kCumulative ? seen + live[cell] : live[cell];
        if (!tainted) continue;
        work.visits += stage_visits(configuration, seen);
        ++work.stages;
      }
    }
  }

  Key draws_;
  std::uint64_t drawn_ = 0;
  Partitioner partitioner_;
  std::vector<std::uint64_t> live_;
  std::vector<std::size_t> cells_;
  std::vector<std::size_t> order_;
};

}  // namespace

TEST_CASE("one shard, one slice: a request costs all epochs on all that stay") {
  CHECK(expected_batch_cost({100, 1, 1, 3, true}, 1) == doctest::Approx(297));
  CHECK(expected_batch_cost({100, 1, 1, 3, false}, 1) == doctest::Approx(297));
  CHECK(expected_batch_cost({100, 1, 1, 3, true}, 40) == doctest::Approx(180));
}

TEST_CASE("two slices by hand: half the requests spare the first stage") {
  // 61 live samples, 60 stay, 30 in each slice. Cumulative stages cost 2/3 of an epoch of 30 and of 60: 20 and 40.
  CHECK(expected_batch_cost({61, 1, 2, 1, true}, 1) == doctest::Approx(0.5 * 20 + 40));
  CHECK(expected_batch_cost({61, 1, 2, 1, false}, 1) == doctest::Approx(0.5 * 30 + 30));
  // Two requests spare the first stage with probability 1/4.
  CHECK(expected_batch_cost({62, 1, 2, 1, true}, 2) == doctest::Approx(0.75 * 20 + 40));
}

TEST_CASE("no request costs nothing, and when all samples go nothing is left to train") {
  CHECK(expected_batch_cost({100, 4, 4, 3, true}, 0) == 0);
  CHECK(expected_batch_cost({100, 1, 1, 3, true}, 0) == 0);
  CHECK(expected_batch_cost({100, 4, 4, 3, true}, 100) == 0);
  CHECK(expected_batch_cost({100, 4, 4, 3, false}, 1000) == 0);
  CHECK(expected_batch_cost({0, 4, 4, 3, true}, 5) == 0);
  CHECK(expected_cost({100, 4, 4, 3, true}, {}) == 0);
}

TEST_CASE("batches one after another cost what each costs on what the others left") {
  const std::uint64_t batches[] = {10, 1, 500};
  const CostSetting setting{300, 3, 4, 2, true};

  const double cost = expected_cost(setting, batches);

  CHECK(cost ==
        doctest::Approx(expected_batch_cost({300, 3, 4, 2, true}, 10) + expected_batch_cost({290, 3, 4, 2, true}, 1)));
}

TEST_CASE("retraining everything costs E epochs, whatever the slicing") {
  CHECK(full_retrain_cost({1000, 4, 7, 2.5, true}) == 2500);
  CHECK(full_retrain_cost({1000, 4, 7, 2.5, false}) == 2500);
}

TEST_CASE("a batch that touches every stage of every shard costs as much as retraining what stays") {
  const CostSetting setting{1'000'000, 4, 8, 3, true};

  const double cost = expected_batch_cost(setting, 100'000);

  CHECK(cost == doctest::Approx(full_retrain_cost({900'000, 4, 8, 3, true})));
}

TEST_CASE("the cumulative cost is the binomial sum of E·D·(1 − E[m(m−1)]/(R(R+1))), D of the samples that stay") {
  for (const std::uint32_t shards : {1U, 4U, 20U})
    for (const std::uint32_t slices : {1U, 4U, 20U})
      for (const std::uint64_t requests : {1U, 4U, 16U, 39U}) {
        CAPTURE(shards);
        CAPTURE(slices);
        CAPTURE(requests);
        const double stay = 5000.0 - static_cast<double>(requests);
        double sum = 0;
        for (std::uint64_t k = 1; k <= requests; ++k)
          sum += binomial(requests, k, shards) * 3 * stay *
                 (1 - smallest_slice_moment(k, slices) / (slices * (slices + 1.0)));

        CHECK(expected_batch_cost({5000, shards, slices, 3, true}, requests) == doctest::Approx(sum).epsilon(1e-9));
      }
}

TEST_CASE("the shares of a shard's cost at R=20 are the published 0.842, 0.937 and 0.979 at 2, 4 and 8 requests") {
  const auto share = [](std::uint64_t requests) {
    const double samples = 1e6 + static_cast<double>(requests);
    return expected_batch_cost({samples, 1, 20, 1, true}, requests) / 1e6;
  };

  CHECK(share(2) == doctest::Approx(0.842).epsilon(0.001));
  CHECK(share(4) == doctest::Approx(0.937).epsilon(0.001));
  CHECK(share(8) == doctest::Approx(0.979).epsilon(0.001));
}

TEST_CASE("one request costs E·D·(2/3 + 1/(3R)), D without the removed sample") {
  for (const std::uint32_t slices : {1U, 2U, 4U, 50U})
    CHECK(expected_cost({4001, 4, slices, 6, true}, kOne) ==
          doctest::Approx(6 * 1000.0 * (2.0 / 3 + 1.0 / (3.0 * slices))));
}

TEST_CASE("one request costs E·D·(R+1)/(2R) under sequential slicing, D without the removed sample") {
  for (const std::uint32_t slices : {1U, 2U, 4U, 50U})
    CHECK(expected_cost({4001, 4, slices, 6, false}, kOne) ==
          doctest::Approx(6 * 1000.0 * (slices + 1) / (2.0 * slices)));
}

TEST_CASE(
    "shards one by one cost (N/S + 1/(2S) − 1)K − K²/(2S) and 1 − 1/S a request more, as a request rather falls into "
    "a large shard") {
  for (const double shards : {1.0, 4.0, 20.0})
    for (const double requests : {1.0, 8.0, 39.0}) {
      const double samples = 3000;
      const std::vector<std::uint64_t> batches(static_cast<std::size_t>(requests), 1);
      const double closed = (samples / shards + 1 / (2 * shards) - 1) * requests - requests * requests / (2 * shards);

      const double cost = expected_cost({samples, static_cast<std::uint32_t>(shards), 1, 1, true}, batches);

      CHECK(cost - closed == doctest::Approx((1 - 1 / shards) * requests).epsilon(1e-6));
    }
}

TEST_CASE(
    "shards as one batch cost N(1 − (1 − 1/S)^K) − K and K(1 − 1/S)^K more, as requests rather fall into large "
    "shards") {
  for (const double shards : {1.0, 4.0, 20.0})
    for (const double requests : {1.0, 8.0, 39.0}) {
      const double samples = 3000;
      const double spared = std::pow(1 - 1 / shards, requests);
      const double closed = samples * (1 - spared) - requests;

      const double cost = expected_batch_cost({samples, static_cast<std::uint32_t>(shards), 1, 1, true},
                                              static_cast<std::uint64_t>(requests));

      CHECK(cost - closed == doctest::Approx(requests * spared).epsilon(1e-6));
    }
}

TEST_CASE("tiny shares of a huge data set keep their digits") {
  // (1 − r/(SR))^K with 1/(SR) = 1e−9: one request costs its expected stage, not zero.
  const double cost = expected_batch_cost({1e15, 1'000'000, 1000, 1, false}, 1);

  CHECK(cost == doctest::Approx(1e9 * 1001 / 2000).epsilon(1e-6));
}

// The standard error of each mean is at most 0.45 % (checked), so that 2 % is more than four of them. Rounding each
// stage's visits up adds between nothing and one visit a stage; the samples a shard, 100 at least, keep that below 1 %.
TEST_CASE(
    "the expected cost is the mean count of placements by id: within 2 %, and within four standard errors but for "
    "the rounding of stages") {
  constexpr std::uint64_t kSeeds = 1600;
  constexpr std::uint64_t kTrials = 12;
  struct Case {
    std::uint64_t samples;
    std::uint32_t shards;
    std::uint32_t slices;
  };
  for (const Case& c :
       {Case{400, 1, 1}, Case{400, 1, 4}, Case{400, 1, 8}, Case{400, 4, 1}, Case{1000, 4, 4}, Case{2000, 4, 8}}) {
    struct Count {
      Slicing slicing;
      std::uint64_t requests;
      std::uint64_t batch;
      Mean visits;
      Mean stages;
    };
    std::vector<Count> counts;
    for (const Slicing slicing : {Slicing::kCumulative, Slicing::kSequential})
      for (const auto& [requests, batch] : {std::pair{1U, 1U}, {4U, 4U}, {4U, 1U}, {16U, 16U}, {16U, 1U}})
        counts.push_back({slicing, requests, batch, {}, {}});

    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      Simulation simulation(Key({seed, c.samples}), c.samples, c.shards, c.slices);
      for (Count& count : counts) {
        TrainingConfiguration configuration;
        configuration.slicing = count.slicing;
        configuration.slices = c.slices;
        configuration.epoch_millionths = 5'000'000;
        Mean visits;  // requests of one seed share its placement: a seed counts as one observation
        Mean stages;
        for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
          const auto work = simulation.unlearn(count.requests, count.batch, configuration);
          visits.add(static_cast<double>(work.visits));
          stages.add(static_cast<double>(work.stages));
        }
        count.visits.add(visits.value());
        count.stages.add(stages.value());
      }
    }

    for (const Count& count : counts) {
      CAPTURE(c.samples);
      CAPTURE(c.shards);
      CAPTURE(c.slices);
      CAPTURE(count.requests);
      CAPTURE(count.batch);
      CAPTURE(count.visits.value());
      CAPTURE(count.visits.standard_error());
      const bool cumulative = count.slicing == Slicing::kCumulative;
      CAPTURE(cumulative);
      const std::vector<std::uint64_t> batches(count.requests / count.batch, count.batch);
      const double expected =
          expected_cost({static_cast<double>(c.samples), c.shards, c.slices, 5, cumulative}, batches);
      const double error = count.visits.standard_error() + 1e-9 * expected;  // of one shard without slices: none
      const double rounding = cumulative ? count.stages.value() : 0;         // five epochs of a slice are whole

      CHECK(error < 0.0045 * expected);
      CHECK(std::abs(count.visits.value() - expected) < 0.02 * expected);
      CHECK(count.visits.value() > expected - 4 * error);
      CHECK(count.visits.value() < expected + rounding + 4 * error);
    }
  }
}
