// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
//
// make_w1 FILE ROWS SEED
//
// Writes an HDF5 file of the shape of workload W1: /x, ROWS x 600 bytes that are 0 or 1, one in eight of them 1; /y,
// two classes. A label is the sign of a random linear rule's score, turned over for one row in twenty: there is
// something to learn, and it can't be learnt entirely. Rows are drawn block by block, so memory does not grow with
// ROWS, and equal arguments give equal files.

#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include <fmt/core.h>

#include "framework/core/error.hpp"
#include "framework/io/hdf5.hpp"
#include "framework/random/key.hpp"

namespace expunge {
namespace {

constexpr std::uint64_t kWidth = 600;
constexpr std::uint64_t kBlockRows = 4096;
constexpr std::int64_t kClasses = 2;

/// The rule's weights lie in (-1, 1), so a row's expected score is 0 only if the weights' mean is taken away.
std::vector<double> draw_rule(const Key& key) {
  std::vector<double> rule;
  double sum = 0;
  for (std::uint64_t column = 0; column < kWidth; ++column) {
    rule.push_back(2 * unit_double(key.draw(column)) - 1);
    sum += rule.back();
  }
  for (double& weight : rule) weight -= sum / static_cast<double>(kWidth);
  return rule;
}

/// Three random bits a feature: 21 features from a word.
void draw_row(const Key& key, std::uint64_t row, std::byte* features) {
  constexpr std::uint64_t kFeaturesInWord = 21;
  std::uint64_t column = 0;
  for (std::uint64_t counter = 0; column < kWidth; ++counter)
    for (std::uint64_t word : key.block(row, counter))
      for (std::uint64_t i = 0; i < kFeaturesInWord && column < kWidth; ++i, word >>= 3U)
        features[column++] = (word & 7U) == 0 ? std::byte{1} : std::byte{0};
}

std::int32_t label_of(const std::vector<double>& rule, const std::byte* features, std::uint64_t noise) {
  double score = 0;
  for (std::uint64_t column = 0; column < kWidth; ++column)
    if (features[column] != std::byte{0}) score += rule[column];
  const bool turned = unit_double(noise) < 0.05;
  return (score > 0) != turned ? 1 : 0;
}

void make_w1(const std::filesystem::path& path, std::uint64_t rows, const Key& seed) {
  const Key bits = seed.derive("expunge/bench/w1/bits");
  const Key noise = seed.derive("expunge/bench/w1/noise");
  const auto rule = draw_rule(seed.derive("expunge/bench/w1/rule"));
  hdf5::File file = hdf5::File::create(path);
  const std::vector<std::uint64_t> dims{rows, kWidth};
  file.make_dataset("/x", hdf5::ElementType::kU8, dims);
  std::vector<std::int32_t> labels;
  Bytes block;
  for (std::uint64_t first = 0; first < rows; first += kBlockRows) {
    const std::uint64_t count = std::min(kBlockRows, rows - first);
    block.resize(count * kWidth);
    for (std::uint64_t i = 0; i < count; ++i) {
      draw_row(bits, first + i, block.data() + i * kWidth);
      labels.push_back(label_of(rule, block.data() + i * kWidth, noise.draw(first + i)));
    }
    file.write_rows("/x", first, block);
  }
  file.write("/y", hdf5::ElementType::kI32, std::span(dims).first(1), std::as_bytes(std::span(labels)));
  file.set_attribute("/y", "classes", kClasses);
  file.close();
}

}  // namespace
}  // namespace expunge

int main(int argc, char** argv) {
  std::uint64_t rows = 0;
  const char* const end = argc == 4 ? argv[2] + std::strlen(argv[2]) : nullptr;
  if (argc != 4 || std::from_chars(argv[2], end, rows).ptr != end || rows == 0) {
    fmt::print(stderr, "usage: make_w1 FILE ROWS SEED\n");
    return 2;
  }
  try {
    expunge::make_w1(argv[1], rows, expunge::Key::parse(argv[3]));
  } catch (const expunge::Error& error) {
    fmt::print(stderr, "make_w1: {}\n", error.what());
    return static_cast<int>(error.exit());
  }
  return 0;
}
