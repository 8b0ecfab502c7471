// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/predict/text_predictions.hpp"

#include <cerrno>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/predict/staged_file.hpp"
#include "framework/core/error.hpp"
#include "framework/io/system_call.hpp"

namespace expunge {

namespace {

using Line = fmt::memory_buffer;

template <class... Args>
void put(Line& line, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(line), format, std::forward<Args>(args)...);
}

// A field as RFC 4180 has it.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

class TextPredictions : public PredictionWriter {
 public:
  TextPredictions(const PredictionFileOptions& options, PredictionFormat format, FileSystem& files)
      : options_(options),
        csv_(format == PredictionFormat::kCsv),
        version_(csv_ ? csv_field(options.model_version) : nlohmann::json(options.model_version).dump()) {
    if (options_.path == "-") {
      file_ = options_.standard_output;
      name_ = "standard output";
    } else {
      staged_ = std::make_unique<StagedFile>(options_.path, options_.force, files);
      name_ = options_.path;
      file_ = std::fopen(staged_->temporary().c_str(), "wbxe");
      if (file_ == nullptr) fail();
    }
    if (csv_) put_header();
  }

  ~TextPredictions() override { close(); }

  void write(const AnsweredBlock& block) override {
    for (std::size_t i = 0; i < block.answers.size(); ++i) {
      if (csv_) {
        put_csv(block.ids[i], block.answers[i]);
      } else {
        put_json(block.ids[i], block.answers[i]);
      }
    }
    written_ += block.answers.size();
    flush();
  }

  void finish() override {
    if (written_ != options_.rows)
      throw Bug(
          fmt::format("{} predictions were written to {} where {} were announced", written_, name_, options_.rows));
    flush();
    if (std::fflush(file_) != 0) fail();
    if (!staged_) return;
    if (!close()) fail();
    staged_->publish();
  }

 private:
  void put_header() {
    put(text_, "id,label");
    if (!options_.labels_only) {
      put(text_, ",agreement,models,model_version");
      for (std::int64_t c = 0; options_.probabilities && c < options_.classes; ++c) put(text_, ",p{}", c);
    }
    put(text_, "\n");
  }

  void put_csv(SampleId id, const Answer& answer) {
    put(text_, "{},{}", id.value(), answer.label);
    if (!options_.labels_only) {
      put(text_, ",{},{},{}", answer.agreement, answer.models, version_);
      if (options_.probabilities) {
        for (const double p : answer.probability) put(text_, ",{}", p);
        for (auto c = std::ssize(answer.probability); c < options_.classes; ++c) put(text_, ",");
      }
    }
    put(text_, "\n");
  }

  void put_json(SampleId id, const Answer& answer) {
    put(text_, R"({{"id":{},"label":{})", id.value(), answer.label);
    if (!options_.labels_only) {
      put(text_, R"(,"agreement":{},"models":{},"model_version":{})", answer.agreement, answer.models, version_);
      if (options_.probabilities && answer.probability.empty()) {
        put(text_, R"(,"probabilities":null)");
      } else if (options_.probabilities) {
        put(text_, R"(,"probabilities":[{}])", fmt::join(answer.probability, ","));
      }
    }
    put(text_, "}}\n");
  }

  void flush() {
    if (std::fwrite(text_.data(), 1, text_.size(), file_) != text_.size()) fail();
    text_.clear();
  }

  bool close() {
    if (!staged_ || file_ == nullptr) return true;
    return std::fclose(std::exchange(file_, nullptr)) == 0;
  }

  [[noreturn]] void fail() const { fail_system_call("write", name_, errno); }

  PredictionFileOptions options_;
  bool csv_;
  std::string version_;
  std::string name_;  // what messages call the place
  std::unique_ptr<StagedFile> staged_;
  std::FILE* file_ = nullptr;
  Line text_;
  std::uint64_t written_ = 0;
};

}  // namespace

std::unique_ptr<PredictionWriter> make_text_predictions(const PredictionFileOptions& options, PredictionFormat format,
                                                        FileSystem& files) {
  return std::make_unique<TextPredictions>(options, format, files);
}

}  // namespace expunge
