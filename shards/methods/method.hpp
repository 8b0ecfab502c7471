// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/config/spec.hpp"
#include "shards/checkpoint/state.hpp"

namespace expunge {

class Workbench;

/// What a method did, counted where it is done (`Workbench`), never by the method itself.
struct MethodCost {
  std::uint64_t sample_gradients = 0;         ///< forward and backward of one sample
  std::uint64_t forward_passes = 0;           ///< of one sample, besides
  std::uint64_t hessian_vector_products = 0;  ///< of one sample
  std::uint64_t hessian_columns = 0;          ///< of one sample's loss, where a Hessian is formed
  std::uint64_t forget_samples_read = 0;      ///< samples of the forget set that were looked at, each time
  bool operator==(const MethodCost&) const = default;
};

/// What a method promises of its result.
struct Guarantee {
  std::string kind = "heuristic";   ///< "none", "heuristic", "certified", "exact"
  std::optional<double> epsilon{};  ///< certified alone, with delta
  std::optional<double> delta{};
  std::vector<std::string> checked{};  ///< assumptions that were checked at run time, and held; in words
};

struct MethodResult {
  Guarantee guarantee{};
  std::vector<std::string> fallbacks{};  ///< what it did instead of what was asked, and why
  bool complete = true;                  ///< false: a hook put it down; nothing is published then
};

/// An unlearning method for one trained constituent. Stateless: what it computes is a function of its SPEC and the
/// bench (trained state, retain and forget set, recordings, budget, keys), the same bits wherever it runs.
class Method {
 public:
  virtual ~Method() = default;
  /// False: the bench refuses it the forget set.
  [[nodiscard]] virtual bool reads_forget_set() const = 0;
  /// Changes the bench's model, which starts as the trained one. Throws Failure where it can't do what is asked here.
  virtual MethodResult unlearn(Workbench& bench) const = 0;
};

/// A method of the catalogue: what its own file defines (see README.md, "A new method").
struct MethodEntry {
  std::string_view name;
  std::string_view arguments;  ///< of its SPEC, as help shows them: "epochs=1,lr=…"
  std::string_view summary;    ///< one line for people
  /// Reads the SPEC's own arguments. Throws UsageError for others.
  std::unique_ptr<Method> (*make)(const Spec& spec);
};

}  // namespace expunge
