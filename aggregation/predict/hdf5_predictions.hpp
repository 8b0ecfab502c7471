// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "aggregation/predict/prediction_writer.hpp"

namespace expunge {

/// Predictions as an HDF5 file, written block by block. See `make_prediction_writer`.
[[nodiscard]] std::unique_ptr<PredictionWriter> make_hdf5_predictions(const PredictionFileOptions& options,
                                                                      FileSystem& files);

}  // namespace expunge
