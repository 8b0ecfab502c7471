// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace expunge {

/// A condition that a guarantee rests on, as it was checked at run time.
struct Assumption {
  std::string name;               ///< "strongly convex", "gradient residual"
  bool holds = true;              ///< false: the guarantee can't be certified
  std::optional<double> value{};  ///< what was measured, where it is a number
  std::optional<double> limit{};  ///< what it must not exceed
  bool operator==(const Assumption&) const = default;
};

/// What is promised of a model that was made to forget, compared with one that was retrained without the samples.
///
///   const Guarantee one = Guarantee::certified(0.5, 1e-6, {});
///   const Guarantee two = Guarantee::certified(0.3, 1e-6, {});
///   composed(one, two);                     // certified, epsilon 0.8, delta 2e-6
///   composed(one, Guarantee::heuristic());  // heuristic
///   composed(one, Guarantee::exact());      // one
struct Guarantee {
  /// Weakest first.
  enum class Kind : std::uint8_t {
    kNone,       ///< no attempt to forget
    kHeuristic,  ///< an approximation without a proof
    kCertified,  ///< (epsilon, delta)-indistinguishable from retraining, under assumptions that were checked
    kExact,      ///< equal to retraining
  };

  Kind kind = Kind::kHeuristic;
  std::optional<double> epsilon{};        ///< at least 0; with `delta`, of a certified guarantee alone
  std::optional<double> delta{};          ///< in [0, 1]
  std::optional<double> sigma{};          ///< standard deviation of the noise that was added
  std::optional<double> sensitivity{};    ///< bound on the distance that the noise covers, in the parameters' norm
  std::vector<Assumption> assumptions{};  ///< in the order in which they were checked
  std::optional<double> budget_left{};    ///< of epsilon, or of what the method accounts by, before it must retrain

  [[nodiscard]] static Guarantee none() { return {.kind = Kind::kNone}; }
  [[nodiscard]] static Guarantee heuristic() { return {.kind = Kind::kHeuristic}; }
  [[nodiscard]] static Guarantee exact() { return {.kind = Kind::kExact}; }
  /// Certified where all assumptions hold; else heuristic, with the assumptions that say why.
  [[nodiscard]] static Guarantee certified(double epsilon, double delta, std::vector<Assumption> assumptions);

  [[nodiscard]] bool is_exact() const { return kind == Kind::kExact; }
  /// "none", "heuristic", "certified" or "exact".
  [[nodiscard]] std::string_view name() const;
  /// "exact"; "certified (epsilon 0.5, delta 1e-06)".
  [[nodiscard]] std::string text() const;
  /// What contradicts itself: a certificate without epsilon and delta or with an assumption that fails, epsilon and
  /// delta of another kind, a number out of its range. Returns an empty text where nothing does.
  [[nodiscard]] std::string contradiction() const;

  bool operator==(const Guarantee&) const = default;
};

/// The kind of that name, or nullopt.
[[nodiscard]] std::optional<Guarantee::Kind> guarantee_kind(std::string_view name);

/// Less is weaker. By kind; of two certified ones, the one whose epsilon and delta are both no larger is the stronger.
/// Unordered where one has the smaller epsilon and the other the smaller delta.
[[nodiscard]] std::partial_ordering operator<=>(const Guarantee& one, const Guarantee& other);

/// What holds of two results that are seen together (two shards of one model, or two deletions one after the other).
/// The weaker kind; of two certified ones epsilons and deltas add (basic sequential composition). An exact result adds
/// nothing. Noise and sensitivity, which belong to one result, are left out where both have some.
[[nodiscard]] Guarantee composed(const Guarantee& one, const Guarantee& other);
/// Of any number; exact where there are none.
[[nodiscard]] Guarantee composed(std::span<const Guarantee> all);

}  // namespace expunge
