// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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
  std::string seed;
  /// As far as the user gives it: what the data and the model decide is still open (shape, classes, step).
  TrainingConfiguration configuration = undecided();

 private:
  [[nodiscard]] static TrainingConfiguration undecided();
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
