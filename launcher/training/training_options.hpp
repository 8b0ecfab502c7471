// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/config/option_table.hpp"
#include "framework/data/dataset.hpp"
#include "launcher/run/manifest.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// What `train` may be asked about the training itself, with the defaults.
struct TrainingOptions {
  std::string data;
  std::string model;
  std::int64_t shards = 1;
  std::int64_t slices = 1;
  double epochs = 1;
  std::string seed;
  std::string slicing = "cumulative";
  std::string optimizer = "sgd";
  std::string optimizer_state = "carry";
  double learning_rate = 0.05;
  std::string schedule = "constant";
  double momentum = 0.9;
  bool nesterov = false;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  double label_smoothing = 0;
  std::int64_t batch_size = 32;
  std::optional<std::int64_t> classes;
  double input_mean = 0;
  double input_std = 1;
  std::string step = "auto";
};

/// Declares them.
void declare(OptionTable& table, TrainingOptions& options);

/// The configuration that the options mean for `data`. Throws UsageError listing what can't be meant: classes that the
/// format fixes otherwise, a model that doesn't fit the samples' shape, more cells than samples, …; Failure for a label
/// outside the classes, naming the row.
[[nodiscard]] TrainingConfiguration configuration_of(const TrainingOptions& options, const Dataset& data);

/// Settings given by the user that differ from those of a run that is there already, one line each.
[[nodiscard]] std::vector<std::string> conflicts(const OptionTable& table, const TrainingOptions& options,
                                                 const Dataset& data, const Manifest& manifest);

}  // namespace expunge
