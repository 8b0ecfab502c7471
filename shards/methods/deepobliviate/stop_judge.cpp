// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/deepobliviate/stop_judge.hpp"

#include <utility>

#include "shards/checkpoint/stitching.hpp"

namespace expunge {

namespace {

std::uint64_t parameters_of(const ModelState& state) {
  std::uint64_t parameters = 0;
  for (const auto& tensor : state.parameters) parameters += tensor.bytes.size() / sizeof(float);
  return parameters;
}

}  // namespace

StopJudge::StopJudge(const StopRule& rule, SliceId last_touched, std::uint32_t stages, ModelState before)
    : rule_(rule),
      last_touched_(last_touched),
      stages_(stages),
      retrained_(std::move(before)),
      old_state_(retrained_),
      memory_(rule, parameters_of(retrained_)) {}

StopJudge::Verdict StopJudge::take(SliceId stage, bool has_samples, ModelState old_state, ModelState retrained,
                                   const std::function<bool(const ModelState&)>& is_same) {
  const bool is_last = stage.value() == stages_;
  const bool unchanged = rule_.epsilon > 0 && stage >= last_touched_ && !is_last &&
                         retrained.parameters == old_state.parameters && is_same(retrained);
  Verdict verdict = Verdict::kGoOn;
  if (!has_samples) {
    memory_.add_identity(stage);
  } else {
    const double delta = residual(old_state_, old_state, retrained_, retrained);
    const bool may_stop = !is_last && (stage > last_touched_ || unchanged);
    if (memory_.add(stage, delta, may_stop).stop) verdict = Verdict::kStitch;
  }
  if (unchanged) {
    memory_.set_unchanged();
    verdict = Verdict::kUnchanged;
  }
  retrained_ = std::move(retrained);
  old_state_ = std::move(old_state);
  return verdict;
}

}  // namespace expunge
