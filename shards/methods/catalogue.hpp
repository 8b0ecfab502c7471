// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "framework/config/spec.hpp"
#include "shards/methods/method.hpp"

namespace expunge {

/// Every method with a file in methods/, in the order of METHODS in help.
[[nodiscard]] std::span<const MethodEntry* const> method_catalogue();

/// Throws UsageError for an unknown name, with the nearest known one, or argument.
/// Every method takes, besides its own arguments, `budget=F`: see `budget_of`.
[[nodiscard]] std::unique_ptr<Method> make_method(const Spec& spec);

/// The budget that a SPEC gives its method, as a share of the sample-gradients of the shard's full retraining. Throws
/// UsageError where it is none.
[[nodiscard]] std::optional<double> budget_of(const Spec& spec);
/// The SPEC without it: what keys a method's draws, so that a budget cuts a method short and changes nothing else.
[[nodiscard]] Spec without_budget(const Spec& spec);

/// How a batch is forgotten, as `--method`, `--methods` and the journal write it.
struct UnlearningMethod {
  enum class Kind : std::uint8_t { kExact, kHeal, kDeepObliviate, kCatalogue };
  Kind kind = Kind::kExact;
  std::string text = "exact";  ///< as asked for, options included
  [[nodiscard]] bool is_exact() const { return kind == Kind::kExact || kind == Kind::kHeal; }
};

/// `exact`, `heal` (in journals alone), `deepobliviate[:…]` or a method of the catalogue. Checks its arguments too.
/// Throws UsageError.
[[nodiscard]] UnlearningMethod parse_unlearning_method(const std::string& text);

/// What `--method` may be given: "exact; deepobliviate[:epsilon=…]; finetune[:…]; …".
[[nodiscard]] std::string method_help();

}  // namespace expunge
