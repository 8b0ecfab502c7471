// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/training_configuration.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

#include <fmt/format.h>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

// A setting is a name with a way to print and a way to read one field: stated once, so that the two can't drift.
struct Setting {
  std::string name;
  std::function<std::string(const TrainingConfiguration&)> print;
  std::function<bool(TrainingConfiguration&, const std::string&)> read;
};

template <class T>
bool read_number(const std::string& text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

template <class T>
Setting number(std::string name, T TrainingConfiguration::*field) {
  return {std::move(name), [field](const auto& c) { return fmt::format("{}", c.*field); },
          [field](auto& c, const std::string& text) { return read_number(text, c.*field); }};
}

Setting text(std::string name, std::string TrainingConfiguration::*field) {
  return {std::move(name), [field](const auto& c) { return c.*field; },
          [field](auto& c, const std::string& value) {
            c.*field = value;
            return true;
          }};
}

template <class T>
Setting choice(std::string name, T TrainingConfiguration::*field, std::vector<std::pair<T, std::string>> spellings) {
  return {std::move(name),
          [field, spellings](const auto& c) -> std::string {
            for (const auto& [value, spelling] : spellings)
              if (c.*field == value) return spelling;
            throw Bug("a setting without a spelling");
          },
          [field, spellings](auto& c, const std::string& given) {
            for (const auto& [value, spelling] : spellings) {
              if (given != spelling) continue;
              c.*field = value;
              return true;
            }
            return false;
          }};
}

bool read_shape(const std::string& given, std::vector<std::int64_t>& shape) {
  shape.clear();
  for (std::size_t start = 0; start <= given.size();) {
    const std::size_t end = std::min(given.find('x', start), given.size());
    std::int64_t extent = 0;
    if (!read_number(given.substr(start, end - start), extent) || extent < 1) return false;
    shape.push_back(extent);
    start = end + 1;
  }
  return true;
}

const std::vector<Setting>& all_settings() {
  using C = TrainingConfiguration;
  static const std::vector<Setting> kSettings{
      text("model", &C::model),
      {"shape", [](const C& c) { return fmt::format("{}", fmt::join(c.shape, "x")); },
       [](C& c, const std::string& given) { return read_shape(given, c.shape); }},
      choice<FeatureType>("dtype", &C::feature_type, {{FeatureType::kU8, "u8"}, {FeatureType::kF32, "f32"}}),
      number("classes", &C::classes),
      choice<bool>("placed-by", &C::placed_by_subject, {{true, "subject"}, {false, "id"}}),
      {"input-mean", [](const C& c) { return fmt::format("{}", c.normalisation.mean); },
       [](C& c, const std::string& given) { return read_number(given, c.normalisation.mean); }},
      {"input-std", [](const C& c) { return fmt::format("{}", c.normalisation.deviation); },
       [](C& c, const std::string& given) { return read_number(given, c.normalisation.deviation); }},
      number("shards", &C::shards),
      number("slices", &C::slices),
      choice<Slicing>("slicing", &C::slicing,
                      {{Slicing::kCumulative, "cumulative"}, {Slicing::kSequential, "sequential"}}),
      number("epoch-millionths", &C::epoch_millionths),
      number("batch-size", &C::batch_size),
      choice<OptimizerKind>(
          "optimizer", &C::optimizer,
          {{OptimizerKind::kSgd, "sgd"}, {OptimizerKind::kAdam, "adam"}, {OptimizerKind::kAdamW, "adamw"}}),
      choice<bool>("optimizer-state", &C::carry_optimizer, {{true, "carry"}, {false, "reset"}}),
      number("lr", &C::learning_rate),
      text("lr-schedule", &C::schedule),
      number("momentum", &C::momentum),
      choice<bool>("nesterov", &C::nesterov, {{true, "true"}, {false, "false"}}),
      number("beta1", &C::beta1),
      number("beta2", &C::beta2),
      number("epsilon", &C::epsilon),
      number("weight-decay", &C::weight_decay),
      number("label-smoothing", &C::label_smoothing),
      text("step", &C::step),
  };
  return kSettings;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> TrainingConfiguration::settings() const {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& setting : all_settings()) pairs.emplace_back(setting.name, setting.print(*this));
  return pairs;
}

TrainingConfiguration TrainingConfiguration::from_settings(
    const std::vector<std::pair<std::string, std::string>>& settings) {
  const auto& known = all_settings();
  TrainingConfiguration configuration;
  const auto is_known = [&](const std::string& name) {
    return std::ranges::find(known, name, &Setting::name) != known.end();
  };
  for (std::size_t i = 0; i < std::max(known.size(), settings.size()); ++i) {
    if (i < settings.size() && !is_known(settings[i].first))
      throw Failure(fmt::format("the setting '{}' is not known here", settings[i].first));
    if (i >= known.size()) throw Failure(fmt::format("the setting '{}' is there twice", settings[i].first));
    if (i >= settings.size() || settings[i].first != known[i].name)
      throw Failure(fmt::format("the setting '{}' is missing, or not in its place", known[i].name));
    if (!known[i].read(configuration, settings[i].second))
      throw Failure(fmt::format("the setting '{}' has a malformed value '{}'", known[i].name, settings[i].second));
  }
  return configuration;
}

Digest TrainingConfiguration::digest() const {
  Hasher hasher("expunge/configuration/v1");
  for (const auto& [name, value] : settings()) hasher.add(std::string_view(name)).add(std::string_view(value));
  return hasher.finish();
}

}  // namespace expunge
