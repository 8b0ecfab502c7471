// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace expunge {

/// Expected calibration error (Guo et al. 2017): how far confidence lies from accuracy. Samples are sorted by
/// confidence into 15 bins of equal width, [0, 1/15) … [14/15, 1]; the error is the mean over samples of the distance
/// between their bin's accuracy and its mean confidence: 0 where every bin keeps what it promises.
class Calibration {
 public:
  static constexpr std::size_t kBins = 15;

  /// `confidence` is the probability, 0 … 1, that came with the answer.
  void add(double confidence, bool correct);

  /// Nothing where no sample was added.
  [[nodiscard]] std::optional<double> error() const;

 private:
  struct Bin {
    std::uint64_t samples = 0;
    std::uint64_t correct = 0;
    double confidence = 0;
  };
  std::array<Bin, kBins> bins_{};
};

}  // namespace expunge
