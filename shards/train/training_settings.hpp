// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "framework/config/setting_table.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// Headings of the settings that are options, in `train --help`.
inline constexpr const char* kDataAndModel = "Data and model";
inline constexpr const char* kEnsemble = "Ensemble";
inline constexpr const char* kOptimisation = "Optimisation";

/// Lets the program choose how gradients are computed: the fastest way that the model has.
inline constexpr const char* kAutoStep = "auto";

/// The settings of a training, one row each: option, help, stored text, digest and messages all come from here. A new
/// setting is a field of TrainingConfiguration and a row at the end, with `since`: runs made before it stay readable
/// and keep their digests.
///
///   setting::number("l2", &C::l2).option(kOptimisation, "penalty on squared weights").range(0.0, 1e3).since(2, "0")
[[nodiscard]] const SettingTable<TrainingConfiguration>& training_settings();

}  // namespace expunge
