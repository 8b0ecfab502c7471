// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/retrain/power_law.hpp"

#include <cmath>
#include <numeric>
#include <vector>

namespace expunge {

namespace {

constexpr int kFirstHundredth = 5;
constexpr int kLastHundredth = 300;

double squares_left(std::span<const double> series, const PowerLaw& fit) {
  double sum = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double left = series[i] - fit.at(static_cast<double>(i + 1));
    sum += left * left;
  }
  return sum;
}

}  // namespace

double PowerLaw::at(double x) const {
  return a * std::pow(x, -alpha) + b;
}

double PowerLaw::slope(double x) const {
  return -a * alpha * std::pow(x, -alpha - 1);
}

std::optional<PowerLaw> fit_power_law(std::span<const double> series, double alpha) {
  if (series.empty()) return std::nullopt;
  const auto count = static_cast<double>(series.size());
  std::vector<double> u;
  u.reserve(series.size());
  for (std::size_t i = 0; i < series.size(); ++i) u.push_back(std::pow(static_cast<double>(i + 1), -alpha));
  const double mean_u = std::accumulate(u.begin(), u.end(), 0.0) / count;
  const double mean = std::accumulate(series.begin(), series.end(), 0.0) / count;
  double products = 0;
  double squares = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    products += (u[i] - mean_u) * (series[i] - mean);
    squares += (u[i] - mean_u) * (u[i] - mean_u);
  }
  if (!(squares > 0)) return std::nullopt;
  const double a = products / squares;
  const PowerLaw fit{.a = a, .alpha = alpha, .b = mean - a * mean_u};
  return std::isfinite(fit.a) && std::isfinite(fit.b) ? std::optional(fit) : std::nullopt;
}

std::optional<PowerLaw> fit_power_law(std::span<const double> series) {
  std::optional<PowerLaw> best;
  double least = 0;
  for (int hundredth = kFirstHundredth; hundredth <= kLastHundredth; ++hundredth) {
    const auto fit = fit_power_law(series, hundredth / 100.0);
    if (!fit) return std::nullopt;
    const double left = squares_left(series, *fit);
    if (best && !(left < least)) continue;
    best = fit;
    least = left;
  }
  return best;
}

}  // namespace expunge
