// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/predict/probabilities.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include "aggregation/predict/ensemble.hpp"
#include "aggregation/vote/tally.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

// A model whose parameters have overflowed gives no probabilities. A comparison goes on and says so.
std::int64_t in_fixed_point(float p, bool& is_number) {
  is_number = is_number && std::isfinite(p);
  return std::isfinite(p) ? std::llround(static_cast<double>(p) * Tally::kScale) : 0;
}

}  // namespace

std::span<const float> Probabilities::row(std::uint64_t i) const {
  const auto width = static_cast<std::size_t>(classes);
  return std::span(values).subspan(i * width, width);
}

std::int32_t Probabilities::answer(std::uint64_t i) const {
  return most_probable(row(i));
}

Probabilities probabilities_of(Constituent& model, const Dataset& data, std::span<const std::uint64_t> rows,
                               std::int64_t classes) {
  const auto width = static_cast<std::size_t>(classes);
  Probabilities answers{.classes = classes, .values = {}, .labels = {}};
  answers.values.resize(rows.size() * width);
  answers.labels.reserve(rows.size());
  std::vector<std::byte> features;
  for (std::uint64_t done = 0; done < rows.size(); done += kPredictionBatch) {
    const std::span<const std::uint64_t> batch =
        rows.subspan(done, std::min<std::uint64_t>(kPredictionBatch, rows.size() - done));
    features.resize(batch.size() * data.row_bytes());
    data.gather(batch, features);
    model.predict(batch.front(), features, batch.size(),
                  std::span(answers.values).subspan(done * width, batch.size() * width));
    for (const std::uint64_t row : batch) answers.labels.push_back(data.label(row));
  }
  return answers;
}

Probabilities probabilities_of(Constituent& model, const Dataset& data, std::int64_t classes) {
  std::vector<std::uint64_t> rows(data.size());
  std::iota(rows.begin(), rows.end(), std::uint64_t{0});
  return probabilities_of(model, data, rows, classes);
}

Probabilities mean_of(std::span<const Probabilities> models) {
  if (models.empty()) throw Bug("the mean of no models");
  Probabilities mean = models.front();
  for (const Probabilities& model : models)
    if (model.classes != mean.classes || model.labels != mean.labels || model.values.size() != mean.values.size())
      throw Bug("the mean of models that were asked for other samples");
  const double divisor = Tally::kScale * static_cast<double>(models.size());
  for (std::size_t i = 0; i < mean.values.size(); ++i) {
    std::int64_t sum = 0;
    bool is_number = true;
    for (const Probabilities& model : models) sum += in_fixed_point(model.values[i], is_number);
    mean.values[i] =
        is_number ? static_cast<float>(static_cast<double>(sum) / divisor) : std::numeric_limits<float>::quiet_NaN();
  }
  return mean;
}

}  // namespace expunge
