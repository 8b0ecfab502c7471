// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "framework/config/spec.hpp"
#include "framework/data/dataset.hpp"

namespace expunge {

/// The text of a data SPEC with every path in it absolute, so that it means the same from any folder.
[[nodiscard]] std::string with_absolute_paths(const Spec& spec);

/// The same as a manifest keeps it. Throws UsageError where it is no UTF-8: JSON can't hold it, or has a comma in the
/// name of a folder: a SPEC can't hold that.
[[nodiscard]] std::string data_for_manifest(const Spec& spec);

/// Opens the data set that was `given`, or, where that is empty, the one that a run's manifest names. Throws what
/// `open_dataset` throws; for data that is not where the manifest says, a Failure that tells of --data.
[[nodiscard]] std::unique_ptr<Dataset> open_data_of_run(const std::string& given, const std::string& of_manifest);

}  // namespace expunge
