// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/config/spec.hpp"
#include "framework/data/dataset.hpp"
#include "framework/data/dataset_subset.hpp"
#include "framework/random/key.hpp"

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

/// `backdoor[:size=N,patch=P,target=C,slice=R]` or `label-flip[:size=N,target=C,slice=R]`.
struct Canary {
  enum class Kind : std::uint8_t { kBackdoor, kLabelFlip };
  Kind kind = Kind::kBackdoor;
  std::uint64_t size = 0;   ///< samples that are planted; 0: whoever plants decides
  std::int64_t patch = 3;   ///< backdoor: side of the square, in pixels
  std::int32_t target = 0;  ///< backdoor: the class that a patched sample gets; label-flip with `one_target`: likewise
  bool one_target = false;  ///< label-flip: all to `target`; else each to the class after its own
  std::uint32_t slice = 0;  ///< where it is to lie; 0: whoever plants decides

  /// Throws UsageError for anything else.
  [[nodiscard]] static Canary parse(const Spec& spec);
};

/// A data set in which some samples are poisoned and belong to one synthetic subject. Features and labels of the others
/// are as they were. Every sample has a subject: its own where the data has some, else `sample-<id>`. Ids stay.
class PoisonedDataset final : public Dataset {
 public:
  /// Draws `canary.size` samples by `key` and their ids (of a backdoor: of other classes than the target; of a flip to
  /// one target: likewise) and gives them to `subject`. `whole` must outlive this. Throws UsageError where it has too
  /// few of them, has no images to patch, has samples of that subject already, or where the target or a sample's label
  /// is no class (`classes` where the data fixes none).
  PoisonedDataset(const Dataset& whole, const Canary& canary, const std::string& subject, const Key& key,
                  std::int64_t classes);

  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override;

  /// Rows that were poisoned, ascending.
  [[nodiscard]] const std::vector<std::uint64_t>& poisoned() const { return poisoned_; }

 private:
  const Dataset& whole_;
  std::optional<ImagePatch> patch_;
  std::vector<std::uint64_t> poisoned_;
};

/// A data set with the patch on every sample that is not of the target class, labels as they were: what a backdoor is
/// tried with. Samples of the target class are left out; the others keep ids and subjects.
class PatchedDataset final : public Dataset {
 public:
  /// Of a backdoor. `whole` must outlive this. Throws UsageError where it has no images to patch, or no sample of
  /// another class.
  PatchedDataset(const Dataset& whole, const Canary& canary);
  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override;

 private:
  DatasetSubset others_;  ///< samples of other classes
  ImagePatch patch_;
};

/// A subject that `accept` takes: expunge-canary-0, -1, … the first of them. Throws UsageError where none of the first
/// `tries` is.
[[nodiscard]] std::string canary_subject(const std::function<bool(const std::string&)>& accept, std::uint64_t tries);

}  // namespace expunge
