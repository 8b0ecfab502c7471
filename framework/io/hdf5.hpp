// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/core/bytes.hpp"

/// HDF5's C API behind checked calls and handles that close themselves. Only what expunge needs. `hdf5.h` is included
/// by the .cpp files of this folder alone.
namespace expunge::hdf5 {

/// HDF5's `hid_t`.
using Handle = std::int64_t;

enum class ElementType : std::uint8_t { kU8, kI32, kI64, kU64, kF32, kF64, kOther };

/// Bytes of one element; 0 for kOther.
[[nodiscard]] std::size_t element_size(ElementType type);

class Image;

/// What a data set is, as far as a reader must know before it reads.
struct DatasetShape {
  ElementType type = ElementType::kOther;  ///< kOther: strings, compounds, integers of other widths, …
  std::vector<std::uint64_t> dims;
  std::optional<std::uint64_t> file_offset;  ///< where its bytes lie, if contiguous, unfiltered and little-endian
};

/// An open file. Every member throws Failure that names the file and the object.
class File {
 public:
  /// Opens an existing file for reading.
  [[nodiscard]] static File open(const std::filesystem::path& path);
  /// Opens a file whose bytes are in memory; `name` is what errors call it. The bytes are copied.
  [[nodiscard]] static File open_image(ByteView image, std::string name);
  /// A new file in memory, written with V110 bounds and without times: equal content gives equal images.
  /// `expected` is about how many bytes it will have, where that is known: it saves copies while the file grows.
  [[nodiscard]] static File create_image(std::size_t expected = 0);
  /// A new file on disk with the same properties; `path` must not exist.
  [[nodiscard]] static File create(const std::filesystem::path& path);
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  /// The image of a file made by `create_image`. The file is closed by it.
  [[nodiscard]] Bytes take_image();
  /// Flushes and closes a file made by `create`, checking each step (a destructor can't report).
  void close();

  [[nodiscard]] bool exists(const std::string& path) const;
  /// Names of a group's members in the order of their creation.
  [[nodiscard]] std::vector<std::string> children(const std::string& group) const;
  void make_group(const std::string& path);

  [[nodiscard]] DatasetShape shape(const std::string& dataset) const;
  /// Writes a whole contiguous data set. `bytes` holds the elements in row-major order.
  void write(const std::string& dataset, ElementType type, std::span<const std::uint64_t> dims, ByteView bytes);
  /// Makes a contiguous data set to be filled by `write_rows`.
  void make_dataset(const std::string& dataset, ElementType type, std::span<const std::uint64_t> dims);
  /// Writes rows [first, first + bytes/row size) along the first dimension.
  void write_rows(const std::string& dataset, std::uint64_t first, ByteView bytes);
  /// Reads a whole data set, converted to `type` by HDF5 where it differs.
  [[nodiscard]] Bytes read(const std::string& dataset, ElementType type) const;
  /// Reads rows [first, first + count) along the first dimension into `out`, converted to `type`.
  void read_rows(const std::string& dataset, ElementType type, std::uint64_t first, std::uint64_t count,
                 std::span<std::byte> out) const;
  /// A one-dimensional data set of UTF-8 strings, of fixed or variable length.
  void write_strings(const std::string& dataset, std::span<const std::string> values);
  [[nodiscard]] std::vector<std::string> read_strings(const std::string& dataset) const;

  /// Attributes of the object at `path` ("/" for the file's root): their names in ascending order.
  [[nodiscard]] std::vector<std::string> attributes(const std::string& path) const;
  [[nodiscard]] bool has_attribute(const std::string& path, const std::string& name) const;
  void set_attribute(const std::string& path, const std::string& name, std::int64_t value);
  void set_attribute(const std::string& path, const std::string& name, const std::string& value);
  /// Throws Failure where it is missing, not a scalar, or not an integer (string) that fits.
  [[nodiscard]] std::int64_t integer_attribute(const std::string& path, const std::string& name) const;
  /// Nothing where it is missing.
  [[nodiscard]] std::optional<std::int64_t> find_integer_attribute(const std::string& path,
                                                                   const std::string& name) const;
  [[nodiscard]] std::string string_attribute(const std::string& path, const std::string& name) const;

 private:
  File(Handle handle, std::string name, std::unique_ptr<Image> image = nullptr);
  std::unique_ptr<Image> image_;  ///< of a file in memory
  Handle handle_;
  std::string name_;
};

/// The version of the linked library, "1.10.8".
[[nodiscard]] std::string library_version();

}  // namespace expunge::hdf5
