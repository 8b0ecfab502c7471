// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/model/max_pool.hpp"

#include <bit>

#include <torch/torch.h>

namespace expunge {

namespace {

struct Planes {
  std::int64_t count, height, width;
};

Planes planes_of(const torch::Tensor& values) {
  return {values.size(0) * values.size(1), values.size(2), values.size(3)};
}

// Without branches, so that the compiler can work on several windows at once.
void forward_row(const float* __restrict upper, const float* __restrict lower, float* __restrict maxima,
                 std::int32_t* __restrict places, std::int64_t windows) {
  for (std::int64_t i = 0; i < windows; ++i) {
    float best = upper[2 * i];
    std::int32_t place = 0;
    const auto consider = [&](float value, std::int32_t at) {
      const bool wins = (value > best) | (value != value);
      best = wins ? value : best;
      place = wins ? at : place;
    };
    consider(upper[2 * i + 1], 1);
    consider(lower[2 * i], 2);
    consider(lower[2 * i + 1], 3);
    maxima[i] = best;
    places[i] = place;
  }
}

void backward_row(const float* __restrict gradient, const std::int32_t* __restrict places, float* __restrict upper,
                  float* __restrict lower, std::int64_t windows) {
  for (std::int64_t i = 0; i < windows; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(gradient[i]);
    const std::int32_t place = places[i];
    const auto share_of = [&](std::int32_t at) {  // the gradient, or zero
      return std::bit_cast<float>(bits & (0U - static_cast<std::uint32_t>(place == at)));
    };
    upper[2 * i] = share_of(0);
    upper[2 * i + 1] = share_of(1);
    lower[2 * i] = share_of(2);
    lower[2 * i + 1] = share_of(3);
  }
}

/// The gradient of the maxima as one of the values. A function of its own, so that it can be differentiated in its
/// turn: second derivatives would otherwise miss all that lies before the pool, without a word.
class MaxPoolGradient : public torch::autograd::Function<MaxPoolGradient> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& of_maxima,
                               const torch::Tensor& places, std::int64_t height, std::int64_t width) {
    context->save_for_backward({places});
    const torch::Tensor gradient = of_maxima.contiguous();
    const std::vector<std::int64_t> sizes{gradient.size(0), gradient.size(1), height, width};
    const bool covered = height % 2 == 0 && width % 2 == 0;
    torch::Tensor input = covered ? torch::empty(sizes, gradient.options()) : torch::zeros(sizes, gradient.options());
    const auto* from = gradient.data_ptr<float>();
    const auto* at = places.data_ptr<std::int32_t>();
    auto* to = input.data_ptr<float>();
    const std::int64_t count = planes_of(input).count;
    for (std::int64_t plane = 0; plane < count; ++plane, to += height * width) {
      for (std::int64_t row = 0; row < height / 2; ++row, from += width / 2, at += width / 2)
        backward_row(from, at, to + 2 * row * width, to + (2 * row + 1) * width, width / 2);
    }
    return input;
  }

  /// Each maximum's share is that of the value it is.
  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const torch::Tensor places = context->get_saved_variables()[0];
    const std::int64_t rows = places.size(2);
    const std::int64_t columns = places.size(3);
    const torch::Tensor windows = gradients[0]
                                      .narrow(2, 0, 2 * rows)
                                      .narrow(3, 0, 2 * columns)
                                      .reshape({places.size(0), places.size(1), rows, 2, columns, 2})
                                      .permute({0, 1, 2, 4, 3, 5})
                                      .reshape({places.size(0), places.size(1), rows, columns, 4});
    const torch::Tensor shares = windows.gather(4, places.to(torch::kInt64).unsqueeze(4)).squeeze(4);
    return {shares, torch::Tensor(), torch::Tensor(), torch::Tensor()};
  }
};

class MaxPool : public torch::autograd::Function<MaxPool> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& values) {
    const torch::Tensor input = values.contiguous();
    const auto [count, height, width] = planes_of(input);
    torch::Tensor maxima = torch::empty({input.size(0), input.size(1), height / 2, width / 2}, input.options());
    const torch::Tensor places = torch::empty(maxima.sizes(), torch::kInt32);
    const auto* from = input.data_ptr<float>();
    auto* to = maxima.data_ptr<float>();
    auto* at = places.data_ptr<std::int32_t>();
    for (std::int64_t plane = 0; plane < count; ++plane, from += height * width) {
      for (std::int64_t row = 0; row < height / 2; ++row, to += width / 2, at += width / 2)
        forward_row(from + 2 * row * width, from + (2 * row + 1) * width, to, at, width / 2);
    }
    context->save_for_backward({places});
    context->saved_data["height"] = height;
    context->saved_data["width"] = width;
    return maxima;
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const torch::Tensor places = context->get_saved_variables()[0];
    return {MaxPoolGradient::apply(gradients[0], places, context->saved_data["height"].toInt(),
                                   context->saved_data["width"].toInt())};
  }
};

}  // namespace

torch::Tensor max_pool_2x2(const torch::Tensor& values) {
  return values.is_cpu() ? MaxPool::apply(values) : torch::max_pool2d(values, 2);
}

}  // namespace expunge
