// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/training_settings.hpp"

#include <cmath>

#include <fmt/ranges.h>

#include "framework/model/architectures.hpp"
#include "shards/train/learning_rate.hpp"

namespace expunge {

namespace {

using C = TrainingConfiguration;
using Kind = OptionDeclaration::Kind;

constexpr std::int64_t kMany = 1'000'000;

bool read_shape(C& configuration, const std::string& given) {
  auto& shape = configuration.shape;
  shape.clear();
  for (std::size_t start = 0; start <= given.size();) {
    const std::size_t end = std::min(given.find('x', start), given.size());
    std::int64_t extent = 0;
    if (!setting::read_number(given.substr(start, end - start), extent) || extent < 1) return false;
    shape.push_back(extent);
    start = end + 1;
  }
  return true;
}

bool read_epochs(C& configuration, const std::string& given) {
  const auto epochs = finite_number(given);
  if (epochs) configuration.epoch_millionths = std::llround(*epochs * 1e6);
  return epochs.has_value();
}

std::string schedule_problem(const std::string& spec) {
  (void)LearningRate(1, spec);
  return {};
}

/// Stored in this order, which the digest follows.
std::vector<Setting<C>> rows() {
  return {
      setting::text("model", &C::model)
          .option(kDataAndModel, "the constituents' architecture: " + architecture_help())
          .placeholder("SPEC")
          .listed_after("input-std"),
      Setting<C>(
          "shape", Kind::kText, [](const C& c) { return fmt::format("{}", fmt::join(c.shape, "x")); }, read_shape),
      setting::choice<C, FeatureType>("dtype", &C::feature_type,
                                      {{FeatureType::kU8, "u8"}, {FeatureType::kF32, "f32"}}),
      setting::number("classes", &C::classes)
          .option(kDataAndModel, "number of classes, where the data's format does not fix it")
          .range(std::int64_t{2}, kMany)
          .unset("0"),
      setting::choice<C, bool>("placed-by", &C::placed_by_subject, {{true, "subject"}, {false, "id"}}),
      setting::number("input-mean", &C::normalisation, &Normalisation::mean)
          .option(kDataAndModel, "subtracted from every feature, bytes having been divided by 255")
          .range(-1e30, 1e30),
      setting::number("input-std", &C::normalisation, &Normalisation::deviation)
          .option(kDataAndModel, "what features are divided by after that")
          .range(1e-30, 1e30),
      setting::number("shards", &C::shards)
          .option(kEnsemble, "number of shards S, each with a model of its own")
          .range(std::int64_t{1}, kMany),
      setting::number("slices", &C::slices)
          .option(kEnsemble, "number of slices R of each shard, each with a checkpoint")
          .range(std::int64_t{1}, kMany),
      setting::choice<C, Slicing>("slicing", &C::slicing,
                                  {{Slicing::kCumulative, "cumulative"}, {Slicing::kSequential, "sequential"}})
          .option(kEnsemble, "what stage r sees: slices 1 to r, or slice r alone"),
      setting::number("epoch-millionths", &C::epoch_millionths)
          .shown_as(
              "epochs", Kind::kReal,
              [](const C& c) { return fmt::format("{}", static_cast<double>(c.epoch_millionths) / 1e6); }, read_epochs)
          .option(kEnsemble, "epochs that a training without slices would take; fractions are exact to six places")
          .range(1e-6, 1e6),
      setting::number("batch-size", &C::batch_size)
          .option(kOptimisation, "samples in a step")
          .range(std::int64_t{1}, kMany)
          .listed_after("lr-schedule"),
      setting::choice<C, OptimizerKind>(
          "optimizer", &C::optimizer,
          {{OptimizerKind::kSgd, "sgd"}, {OptimizerKind::kAdam, "adam"}, {OptimizerKind::kAdamW, "adamw"}})
          .option(kOptimisation, "how gradients become updates"),
      setting::choice<C, bool>("optimizer-state", &C::carry_optimizer, {{true, "carry"}, {false, "reset"}})
          .option(kOptimisation, "what happens to the optimiser's state between stages"),
      setting::number("lr", &C::learning_rate).option(kOptimisation, "learning rate").range(1e-12, 1e6),
      setting::text("lr-schedule", &C::schedule)
          .option(kOptimisation, "constant; step:factor=F,at=PLACE; step:factor=F,every=SHARE; cosine:floor=SHARE")
          .placeholder("SPEC")
          .check(schedule_problem),
      setting::number("momentum", &C::momentum).option(kOptimisation, "of sgd").range(0.0, 0.9999),
      setting::flag("nesterov", &C::nesterov).option(kOptimisation, "Nesterov's form of sgd's momentum"),
      setting::number("beta1", &C::beta1).option(kOptimisation, "of adam and adamw").range(0.0, 0.999999),
      setting::number("beta2", &C::beta2).option(kOptimisation, "of adam and adamw").range(0.0, 0.999999),
      setting::number("epsilon", &C::epsilon).option(kOptimisation, "of adam and adamw").range(1e-30, 1.0),
      setting::number("weight-decay", &C::weight_decay)
          .option(kOptimisation, "added to the gradient (sgd, adam), or decoupled (adamw)")
          .range(0.0, 1e3),
      setting::number("label-smoothing", &C::label_smoothing)
          .option(kOptimisation, "share of a label spread over all classes")
          .range(0.0, 0.999),
      setting::text("step", &C::step)
          .option(kOptimisation,
                  "how gradients are computed: static is faster, for plain logistic and mlp models alone; the bits "
                  "differ")
          .choices({kAutoStep, "static", "autograd"})
          .undecided(kAutoStep),
      setting::text("file-digest", &C::model_file_digest).taken_from("model").since(2, ""),
  };
}

}  // namespace

const SettingTable<TrainingConfiguration>& training_settings() {
  static const SettingTable<C> kSettings(rows());
  return kSettings;
}

}  // namespace expunge
