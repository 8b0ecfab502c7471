// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "framework/data/dataset.hpp"
#include "framework/data/digit_painter.hpp"

namespace expunge {

/// Handwritten digits that are painted when they are asked for: `digits:N[,seed=K][,writers=W]`. {1, 28, 28} bytes, 0
/// is paper and 255 ink; 10 classes. The writers are the subjects ("writer-000017").
///
/// K is from 0 to 2^63−1 (default 0), W from 1 to N (default N/20, at least 20, at most N). Label, writer and pixels of
/// a row are a pure function of (K, W, row): `limit=` gives a prefix of the same data. Another K gives other writers
/// and other samples of the same ten digits, so `digits:2000,seed=8` tests what was trained on `digits:12000,seed=7`.
class Digits : public Dataset {
 public:
  Digits(std::uint64_t samples, std::uint64_t seed, std::uint32_t writers);
  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override;

 private:
  [[nodiscard]] std::uint32_t writer_of(std::uint64_t row) const;

  Key row_key_;
  std::uint32_t writers_;
  DigitPainter painter_;
};

[[nodiscard]] std::unique_ptr<Dataset> open_digits(const Spec& spec);

}  // namespace expunge
