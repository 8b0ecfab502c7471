// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <torch/torch.h>

#include "shards/train/gradient_step.hpp"

namespace expunge {

void cross_entropy_gradient_out(torch::Tensor& out, const torch::Tensor& logits, const torch::Tensor& labels,
                                double label_smoothing) {
  const std::int64_t rows = logits.size(0);
  const std::int64_t classes = logits.size(1);
  at::_softmax_out(out, logits, 1, /*half_to_float=*/false);
  if (!logits.is_cpu()) {
    out.scatter_add_(1, labels.unsqueeze(1), torch::full({rows, 1}, label_smoothing - 1, logits.options()));
    out.sub_(label_smoothing / static_cast<double>(classes)).mul_(1.0 / static_cast<double>(rows));
    return;
  }
  auto* values = out.data_ptr<float>();
  const auto* label = labels.data_ptr<std::int64_t>();
  const auto hit = static_cast<float>(1 - label_smoothing);
  const auto spread = static_cast<float>(label_smoothing / static_cast<double>(classes));
  const float scale = 1.0F / static_cast<float>(rows);
  for (std::int64_t row = 0; row < rows; ++row) {
    float* const gradient = values + row * classes;
    gradient[label[row]] -= hit;
    for (std::int64_t c = 0; c < classes; ++c) gradient[c] = (gradient[c] - spread) * scale;
  }
}

namespace {

class AutogradStep : public GradientStep {
 public:
  AutogradStep(std::shared_ptr<Model> model, double label_smoothing)
      : model_(std::move(model)), parameters_(model_->parameters()), label_smoothing_(label_smoothing) {}

  void run(const Batch& batch, Optimizer& optimizer, std::vector<torch::Tensor>* gradients) override {
    const torch::Tensor logits = model_->logits(batch.input, batch.pass);
    const torch::NoGradGuard no_gradients;
    torch::Tensor seed = torch::empty_like(logits);
    cross_entropy_gradient_out(seed, logits.detach(), batch.labels, label_smoothing_);
    logits.backward(seed);
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      auto& stored = parameters_[i].mutable_grad();
      const torch::Tensor gradient = stored.contiguous();
      if (gradients != nullptr) gradients->push_back(gradient.clone());
      optimizer.apply(i, gradient);
      stored
          .reset();  // undefined, so that the next backward pass hands its buffer over instead of adding into this one
    }
  }

 private:
  std::shared_ptr<Model> model_;
  std::vector<torch::Tensor> parameters_;
  double label_smoothing_;
};

}  // namespace

std::unique_ptr<GradientStep> make_autograd_step(const std::shared_ptr<Model>& model, double label_smoothing) {
  return std::make_unique<AutogradStep>(model, label_smoothing);
}

}  // namespace expunge
