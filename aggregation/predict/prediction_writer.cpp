// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/predict/prediction_writer.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "aggregation/predict/hdf5_predictions.hpp"
#include "aggregation/predict/text_predictions.hpp"
#include "framework/core/error.hpp"

namespace expunge {

PredictionFormat parse_prediction_format(const std::string& text) {
  if (text == "csv") return PredictionFormat::kCsv;
  if (text == "jsonl") return PredictionFormat::kJsonLines;
  if (text == "hdf5") return PredictionFormat::kHdf5;
  throw UsageError(fmt::format("'{}' is not a format of predictions: choose csv, jsonl or hdf5", text));
}

PredictionFormat prediction_format_of(const std::string& path) {
  if (path == "-") return PredictionFormat::kCsv;
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".csv") return PredictionFormat::kCsv;
  if (extension == ".jsonl") return PredictionFormat::kJsonLines;
  if (extension == ".h5" || extension == ".hdf5") return PredictionFormat::kHdf5;
  throw UsageError(fmt::format(
      "cannot tell the format of {} from its name: end it in .csv, .jsonl, .h5 or .hdf5, or name the format", path));
}

std::unique_ptr<PredictionWriter> make_prediction_writer(const PredictionFileOptions& options, FileSystem& files) {
  const PredictionFormat format = options.format ? *options.format : prediction_format_of(options.path);
  if (format != PredictionFormat::kHdf5) return make_text_predictions(options, format, files);
  if (options.path == "-") throw UsageError("HDF5 cannot go to standard output: give a path, or choose csv or jsonl");
  return make_hdf5_predictions(options, files);
}

}  // namespace expunge
