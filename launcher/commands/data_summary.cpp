// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/commands/data_summary.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace expunge {

namespace {

constexpr std::int64_t kMostCounted = 65536;

std::vector<std::uint64_t> count_classes(const Dataset& data) {
  std::int64_t classes = data.classes();
  if (classes == 0)
    for (std::uint64_t row = 0; row < data.size(); ++row)
      classes = std::max(classes, std::int64_t{data.label(row)} + 1);
  if (classes > kMostCounted) return {};
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(classes));
  for (std::uint64_t row = 0; row < data.size(); ++row) ++counts[static_cast<std::size_t>(data.label(row))];
  return counts;
}

std::optional<DataSummary::Subjects> count_subjects(const Dataset& data) {
  if (!data.has_subjects()) return std::nullopt;
  std::vector<std::uint64_t> counts(data.subjects().size());
  for (std::uint64_t row = 0; row < data.size(); ++row) ++counts[data.subject_index(row)];
  std::ranges::sort(counts);
  const std::size_t middle = counts.size() / 2;
  const auto upper = static_cast<double>(counts[middle]);
  const double median = counts.size() % 2 == 1 ? upper : (static_cast<double>(counts[middle - 1]) + upper) / 2;
  return DataSummary::Subjects{counts.size(), counts.front(), median, counts.back()};
}

std::string_view name_of(FeatureType type) {
  return type == FeatureType::kU8 ? "u8" : "f32";
}

}  // namespace

DataSummary summarise(const Dataset& data, const std::string& spec) {
  return {.spec = spec,
          .samples = data.size(),
          .shape = data.shape(),
          .dtype = data.feature_type(),
          .row_bytes = data.row_bytes(),
          .classes = data.classes(),
          .class_counts = count_classes(data),
          .subjects = count_subjects(data),
          .digest = set_digest(data, 0, data.size(), Key{})};
}

nlohmann::ordered_json to_json(const DataSummary& summary) {
  nlohmann::ordered_json json;
  json["spec"] = summary.spec;
  json["format"] = summary.spec.substr(0, summary.spec.find(':'));
  json["samples"] = summary.samples;
  json["shape"] = summary.shape;
  json["dtype"] = name_of(summary.dtype);
  json["classes"] = summary.classes;
  json["class_counts"] = summary.class_counts;
  if (summary.subjects)
    json["subjects"] = {{"number", summary.subjects->number},
                        {"least", summary.subjects->least},
                        {"median", summary.subjects->median},
                        {"most", summary.subjects->most}};
  else
    json["subjects"] = nullptr;
  json["digest"] = summary.digest.hex();
  return json;
}

std::string to_text(const DataSummary& summary) {
  std::string text = fmt::format("{}\n", summary.spec);
  const auto line = [&text](std::string_view name, const std::string& value) {
    text += fmt::format("  {:<10}{}\n", name, value);
  };
  line("samples", fmt::format("{}", summary.samples));
  line("shape", fmt::format("{} {}, {} bytes a sample", fmt::join(summary.shape, " x "), name_of(summary.dtype),
                            summary.row_bytes));
  line("classes", summary.classes > 0 ? fmt::format("{}", summary.classes)
                                      : "not fixed by the data: give --classes where it is used");
  const std::uint64_t all = std::max<std::uint64_t>(1, summary.samples);
  const auto label_width = fmt::formatted_size("{}", std::max<std::size_t>(1, summary.class_counts.size()) - 1);
  const auto count_width = fmt::formatted_size("{}", summary.samples);
  for (std::size_t label = 0; label < summary.class_counts.size(); ++label)
    line("", fmt::format("{:>{}}: {:>{}}  {:4.1f} %", label, label_width, summary.class_counts[label], count_width,
                         100.0 * static_cast<double>(summary.class_counts[label]) / static_cast<double>(all)));
  line("subjects", summary.subjects
                       ? fmt::format("{}, with {} to {} samples each, median {}", summary.subjects->number,
                                     summary.subjects->least, summary.subjects->most, summary.subjects->median)
                       : "none");
  line("digest", summary.digest.hex());
  return text;
}

}  // namespace expunge
