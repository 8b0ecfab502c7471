// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/learning_rate.hpp"

#include <cmath>
#include <numbers>

#include "framework/config/spec.hpp"
#include "framework/core/error.hpp"

namespace expunge {

LearningRate::LearningRate(double base, const std::string& schedule) : base_(base) {
  const Spec spec = Spec::parse(schedule, "lr-schedule");
  if (spec.name() == "constant") {
    spec.expect(0, "", {});
  } else if (spec.name() == "step") {
    spec.expect(0, "", {"factor", "at", "every"});
    kind_ = Kind::kStep;
    factor_ = spec.real_or("factor", 0.1, 0, 1);
    if (spec.find("at") && spec.find("every"))
      throw UsageError(fmt::format("lr-schedule '{}': give either at=PLACE or every=SHARE, not both", schedule));
    if (spec.find("at")) {
      places_.push_back(spec.real_or("at", 0.5, 0, 1));
    } else {
      const double every = spec.real_or("every", 0.5, 0.001, 1);
      for (int k = 1; k * every < 1; ++k) places_.push_back(k * every);
    }
  } else if (spec.name() == "cosine") {
    spec.expect(0, "", {"floor"});
    kind_ = Kind::kCosine;
    floor_ = spec.real_or("floor", 0, 0, 1);
  } else {
    throw UsageError(
        fmt::format("unknown lr-schedule '{}': choose constant, step:factor=F,at=PLACE, step:factor=F,every=SHARE or "
                    "cosine:floor=SHARE",
                    spec.name()));
  }
}

double LearningRate::at(double position) const {
  switch (kind_) {
    case Kind::kConstant:
      return base_;
    case Kind::kStep: {
      double rate = base_;
      for (const double place : places_)
        if (position >= place) rate *= factor_;
      return rate;
    }
    case Kind::kCosine:
      return base_ * (floor_ + (1 - floor_) * 0.5 * (1 + std::cos(std::numbers::pi * position)));
  }
  throw Bug("a learning-rate schedule without a formula");
}

double schedule_position(std::uint32_t stage, std::uint32_t slices, std::uint64_t visited, std::uint64_t visits) {
  const double within = visits == 0 ? 0 : static_cast<double>(visited) / static_cast<double>(visits);
  return (static_cast<double>(stage) - 1 + within) / static_cast<double>(slices);
}

}  // namespace expunge
