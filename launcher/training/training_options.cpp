// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/training/training_options.hpp"

#include <fmt/format.h>

#include "framework/core/error.hpp"
#include "framework/data/format.hpp"
#include "framework/model/architectures.hpp"
#include "shards/train/initial_state.hpp"
#include "shards/train/training_settings.hpp"

namespace expunge {

TrainingConfiguration TrainingOptions::undecided() {
  TrainingConfiguration configuration;
  configuration.step = kAutoStep;
  return configuration;
}

void declare(OptionTable& table, TrainingOptions& o) {
  table.group(kDataAndModel);
  table.text("data", &o.data).placeholder("SPEC").help("training data: " + format_help());
  training_settings().declare(table, kDataAndModel, o.configuration);
  training_settings().declare(table, kEnsemble, o.configuration);
  table.text("seed", &o.seed)
      .placeholder("SEED")
      .help("an integer, for experiments, or 32 hexadecimal digits; drawn at random where it is not given");
  training_settings().declare(table, kOptimisation, o.configuration);
}

namespace {

/// What was asked, of this data and the model's files, without making the model: what a comparison with a run that is
/// there needs.
TrainingConfiguration with_inputs(TrainingConfiguration c, const Dataset& data) {
  const Spec model = Spec::parse(c.model, "model");
  c.model = model_with_absolute_paths(model);
  c.model_file_digest = digest_of_model_files(model);
  c.shape = data.shape();
  c.feature_type = data.feature_type();
  if (c.classes == 0) c.classes = data.classes();
  c.placed_by_subject = data.has_subjects();
  return c;
}

}  // namespace

TrainingConfiguration configuration_of(const TrainingOptions& options, const Dataset& data) {
  const TrainingConfiguration& o = options.configuration;
  std::vector<std::string> problems;
  if (o.classes > 0 && data.classes() > 0 && o.classes != data.classes())
    problems.push_back(
        fmt::format("--classes {} contradicts the data's format, which has {}", o.classes, data.classes()));
  if (o.classes == 0 && data.classes() == 0)
    problems.emplace_back("the data's format does not say how many classes there are: give --classes");
  if (std::uint64_t{o.shards} * o.slices > data.size())
    problems.push_back(fmt::format("{} shards of {} slices are {} cells, more than the {} samples: choose fewer",
                                   o.shards, o.slices, std::uint64_t{o.shards} * o.slices, data.size()));
  if (o.nesterov && o.momentum == 0) problems.emplace_back("--nesterov needs a --momentum greater than 0");
  if (!problems.empty()) throw UsageError(problems);

  TrainingConfiguration c = with_inputs(o, data);
  const std::string fitting = default_step(c.model, c.shape, c.classes);
  if (c.step == "static" && fitting != "static")
    throw UsageError(
        fmt::format("--step static is for plain logistic and mlp models (no norm, no dropout), not '{}'", c.model));
  if (c.step == kAutoStep) c.step = fitting;
  check_batch_size(c.model, c.shape, c.classes, c.batch_size);
  for (std::uint64_t row = 0; row < data.size(); ++row)
    if (data.label(row) >= c.classes)
      throw Failure(
          fmt::format("row {} of the data has label {}, and the model has classes 0 to {}: give a larger --classes",
                      row, data.label(row), c.classes - 1));
  return c;
}

std::vector<std::string> conflicts(const OptionTable& table, const TrainingOptions& options, const Dataset& data,
                                   const Manifest& manifest) {
  TrainingConfiguration given = options.configuration;
  if (given.model.empty()) given.model = manifest.configuration.model;
  auto found = training_settings().conflicts(table, with_inputs(given, data), manifest.configuration);
  if (!options.seed.empty() && Key::parse(options.seed) != manifest.seed)
    found.emplace_back("--seed is not the seed of the run");
  return found;
}

}  // namespace expunge
