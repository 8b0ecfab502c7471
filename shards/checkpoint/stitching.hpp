// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "shards/checkpoint/shard_record.hpp"
#include "shards/checkpoint/state.hpp"

namespace expunge {

/// Δ = ‖(θ_k − θ_{k−1}) − (θ^U_k − θ^U_{k−1})‖₁ over the parameters, in double: how far a stage's influence on the
/// retrained trajectory lies from its influence on the stored one. Looks at parameters alone. Throws Bug where the
/// states have other shapes.
[[nodiscard]] double residual(const ModelState& stored_before, const ModelState& stored,
                              const ModelState& retrained_before, const ModelState& retrained);

/// What a stitch adds to the stages after the one where retraining stopped: parameters θ^U − θ in float32, the
/// retrained state's buffers (statistics and counters can't be shifted), no optimiser state. Of the stored state it
/// looks at parameters alone.
[[nodiscard]] ModelState offset_between(const ModelState& retrained, const ModelState& stored);

/// A stored state, shifted: its parameters plus the offset's, the offset's buffers, its own optimiser state.
[[nodiscard]] ModelState with_offset(ModelState stored, const ModelState& offset);

/// A tainted stage's state with all its offsets. Throws Failure naming the file that is missing or damaged.
[[nodiscard]] ModelState read_tainted(const std::filesystem::path& folder, const TaintedStage& stage);

/// The state after stage `stage` of what a record names, exact or tainted or served; nothing where it names none.
[[nodiscard]] std::optional<ModelState> read_state_after(const std::filesystem::path& run, const ShardRecord& record,
                                                         SliceId stage);

}  // namespace expunge
