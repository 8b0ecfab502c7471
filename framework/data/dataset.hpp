// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/config/spec.hpp"
#include "framework/core/bytes.hpp"
#include "framework/core/digest.hpp"
#include "framework/core/ids.hpp"
#include "framework/random/key.hpp"

namespace expunge {

/// How one feature is stored. Bytes stay bytes until a batch is made of them.
enum class FeatureType : std::uint8_t { kU8, kF32 };

[[nodiscard]] constexpr std::size_t feature_size(FeatureType type) {
  return type == FeatureType::kU8 ? 1 : 4;
}

/// Labelled samples, in the order of their rows. What identifies them (ids, labels, subjects) is in memory; features
/// are read when asked for, so that a rank holds only those of its own shards.
///
/// Labels lie in [0, classes). `classes` is what the format fixes (10 for digits and IDX; the attribute `classes` of /y
/// in HDF5), or 0 where it fixes none: then the configuration must (`--classes`), never the largest label seen.
class Dataset {
 public:
  virtual ~Dataset() = default;

  /// The shape of one sample, channels first where it is an image: {1, 28, 28}; {600}.
  [[nodiscard]] const std::vector<std::int64_t>& shape() const { return shape_; }
  [[nodiscard]] FeatureType feature_type() const { return feature_type_; }
  [[nodiscard]] std::int64_t classes() const { return classes_; }
  [[nodiscard]] std::uint64_t size() const { return labels_.size(); }
  /// Features of one sample: the product of `shape`.
  [[nodiscard]] std::size_t features() const;
  /// Bytes of one sample's features.
  [[nodiscard]] std::size_t row_bytes() const { return features() * feature_size(feature_type_); }

  [[nodiscard]] SampleId id(std::uint64_t row) const { return ids_.empty() ? SampleId(row) : ids_[row]; }
  [[nodiscard]] std::int32_t label(std::uint64_t row) const { return labels_[row]; }
  [[nodiscard]] bool has_subjects() const { return !subject_of_.empty(); }
  /// The subject a row belongs to, valid while the data set lives; nothing where the data set has no subjects.
  [[nodiscard]] std::optional<std::string_view> subject(std::uint64_t row) const;
  /// Distinct subjects in the order of their first row; `subject_index(row)` points into it.
  [[nodiscard]] const std::vector<std::string>& subjects() const { return subjects_; }
  [[nodiscard]] std::uint32_t subject_index(std::uint64_t row) const { return subject_of_[row]; }
  /// The row of an id, or nothing. Logarithmic or better.
  [[nodiscard]] std::optional<std::uint64_t> row_of(SampleId id) const;

  /// Copies the features of `rows` (strictly ascending) to `out`, which holds rows.size() · row_bytes() bytes.
  /// Throws Failure naming file and row where a feature is not finite or the file has become unreadable.
  virtual void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const = 0;

  /// Copies rows [first, first + count).
  void gather_range(std::uint64_t first, std::uint64_t count, std::span<std::byte> out) const;

 protected:
  Dataset() = default;
  // What a format fills in while it opens; `finish_opening` runs after that.
  std::vector<std::int64_t> shape_;
  FeatureType feature_type_ = FeatureType::kU8;
  std::int64_t classes_ = 0;
  std::vector<std::int32_t> labels_;
  std::vector<SampleId> ids_;  ///< empty: the id is the row
  std::vector<std::string> subjects_;
  std::vector<std::uint32_t> subject_of_;  ///< empty: no subjects

  /// Checks what holds for every format (labels within [0, classes), unique ids, sizes that agree) and indexes the ids.
  /// `source` is what messages call the data. Throws Failure naming source and row.
  void finish_opening(const std::string& source);
  /// Throws Bug where the arguments of `gather` break its contract; each format's `gather` begins with it.
  void check_gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const;
  friend std::unique_ptr<Dataset> open_dataset(const Spec& spec);

 private:
  /// Forgets all but the first `rows` rows.
  void limit_rows(std::uint64_t rows);

  std::vector<std::uint64_t> rows_by_id_;  ///< rows in ascending order of their ids; empty: the id is the row
};

/// Opens what a SPEC names: `digits:12000,seed=7,writers=600`, `idx:IMAGES,LABELS`, `hdf5:FILE`. All take `limit=N`
/// (the first N rows; all of them where there are fewer) and `subjects=FILE` (a UTF-8 text file with one subject a
/// line, line i for row i−1, one for each row of the whole data; it takes the place of the data's own subjects). Throws
/// UsageError for an unknown format or argument, Failure (naming file and position) for malformed data.
[[nodiscard]] std::unique_ptr<Dataset> open_dataset(const Spec& spec);

/// The digest of one sample: id, label, subject and feature bytes, under `key`.
[[nodiscard]] Digest sample_digest(const Dataset& data, std::uint64_t row, ByteView features, const Key& key);

/// The set digest of rows [first, first + count): order of rows does not matter, and ranks merge their parts. Reads the
/// features in bounded blocks, and so also refuses features that are not finite.
[[nodiscard]] SetDigest set_digest(const Dataset& data, std::uint64_t first, std::uint64_t count, const Key& key);
/// Of some rows, which ascend strictly.
[[nodiscard]] SetDigest set_digest(const Dataset& data, std::span<const std::uint64_t> rows, const Key& key);

}  // namespace expunge
