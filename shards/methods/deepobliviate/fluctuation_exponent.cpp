// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/deepobliviate/fluctuation_exponent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace expunge {

namespace {

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The slope of the least-squares line through (x, y), and what the line leaves: the sum of squares.
struct Line {
  double slope = 0;
  double remainder = 0;
};

Line line_through(std::span<const double> x, std::span<const double> y) {
  const double mean_x = mean_of(x);
  const double mean_y = mean_of(y);
  double products = 0;
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    products += (x[i] - mean_x) * (y[i] - mean_y);
    squares += (x[i] - mean_x) * (x[i] - mean_x);
  }
  Line line{.slope = products / squares};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double left = y[i] - mean_y - line.slope * (x[i] - mean_x);
    line.remainder += left * left;
  }
  return line;
}

double fluctuation(std::span<const double> profile, std::size_t size) {
  std::vector<double> x(size);
  std::iota(x.begin(), x.end(), 0.0);
  const std::size_t windows = profile.size() / size;
  const bool both_ends = profile.size() % size != 0;
  double sum = 0;
  for (std::size_t window = 0; window < windows; ++window) {
    sum += line_through(x, profile.subspan(window * size, size)).remainder;
    if (both_ends) sum += line_through(x, profile.subspan(profile.size() - (window + 1) * size, size)).remainder;
  }
  return std::sqrt(sum / static_cast<double>(size * windows * (both_ends ? 2 : 1)));
}

}  // namespace

std::optional<double> fluctuation_exponent(std::span<const double> series) {
  if (!std::ranges::all_of(series, [](double value) { return std::isfinite(value); })) return std::nullopt;
  if (series.empty()) return std::nullopt;
  const double mean = mean_of(series);
  std::vector<double> profile;
  profile.reserve(series.size());
  double height = 0;
  double most = 0;
  for (const double value : series) {
    profile.push_back(height += value - mean);
    most = std::max(most, std::abs(value));
  }
  // What rounding alone may leave of a fluctuation that is 0.
  const double nothing = static_cast<double>(series.size()) * std::numeric_limits<double>::epsilon() * most;

  const std::size_t largest = series.size() / (series.size() < 64 ? 2 : 4);
  std::vector<double> log_sizes;
  std::vector<double> log_fluctuations;
  for (std::size_t size = 4; size <= largest; size *= 2) {
    const double rms = fluctuation(profile, size);
    if (rms <= nothing) return std::nullopt;
    log_sizes.push_back(std::log(static_cast<double>(size)));
    log_fluctuations.push_back(std::log(rms));
  }
  if (log_sizes.size() < 2) return std::nullopt;
  return line_through(log_sizes, log_fluctuations).slope;
}

}  // namespace expunge
