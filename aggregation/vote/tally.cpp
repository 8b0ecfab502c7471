// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/vote/tally.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

// A softmax in single precision may end a little over 1; further away it is not a probability.
constexpr float kMostProbability = 1.0F + 0x1.0p-10F;

// The class that is ahead. Going upwards and replacing only on strictly more leaves the lowest of equals.
std::size_t winner_of(VoteRule rule, std::span<const std::int64_t> votes, std::span<const std::int64_t> sums) {
  std::size_t winner = 0;
  for (std::size_t c = 1; c < votes.size(); ++c) {
    const bool ahead = rule == VoteRule::kMeanProbability || votes[c] == votes[winner] ? sums[c] > sums[winner]
                                                                                       : votes[c] > votes[winner];
    if (ahead) winner = c;
  }
  return winner;
}

}  // namespace

std::int32_t most_probable(std::span<const float> probabilities) {
  return static_cast<std::int32_t>(std::max_element(probabilities.begin(), probabilities.end()) -
                                   probabilities.begin());
}

Tally::Tally(VoteRule rule, std::int64_t classes) : rule_(rule), classes_(static_cast<std::size_t>(classes)) {
  if (classes < 1) throw Bug(fmt::format("a tally of {} classes", classes));
}

void Tally::restart(std::uint64_t first_row, std::uint64_t rows) {
  first_row_ = first_row;
  rows_ = rows;
  counts_.assign(rows * (1 + 2 * classes_), 0);
}

std::span<std::int64_t> Tally::votes(std::size_t index) {
  return std::span(counts_).subspan(rows_ + index * classes_, classes_);
}

std::span<std::int64_t> Tally::sums(std::size_t index) {
  return std::span(counts_).subspan(rows_ + (rows_ + index) * classes_, classes_);
}

void Tally::add(std::uint64_t row, std::span<const float> probabilities, std::int64_t weight, ShardId voter) {
  const std::uint64_t rows = probabilities.size() / classes_;
  if (rows * classes_ != probabilities.size() || row < first_row_ || row - first_row_ > rows_ ||
      rows > rows_ - (row - first_row_))
    throw Bug(
        fmt::format("shard {} votes with {} probabilities of {} classes from row {} on, in a tally of rows {} to {}",
                    voter.value(), probabilities.size(), classes_, row, first_row_, first_row_ + rows_));
  if (weight < 1) throw Bug(fmt::format("shard {} votes with the weight {}", voter.value(), weight));
  const std::int64_t ballots = rule_ == VoteRule::kWeighted ? weight : 1;
  for (std::uint64_t i = 0; i < rows; ++i) {
    const std::span<const float> outputs = probabilities.subspan(i * classes_, classes_);
    const std::size_t index = row - first_row_ + i;
    const std::span<std::int64_t> row_sums = sums(index);
    for (std::size_t c = 0; c < classes_; ++c) {
      const float p = outputs[c];
      if (!(p >= 0.0F && p <= kMostProbability))
        throw Failure(
            fmt::format("the model of shard {} gives row {} the probability {} for class {}: its parameters have "
                        "probably overflowed; train that shard with a smaller --lr",
                        voter.value(), row + i, p, c));
      row_sums[c] += std::llround(static_cast<double>(p) * kScale);
    }
    votes(index)[static_cast<std::size_t>(most_probable(outputs))] += ballots;
    ++counts_[index];
  }
}

std::vector<Answer> Tally::decide(const DecisionOptions& options) {
  means_.assign(rows_ * classes_, 0.0);
  std::vector<Answer> answers(rows_);
  for (std::size_t i = 0; i < rows_; ++i) {
    Answer& answer = answers[i];
    answer.models = counts_[i];
    if (answer.models == 0) continue;
    const std::span<const std::int64_t> row_votes = votes(i);
    const std::span<const std::int64_t> row_sums = sums(i);
    const std::span<double> mean = std::span(means_).subspan(i * classes_, classes_);
    const double divisor = kScale * static_cast<double>(answer.models);
    for (std::size_t c = 0; c < classes_; ++c) mean[c] = static_cast<double>(row_sums[c]) / divisor;
    const std::size_t winner = winner_of(rule_, row_votes, row_sums);
    const std::int64_t ballots = std::accumulate(row_votes.begin(), row_votes.end(), std::int64_t{0});
    answer.agreement = static_cast<double>(row_votes[winner]) / static_cast<double>(ballots);
    answer.confidence = mean[winner];
    answer.probability = mean;
    if (answer.agreement >= options.min_agreement && answer.confidence >= options.min_probability)
      answer.label = static_cast<std::int32_t>(winner);
  }
  return answers;
}

}  // namespace expunge
