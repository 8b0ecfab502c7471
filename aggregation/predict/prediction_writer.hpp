// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "aggregation/predict/answered_block.hpp"
#include "framework/io/file_system.hpp"

namespace expunge {

enum class PredictionFormat : std::uint8_t { kCsv, kJsonLines, kHdf5 };

/// "csv", "jsonl", "hdf5". Throws UsageError that lists them for anything else.
[[nodiscard]] PredictionFormat parse_prediction_format(const std::string& text);

/// By a path's extension, in either case: .csv, .jsonl, .h5 or .hdf5; "-" is CSV. Throws UsageError for another one.
[[nodiscard]] PredictionFormat prediction_format_of(const std::string& path);

struct PredictionFileOptions {
  std::string path;                        ///< "-": standard output
  std::optional<PredictionFormat> format;  ///< nothing: the path's extension decides
  bool labels_only = false;                ///< id and label alone
  bool probabilities = true;               ///< without: no column a class
  bool force = false;                      ///< a file that is there may be replaced
  std::uint64_t rows = 0;                  ///< how many there will be
  std::int64_t classes = 0;
  std::string model_version;  ///< what answered, the same for every row
  std::FILE* standard_output = stdout;
};

/// Writes an ensemble's answers as they come, in bounded memory. Equal answers give equal bytes: numbers are written in
/// the fewest digits that read back as the same double.
///
/// CSV: a header, then `id,label,agreement,models,model_version,p0,p1,…` a row. JSON lines: an object a row with the
/// same names and `probabilities`, a list. HDF5: data sets `id` (u64), `label` (i32), `agreement` (f64), `models` (i64)
/// [rows], `probability` (f64) [rows × classes], and the root's attribute `model_version`. A label of −1 is no answer.
/// Without voters probabilities are empty fields, null, or NaN.
class PredictionWriter {
 public:
  virtual ~PredictionWriter() = default;
  /// The rows after those written so far. Throws Failure naming the path where it can't be written.
  virtual void write(const AnsweredBlock& block) = 0;
  /// Puts the file in its place. Without it nothing is left of it. Throws Failure naming the path; Bug where more or
  /// fewer rows than announced were written.
  virtual void finish() = 0;
};

/// Throws UsageError for a file that is there (unless forced) and for HDF5 on standard output, Failure where the path
/// can't be written.
[[nodiscard]] std::unique_ptr<PredictionWriter> make_prediction_writer(const PredictionFileOptions& options,
                                                                       FileSystem& files = system_files());

}  // namespace expunge
