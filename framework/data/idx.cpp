// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/idx.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "framework/core/error.hpp"
#include "framework/data/idx_file.hpp"

namespace expunge {

namespace {

constexpr std::int64_t kIdxClasses = 10;

/// All labels of a file, in blocks of bounded size.
std::vector<std::int32_t> read_labels(const std::string& path, const IdxFile& file) {
  constexpr std::uint64_t kBlockRows = std::uint64_t{1} << 16U;
  const std::uint64_t count = file.dims()[0];
  std::vector<std::int32_t> labels;
  labels.reserve(count);
  std::vector<std::uint64_t> rows;
  Bytes block;
  while (labels.size() < count) {
    rows.resize(std::min(kBlockRows, count - labels.size()));
    std::iota(rows.begin(), rows.end(), labels.size());
    block.resize(rows.size());
    file.gather(rows, block);
    for (const std::byte byte : block) {
      const auto label = std::to_integer<std::int32_t>(byte);
      if (label >= kIdxClasses)
        throw Failure(fmt::format("{}: byte {} (row {}): label {} is not in 0 ... {}", path,
                                  file.header_bytes() + labels.size(), labels.size(), label, kIdxClasses - 1));
      labels.push_back(label);
    }
  }
  return labels;
}

class Idx : public Dataset {
 public:
  Idx(const std::string& images_path, const std::string& labels_path) : images_(IdxFile::open(images_path)) {
    const auto& dims = images_->dims();
    if (dims.size() < 2)
      throw Failure(
          fmt::format("{}: byte 3: images need 2 dimensions or more, and it has 1: are images and labels "
                      "swapped?",
                      images_path));
    const auto labels = IdxFile::open(labels_path);
    if (labels->dims().size() != 1)
      throw Failure(fmt::format("{}: byte 3: labels need 1 dimension, and it has {}: are images and labels swapped?",
                                labels_path, labels->dims().size()));
    if (labels->dims()[0] != dims[0])
      throw Failure(fmt::format("{}: byte 4: {} labels, and {} has {} images", labels_path, labels->dims()[0],
                                images_path, dims[0]));
    if (dims.size() == 3) shape_.push_back(1);
    shape_.insert(shape_.end(), dims.begin() + 1, dims.end());
    feature_type_ = FeatureType::kU8;
    classes_ = kIdxClasses;
    labels_ = read_labels(labels_path, *labels);
  }

  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override {
    check_gather(rows, out);
    images_->gather(rows, out);
  }

 private:
  std::unique_ptr<IdxFile> images_;
};

}  // namespace

std::unique_ptr<Dataset> open_idx(const Spec& spec) {
  spec.expect(2, "IMAGES,LABELS", {"limit", "subjects"});
  return std::make_unique<Idx>(spec.values()[0], spec.values()[1]);
}

}  // namespace expunge
