// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "aggregation/predict/probabilities.hpp"
#include "framework/device/numerics.hpp"
#include "launcher/comparison/trial.hpp"
#include "shards/checkpoint/shard_record.hpp"

namespace expunge {

/// What one model, or an ensemble, says of the three sets of a comparison.
struct ModelAnswers {
  Probabilities test;
  Probabilities retain;  ///< of all samples that are live afterwards, whichever shard's they are
  Probabilities forget;  ///< of all that are to be forgotten
};

/// Asks the model that a shard's record in `folder` serves.
class AskModel {
 public:
  AskModel(const std::filesystem::path& folder, const TrainingConfiguration& configuration, ShardId shard,
           const Device& device);
  ~AskModel();
  AskModel(const AskModel&) = delete;
  AskModel& operator=(const AskModel&) = delete;

  [[nodiscard]] Probabilities all(const Dataset& data) const;
  [[nodiscard]] Probabilities some(const Dataset& data, std::span<const std::uint64_t> rows) const;
  [[nodiscard]] ModelAnswers answers(const Trial& trial, const Dataset& test) const;

 private:
  std::unique_ptr<Constituent> model_;
  std::int64_t classes_;
};

/// The state that a shard's record in `folder` serves.
[[nodiscard]] ModelState served_model(const std::filesystem::path& folder, ShardId shard);

/// What an ensemble of these answers; nothing where there are none.
[[nodiscard]] std::optional<ModelAnswers> ensemble_of(const std::vector<const ModelAnswers*>& models);

/// The answers on `some` of the rows that were asked for, both ascending.
[[nodiscard]] Probabilities only(const Probabilities& answers, std::span<const std::uint64_t> asked,
                                 std::span<const std::uint64_t> some);

}  // namespace expunge
