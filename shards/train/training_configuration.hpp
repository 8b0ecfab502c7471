// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/data/dataset.hpp"
#include "framework/model/input.hpp"
#include "shards/train/optimizer_options.hpp"

namespace expunge {

/// What a stage sees. kCumulative: slices 1 … r (SISA). kSequential: slice r alone.
enum class Slicing : std::uint8_t { kCumulative, kSequential };

/// All that decides a trained state besides the seed, the live samples and the numeric fingerprint. Two runs with equal
/// configurations, seeds and samples end in the same bits. Nothing in here is taken from the samples. Names, ranges and
/// help of the settings are in `training_settings.cpp`; the defaults are here.
struct TrainingConfiguration {
  std::string model;                ///< the model's SPEC
  std::vector<std::int64_t> shape;  ///< of one sample
  FeatureType feature_type = FeatureType::kU8;
  std::int64_t classes = 0;
  bool placed_by_subject = false;  ///< placement by subject (else by sample id)
  Normalisation normalisation;
  std::uint32_t shards = 1;
  std::uint32_t slices = 1;
  Slicing slicing = Slicing::kCumulative;
  std::int64_t epoch_millionths = 1'000'000;  ///< E · 10^6: epochs exactly, as a decimal with at most six places
  std::int64_t batch_size = 32;
  OptimizerKind optimizer = OptimizerKind::kSgd;
  bool carry_optimizer = true;  ///< across stage borders
  double learning_rate = 0.05;
  std::string schedule = "constant";  ///< the schedule's SPEC
  double momentum = 0.9;              ///< SGD
  bool nesterov = false;              ///< SGD
  double beta1 = 0.9;                 ///< Adam, AdamW
  double beta2 = 0.999;               ///< Adam, AdamW
  double epsilon = 1e-8;              ///< Adam, AdamW
  double weight_decay = 0;            ///< added to the gradient (SGD, Adam) or decoupled (AdamW)
  double label_smoothing = 0;
  std::string step = "autograd";    ///< "static" or "autograd": how gradients are computed
  std::string model_file_digest{};  ///< of the files that `model` names, where their content decides bits; else empty

  /// What is stored and compared: (name, value) in the order of `training_settings`, numbers in their shortest exact
  /// form. A setting that came after the first format is left out where it has its value at introduction.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> settings() const;
  /// The inverse. Throws Failure naming the setting that is missing, unknown (then a later expunge made the run) or
  /// malformed.
  [[nodiscard]] static TrainingConfiguration from_settings(
      const std::vector<std::pair<std::string, std::string>>& settings);
  /// BLAKE2b over `settings`.
  [[nodiscard]] Digest digest() const;
};

}  // namespace expunge
