// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace expunge {

/// What it cost one method to work the requests off, in one repetition.
struct MethodWork {
  std::uint64_t sample_gradients = 0;
  std::uint64_t forward_passes = 0;
  std::uint64_t hessian_vector_products = 0;
  double seconds = 0;              ///< wall time, from accepted to erased, of all batches
  double process_seconds = 0;      ///< training, methods and checkpoints, summed over ranks
  double bookkeeping_seconds = 0;  ///< of them, residual memory, fits and offsets
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t storage_bytes = 0;  ///< checkpoints that it needs kept before any request, beyond one state a shard
  std::optional<double> training_overhead{};  ///< what keeping them costs a training, as a share of its own time
};

/// Accuracies, 0 … 1; nothing where a set has no samples.
struct Accuracies {
  std::optional<double> test{};
  std::optional<double> retain{};
  std::optional<double> forget{};
};

/// Distances to the retrained models, over the affected constituents (their mean; θ: of all their parameters together).
struct Distances {
  std::optional<double> theta{};           ///< ‖θ − θ*‖₂: the verification error
  std::optional<double> theta_relative{};  ///< divided by ‖θ*‖₂
  std::optional<double> y{};               ///< fraction of equal answers on the test set
  std::optional<double> kl{};              ///< mean KL(P ‖ P*) on the test set, nats
  std::optional<double> ensemble_y{};      ///< as y, of the ensembles' answers
};

/// One model's exposure to membership inference, over the affected constituents.
struct MembershipReport {
  std::optional<double> advantage{};        ///< loss threshold: TPR − FPR
  std::optional<double> advantage_gap{};    ///< less the retrained models'
  std::optional<double> attack_accuracy{};  ///< loss regression
  std::optional<double> attack_gap{};       ///< less the retrained models'
  std::string why_null{};                   ///< empty where there are numbers
};

/// What is left of a planted canary.
struct CanaryScore {
  double value = 0;                    ///< backdoor success, or accuracy on the classes that were flipped
  std::optional<double> gap_closed{};  ///< (identity − value) / (identity − retrained); nothing: not measurable
};

/// The residual memory of one shard's cut retraining, as its evidence has it.
struct ResidualSeries {
  std::uint32_t shard = 0;
  std::uint64_t batch = 0;
  std::string evidence;  ///< the JSON object of shards/methods/deepobliviate/residual_memory.hpp
};

/// One method in one repetition.
struct MethodRepetition {
  std::uint32_t repetition = 0;
  MethodWork work{};
  Accuracies accuracy{};              ///< of the ensemble
  Accuracies constituent_accuracy{};  ///< of the affected constituents, each on its own retained and forgotten samples
  Distances distances{};
  MembershipReport membership{};
  std::optional<CanaryScore> canary{};
  std::optional<double> certifiability{};
  std::optional<double> tug_of_war{};
  std::vector<ResidualSeries> residual_memory{};
};

struct MethodReport {
  std::string name;                    ///< as it was asked for, options included
  std::string guarantee;               ///< "exact", "certified", "heuristic", "none"
  std::vector<std::string> checked;    ///< assumptions that were checked and held
  std::vector<std::string> fallbacks;  ///< what was done instead of what was asked
  std::vector<MethodRepetition> repetitions;
  std::string
      warning;  ///< what the accounting finds wrong ("equal to the retrained model at a lower cost"); else empty
};

/// Another training from scratch, held against the retrained models: what zero looks like.
struct FloorReport {
  std::string kind;  ///< "order": same placement and initial weights, other order keys; "seed": another seed altogether
  std::uint32_t repetition = 0;
  Distances distances{};
  Accuracies accuracy{};
  Accuracies constituent_accuracy{};
  std::optional<double> canary{};  ///< as `CanaryScore::value`
};

/// A shard's part of the exact retraining.
struct TimelineEntry {
  int rank = 0;
  std::uint32_t shard = 0;
  double begin = 0;  ///< seconds since the retraining began
  double end = 0;
  std::uint64_t sample_gradients = 0;
};

struct CanaryReport {
  std::string spec;     ///< as it was asked for
  std::string kind;     ///< "backdoor", "label-flip"
  std::string measure;  ///< what `CanaryScore::value` is, in words
  std::uint64_t samples = 0;
  std::uint32_t shard = 0;  ///< of the first repetition, as the slice
  std::uint32_t slice = 0;
  double remembered = 0;    ///< identity's mark, mean over repetitions
  double retrained = 0;     ///< the retrained models'
  bool measurable = false;  ///< the gap between them is at least 0.2
};

/// Everything that `compare` has to say. The same document on any number of ranks, but for times and the timeline.
struct ComparisonReport {
  std::string run;
  std::string requests;  ///< the file; empty for a canary
  std::string replay;    ///< "batch" or "sequence"
  std::string test;      ///< SPEC
  std::uint64_t batches = 0;
  std::uint64_t samples_forgotten = 0;
  std::uint64_t samples_live = 0;
  std::vector<std::uint32_t> affected_shards;  ///< of the first repetition
  int ranks = 1;
  std::uint32_t repetitions = 1;
  double seconds = 0;                 ///< of the whole comparison
  std::vector<MethodReport> methods;  ///< as asked for; `retrain` is the reference, listed or not
  MethodReport reference;             ///< the retraining that all are held against
  std::vector<FloorReport> floors;
  std::optional<CanaryReport> canary;
  std::vector<TimelineEntry> timeline;  ///< of `exact`'s first repetition; else of the reference's
  std::vector<std::pair<std::string, std::string>> configuration;  ///< settings of the run
  std::vector<std::pair<std::string, std::string>> versions;       ///< program, numerics
};

/// Mean, sample deviation, least and most over repetitions.
struct Spread {
  std::uint64_t count = 0;
  double mean = 0;
  double deviation = 0;  ///< 0 for one
  double least = 0;
  double most = 0;
};
/// Nothing where nothing has a value.
[[nodiscard]] std::optional<Spread> spread_of(const std::vector<std::optional<double>>& values);

/// What the numbers say of a method, and of the comparison, in words. One rule decides for JSON, text and HTML.
///
/// "no better than doing nothing here": neither its distance (θ, y, KL) nor its canary's gap improves on identity's by
/// more than the floor's spread (deviation over the order floors).
struct MethodVerdict {
  bool better_than_nothing = false;
  bool within_floor = false;  ///< every distance is at most the largest of the order floors
  std::string text;           ///< one sentence
};
[[nodiscard]] MethodVerdict verdict_of(const ComparisonReport& report, const MethodReport& method);
/// The verdict of the whole, in a sentence.
[[nodiscard]] std::string verdict_of(const ComparisonReport& report);

/// The report as a document (COMPARISON.md has its keys). What there is nothing to say of is null.
[[nodiscard]] nlohmann::ordered_json to_json(const ComparisonReport& report);
/// As a person reads it: the verdict, a line a method, the floor. Ends in a newline.
[[nodiscard]] std::string to_text(const ComparisonReport& report);
/// As one self-contained HTML page, made of the document that `to_json` gives and of nothing else: no script from
/// elsewhere, no request.
[[nodiscard]] std::string to_html(const nlohmann::ordered_json& document);

}  // namespace expunge
