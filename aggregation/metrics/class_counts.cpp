// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/metrics/class_counts.hpp"

#include <numeric>

#include "aggregation/vote/answer.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

std::optional<double> share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::optional<double> ClassCount::accuracy() const {
  return share(correct, samples);
}

void ClassCounts::add(std::int32_t label, std::int32_t answer) {
  const auto classes = static_cast<std::int64_t>(classes_.size());
  if (label < 0 || label >= classes || answer >= classes || (answer < 0 && answer != kNoAnswer))
    throw Bug(fmt::format("a sample of class {} is counted as {} where there are {} classes", label, answer, classes));
  ++classes_[static_cast<std::size_t>(label)].samples;
  if (answer == kNoAnswer) {
    ++abstained_;
    return;
  }
  ++classes_[static_cast<std::size_t>(answer)].predicted;
  if (answer == label) ++classes_[static_cast<std::size_t>(label)].correct;
}

std::uint64_t ClassCounts::samples() const {
  return std::accumulate(classes_.begin(), classes_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const ClassCount& count) { return sum + count.samples; });
}

std::uint64_t ClassCounts::correct() const {
  return std::accumulate(classes_.begin(), classes_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const ClassCount& count) { return sum + count.correct; });
}

std::optional<double> ClassCounts::accuracy() const {
  return share(correct(), samples());
}

std::optional<double> ClassCounts::accuracy_when_answered() const {
  return share(correct(), samples() - abstained_);
}

}  // namespace expunge
