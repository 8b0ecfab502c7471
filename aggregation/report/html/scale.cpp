// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/report/html/scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "aggregation/report/html/figures.hpp"

namespace expunge::html {

namespace {

// The step of 1, 2 or 5 times a power of ten that is at least this.
double round_step(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= step * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

// 0.001, 50, 20k, 3M: ticks are read at a glance.
std::string tick_label(double value) {
  struct Unit {
    double size;
    std::string_view name;
  };
  constexpr std::array<Unit, 3> kUnits = {{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
  const double size = std::abs(value);
  const std::string_view sign = value < 0 ? "−" : "";
  if (size >= 1e12 || (size > 0 && size < 1e-4)) return fmt::format("{}{:.3g}", sign, size);
  for (const Unit& unit : kUnits)
    if (size >= unit.size) return fmt::format("{}{:.4g}{}", sign, size / unit.size, unit.name);
  return fmt::format("{}{:.4g}", sign, size);
}

}  // namespace

Scale::Scale(double least, double most, double from, double to, bool logarithmic, bool has_zero, double zero)
    : least_(least), most_(most), from_(from), to_(to), logarithmic_(logarithmic), has_zero_(has_zero), zero_(zero) {}

Scale Scale::linear(double least, double most, double from, double to) {
  if (!(most > least)) most = least + std::max(std::abs(least) * 0.1, 1e-6);
  constexpr double kSteps = 5;
  const double step = round_step((most - least) / kSteps);
  return {std::floor(least / step + 1e-9) * step, std::ceil(most / step - 1e-9) * step, from, to, false, false, from};
}

Scale Scale::logarithmic(double least, double most, double from, double to) {
  Scale scale = logarithmic(least, most, from, to, from);
  scale.has_zero_ = false;
  return scale;
}

Scale Scale::logarithmic(double least, double most, double from, double to, double zero) {
  double low = std::log10(least);
  double high = std::log10(std::max(most, least));
  // Whole decades, where there are several; else no more room than the numbers need.
  if (high - low > 2) {
    low = std::floor(low + 1e-9);
    high = std::ceil(high - 1e-9);
  } else {
    const double margin = std::max(0.05, (high - low) * 0.05);
    low -= margin;
    high += margin;
  }
  return {low, high, from, to, true, true, zero};
}

double Scale::at(double value) const {
  if (logarithmic_ && value <= 0) return has_zero_ ? zero_ : from_;
  const double place = ((logarithmic_ ? std::log10(value) : value) - least_) / (most_ - least_);
  return from_ + std::clamp(place, 0.0, 1.0) * (to_ - from_);
}

std::vector<Tick> Scale::ticks(double spacing) const {
  std::vector<Tick> ticks;
  const double room = std::max(2.0, std::floor(std::abs(to_ - from_) / spacing));
  if (!logarithmic_) {
    const double step = round_step((most_ - least_) / room);
    for (double n = std::ceil(least_ / step - 1e-9); n * step <= most_ + step * 1e-9; ++n)
      ticks.push_back({at(n * step), tick_label(n * step)});
    return ticks;
  }
  if (has_zero_) ticks.push_back({zero_, "0"});
  const double decades = most_ - least_;
  std::vector<double> factors = {1};
  if (decades * 3 <= room) {
    factors = {1, 2, 5};
  } else if (decades * 2 <= room) {
    factors = {1, 3};
  }
  if (decades < 0.5) factors = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8};
  const double step = std::max(1.0, std::ceil(decades / room));
  for (double power = std::floor(least_); power <= most_ + 1e-9; power += step) {
    for (const double factor : factors) {
      const double value = factor * std::pow(10.0, power);
      const double place = std::log10(value);
      if (place < least_ - 1e-9 || place > most_ + 1e-9) continue;
      const double pixel = at(value);
      if (!ticks.empty() && std::abs(pixel - ticks.back().at) < spacing * 0.6) continue;
      ticks.push_back({pixel, tick_label(value)});
    }
  }
  return ticks;
}

}  // namespace expunge::html
