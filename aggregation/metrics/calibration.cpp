// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/metrics/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace expunge {

void Calibration::add(double confidence, bool correct) {
  const double within = std::clamp(confidence, 0.0, 1.0);
  Bin& bin = bins_[std::min(kBins - 1, static_cast<std::size_t>(within * static_cast<double>(kBins)))];
  ++bin.samples;
  bin.correct += correct ? 1 : 0;
  bin.confidence += within;
}

std::optional<double> Calibration::error() const {
  std::uint64_t samples = 0;
  double distance = 0;
  for (const Bin& bin : bins_) {
    samples += bin.samples;
    distance += std::abs(static_cast<double>(bin.correct) - bin.confidence);
  }
  if (samples == 0) return std::nullopt;
  return distance / static_cast<double>(samples);
}

}  // namespace expunge
