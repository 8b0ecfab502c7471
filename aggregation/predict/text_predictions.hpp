// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "aggregation/predict/prediction_writer.hpp"

namespace expunge {

/// Predictions as CSV or JSON lines, to a file or to standard output. See `make_prediction_writer`.
[[nodiscard]] std::unique_ptr<PredictionWriter> make_text_predictions(const PredictionFileOptions& options,
                                                                      PredictionFormat format, FileSystem& files);

}  // namespace expunge
