// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/results.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"

/// Nothing is null.
template <class T>
struct nlohmann::adl_serializer<std::optional<T>> {
  static void to_json(nlohmann::json& json, const std::optional<T>& value) {
    json = value ? nlohmann::json(*value) : nlohmann::json(nullptr);
  }
  static void from_json(const nlohmann::json& json, std::optional<T>& value) {
    value = json.is_null() ? std::nullopt : std::optional<T>(json.get<T>());
  }
};

namespace expunge {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MethodWork, sample_gradients, forward_passes, hessian_vector_products, seconds,
                                   process_seconds, bookkeeping_seconds, bytes_read, bytes_written, storage_bytes,
                                   training_overhead)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Accuracies, test, retain, forget)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Distances, theta, theta_relative, y, kl, ensemble_y)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MembershipReport, advantage, advantage_gap, attack_accuracy, attack_gap, why_null)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CanaryScore, value, gap_closed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ResidualSeries, shard, batch, evidence)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TimelineEntry, rank, shard, begin, end, sample_gradients)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MethodRepetition, repetition, work, accuracy, constituent_accuracy, distances,
                                   membership, canary, certifiability, tug_of_war, residual_memory)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FloorReport, kind, repetition, distances, accuracy, constituent_accuracy, canary)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MethodCourse, guarantee, checked, fallbacks, work, checkpoint_seconds,
                                   residual_memory, timeline)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CanaryPlace, samples, shard, slice)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MethodOutcome, course, measured, warning)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RepetitionResult, batches, samples_forgotten, samples_live, affected, canary,
                                   reference, methods, floors)

namespace {

template <class T>
std::string text_of(const T& value) {
  return nlohmann::json(value).dump();
}

template <class T>
T value_of(const std::string& text, const std::string& source) {
  try {
    return nlohmann::json::parse(text).get<T>();
  } catch (const nlohmann::json::exception& error) {
    throw Failure(fmt::format("{}: {}: remove the folder, and compare again", source, error.what()));
  }
}

}  // namespace

std::string to_text(const MethodCourse& course) {
  return text_of(course);
}
MethodCourse course_of(const std::string& text, const std::string& source) {
  return value_of<MethodCourse>(text, source);
}
std::string to_text(const MethodRepetition& measured) {
  return text_of(measured);
}
MethodRepetition measured_of(const std::string& text, const std::string& source) {
  return value_of<MethodRepetition>(text, source);
}
std::string to_text(const RepetitionResult& result) {
  return text_of(result);
}
RepetitionResult repetition_of(const std::string& text, const std::string& source) {
  return value_of<RepetitionResult>(text, source);
}

void add(std::vector<TimelineEntry>& sum, double after, const std::vector<JobTime>& more) {
  for (const auto& time : more)
    sum.push_back({time.rank, time.shard.value(), after + time.begin, after + time.end, time.sample_gradients});
}

void add(MethodWork& sum, const MethodWork& more) {
  sum.sample_gradients += more.sample_gradients;
  sum.forward_passes += more.forward_passes;
  sum.hessian_vector_products += more.hessian_vector_products;
  sum.seconds += more.seconds;
  sum.process_seconds += more.process_seconds;
  sum.bookkeeping_seconds += more.bookkeeping_seconds;
  sum.bytes_read += more.bytes_read;
  sum.bytes_written += more.bytes_written;
}

}  // namespace expunge
