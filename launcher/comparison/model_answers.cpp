// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/model_answers.hpp"

#include <fmt/core.h>

#include "framework/core/error.hpp"
#include "launcher/serving/constituent_model.hpp"
#include "shards/checkpoint/slice_file.hpp"

namespace expunge {

namespace {

ShardRecord record_of(const std::filesystem::path& folder, ShardId shard) {
  auto record = read_shard_record(folder, shard);
  if (!record || record->served() == nullptr)
    throw Bug(fmt::format("{}: nothing is served", shard_folder(folder, shard).string()));
  return std::move(*record);
}

}  // namespace

AskModel::AskModel(const std::filesystem::path& folder, const TrainingConfiguration& configuration, ShardId shard,
                   const Device& device)
    : model_(load_constituent(folder, configuration, record_of(folder, shard), 1, device)),
      classes_(configuration.classes) {}

AskModel::~AskModel() = default;

Probabilities AskModel::all(const Dataset& data) const {
  return probabilities_of(*model_, data, classes_);
}

Probabilities AskModel::some(const Dataset& data, std::span<const std::uint64_t> rows) const {
  return probabilities_of(*model_, data, rows, classes_);
}

ModelAnswers AskModel::answers(const Trial& trial, const Dataset& test) const {
  return {all(test), some(*trial.data, trial.retain_rows), some(*trial.data, trial.forget_rows)};
}

ModelState served_model(const std::filesystem::path& folder, ShardId shard) {
  const ShardRecord record = record_of(folder, shard);
  const StoredFile& file = record.served()->file;
  return read_slice(shard_folder(folder, shard) / file.name, file.digest).state;
}

std::optional<ModelAnswers> ensemble_of(const std::vector<const ModelAnswers*>& models) {
  if (models.empty()) return std::nullopt;
  const auto mean = [&](Probabilities ModelAnswers::*set) {
    std::vector<Probabilities> of_models;
    of_models.reserve(models.size());
    for (const auto* model : models) of_models.push_back(model->*set);
    return mean_of(of_models);
  };
  return ModelAnswers{mean(&ModelAnswers::test), mean(&ModelAnswers::retain), mean(&ModelAnswers::forget)};
}

Probabilities only(const Probabilities& answers, std::span<const std::uint64_t> asked,
                   std::span<const std::uint64_t> some) {
  Probabilities left{answers.classes, {}, {}};
  std::size_t i = 0;
  for (const auto row : some) {
    while (i < asked.size() && asked[i] < row) ++i;
    if (i == asked.size() || asked[i] != row) throw Bug(fmt::format("no answer for row {} was asked for", row));
    const auto values = answers.row(i);
    left.values.insert(left.values.end(), values.begin(), values.end());
    left.labels.push_back(answers.labels[i]);
  }
  return left;
}

}  // namespace expunge
