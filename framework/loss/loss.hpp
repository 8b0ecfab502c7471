// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <torch/types.h>

#include "framework/config/spec.hpp"

namespace expunge {

/// What training minimises: a function of a batch's logits [b, classes] and labels (int64 [b]), a mean over samples.
/// Stateless, and the same bits wherever it runs.
class Loss {
 public:
  Loss() = default;
  Loss(const Loss&) = delete;
  Loss& operator=(const Loss&) = delete;
  virtual ~Loss() = default;

  /// The mean loss, a scalar that autograd can differentiate, twice where a method asks for Hessian-vector products.
  [[nodiscard]] virtual torch::Tensor value(const torch::Tensor& logits, const torch::Tensor& labels) const = 0;
  /// The gradient of `value` with respect to the logits, into `out` [b, classes]. The default asks autograd; a loss
  /// that writes it out is faster.
  virtual void gradient_out(torch::Tensor& out, const torch::Tensor& logits, const torch::Tensor& labels) const;
  /// The probabilities of the classes [b, classes] that a model trained by this loss states: softmax unless overridden.
  [[nodiscard]] virtual torch::Tensor probabilities(const torch::Tensor& logits) const;
};

/// One entry of the registry. A new loss is one file in this folder that defines a constant of this type, and its name
/// in the list of `loss.cpp`.
struct LossEntry {
  std::string_view name;
  std::string_view arguments;  ///< for help: "smoothing=0"
  std::string_view summary;    ///< one line for people
  /// Reads the SPEC's own arguments. Throws UsageError for others.
  std::unique_ptr<const Loss> (*make)(const Spec& spec);
};

/// Throws UsageError where the name or an argument of `spec` is unknown.
[[nodiscard]] std::shared_ptr<const Loss> make_loss(const Spec& spec);

/// Adds a loss that a program brings along: see framework/config/registry.hpp.
void register_loss(const LossEntry& entry);

/// Names of the losses, each with its arguments, for `--help` and messages.
[[nodiscard]] std::string loss_help();

}  // namespace expunge
