// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace expunge {

/// What happened to the samples of one class.
struct ClassCount {
  std::uint64_t samples = 0;    ///< of this class
  std::uint64_t correct = 0;    ///< of these, answered with this class
  std::uint64_t predicted = 0;  ///< samples of any class answered with this one

  /// Recall; nothing where the class has no samples.
  [[nodiscard]] std::optional<double> accuracy() const;
  bool operator==(const ClassCount&) const = default;
};

/// Hits and misses, in all and class by class, counted as the answers come.
class ClassCounts {
 public:
  explicit ClassCounts(std::int64_t classes) : classes_(static_cast<std::size_t>(classes)) {}
  /// Counts taken elsewhere, to go on with or to read.
  ClassCounts(std::vector<ClassCount> classes, std::uint64_t abstained)
      : classes_(std::move(classes)), abstained_(abstained) {}

  /// `answer` is a class, or kNoAnswer: an abstention, which is no hit. Throws Bug for a label or an answer outside
  /// the classes: whoever opened the data refuses those.
  void add(std::int32_t label, std::int32_t answer);

  [[nodiscard]] const std::vector<ClassCount>& classes() const { return classes_; }
  [[nodiscard]] std::uint64_t samples() const;
  [[nodiscard]] std::uint64_t correct() const;
  [[nodiscard]] std::uint64_t abstained() const { return abstained_; }
  /// Over all samples, abstentions being wrong; nothing where there are none.
  [[nodiscard]] std::optional<double> accuracy() const;
  /// Over the samples that were answered; nothing where none was.
  [[nodiscard]] std::optional<double> accuracy_when_answered() const;

 private:
  std::vector<ClassCount> classes_;
  std::uint64_t abstained_ = 0;
};

}  // namespace expunge
