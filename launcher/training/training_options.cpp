// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/training/training_options.hpp"

#include <cmath>
#include <map>

#include "framework/core/error.hpp"
#include "framework/model/architecture_help.hpp"
#include "shards/train/initial_state.hpp"
#include "shards/train/learning_rate.hpp"

namespace expunge {

void declare(OptionTable& table, TrainingOptions& o) {
  table.group("Data and model");
  table.text("data", &o.data)
      .placeholder("SPEC")
      .help("training data: digits:N,seed=K,writers=W; idx:IMAGES,LABELS; hdf5:FILE");
  table.optional_integer("classes", &o.classes)
      .range(std::int64_t{2}, std::int64_t{1'000'000})
      .help("number of classes, where the data's format does not fix it");
  table.real("input-mean", &o.input_mean)
      .range(-1e30, 1e30)
      .help("subtracted from every feature, bytes having been divided by 255");
  table.real("input-std", &o.input_std).range(1e-30, 1e30).help("what features are divided by after that");
  table.text("model", &o.model).placeholder("SPEC").help("the constituents' architecture: " + architecture_help());

  table.group("Ensemble");
  table.integer("shards", &o.shards)
      .range(std::int64_t{1}, std::int64_t{1'000'000})
      .help("number of shards S, each with a model of its own");
  table.integer("slices", &o.slices)
      .range(std::int64_t{1}, std::int64_t{1'000'000})
      .help("number of slices R of each shard, each with a checkpoint");
  table.choice("slicing", &o.slicing, {"cumulative", "sequential"})
      .help("what stage r sees: slices 1 to r, or slice r alone");
  table.real("epochs", &o.epochs)
      .range(1e-6, 1e6)
      .help("epochs that a training without slices would take; fractions are exact to six places");
  table.text("seed", &o.seed)
      .placeholder("SEED")
      .help("an integer, for experiments, or 32 hexadecimal digits; drawn at random where it is not given");

  table.group("Optimisation");
  table.choice("optimizer", &o.optimizer, {"sgd", "adam", "adamw"}).help("how gradients become updates");
  table.choice("optimizer-state", &o.optimizer_state, {"carry", "reset"})
      .help("what happens to the optimiser's state between stages");
  table.real("lr", &o.learning_rate).range(1e-12, 1e6).help("learning rate");
  table.text("lr-schedule", &o.schedule)
      .placeholder("SPEC")
      .check([](const std::string& text) -> std::string {
        try {
          (void)LearningRate(1, text);
          return {};
        } catch (const UsageError& error) {
          return error.what();
        }
      })
      .help("constant; step:factor=F,at=PLACE; step:factor=F,every=SHARE; cosine:floor=SHARE");
  table.integer("batch-size", &o.batch_size).range(std::int64_t{1}, std::int64_t{1'000'000}).help("samples in a step");
  table.real("momentum", &o.momentum).range(0.0, 0.9999).help("of sgd");
  table.flag("nesterov", &o.nesterov).help("Nesterov's form of sgd's momentum");
  table.real("beta1", &o.beta1).range(0.0, 0.999999).help("of adam and adamw");
  table.real("beta2", &o.beta2).range(0.0, 0.999999).help("of adam and adamw");
  table.real("epsilon", &o.epsilon).range(1e-30, 1.0).help("of adam and adamw");
  table.real("weight-decay", &o.weight_decay)
      .range(0.0, 1e3)
      .help("added to the gradient (sgd, adam), or decoupled (adamw)");
  table.real("label-smoothing", &o.label_smoothing).range(0.0, 0.999).help("share of a label spread over all classes");
  table.choice("step", &o.step, {"auto", "static", "autograd"})
      .help("how gradients are computed: static is faster, for plain logistic and mlp models alone; the bits differ");
}

namespace {

/// As far as it goes without the model: what a comparison with a run that is there needs.
TrainingConfiguration plain_configuration(const TrainingOptions& o, const Dataset& data) {
  TrainingConfiguration c;
  c.model = o.model;
  c.shape = data.shape();
  c.feature_type = data.feature_type();
  c.classes = o.classes.value_or(data.classes());
  c.placed_by_subject = data.has_subjects();
  c.normalisation = {o.input_mean, o.input_std};
  c.shards = static_cast<std::uint32_t>(o.shards);
  c.slices = static_cast<std::uint32_t>(o.slices);
  c.slicing = o.slicing == "cumulative" ? Slicing::kCumulative : Slicing::kSequential;
  c.epoch_millionths = std::llround(o.epochs * 1e6);
  c.batch_size = o.batch_size;
  c.optimizer = o.optimizer == "sgd" ? OptimizerKind::kSgd
                                     : (o.optimizer == "adam" ? OptimizerKind::kAdam : OptimizerKind::kAdamW);
  c.carry_optimizer = o.optimizer_state == "carry";
  c.learning_rate = o.learning_rate;
  c.schedule = o.schedule;
  c.momentum = o.momentum;
  c.nesterov = o.nesterov;
  c.beta1 = o.beta1;
  c.beta2 = o.beta2;
  c.epsilon = o.epsilon;
  c.weight_decay = o.weight_decay;
  c.label_smoothing = o.label_smoothing;
  c.step = o.step;
  return c;
}

}  // namespace

TrainingConfiguration configuration_of(const TrainingOptions& o, const Dataset& data) {
  std::vector<std::string> problems;
  if (o.classes && data.classes() > 0 && *o.classes != data.classes())
    problems.push_back(
        fmt::format("--classes {} contradicts the data's format, which has {}", *o.classes, data.classes()));
  if (!o.classes && data.classes() == 0)
    problems.emplace_back("the data's format does not say how many classes there are: give --classes");
  if (static_cast<std::uint64_t>(o.shards) * static_cast<std::uint64_t>(o.slices) > data.size())
    problems.push_back(fmt::format("{} shards of {} slices are {} cells, more than the {} samples: choose fewer",
                                   o.shards, o.slices, o.shards * o.slices, data.size()));
  if (o.nesterov && o.momentum == 0) problems.emplace_back("--nesterov needs a --momentum greater than 0");
  if (!problems.empty()) throw UsageError(problems);

  TrainingConfiguration c = plain_configuration(o, data);
  const std::string fitting = default_step(c.model, c.shape, c.classes);
  if (c.step == "static" && fitting != "static")
    throw UsageError(
        fmt::format("--step static is for plain logistic and mlp models (no norm, no dropout), not '{}'", c.model));
  if (c.step == "auto") c.step = fitting;
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
  // Settings whose name is not the option's: "epoch-millionths" comes from --epochs.
  const std::map<std::string, std::string> option_of{{"epoch-millionths", "epochs"}};
  const auto given = plain_configuration(options, data).settings();
  const auto there = manifest.configuration.settings();
  std::vector<std::string> found;
  for (std::size_t i = 0; i < there.size(); ++i) {
    const auto& [name, value] = there[i];
    const auto renamed = option_of.find(name);
    const std::string option = renamed == option_of.end() ? name : renamed->second;
    if (name == "shape" || name == "dtype" || name == "placed-by") {
      if (given[i].second != value)
        found.push_back(fmt::format("the data's {} is {} and the run's is {}", name, given[i].second, value));
      continue;
    }
    if (!table.given(option) || given[i].second == value || (name == "step" && options.step == "auto")) continue;
    if (name == "epoch-millionths")
      found.push_back(fmt::format("--epochs is {} and the run has {}", options.epochs,
                                  static_cast<double>(manifest.configuration.epoch_millionths) / 1e6));
    else
      found.push_back(fmt::format("--{} is {} and the run has {}", option, given[i].second, value));
  }
  if (!options.seed.empty() && Key::parse(options.seed) != manifest.seed)
    found.emplace_back("--seed is not the seed of the run");
  return found;
}

}  // namespace expunge
