// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "framework/config/spec.hpp"
#include "shards/methods/method.hpp"

namespace expunge {

struct TrainingConfiguration;

/// Every method, in the order of METHODS in help. "exact" comes first.
[[nodiscard]] std::span<const MethodEntry* const> method_catalogue();
/// Adds a method of a program's own. To be done at the start of main, before any is looked up; `entry` must outlive
/// them all. Throws Bug where its name is taken.
void register_method(const MethodEntry& entry);
/// The row of a SPEC, or nullptr where this program has no such method.
[[nodiscard]] const MethodEntry* find_method(std::string_view spec);

/// Throws UsageError for an unknown name, with the nearest known one, or argument; and for a method that works on no
/// bench. Every method takes, besides its own arguments, `budget=F`: see `budget_of`.
[[nodiscard]] std::unique_ptr<Method> make_method(const Spec& spec);

/// The budget that a SPEC gives its method, as a share of the sample-gradients of the shard's full retraining. Throws
/// UsageError where it is none.
[[nodiscard]] std::optional<double> budget_of(const Spec& spec);
/// The SPEC without it: what keys a method's draws, so that a budget cuts a method short and changes nothing else.
[[nodiscard]] Spec without_budget(const Spec& spec);

/// How a batch is forgotten, as `--method`, `--methods` and the journal write it: a method with its arguments.
struct UnlearningMethod {
  const MethodEntry* entry = method_catalogue().front();  ///< never null
  std::string text = "exact";                             ///< as asked for, arguments included
  [[nodiscard]] bool is_exact() const { return entry->is_exact(); }
  [[nodiscard]] const MethodNeeds& needs() const { return entry->needs; }
};

/// `exact`, `heal` (in journals alone), `deepobliviate[:…]` or another method's SPEC. Checks its arguments too. Throws
/// UsageError.
[[nodiscard]] UnlearningMethod parse_unlearning_method(const std::string& text);

/// Why a method can't work on runs of this configuration: "needs a run with sequential slicing, and this one is
/// cumulative"; empty where it can.
[[nodiscard]] std::string unmet_need(const UnlearningMethod& method, const TrainingConfiguration& configuration);

/// What `--method` may be given: "exact; deepobliviate[:epsilon=…]; finetune[:…]; …".
[[nodiscard]] std::string method_help();

}  // namespace expunge
