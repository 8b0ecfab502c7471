// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "framework/data/dataset.hpp"

namespace expunge {

/// A bright square in the lower right corner of an image, in all its channels: the trigger of a backdoor. Bytes become
/// 255; floats the brightest value of the image, and at least 1.
class ImagePatch {
 public:
  /// `side` in pixels, at least 1. Throws UsageError where samples of `data` are no images (channels, height, width) or
  /// smaller than the patch.
  ImagePatch(const Dataset& data, std::int64_t side);

  /// Draws it on one sample's features.
  void draw(std::span<std::byte> row) const;

 private:
  FeatureType type_;
  std::size_t side_;
  std::size_t channels_;
  std::size_t height_;
  std::size_t width_;
};

}  // namespace expunge
