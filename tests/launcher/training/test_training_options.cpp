// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <fstream>
#include <span>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/io/hdf5.hpp"
#include "framework/model/architecture.hpp"
#include "launcher/training/training_options.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;

namespace {

/// Six vectors of two, labelled 0 1 2 5 0 1, in a file that does not say how many classes there are.
class SixVectors {
 public:
  SixVectors() {
    const std::vector<float> x(12, 0.5F);
    const std::vector<std::int32_t> y{0, 1, 2, 5, 0, 1};
    const std::vector<std::uint64_t> dims{6, 2};
    auto file = hdf5::File::create(folder_ / "six.h5");
    file.write("/x", hdf5::ElementType::kF32, dims, std::as_bytes(std::span(x)));
    file.write("/y", hdf5::ElementType::kI32, std::span(dims).first(1), std::as_bytes(std::span(y)));
    file.close();
  }
  [[nodiscard]] std::unique_ptr<Dataset> open() const {
    return open_dataset(Spec::parse("hdf5:" + (folder_ / "six.h5").string(), "data"));
  }

 private:
  testing::TemporaryFolder folder_;
};

TrainingOptions plain_options() {
  TrainingOptions options;
  options.configuration.model = "logistic";
  options.configuration.classes = 6;
  return options;
}

/// An architecture of a program's own, whose bits a file decides.
constexpr std::array<std::string_view, 1> kWeights{"weights"};
const Architecture kStored{
    .name = "stored",
    .arguments = "weights=FILE",
    .traits = [](const Spec&, const ModelShape&) { return ModelTraits{}; },
    .make = [](const Spec&, const ModelShape& shape) { return make_model(Spec::parse("logistic", "model"), shape); },
    .path_keys = kWeights,
    .files_decide_bits = true};

std::string refusal(const TrainingOptions& options, const Dataset& data) {
  try {
    (void)configuration_of(options, data);
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a label outside the classes is refused with its row") {
  const SixVectors six;
  const auto data = six.open();
  TrainingOptions options = plain_options();

  CHECK(configuration_of(options, *data).classes == 6);
  options.configuration.classes = 3;
  const std::string message = testing::failure_of([&] { (void)configuration_of(options, *data); });

  CHECK(testing::contains(message, "row 3 of the data has label 5, and the model has classes 0 to 2"));
  CHECK(testing::contains(message, "--classes"));
}

TEST_CASE("what can't be meant is listed all at once") {
  const SixVectors six;
  TrainingOptions options = plain_options();
  options.configuration.classes = 0;
  options.configuration.shards = 4;
  options.configuration.slices = 2;
  options.configuration.nesterov = true;
  options.configuration.momentum = 0;

  const std::string message = refusal(options, *six.open());

  CHECK(testing::contains(message, "give --classes"));
  CHECK(testing::contains(message, "4 shards of 2 slices are 8 cells, more than the 6 samples"));
  CHECK(testing::contains(message, "--nesterov needs a --momentum"));
}

TEST_CASE("a model that does not fit the samples is refused, and a step that does not fit the model") {
  const SixVectors six;
  TrainingOptions options = plain_options();
  options.configuration.model = "lenet";
  CHECK(testing::contains(refusal(options, *six.open()), "lenet"));

  options.configuration.model = "mlp:dropout=0.5";
  options.configuration.step = "static";
  CHECK(testing::contains(refusal(options, *six.open()), "--step static"));
}

TEST_CASE("options that the user gave and that differ from the run's are named, and no others") {
  const SixVectors six;
  const auto data = six.open();
  Manifest manifest;
  manifest.configuration = configuration_of(plain_options(), *data);
  manifest.seed = Key::parse("7");
  const auto conflicts_of = [&](const std::vector<std::string>& arguments) {
    OptionTable table("train", "as a test wants");
    TrainingOptions options;
    declare(table, options);
    table.parse(arguments);
    return conflicts(table, options, *data, manifest);
  };

  CHECK(conflicts_of({}).empty());
  CHECK(conflicts_of({"--model", "logistic", "--lr", "0.05", "--classes", "6", "--seed", "7"}).empty());
  CHECK(conflicts_of({"--classes", "7"}) == std::vector<std::string>{"--classes is 7 and the run has 6"});
  CHECK(conflicts_of({"--epochs", "2.5"}) == std::vector<std::string>{"--epochs is 2.5 and the run has 1"});
  CHECK(conflicts_of({"--seed", "8", "--shards", "2"}) ==
        std::vector<std::string>{"--shards is 2 and the run has 1", "--seed is not the seed of the run"});
}

TEST_CASE("classes that the format fixes can't be contradicted, in a run either") {
  const auto digits = open_dataset(Spec::parse("digits:20", "data"));
  TrainingOptions options = plain_options();
  CHECK(testing::contains(refusal(options, *digits), "--classes 6 contradicts the data's format, which has 10"));

  options.configuration.classes = 0;
  Manifest manifest;
  manifest.configuration = configuration_of(options, *digits);
  OptionTable table("train", "as a test wants");
  TrainingOptions given;
  declare(table, given);
  table.parse(std::vector<std::string>{"--classes", "6"});

  CHECK(conflicts(table, given, *digits, manifest) == std::vector<std::string>{"--classes is 6 and the run has 10"});
}

TEST_CASE("the content of a model's file is part of a run's configuration, and its name is absolute there") {
  register_architecture(kStored);
  const testing::TemporaryFolder folder;
  const std::string file = (folder / "w").string();
  std::ofstream(file) << "one";
  const SixVectors six;
  const auto data = six.open();
  TrainingOptions options = plain_options();
  options.configuration.model = "stored:weights=" + std::filesystem::relative(file).string();
  Manifest manifest;

  manifest.configuration = configuration_of(options, *data);

  CHECK(manifest.configuration.model == "stored:weights=" + file);
  CHECK(manifest.configuration.settings().back().first == "file-digest");
  OptionTable table("train", "as a test wants");
  TrainingOptions given;
  declare(table, given);
  table.parse(std::vector<std::string>{"--model", options.configuration.model});
  CHECK(conflicts(table, given, *data, manifest).empty());
  std::ofstream(file) << "two";
  const auto found = conflicts(table, given, *data, manifest);
  REQUIRE(found.size() == 1);
  CHECK(testing::contains(found[0], "the model's file-digest is "));
}
