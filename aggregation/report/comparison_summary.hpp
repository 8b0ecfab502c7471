// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aggregation/report/comparison_report.hpp"

namespace expunge {

/// All that is measured of a method, of one repetition or as means over them. COMPARISON.md defines each.
struct MethodNumbers {
  std::optional<double> sample_gradients{};
  std::optional<double> forward_passes{};
  std::optional<double> hessian_vector_products{};
  std::optional<double> seconds{};
  std::optional<double> process_seconds{};
  std::optional<double> bookkeeping_seconds{};
  std::optional<double> bytes_read{};
  std::optional<double> bytes_written{};
  std::optional<double> storage_bytes{};
  std::optional<double> training_overhead{};
  Accuracies accuracy{};
  Accuracies constituent_accuracy{};
  std::optional<double> effectiveness{};
  std::optional<double> constituent_effectiveness{};
  Distances distances{};
  std::optional<double> certifiability{};
  std::optional<double> tug_of_war{};
  MembershipReport membership{};
  std::optional<double> canary{};
  std::optional<double> gap_closed{};
};

/// One of them: where it lies in a document (a JSON pointer below the method) and in the structure.
struct Measure {
  std::string_view pointer;
  std::optional<double>& (*in)(MethodNumbers& numbers);
  bool counts = false;  ///< whole numbers in one repetition
};
/// Every number, in the order of the document.
[[nodiscard]] std::span<const Measure> measures();

/// `reference`: the retrained models of the same repetition, where there are some.
[[nodiscard]] MethodNumbers numbers_of(const MethodRepetition& repetition, const MethodRepetition* reference);

/// Two costs of a method as shares of another's: how many times cheaper it was. Nothing where it cost nothing.
struct SpeedUp {
  std::optional<double> sample_gradients{};
  std::optional<double> seconds{};
};

/// A method's main numbers, and what follows from them. JSON, text and verdict take them from here, so that they can't
/// say different things.
struct MethodSummary {
  const MethodReport* method = nullptr;
  std::vector<MethodNumbers> repetitions;
  MethodNumbers mean;  ///< over repetitions
  SpeedUp speedup;     ///< over `retrain`
  SpeedUp speedup_over_exact;
  /// Distances divided by identity's; of y, the fractions of unequal answers. Nothing where identity's is 0.
  Distances over_identity;

  /// What a measure had in each repetition.
  [[nodiscard]] std::vector<std::optional<double>> values(const Measure& measure) const;
};

/// How far apart trainings lie that differ in nothing but chance.
struct FloorSummary {
  std::optional<Spread> theta{};
  std::optional<Spread> theta_relative{};
  std::optional<Spread> y{};
  std::optional<Spread> kl{};
  std::optional<Spread> ensemble_y{};
  std::optional<Spread> canary{};
  std::optional<Spread> effectiveness{};
  std::optional<Spread> constituent_effectiveness{};
};

/// Refers to the report.
struct ComparisonSummary {
  std::vector<MethodSummary> methods;
  MethodSummary reference;
  std::optional<MethodNumbers> identity;
  std::optional<MethodNumbers> exact;
  FloorSummary order;
  FloorSummary seed;
};
[[nodiscard]] ComparisonSummary summary_of(const ComparisonReport& report);
/// Of a method that need not be listed.
[[nodiscard]] MethodSummary summary_of(const ComparisonReport& report, const ComparisonSummary& summary,
                                       const MethodReport& method);

/// By these numbers: what `verdict_of` says of the report's method and of the whole.
[[nodiscard]] MethodVerdict verdict_of(const ComparisonReport& report, const ComparisonSummary& summary,
                                       const MethodSummary& method);
[[nodiscard]] std::string verdict_of(const ComparisonReport& report, const ComparisonSummary& summary);

/// The method that does nothing: in every table, so that a reader knows what that comes to.
inline constexpr std::string_view kDoingNothing = "identity";
inline constexpr std::string_view kExact = "exact";

}  // namespace expunge
