// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/image_patch.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "framework/core/error.hpp"

namespace expunge {

ImagePatch::ImagePatch(const Dataset& data, std::int64_t side) : type_(data.feature_type()) {
  const auto& shape = data.shape();
  if (side < 1) throw Bug("a patch without a side");
  if (shape.size() != 3)
    throw UsageError(fmt::format(
        "a patch needs images (channels x height x width), and these samples are {}: take another canary than backdoor",
        fmt::join(shape, " x ")));
  if (side > shape[1] || side > shape[2])
    throw UsageError(fmt::format("a patch of {} x {} pixels does not fit images of {} x {}: give a smaller patch", side,
                                 side, shape[1], shape[2]));
  side_ = static_cast<std::size_t>(side);
  channels_ = static_cast<std::size_t>(shape[0]);
  height_ = static_cast<std::size_t>(shape[1]);
  width_ = static_cast<std::size_t>(shape[2]);
}

void ImagePatch::draw(std::span<std::byte> row) const {
  const std::size_t size = feature_size(type_);
  if (row.size() != channels_ * height_ * width_ * size) throw Bug("a patch was to be drawn on something else");
  std::byte bright[sizeof(float)] = {std::byte{0xFF}};
  if (type_ == FeatureType::kF32) {
    float brightest = 1;
    for (std::size_t at = 0; at < row.size(); at += size) {
      float value = 0;
      std::memcpy(&value, row.data() + at, size);
      brightest = std::max(brightest, value);
    }
    std::memcpy(bright, &brightest, size);
  }
  for (std::size_t channel = 0; channel < channels_; ++channel)
    for (std::size_t y = height_ - side_; y < height_; ++y)
      for (std::size_t x = width_ - side_; x < width_; ++x)
        std::memcpy(row.data() + ((channel * height_ + y) * width_ + x) * size, bright, size);
}

}  // namespace expunge
