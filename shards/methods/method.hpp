// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/config/spec.hpp"
#include "framework/core/cost.hpp"
#include "framework/core/guarantee.hpp"
#include "shards/checkpoint/state.hpp"

namespace expunge {

class Dataset;
class Partition;
class Workbench;
struct ShardContext;
struct ShardHooks;
struct ShardOutcome;
struct ShardUnlearning;

/// What a method did, counted where it is done (`Workbench`), never by the method itself.
struct MethodCost : Cost {
  std::uint64_t forget_samples_read = 0;  ///< samples of the forget set that were looked at, each time
  bool operator==(const MethodCost&) const = default;
};

struct MethodResult {
  Guarantee guarantee{};
  std::vector<std::string> fallbacks{};  ///< what it did instead of what was asked, and why
  bool complete = true;                  ///< false: a hook put it down; nothing is published then
};

/// What a method works with, besides the state that a shard serves.
struct MethodNeeds {
  bool checkpoints = false;         ///< stages without the deleted samples, kept since training
  bool older_stages = false;        ///< stages with them: they stay on disk while the method needs them
  bool sequential_slicing = false;  ///< every stage trains on its own slice alone
  bool recordings = false;          ///< what was recorded while the run was trained
  bool optimum = false;             ///< the trained state minimises the loss
  bool convexity = false;           ///< the loss is convex in the parameters
  bool forget_set = false;          ///< it reads the samples that are to be forgotten
  bool retain_set = false;          ///< it reads the shard's other samples
  bool operator==(const MethodNeeds&) const = default;
};

/// One of the needs: its key in JSON and its words for people.
struct MethodNeed {
  std::string_view key;
  std::string_view words;
  bool MethodNeeds::*field;
};
/// All of them, in the order of `MethodNeeds`.
[[nodiscard]] std::span<const MethodNeed> method_needs();

/// The models whose forgetting a method can do.
enum class AppliesTo : std::uint8_t { kConvex, kAnyModel };
/// What a method's own definition of forgetting speaks of. kNothing: it has none.
enum class DefinedBy : std::uint8_t { kNothing, kOutputs, kWeights };
/// How the cost of the i-th deletion grows: at most as log i, or polynomially in i (Neel et al. 2021, definition 7).
enum class Updates : std::uint8_t { kStrong, kWeak };
/// How a plan's cost is to be read: as what it will be, as what it will be at most, or as what is known of it.
enum class CostBound : std::uint8_t { kExact, kAtMost, kAtLeast };

/// "convex models", "any model".
[[nodiscard]] std::string_view name_of(AppliesTo applies_to);
/// "nothing", "outputs", "weights".
[[nodiscard]] std::string_view name_of(DefinedBy defined_by);
/// "strong", "weak".
[[nodiscard]] std::string_view name_of(Updates updates);
/// "exact", "at most", "at least".
[[nodiscard]] std::string_view name_of(CostBound bound);

/// An unlearning method for one trained constituent. Stateless: what it computes is a function of its SPEC and the
/// bench (trained state, retain and forget set, recordings, budget, keys), the same bits wherever it runs.
class Method {
 public:
  virtual ~Method() = default;
  /// Those of its row. The bench refuses it a set that is not among them.
  [[nodiscard]] const MethodNeeds& needs() const { return needs_; }
  /// Changes the bench's model, which starts as the trained one. Throws Failure where it can't do what is asked here.
  virtual MethodResult unlearn(Workbench& bench) const = 0;

 protected:
  Method() = default;
  explicit Method(const MethodNeeds& needs) : needs_(needs) {}

 private:
  friend std::unique_ptr<Method> make_method(const Spec& spec);
  MethodNeeds needs_{};
};

/// How a method that retrains a shard's stages is carried out, instead of one that works on a bench.
struct StageMethod {
  /// Throws UsageError for arguments that the SPEC can't have.
  void (*check)(const Spec& spec);
  /// As `unlearn_shard`.
  ShardOutcome (*unlearn)(const ShardContext& context, const ShardUnlearning& task, const Dataset& data,
                          const Partition& live, const ShardHooks& hooks);
};

/// A method's row in the registry: what its own file defines (see README.md, "A new method").
struct MethodEntry {
  std::string_view name;
  std::string_view arguments;  ///< of its SPEC, as help shows them: "epochs=1,lr=…"
  std::string_view summary;    ///< one line for people
  MethodNeeds needs{};
  AppliesTo applies_to = AppliesTo::kAnyModel;
  DefinedBy defined_by = DefinedBy::kNothing;
  Updates updates = Updates::kStrong;
  Guarantee::Kind guarantee = Guarantee::Kind::kHeuristic;  ///< the strongest that it can give
  CostBound bound = CostBound::kAtLeast;                    ///< of its plan
  bool takes_requests = true;  ///< false: it forgets no samples, and journals alone name it

  // One of the two:
  /// Reads the SPEC's own arguments. Throws UsageError for others.
  std::unique_ptr<Method> (*make)(const Spec& spec) = nullptr;
  const StageMethod* stages = nullptr;

  /// Whether it leaves every shard that it works on as retraining would.
  [[nodiscard]] bool is_exact() const { return guarantee == Guarantee::Kind::kExact; }
};

}  // namespace expunge
