// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace expunge {

/// Work on a model, counted per sample: a batch of b samples counts b.
struct Cost {
  std::uint64_t sample_gradients = 0;         ///< forward and backward passes
  std::uint64_t forward_passes = 0;           ///< without a backward pass
  std::uint64_t hessian_vector_products = 0;  ///< of one sample's loss
  std::uint64_t hessian_columns = 0;          ///< of one sample's loss, where a Hessian is formed

  Cost& operator+=(const Cost& other) {
    sample_gradients += other.sample_gradients;
    forward_passes += other.forward_passes;
    hessian_vector_products += other.hessian_vector_products;
    hessian_columns += other.hessian_columns;
    return *this;
  }
  bool operator==(const Cost&) const = default;
};

}  // namespace expunge
