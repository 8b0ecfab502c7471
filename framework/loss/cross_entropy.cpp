// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <torch/torch.h>

#include "framework/loss/loss.hpp"

namespace expunge {

namespace {

/// Cross-entropy with label smoothing e: the target of a sample is (1 − e)·onehot + e/classes.
class CrossEntropy : public Loss {
 public:
  explicit CrossEntropy(double smoothing) : smoothing_(smoothing) {}

  [[nodiscard]] torch::Tensor value(const torch::Tensor& logits, const torch::Tensor& labels) const override {
    using torch::nn::functional::CrossEntropyFuncOptions;
    return torch::nn::functional::cross_entropy(logits, labels, CrossEntropyFuncOptions().label_smoothing(smoothing_));
  }

  /// (softmax(logits) − (1 − e)·onehot − e/classes) / b.
  void gradient_out(torch::Tensor& out, const torch::Tensor& logits, const torch::Tensor& labels) const override {
    const std::int64_t rows = logits.size(0);
    const std::int64_t classes = logits.size(1);
    at::_softmax_out(out, logits, 1, /*half_to_float=*/false);
    if (!logits.is_cpu()) {
      out.scatter_add_(1, labels.unsqueeze(1), torch::full({rows, 1}, smoothing_ - 1, logits.options()));
      out.sub_(smoothing_ / static_cast<double>(classes)).mul_(1.0 / static_cast<double>(rows));
      return;
    }
    auto* values = out.data_ptr<float>();
    const auto* label = labels.data_ptr<std::int64_t>();
    const auto hit = static_cast<float>(1 - smoothing_);
    const auto spread = static_cast<float>(smoothing_ / static_cast<double>(classes));
    const float scale = 1.0F / static_cast<float>(rows);
    for (std::int64_t row = 0; row < rows; ++row) {
      float* const gradient = values + row * classes;
      gradient[label[row]] -= hit;
      for (std::int64_t c = 0; c < classes; ++c) gradient[c] = (gradient[c] - spread) * scale;
    }
  }

 private:
  double smoothing_;
};

}  // namespace

extern const LossEntry kCrossEntropy;
const LossEntry kCrossEntropy{"cross-entropy", "smoothing=0", "cross-entropy, a share of each label spread over all",
                              [](const Spec& spec) -> std::unique_ptr<const Loss> {
                                spec.expect(0, "", {"smoothing"});
                                return std::make_unique<CrossEntropy>(spec.real_or("smoothing", 0, 0, 0.999));
                              }};

}  // namespace expunge
