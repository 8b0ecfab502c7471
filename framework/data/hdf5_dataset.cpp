// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/hdf5_dataset.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "framework/core/error.hpp"
#include "framework/data/mapped_rows.hpp"
#include "framework/data/subjects.hpp"
#include "framework/io/hdf5.hpp"

namespace expunge {

namespace {

using hdf5::ElementType;

constexpr std::int64_t kMostClasses = std::numeric_limits<std::int32_t>::max();

bool is_float(ElementType type) {
  return type == ElementType::kF32 || type == ElementType::kF64;
}

/// The 64-bit integers of a one-dimensional data set. `T` is std::int64_t or std::uint64_t.
template <class T>
std::vector<T> read_integers(const hdf5::File& file, const std::string& name, ElementType as) {
  const Bytes bytes = file.read(name, as);
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

class Hdf5Dataset : public Dataset {
 public:
  explicit Hdf5Dataset(const std::string& path) : path_(path), file_(hdf5::File::open(path)) {
    const hdf5::DatasetShape x = read_shape();
    read_labels();
    if (file_->exists("/ids")) read_ids();
    if (file_->exists("/subjects")) read_subjects();
    if (x.file_offset) map(*x.file_offset);
  }

  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override {
    check_gather(rows, out);
    if (mapped_)
      mapped_->gather(rows, out);
    else
      read_windows(rows, out);
    if (feature_type() == FeatureType::kF32) check_finite(rows, out);
  }

 private:
  [[noreturn]] void refuse(const std::string& problem) const { throw Failure(fmt::format("{}: {}", path_, problem)); }

  void need_length(const std::string& name) const {
    const auto dims = file_->shape(name).dims;
    if (dims.size() != 1 || dims[0] != rows_)
      refuse(fmt::format("{} has the dimensions {{{}}}; it must have one entry for each of the {} rows of /x", name,
                         fmt::join(dims, ", "), rows_));
  }

  hdf5::DatasetShape read_shape() {
    for (const char* const name : {"/x", "/y"})
      if (!file_->exists(name))
        refuse(fmt::format("there is no {}; a data set holds /x (features) and /y (labels)", name));
    hdf5::DatasetShape x = file_->shape("/x");
    if (x.type != ElementType::kU8 && x.type != ElementType::kF32)
      refuse(x.type == ElementType::kF64 ? "/x holds float64: store it as float32 (numpy: x.astype('float32'))"
                                         : "/x must hold unsigned bytes (uint8) or float32");
    if (x.dims.size() < 2) refuse(fmt::format("/x has {} dimensions; it needs two or more, rows first", x.dims.size()));
    constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 62U;
    std::uint64_t row_bytes_left = kMostBytes;
    for (std::size_t i = 1; i < x.dims.size(); ++i) {
      if (x.dims[i] == 0) refuse(fmt::format("dimension {} of /x is 0", i + 1));
      row_bytes_left /= x.dims[i];
      shape_.push_back(static_cast<std::int64_t>(x.dims[i]));
    }
    if (row_bytes_left / 4 < std::max<std::uint64_t>(1, x.dims[0])) refuse("/x is larger than any file can be");
    feature_type_ = x.type == ElementType::kU8 ? FeatureType::kU8 : FeatureType::kF32;
    rows_ = x.dims[0];
    return x;
  }

  void read_labels() {
    need_length("/y");
    if (is_float(file_->shape("/y").type)) refuse("/y holds floating-point numbers; labels are integers from 0");
    if (file_->has_attribute("/y", "classes")) {
      classes_ = file_->integer_attribute("/y", "classes");
      if (classes_ < 1 || classes_ > kMostClasses)
        refuse(fmt::format("the attribute classes of /y is {}; it must be from 1 to {}", classes_, kMostClasses));
    }
    const auto labels = read_integers<std::int64_t>(*file_, "/y", ElementType::kI64);
    const std::int64_t end = classes_ > 0 ? classes_ : kMostClasses;
    labels_.reserve(labels.size());
    for (const std::int64_t label : labels) {
      if (label < 0 || label >= end)
        refuse(fmt::format("/y: row {}: label {} is not in 0 ... {}", labels_.size(), label, end - 1));
      labels_.push_back(static_cast<std::int32_t>(label));
    }
  }

  void read_ids() {
    need_length("/ids");
    const ElementType type = file_->shape("/ids").type;
    if (is_float(type) || type == ElementType::kOther) refuse("/ids must hold integers of 64 bits (uint64)");
    ids_.reserve(rows_);
    if (type == ElementType::kU64) {
      for (const std::uint64_t id : read_integers<std::uint64_t>(*file_, "/ids", ElementType::kU64))
        ids_.emplace_back(id);
      return;
    }
    for (const std::int64_t id : read_integers<std::int64_t>(*file_, "/ids", ElementType::kI64)) {
      if (id < 0) refuse(fmt::format("/ids: row {}: id {} is negative", ids_.size(), id));
      ids_.emplace_back(static_cast<std::uint64_t>(id));
    }
  }

  void read_subjects() {
    need_length("/subjects");
    SubjectList subjects;
    for (std::string& subject : file_->read_strings("/subjects")) {
      if (const std::string problem = subject_problem(subject); !problem.empty())
        refuse(fmt::format("/subjects: row {} {}", subjects.rows(), problem));
      subjects.add(std::move(subject));
    }
    subjects_ = subjects.take_names();
    subject_of_ = subjects.take_rows();
  }

  void map(std::uint64_t offset) {
    MappedFile mapped(path_);
    const std::uint64_t held = mapped.bytes().size();
    if (offset > held || rows_ * row_bytes() > held - offset)
      refuse(fmt::format("/x lies at bytes {} to {}, and the file ends at byte {}: it is cut short", offset,
                         offset + rows_ * row_bytes(), held));
    mapped_.emplace(std::move(mapped), offset, row_bytes());
    file_.reset();
  }

  // Compressed chunks are unpacked anew by every call, so rows that lie near each other are read together.
  void read_windows(std::span<const std::uint64_t> rows, std::span<std::byte> out) const {
    constexpr std::uint64_t kWindowBytes = std::uint64_t{4} << 20U;
    const std::uint64_t most_rows = std::max<std::uint64_t>(1, kWindowBytes / row_bytes());
    const ElementType type = feature_type() == FeatureType::kU8 ? ElementType::kU8 : ElementType::kF32;
    Bytes window;
    for (std::size_t begin = 0; begin < rows.size();) {
      std::size_t end = begin + 1;
      while (end < rows.size() && rows[end] - rows[begin] < most_rows) ++end;
      const std::uint64_t count = rows[end - 1] - rows[begin] + 1;
      window.resize(count * row_bytes());
      file_->read_rows("/x", type, rows[begin], count, window);
      for (std::size_t i = begin; i < end; ++i)
        std::memcpy(out.data() + i * row_bytes(), window.data() + (rows[i] - rows[begin]) * row_bytes(), row_bytes());
      begin = end;
    }
  }

  void check_finite(std::span<const std::uint64_t> rows, std::span<const std::byte> values) const {
    constexpr std::uint32_t kExponent = 0x7F800000;  // all ones: infinite, or not a number
    const std::size_t count = features();
    for (std::size_t i = 0; i < values.size() / sizeof(std::uint32_t); ++i) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, values.data() + i * sizeof(bits), sizeof(bits));
      if ((bits & kExponent) == kExponent)
        refuse(fmt::format("/x: row {}: feature {} is {}", rows[i / count], i % count,
                           (bits & ~kExponent) << 1U == 0 ? "infinite" : "not a number"));
    }
  }

  std::string path_;
  std::optional<hdf5::File> file_;  ///< open where rows are read through HDF5
  std::optional<MappedRows> mapped_;
  std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<Dataset> open_hdf5(const Spec& spec) {
  spec.expect(1, "FILE", {"limit", "subjects"});
  return std::make_unique<Hdf5Dataset>(spec.values()[0]);
}

}  // namespace expunge
