// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/digits.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "framework/data/digit_painter.hpp"

namespace expunge {

namespace {

constexpr std::int64_t kDigits = 10;
constexpr std::int64_t kMostSamples = 100'000'000;

Key key_of(std::uint64_t seed) {
  return Key({seed, 0}).derive("expunge/digits/v1");
}

}  // namespace

Digits::Digits(std::uint64_t samples, std::uint64_t seed, std::uint32_t writers)
    : row_key_(key_of(seed).derive("expunge/digits/row")), writers_(writers), painter_(key_of(seed)) {
  shape_ = {1, kDigitSide, kDigitSide};
  feature_type_ = FeatureType::kU8;
  classes_ = kDigits;
  labels_.resize(samples);
  subject_of_.resize(samples);
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> subject_of_writer(writers, kNone);
  for (std::uint64_t row = 0; row < samples; ++row) {
    labels_[row] = static_cast<std::int32_t>(DrawStream(row_key_, row).below(kDigits));
    const std::uint32_t writer = writer_of(row);
    if (subject_of_writer[writer] == kNone) {
      subject_of_writer[writer] = static_cast<std::uint32_t>(subjects_.size());
      subjects_.push_back(fmt::format("writer-{:06}", writer));
    }
    subject_of_[row] = subject_of_writer[writer];
  }
}

// Drawn, not looked up: the subjects may have been replaced by a file's.
std::uint32_t Digits::writer_of(std::uint64_t row) const {
  return DrawStream(row_key_, row, 1).below(writers_);
}

void Digits::gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const {
  check_gather(rows, out);
  for (std::size_t i = 0; i < rows.size(); ++i)
    painter_.paint(rows[i], writer_of(rows[i]), labels_[rows[i]], out.subspan(i * kDigitPixels).first<kDigitPixels>());
}

std::unique_ptr<Dataset> open_digits(const Spec& spec) {
  spec.expect(1, "N", {"seed", "writers", "limit", "subjects"});
  const std::int64_t samples = spec.value_as_integer(0, "N", 1, kMostSamples);
  const std::int64_t seed = spec.integer_or("seed", 0, 0, std::numeric_limits<std::int64_t>::max());
  const std::int64_t usual = std::min(samples, std::max<std::int64_t>(20, samples / 20));
  const std::int64_t writers = spec.integer_or("writers", usual, 1, samples);
  return std::make_unique<Digits>(static_cast<std::uint64_t>(samples), static_cast<std::uint64_t>(seed),
                                  static_cast<std::uint32_t>(writers));
}

}  // namespace expunge
