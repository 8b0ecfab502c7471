// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <torch/torch.h>

#include "shards/train/gradient_step.hpp"

namespace expunge {

namespace {

class AutogradStep : public GradientStep {
 public:
  AutogradStep(std::shared_ptr<Model> model, std::shared_ptr<const Loss> loss)
      : model_(std::move(model)), parameters_(model_->parameters()), loss_(std::move(loss)) {}

  void run(const Batch& batch, Optimizer& optimizer, std::vector<torch::Tensor>* gradients) override {
    const torch::Tensor logits = model_->logits(batch.input, batch.pass);
    const torch::NoGradGuard no_gradients;
    torch::Tensor seed = torch::empty_like(logits);
    loss_->gradient_out(seed, logits.detach(), batch.labels);
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
  std::shared_ptr<const Loss> loss_;
};

}  // namespace

std::unique_ptr<GradientStep> make_autograd_step(std::shared_ptr<Model> model, std::shared_ptr<const Loss> loss) {
  return std::make_unique<AutogradStep>(std::move(model), std::move(loss));
}

}  // namespace expunge
