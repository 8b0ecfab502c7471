// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "shards/methods/descent.hpp"
#include "shards/methods/workbench.hpp"

namespace expunge {

/// What a method that trains the last k layers is asked.
struct LastLayersSettings {
  DescentSettings descent;
  std::int64_t k = 1;
};
/// `k` and what `read_descent` reads, and nothing else. Throws UsageError.
[[nodiscard]] LastLayersSettings read_last_layers(const Spec& spec);

/// The last k layers of a model that have parameters, a layer being all tensors whose names agree up to the last dot
/// ("conv1.weight", "conv1.bias"); all of them where it has fewer.
class LastLayers {
 public:
  LastLayers(Workbench& bench, std::int64_t k);

  /// What a method says of itself where the model has fewer.
  [[nodiscard]] std::vector<std::string> fallbacks() const;
  /// Trains these layers on the retain set; the others keep every bit, running statistics included.
  void train(Workbench& bench, const DescentSettings& settings) const;
  /// Puts `in_here` into these layers, buffers too, and the trained state into the others.
  void put(Workbench& bench, const ModelState& in_here) const;

 private:
  [[nodiscard]] bool holds(const std::string& tensor) const;

  std::set<std::string> names_;
  bool has_all_ = false;
};

}  // namespace expunge
