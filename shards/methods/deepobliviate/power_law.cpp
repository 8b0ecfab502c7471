// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/deepobliviate/power_law.hpp"

#include <cmath>
#include <numeric>
#include <vector>

namespace expunge {

namespace {

constexpr int kFirstHundredth = 5;
constexpr int kLastHundredth = 300;

/// x^-alpha for x = 1, 2, …
std::vector<double> powers(std::size_t count, double alpha) {
  std::vector<double> u;
  u.reserve(count);
  for (std::size_t i = 0; i < count; ++i) u.push_back(std::pow(static_cast<double>(i + 1), -alpha));
  return u;
}

double on_grid(int hundredth) {
  return hundredth / 100.0;
}

/// `powers` of the exponents of the grid, for series as short as it is searched for: after every stage anew.
std::vector<std::vector<double>> powers_on_grid(std::size_t count) {
  std::vector<std::vector<double>> grid;
  for (int hundredth = kFirstHundredth; hundredth <= kLastHundredth; ++hundredth)
    grid.push_back(powers(count, on_grid(hundredth)));
  return grid;
}

/// `u`: the powers for `alpha`, at least as many as there are values.
std::optional<PowerLaw> fit_to(std::span<const double> series, std::span<const double> u, double alpha) {
  if (series.empty()) return std::nullopt;
  u = u.first(series.size());
  const auto count = static_cast<double>(series.size());
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

double squares_left(std::span<const double> series, std::span<const double> u, const PowerLaw& fit) {
  double sum = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double left = series[i] - (fit.a * u[i] + fit.b);
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
  return fit_to(series, powers(series.size(), alpha), alpha);
}

std::optional<PowerLaw> fit_power_law(std::span<const double> series) {
  constexpr std::size_t kShort = 16;
  static const auto kOfShort = powers_on_grid(kShort);
  std::optional<PowerLaw> best;
  double least = 0;
  std::vector<double> own;
  for (int hundredth = kFirstHundredth; hundredth <= kLastHundredth; ++hundredth) {
    if (series.size() > kShort) own = powers(series.size(), on_grid(hundredth));
    const auto& u = series.size() > kShort ? own : kOfShort[static_cast<std::size_t>(hundredth - kFirstHundredth)];
    const auto fit = fit_to(series, u, on_grid(hundredth));
    if (!fit) return std::nullopt;
    const double left = squares_left(series, u, *fit);
    if (best && !(left < least)) continue;
    best = fit;
    least = left;
  }
  return best;
}

}  // namespace expunge
