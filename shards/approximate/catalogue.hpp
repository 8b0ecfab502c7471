// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>

#include "framework/config/spec.hpp"
#include "shards/approximate/method.hpp"

namespace expunge {

/// Every method with a file in methods/, in the order of METHODS in help.
[[nodiscard]] std::span<const MethodEntry* const> method_catalogue();

/// Throws UsageError for an unknown name, with the nearest known one, or argument.
[[nodiscard]] std::unique_ptr<Method> make_method(const Spec& spec);

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
