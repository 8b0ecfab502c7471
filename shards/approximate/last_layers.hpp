// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "shards/approximate/workbench.hpp"

namespace expunge {

/// The last k layers of a model that have parameters, a layer being all tensors whose names agree up to the last dot
/// ("conv1.weight", "conv1.bias"); all of them where it has fewer.
class LastLayers {
 public:
  LastLayers(Workbench& bench, std::int64_t k);

  /// Whether the model has as many.
  [[nodiscard]] bool has_all() const { return has_all_; }
  /// No gradients for the other layers from now on.
  void freeze_others(Workbench& bench) const;
  /// Puts `in_here` into these layers, buffers too, and the trained state into the others.
  void put(Workbench& bench, const ModelState& in_here) const;

 private:
  [[nodiscard]] bool holds(const std::string& tensor) const;

  std::set<std::string> names_;
  bool has_all_ = false;
};

}  // namespace expunge
