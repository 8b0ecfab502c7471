// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "framework/model/architecture.hpp"
#include "framework/model/architectures.hpp"
#include "framework/model/model.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using expunge::testing::contains;

namespace {

std::shared_ptr<Model> make(const std::string& spec, const ModelShape& shape) {
  return make_model(Spec::parse(spec, "model"), shape);
}

std::string refusal(const std::string& spec, const ModelShape& shape) {
  try {
    (void)make(spec, shape);
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

/// "name [dims]" of every parameter, then of every buffer.
std::vector<std::string> listed(const Model& model) {
  std::vector<std::string> lines;
  for (const auto& p : model.named_parameters())
    lines.push_back(fmt::format("{} [{}]", p.name, fmt::join(p.tensor.sizes(), ", ")));
  for (const auto& b : model.named_buffers())
    lines.push_back(fmt::format("buffer {} [{}]", b.name, fmt::join(b.tensor.sizes(), ", ")));
  return lines;
}

/// An architecture of a program's own, which reads a file.
constexpr std::array<std::string_view, 1> kWeights{"weights"};
const Architecture kStored{.name = "stored",
                           .arguments = "weights=FILE,depth=N",
                           .traits = [](const Spec&, const ModelShape&) { return ModelTraits{}; },
                           .make = [](const Spec&, const ModelShape& shape) { return make("logistic", shape); },
                           .path_keys = kWeights,
                           .files_decide_bits = true};
const Architecture kSketched{.name = "sketched",
                             .arguments = "FILE",
                             .traits = [](const Spec&, const ModelShape&) { return ModelTraits{}; },
                             .make = [](const Spec&, const ModelShape& shape) { return make("logistic", shape); },
                             .values_are_paths = true};

Spec model(const std::string& text) {
  return Spec::parse(text, "model");
}

const ModelShape kVector{{9}, 3};
const ModelShape kImage{{1, 28, 28}, 10};
const ModelShape kSmallImage{{2, 12, 12}, 3};

}  // namespace

TEST_CASE("an unknown model is refused, and the message lists the known ones with their arguments") {
  const std::string message = refusal("resnet", kImage);

  CHECK(contains(message, "unknown model 'resnet'"));
  for (const std::string name : {"logistic", "mlp", "lenet", "hidden=", "norm=none|batch|group", "dropout=P"}) {
    CHECK(contains(message, name));
    CHECK(contains(architecture_help(), name));
  }
}

TEST_CASE("an argument that a model has not is refused, naming it") {
  CHECK(contains(refusal("logistic:hidden=8", kVector), "hidden"));
  CHECK(contains(refusal("mlp:hiden=8", kVector), "hiden"));
  CHECK(contains(refusal("mlp:128", kVector), "mlp"));
  CHECK(contains(refusal("lenet:hidden=8", kImage), "hidden"));
  CHECK(contains(refusal("mlp:norm=layer", kVector), "norm"));
  CHECK(contains(refusal("mlp:activation=gelu", kVector), "activation"));
  CHECK(contains(refusal("mlp:dropout=1", kVector), "dropout"));
  CHECK(contains(refusal("mlp:dropout=-0.1", kVector), "dropout"));
  CHECK(contains(refusal("mlp:hidden=0", kVector), "hidden"));
  CHECK(contains(refusal("mlp:hidden=8x", kVector), "hidden"));
}

TEST_CASE("a model that does not fit the data's shape is refused, naming both") {
  CHECK(contains(refusal("lenet", kVector), "lenet"));
  CHECK(contains(refusal("lenet", kVector), "samples are 9"));
  CHECK(contains(refusal("lenet", {{1, 11, 28}, 10}), "1x11x28"));
  CHECK(contains(refusal("lenet", {{28, 28}, 10}), "28x28"));
  CHECK(refusal("lenet", kSmallImage).empty());
}

TEST_CASE("fewer than two classes make no classifier") {
  CHECK(contains(refusal("logistic", {{9}, 1}), "2 classes"));
  CHECK(contains(refusal("logistic", {{9}, 0}), "2 classes"));
  CHECK(refusal("logistic", {{9}, 2}).empty());
}

// States and digests follow this order and these names: a change of either makes every stored run unreadable.
TEST_CASE("parameters and buffers have the names and the order that states are stored in") {
  using Lines = std::vector<std::string>;
  CHECK(listed(*make("logistic", kVector)) == Lines{"linear1.weight [3, 9]", "linear1.bias [3]"});
  CHECK(listed(*make("mlp", kVector)) ==
        Lines{"linear1.weight [128, 9]", "linear1.bias [128]", "linear2.weight [3, 128]", "linear2.bias [3]"});
  CHECK(listed(*make("mlp:hidden=8x5,norm=batch", kVector)) ==
        Lines{"linear1.weight [8, 9]", "linear1.bias [8]", "norm1.weight [8]", "norm1.bias [8]",
              "linear2.weight [5, 8]", "linear2.bias [5]", "norm2.weight [5]", "norm2.bias [5]",
              "linear3.weight [3, 5]", "linear3.bias [3]", "buffer norm1.running_mean [8]",
              "buffer norm1.running_var [8]", "buffer norm2.running_mean [5]", "buffer norm2.running_var [5]"});
  CHECK(listed(*make("logistic:norm=group", {{8}, 3})) ==
        Lines{"norm1.weight [8]", "norm1.bias [8]", "linear1.weight [3, 8]", "linear1.bias [3]"});
  CHECK(listed(*make("lenet", kImage)) == Lines{"conv1.weight [6, 1, 5, 5]", "conv1.bias [6]",
                                                "conv2.weight [16, 6, 5, 5]", "conv2.bias [16]",
                                                "fc1.weight [120, 400]", "fc1.bias [120]", "fc2.weight [84, 120]",
                                                "fc2.bias [84]", "fc3.weight [10, 84]", "fc3.bias [10]"});
  CHECK(listed(*make("lenet:norm=batch", kSmallImage)) ==
        Lines{"conv1.weight [6, 2, 5, 5]", "conv1.bias [6]", "norm1.weight [6]", "norm1.bias [6]",
              "conv2.weight [16, 6, 5, 5]", "conv2.bias [16]", "norm2.weight [16]", "norm2.bias [16]",
              "fc1.weight [120, 16]", "fc1.bias [120]", "fc2.weight [84, 120]", "fc2.bias [84]", "fc3.weight [3, 84]",
              "fc3.bias [3]", "buffer norm1.running_mean [6]", "buffer norm1.running_var [6]",
              "buffer norm2.running_mean [16]", "buffer norm2.running_var [16]"});
}

TEST_CASE("every model gives a row of logits for each sample of a batch") {
  for (const std::string spec : {"logistic", "logistic:norm=batch,dropout=0.5", "mlp", "mlp:hidden=7x5x3,norm=batch",
                                 "lenet", "lenet:norm=group,activation=tanh,dropout=0.5"}) {
    CAPTURE(spec);
    const auto model = make(spec, kSmallImage);

    const torch::Tensor logits = model->logits(torch::ones({4, 2, 12, 12}), Pass{});

    CHECK(logits.sizes() == at::IntArrayRef({4, 3}));
    CHECK(torch::isfinite(logits).all().item<bool>());
  }
}

TEST_CASE("only a plain stack of dense layers has the form that trains without autograd, and it aliases the model") {
  for (const std::string spec : {"mlp:norm=batch", "mlp:norm=group", "mlp:dropout=0.1", "logistic:dropout=0.1"})
    CHECK(make(spec, kVector)->dense_stack() == nullptr);
  CHECK(make("lenet", kSmallImage)->dense_stack() == nullptr);

  const auto model = make("mlp:hidden=4x6,activation=tanh", kVector);
  const auto stack = model->dense_stack();
  REQUIRE(stack != nullptr);
  CHECK(stack->activation == DenseStack::Activation::kTanh);
  REQUIRE(stack->layers.size() == 3);
  const auto parameters = model->parameters();
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(stack->layers[i].weight.data_ptr() == parameters[2 * i].data_ptr());
    CHECK(stack->layers[i].bias.data_ptr() == parameters[2 * i + 1].data_ptr());
  }
  CHECK(make("logistic", kVector)->dense_stack()->layers.size() == 1);
}

TEST_CASE("a model's traits are known before it is made, and are its own") {
  const auto traits = [](const std::string& spec, const ModelShape& shape = kVector) {
    const ModelTraits before = model_traits(Spec::parse(spec, "model"), shape);
    const auto model = make(spec, shape);
    CHECK(model->traits().static_form == before.static_form);
    CHECK(model->traits().batch_statistics == before.batch_statistics);
    CHECK(model->traits().convex == before.convex);
    CHECK(model->traits().stochastic == before.stochastic);
    CHECK((model->dense_stack() != nullptr) == before.static_form);
    return before;
  };
  CHECK(traits("mlp:norm=batch").batch_statistics);
  CHECK(traits("lenet:norm=batch", kSmallImage).batch_statistics);
  CHECK_FALSE(traits("mlp:norm=group").batch_statistics);
  CHECK_FALSE(traits("lenet", kSmallImage).batch_statistics);
  CHECK(traits("logistic").convex);
  CHECK_FALSE(traits("logistic:norm=batch").convex);
  CHECK_FALSE(traits("logistic:dropout=0.5").convex);
  CHECK_FALSE(traits("mlp").convex);
  CHECK(traits("mlp:dropout=0.5").stochastic);
  CHECK(traits("lenet:dropout=0.5", kSmallImage).stochastic);
  CHECK_FALSE(traits("mlp").stochastic);
}

TEST_CASE("a model that is refused has no traits either") {
  for (const std::string spec : {"resnet", "mlp:hiden=8", "lenet", "logistic:norm=layer"}) {
    CAPTURE(spec);
    CHECK_THROWS_AS((void)model_traits(Spec::parse(spec, "model"), kVector), UsageError);
  }
}

TEST_CASE("a row says which words of a model's SPEC are paths and whether what the files hold decides bits") {
  const testing::TemporaryFolder folder;
  const std::string file = (folder / "a.weights").string();
  std::ofstream(file) << "one";
  register_architecture(kStored);
  register_architecture(kSketched);
  const std::string here = std::filesystem::current_path().string();

  CHECK(make("stored", kVector)->parameters().size() == 2);
  CHECK(model_with_absolute_paths(model("stored:weights=a,depth=b")) == "stored:weights=" + here + "/a,depth=b");
  CHECK(model_with_absolute_paths(model("sketched:a,depth=b")) == "sketched:" + here + "/a,depth=b");
  CHECK(model_with_absolute_paths(model("mlp:hidden=8,norm=batch")) == "mlp:hidden=8,norm=batch");
  CHECK(model_with_absolute_paths(model("nobody:a")) == "nobody:a");

  const std::string digest = digest_of_model_files(model("stored:weights=" + file));
  CHECK(digest.size() == 64);
  std::ofstream(file) << "two";
  CHECK(digest_of_model_files(model("stored:weights=" + file)) != digest);
  CHECK(digest_of_model_files(model("sketched:" + file)).empty());
  CHECK(digest_of_model_files(model("mlp:hidden=8")).empty());
  CHECK(contains(testing::failure_of([] { (void)digest_of_model_files(model("stored:weights=/gone")); }), "/gone"));
}
