// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "framework/core/ids.hpp"
#include "framework/random/key.hpp"

namespace expunge {

/// Changes a sample on its way into a training batch: augmentation. What it does is a function of the key, the sample's
/// id and its values, so that a sample is changed the same way whoever else is in the batch.
class Transform {
 public:
  Transform() = default;
  Transform(const Transform&) = delete;
  Transform& operator=(const Transform&) = delete;
  virtual ~Transform() = default;
  /// `sample` holds one sample's features as a model takes them, normalised and row-major. `key` is the epoch's.
  virtual void apply(std::span<float> sample, SampleId id, const Key& key) const = 0;
};

}  // namespace expunge
