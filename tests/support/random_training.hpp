// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "tests/support/small_training.hpp"

namespace expunge::testing {

/// Choices drawn one after the other from a test's seed.
class Choices {
 public:
  explicit Choices(std::uint64_t seed) : key_({seed, 2}) {}
  /// A number in 0 … below − 1.
  std::uint64_t below(std::uint64_t below) { return key_.draw(next_++) % below; }
  template <class T>
  T one_of(std::initializer_list<T> choices) {
    return choices.begin()[below(choices.size())];
  }

 private:
  Key key_;
  std::uint64_t next_ = 0;
};

/// A training of everything that a configuration can ask for, small enough to run often.
struct RandomTraining {
  MemoryDataset data;
  TrainingConfiguration configuration;
  Key seed;

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const auto& [name, value] : configuration.settings()) text.append(name).append("=").append(value).append(" ");
    return text;
  }
};

[[nodiscard]] inline RandomTraining random_training(Choices& choices) {
  const bool images = choices.below(4) == 0;
  MemoryDataset::Form form;
  form.shape = images ? std::vector<std::int64_t>{1, 12, 12} : std::vector<std::int64_t>{9};
  form.classes = 3;
  form.type = choices.one_of({FeatureType::kF32, FeatureType::kU8});
  form.by_subject = choices.below(2) == 0;
  MemoryDataset data = make_samples(25 + choices.below(images ? 25 : 60), form, choices.below(1'000'000));

  std::string model = images ? "lenet" : choices.one_of<std::string>({"logistic", "mlp:hidden=8", "mlp:hidden=8x5"});
  std::string separator = model.find(':') == std::string::npos ? ":" : ",";
  for (const auto& argument : {choices.one_of<std::string>({"", "", "norm=batch", "norm=group"}),
                               choices.one_of<std::string>({"", "dropout=0.3"})}) {
    if (argument.empty()) continue;
    model += separator + argument;
    separator = ",";
  }
  if (model.starts_with("mlp") && choices.below(2) == 0) model += ",activation=tanh";

  TrainingConfiguration c = small_configuration(data, model, static_cast<std::uint32_t>(1 + choices.below(3)),
                                                static_cast<std::uint32_t>(1 + choices.below(4)));
  c.slicing = choices.one_of({Slicing::kCumulative, Slicing::kSequential});
  c.epoch_millionths = choices.one_of<std::int64_t>({300'000, 1'000'000, 1'700'000, 2'500'000});
  c.batch_size = choices.one_of<std::int64_t>({2, 5, 8, 64});
  c.optimizer = choices.one_of({OptimizerKind::kSgd, OptimizerKind::kAdam, OptimizerKind::kAdamW});
  c.carry_optimizer = choices.below(2) == 0;
  c.learning_rate = c.optimizer == OptimizerKind::kSgd ? 0.05 : 0.004;
  c.schedule = choices.one_of<std::string>({"constant", "cosine", "step:factor=0.5,every=0.3"});
  c.momentum = choices.one_of({0.0, 0.9});
  c.nesterov = c.momentum > 0 && choices.below(2) == 0;
  c.weight_decay = choices.one_of({0.0, 1e-3});
  c.label_smoothing = choices.one_of({0.0, 0.1});
  if (choices.below(2) == 0) c.normalisation = {0.5, 2.0};
  if (choices.below(3) == 0) c.step = "autograd";
  return {std::move(data), c, Key({choices.below(1'000'000'000), choices.below(1'000'000'000)})};
}

}  // namespace expunge::testing
