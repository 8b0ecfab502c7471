// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "shards/train/training_settings.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using expunge::testing::contains;
using expunge::testing::failure_of;

namespace {

/// No setting has its default.
TrainingConfiguration unusual() {
  TrainingConfiguration c;
  c.model = "mlp:hidden=8";
  c.shape = {3, 32, 30};
  c.feature_type = FeatureType::kF32;
  c.classes = 7;
  c.placed_by_subject = true;
  c.normalisation = {0.1, 1.0 / 3};
  c.shards = 5;
  c.slices = 6;
  c.slicing = Slicing::kSequential;
  c.epoch_millionths = 1'234'567;
  c.batch_size = 17;
  c.optimizer = OptimizerKind::kAdamW;
  c.carry_optimizer = false;
  c.learning_rate = 0.1 + 0.2;
  c.schedule = "cosine:floor=0.01";
  c.momentum = 0.85;
  c.nesterov = true;
  c.beta1 = 0.8;
  c.beta2 = 0.98;
  c.epsilon = 1e-7;
  c.weight_decay = 5e-4;
  c.label_smoothing = 0.1;
  c.step = "static";
  c.model_file_digest = "00ff";
  return c;
}

/// A value that each setting accepts and that neither the default nor `unusual` has.
const std::map<std::string, std::string>& other_values() {
  static const std::map<std::string, std::string> kValues{{"model", "lenet"},
                                                          {"shape", "9"},
                                                          {"dtype", "u8"},
                                                          {"classes", "11"},
                                                          {"placed-by", "id"},
                                                          {"input-mean", "0.25"},
                                                          {"input-std", "0.5"},
                                                          {"shards", "8"},
                                                          {"slices", "9"},
                                                          {"slicing", "cumulative"},
                                                          {"epoch-millionths", "1"},
                                                          {"batch-size", "3"},
                                                          {"optimizer", "adam"},
                                                          {"optimizer-state", "carry"},
                                                          {"lr", "0.125"},
                                                          {"lr-schedule", "constant"},
                                                          {"momentum", "0.5"},
                                                          {"nesterov", "false"},
                                                          {"beta1", "0.5"},
                                                          {"beta2", "0.5"},
                                                          {"epsilon", "0.5"},
                                                          {"weight-decay", "0.5"},
                                                          {"label-smoothing", "0.5"},
                                                          {"step", "autograd"},
                                                          {"file-digest", "ff00"}};
  return kValues;
}

}  // namespace

TEST_CASE("settings come back as they went, to the last bit of every number") {
  for (const auto& c : {unusual(), TrainingConfiguration::from_settings(unusual().settings())}) {
    const auto back = TrainingConfiguration::from_settings(c.settings());

    CHECK(back.settings() == c.settings());
    CHECK(back.digest() == c.digest());
    CHECK(back.shape == c.shape);
    CHECK(back.learning_rate == c.learning_rate);
    CHECK(back.normalisation.deviation == c.normalisation.deviation);
    CHECK(back.slicing == Slicing::kSequential);
    CHECK(back.optimizer == OptimizerKind::kAdamW);
    CHECK_FALSE(back.carry_optimizer);
    CHECK(back.placed_by_subject);
    CHECK(back.nesterov);
  }
}

TEST_CASE("every single setting enters the digest") {
  const auto settings = unusual().settings();
  std::set<std::string> digests{unusual().digest().hex()};

  for (std::size_t i = 0; i < settings.size(); ++i) {
    CAPTURE(settings[i].first);
    auto changed = settings;
    changed[i].second = other_values().at(settings[i].first);
    const auto c = TrainingConfiguration::from_settings(changed);
    CHECK(c.settings() == changed);
    digests.insert(c.digest().hex());
  }

  CHECK(other_values().size() == settings.size());
  CHECK(digests.size() == settings.size() + 1);
}

TEST_CASE("a malformed setting is named") {
  const std::set<std::string> texts{"model", "lr-schedule", "step", "file-digest"};  // any text is one
  const auto settings = unusual().settings();
  for (std::size_t i = 0; i < settings.size(); ++i) {
    if (texts.contains(settings[i].first)) continue;
    for (const std::string value : {"", "nonsense", "1x", "3 "}) {
      CAPTURE(settings[i].first);
      CAPTURE(value);
      auto changed = settings;
      changed[i].second = value;
      const auto message = failure_of([&] { (void)TrainingConfiguration::from_settings(changed); });
      CHECK(contains(message, "'" + settings[i].first + "'"));
      CHECK(contains(message, "'" + value + "'"));
    }
  }
}

TEST_CASE("a setting that is missing or unknown is named") {
  const auto settings = unusual().settings();
  for (std::size_t i = 0; i < settings.size(); ++i) {
    CAPTURE(settings[i].first);
    auto fewer = settings;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    auto renamed = settings;
    renamed[i].first = "warp";
    auto more = settings;
    more.insert(more.begin() + static_cast<std::ptrdiff_t>(i), {"warp", "9"});

    auto twice = settings;
    twice.push_back(settings[i]);
    CHECK(contains(failure_of([&] { (void)TrainingConfiguration::from_settings(twice); }),
                   "'" + settings[i].first + "' is there twice"));
    if (!training_settings().rows().at(i).is_later())
      CHECK(contains(failure_of([&] { (void)TrainingConfiguration::from_settings(fewer); }),
                     "'" + settings[i].first + "' is missing"));
    CHECK(contains(failure_of([&] { (void)TrainingConfiguration::from_settings(renamed); }), "'warp' is not known"));
    CHECK(contains(failure_of([&] { (void)TrainingConfiguration::from_settings(more); }), "'warp' is not known"));
  }
}

TEST_CASE("a run made before a setting was there opens with the value it then had, and keeps its digest") {
  // As if label smoothing had come after the first format: such a run's settings do not name it.
  auto rows = training_settings().rows();
  const auto label_smoothing = std::ranges::find(rows, "label-smoothing", &Setting<TrainingConfiguration>::name);
  label_smoothing->since(2, "0");
  const SettingTable<TrainingConfiguration> later(rows);
  TrainingConfiguration c = unusual();
  c.label_smoothing = 0;
  auto old = c.settings();
  std::erase_if(old, [](const auto& pair) { return pair.first == "label-smoothing"; });

  const TrainingConfiguration read = later.read(old);

  CHECK(read.label_smoothing == 0);
  CHECK(read.settings() == c.settings());
  CHECK(later.texts(read) == old);
  CHECK(later.digest("a", read) == later.digest("a", c));
  CHECK(later.texts(unusual()).size() == old.size() + 1);
  CHECK(later.digest("a", unusual()) != later.digest("a", c));
}

TEST_CASE("a row that is added at the end leaves stored runs and their digests as they are") {
  static std::string l2 = "0.5";
  auto rows = training_settings().rows();
  rows.push_back(Setting<TrainingConfiguration>(
                     "l2", OptionDeclaration::Kind::kReal, [](const TrainingConfiguration&) { return l2; },
                     [](TrainingConfiguration&, const std::string& text) {
                       l2 = text;
                       return true;
                     })
                     .since(2, "0"));
  const SettingTable<TrainingConfiguration> later(rows);

  const TrainingConfiguration read = later.read(unusual().settings());

  CHECK(l2 == "0");
  CHECK(later.digest("expunge/configuration/v1", read) == unusual().digest());
  l2 = "0.25";
  CHECK(later.texts(read).back() == std::pair<std::string, std::string>("l2", "0.25"));
  CHECK(contains(failure_of([&] { (void)TrainingConfiguration::from_settings(later.texts(read)); }),
                 "the setting 'l2' is not known here: it was made by a later expunge"));
}

// Runs carry this digest: no setting of the first format has its default, and no later one is there.
TEST_CASE("the digest of a configuration of the first format stays what it is") {
  TrainingConfiguration c = unusual();
  c.model_file_digest.clear();

  CHECK(c.digest().hex() == "180e907b4c47d3e6e5aaac6681888878f323bbfb47c508374313574e680c2a45");
}
