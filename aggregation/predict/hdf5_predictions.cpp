// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/predict/hdf5_predictions.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "aggregation/predict/staged_file.hpp"
#include "framework/core/error.hpp"
#include "framework/io/hdf5.hpp"

namespace expunge {

namespace {

class Hdf5Predictions : public PredictionWriter {
 public:
  Hdf5Predictions(const PredictionFileOptions& options, FileSystem& files)
      : options_(options), staged_(options.path, options.force, files), file_(hdf5::File::create(staged_.temporary())) {
    const std::vector<std::uint64_t> rows = {options_.rows};
    file_->make_dataset("id", hdf5::ElementType::kU64, rows);
    file_->make_dataset("label", hdf5::ElementType::kI32, rows);
    if (options_.labels_only) return;
    file_->make_dataset("agreement", hdf5::ElementType::kF64, rows);
    file_->make_dataset("models", hdf5::ElementType::kI64, rows);
    if (options_.probabilities) {
      const std::vector<std::uint64_t> table = {options_.rows, static_cast<std::uint64_t>(options_.classes)};
      file_->make_dataset("probability", hdf5::ElementType::kF64, table);
    }
    file_->set_attribute("/", "model_version", options_.model_version);
  }

  void write(const AnsweredBlock& block) override {
    const std::size_t rows = block.answers.size();
    if (rows == 0) return;
    if (rows > options_.rows - written_) throw Bug(miscounted(written_ + rows));
    const auto column = [&]<class T>(const char* name, T Answer::*member) {
      std::vector<T> values(rows);
      for (std::size_t i = 0; i < rows; ++i) values[i] = block.answers[i].*member;
      put(name, std::span<const T>(values));
    };
    put("id", block.ids);
    column("label", &Answer::label);
    if (!options_.labels_only) {
      column("agreement", &Answer::agreement);
      column("models", &Answer::models);
      if (options_.probabilities) put_probabilities(block);
    }
    written_ += rows;
  }

  void finish() override {
    if (written_ != options_.rows) throw Bug(miscounted(written_));
    file_->close();
    file_.reset();
    staged_.publish();
  }

 private:
  template <class T>
  void put(const char* name, std::span<const T> values) {
    file_->write_rows(name, written_, std::as_bytes(values));
  }

  void put_probabilities(const AnsweredBlock& block) {
    const auto classes = static_cast<std::size_t>(options_.classes);
    std::vector<double> table(block.answers.size() * classes, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < block.answers.size(); ++i)
      std::copy(block.answers[i].probability.begin(), block.answers[i].probability.end(),
                table.begin() + static_cast<std::ptrdiff_t>(i * classes));
    put("probability", std::span<const double>(table));
  }

  [[nodiscard]] std::string miscounted(std::uint64_t rows) const {
    return fmt::format("{} predictions were written to {} where {} were announced", rows, options_.path, options_.rows);
  }

  PredictionFileOptions options_;
  StagedFile staged_;
  std::optional<hdf5::File> file_;  // after staged_: it is closed before its file is removed
  std::uint64_t written_ = 0;
};

}  // namespace

std::unique_ptr<PredictionWriter> make_hdf5_predictions(const PredictionFileOptions& options, FileSystem& files) {
  return std::make_unique<Hdf5Predictions>(options, files);
}

}  // namespace expunge
