// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// The data sets of hdf5::File (framework/io/hdf5.hpp).
#include <algorithm>
#include <limits>

#include <hdf5.h>

#include "framework/core/error.hpp"
#include "framework/io/hdf5.hpp"
#include "framework/io/hdf5_call.hpp"

namespace expunge::hdf5 {

namespace {

struct Opened {
  Id dataset;
  Id space;
  Id type;
  std::string place;
  std::vector<hsize_t> dims;
  std::uint64_t elements = 1;
};

/// What the layout of a data set says of its bytes: they are `stored` bytes, and `packed` means fewer than their
/// elements need, since a filter made them so.
struct Storage {
  H5D_layout_t layout = H5D_LAYOUT_ERROR;
  std::uint64_t stored = 0;
  bool packed = false;
  bool external = false;
};

Storage storage_of(const Opened& opened) {
  const hsize_t stored = H5Dget_storage_size(opened.dataset.get());
  // Only what is contiguous in this very file has a place in it, and only what is in chunks has filters: the list of
  // properties, a copy that takes long to make, has nothing to add.
  if (H5Dget_offset(opened.dataset.get()) != HADDR_UNDEF)
    return {.layout = H5D_CONTIGUOUS, .stored = stored, .packed = false, .external = false};
  const Id creation(H5Dget_create_plist(opened.dataset.get()), H5Pclose);
  if (creation.get() < 0) fail("cannot look at " + opened.place);
  return {.layout = H5Pget_layout(creation.get()),
          .stored = stored,
          .packed = H5Pget_nfilters(creation.get()) > 0,
          .external = H5Pget_external_count(creation.get()) > 0};
}

/// A damaged or hostile file may claim any dimensions: nothing may be allocated that its bytes can't fill.
void check_size(Handle file, const Opened& opened) {
  const std::uint64_t width = H5Tget_size(opened.type.get());
  if (width == 0) fail("cannot look at " + opened.place);
  const Storage storage = storage_of(opened);
  // No filter of HDF5's own packs better than deflate, which gains at most 1032:1.
  const std::uint64_t gain = storage.packed ? 1032 : 1;
  hsize_t file_size = 0;
  if (H5Fget_filesize(file, &file_size) < 0) fail("cannot look at " + opened.place);
  std::uint64_t available = storage.stored;
  if (!storage.external) available = std::min<std::uint64_t>(available, file_size);
  if (opened.elements / gain > available / width)
    throw Failure(fmt::format("{} claims {} elements of {} bytes, but only {} bytes are stored", opened.place,
                              opened.elements, width, available));
}

Opened open_checked(Handle file, const std::string& file_name, const std::string& path) {
  Id dataset = open_dataset(file, file_name, path);
  std::string where = place(file_name, path);
  Id space(H5Dget_space(dataset.get()), H5Sclose);
  Id type(H5Dget_type(dataset.get()), H5Tclose);
  const int rank = space.get() < 0 ? -1 : H5Sget_simple_extent_ndims(space.get());
  if (type.get() < 0 || rank < 0) fail("cannot look at " + where);
  if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) throw Failure(where + " holds no data");
  Opened opened{std::move(dataset), std::move(space), std::move(type), std::move(where), {}};
  opened.dims.resize(static_cast<std::size_t>(rank));
  if (H5Sget_simple_extent_dims(opened.space.get(), opened.dims.data(), nullptr) < 0)
    fail("cannot look at " + opened.place);
  for (const hsize_t dim : opened.dims) {
    if (dim != 0 && opened.elements > std::numeric_limits<std::uint64_t>::max() / dim)
      throw Failure(opened.place + " claims more elements than can be counted");
    opened.elements *= dim;
  }
  check_size(file, opened);
  return opened;
}

bool is_one_of(Handle type, Handle little, Handle big) {
  return H5Tequal(type, little) > 0 || H5Tequal(type, big) > 0;
}

ElementType classify(Handle type) {
  if (is_one_of(type, H5T_IEEE_F32LE, H5T_IEEE_F32BE)) return ElementType::kF32;  // first: nearly all are
  if (is_one_of(type, H5T_STD_U8LE, H5T_STD_U8BE)) return ElementType::kU8;
  if (is_one_of(type, H5T_STD_I32LE, H5T_STD_I32BE)) return ElementType::kI32;
  if (is_one_of(type, H5T_STD_I64LE, H5T_STD_I64BE)) return ElementType::kI64;
  if (is_one_of(type, H5T_STD_U64LE, H5T_STD_U64BE)) return ElementType::kU64;
  if (is_one_of(type, H5T_IEEE_F64LE, H5T_IEEE_F64BE)) return ElementType::kF64;
  return ElementType::kOther;
}

std::vector<hsize_t> library_dims(std::span<const std::uint64_t> dims) {
  return {dims.begin(), dims.end()};
}

Id make_space(std::span<const std::uint64_t> dims, const std::string& where) {
  const std::vector<hsize_t> sizes = library_dims(dims);
  Id space(
      dims.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
      H5Sclose);
  if (space.get() < 0) fail("cannot shape " + where);
  return space;
}

Id make_contiguous(Handle file, const std::string& file_name, const std::string& path, Handle type, const Id& space) {
  make_parents(file, file_name, path);
  Id dataset(H5Dcreate2(file, path.c_str(), type, space.get(), H5P_DEFAULT, dataset_creation().get(), H5P_DEFAULT),
             H5Dclose);
  if (dataset.get() < 0) fail("cannot make " + place(file_name, path));
  return dataset;
}

std::uint64_t product(std::span<const hsize_t> dims) {
  std::uint64_t elements = 1;
  for (const hsize_t dim : dims) elements *= dim;
  return elements;
}

/// Selects rows [first, first + count) in the data set's own space and gives the space of as many elements in memory.
Id select_rows(Opened& opened, std::uint64_t first, std::uint64_t count) {
  if (opened.dims.empty()) throw Failure(opened.place + " is a scalar and has no rows");
  if (first > opened.dims[0] || count > opened.dims[0] - first)
    throw Failure(fmt::format("{} has {} rows: none at {} … {}", opened.place, opened.dims[0], first, first + count));
  std::vector<hsize_t> start(opened.dims.size(), 0);
  std::vector<hsize_t> extent = opened.dims;
  start[0] = first;
  extent[0] = count;
  Id memory(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose);
  if (memory.get() < 0 ||
      H5Sselect_hyperslab(opened.space.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr) < 0)
    fail("cannot select rows of " + opened.place);
  return memory;
}

}  // namespace

DatasetShape File::shape(const std::string& dataset) const {
  const Call call;
  const Opened opened = open_checked(handle_, name_, dataset);
  DatasetShape shape{classify(opened.type.get()), {opened.dims.begin(), opened.dims.end()}, std::nullopt};
  const Storage storage = storage_of(opened);
  if (shape.type == ElementType::kOther || storage.layout != H5D_CONTIGUOUS || storage.packed || storage.external ||
      H5Tequal(opened.type.get(), stored_type(shape.type)) <= 0)
    return shape;
  const haddr_t offset = H5Dget_offset(opened.dataset.get());
  if (offset == HADDR_UNDEF) return shape;
  hsize_t file_size = 0;
  if (H5Fget_filesize(handle_, &file_size) < 0) fail("cannot look at " + opened.place);
  if (offset > file_size || storage.stored > file_size - offset)
    throw Failure(fmt::format("{} claims the bytes {} … {} of a file of {}", opened.place, offset,
                              offset + storage.stored, file_size));
  shape.file_offset = offset;
  return shape;
}

void File::write(const std::string& dataset, ElementType type, std::span<const std::uint64_t> dims, ByteView bytes) {
  const Call call;
  const std::string where = place(name_, dataset);
  const Id space = make_space(dims, where);
  const std::uint64_t size = product(library_dims(dims)) * element_size(type);
  if (bytes.size() != size)
    throw Bug(fmt::format("{} has {} bytes, and {} were given to fill it", where, size, bytes.size()));
  const Id made = make_contiguous(handle_, name_, dataset, stored_type(type), space);
  if (!bytes.empty() && H5Dwrite(made.get(), memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0)
    fail("cannot write " + where);
}

void File::make_dataset(const std::string& dataset, ElementType type, std::span<const std::uint64_t> dims) {
  const Call call;
  const Id space = make_space(dims, place(name_, dataset));
  (void)make_contiguous(handle_, name_, dataset, stored_type(type), space);
}

void File::write_rows(const std::string& dataset, std::uint64_t first, ByteView bytes) {
  const Call call;
  Opened opened = open_checked(handle_, name_, dataset);
  const ElementType type = classify(opened.type.get());
  if (opened.dims.empty()) throw Failure(opened.place + " is a scalar and has no rows");
  const std::uint64_t row = product(std::span(opened.dims).subspan(1)) * element_size(type);
  if (row == 0 ? !bytes.empty() : bytes.size() % row != 0)
    throw Bug(fmt::format("{} has rows of {} bytes, and {} were given", opened.place, row, bytes.size()));
  if (bytes.empty()) return;
  const Id memory = select_rows(opened, first, bytes.size() / row);
  if (H5Dwrite(opened.dataset.get(), memory_type(type), memory.get(), opened.space.get(), H5P_DEFAULT, bytes.data()) <
      0)
    fail("cannot write " + opened.place);
}

Bytes File::read(const std::string& dataset, ElementType type) const {
  const Call call;
  const Opened opened = open_checked(handle_, name_, dataset);
  Bytes bytes(opened.elements * element_size(type));
  if (!bytes.empty() &&
      H5Dread(opened.dataset.get(), memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0)
    fail("cannot read " + opened.place);
  return bytes;
}

void File::read_rows(const std::string& dataset, ElementType type, std::uint64_t first, std::uint64_t count,
                     std::span<std::byte> out) const {
  const Call call;
  Opened opened = open_checked(handle_, name_, dataset);
  const Id memory = select_rows(opened, first, count);
  const std::uint64_t size = count * product(std::span(opened.dims).subspan(1)) * element_size(type);
  if (out.size() != size)
    throw Bug(
        fmt::format("{} rows of {} are {} bytes, and there is room for {}", count, opened.place, size, out.size()));
  if (!out.empty() &&
      H5Dread(opened.dataset.get(), memory_type(type), memory.get(), opened.space.get(), H5P_DEFAULT, out.data()) < 0)
    fail("cannot read " + opened.place);
}

void File::write_strings(const std::string& dataset, std::span<const std::string> values) {
  const Call call;
  const std::string where = place(name_, dataset);
  std::size_t width = 1;
  for (const auto& value : values) {
    if (value.find('\0') != std::string::npos)
      throw Failure(where + " can't hold a text with a zero byte: '" + value.substr(0, value.find('\0')) + "'…");
    width = std::max(width, value.size());
  }
  std::string padded(width * values.size(), '\0');
  for (std::size_t i = 0; i < values.size(); ++i) values[i].copy(padded.data() + i * width, width);
  const std::uint64_t count = values.size();
  const Id type = string_type(width);
  const Id made = make_contiguous(handle_, name_, dataset, type.get(), make_space(std::span(&count, 1), where));
  if (!padded.empty() && H5Dwrite(made.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, padded.data()) < 0)
    fail("cannot write " + where);
}

std::vector<std::string> File::read_strings(const std::string& dataset) const {
  const Call call;
  const Opened opened = open_checked(handle_, name_, dataset);
  if (H5Tget_class(opened.type.get()) != H5T_STRING) throw Failure(opened.place + " does not hold strings");
  if (opened.dims.size() != 1)
    throw Failure(fmt::format("{} has {} dimensions, not one", opened.place, opened.dims.size()));
  std::vector<std::string> values;
  values.reserve(opened.elements);
  if (opened.elements == 0) return values;
  if (H5Tis_variable_str(opened.type.get()) > 0) {
    std::vector<char*> texts(opened.elements, nullptr);
    const herr_t result = H5Dread(opened.dataset.get(), opened.type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data());
    const std::string reason = result < 0 ? innermost_error() : "";
    if (result >= 0)
      for (const char* text : texts) values.emplace_back(text == nullptr ? "" : text);
    for (char* text : texts) H5free_memory(text);
    if (result < 0) throw Failure("cannot read " + opened.place + ": " + reason);
    return values;
  }
  const std::size_t width = H5Tget_size(opened.type.get());
  std::string padded(width * opened.elements, '\0');
  if (H5Dread(opened.dataset.get(), opened.type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, padded.data()) < 0)
    fail("cannot read " + opened.place);
  for (std::size_t i = 0; i < opened.elements; ++i)
    values.push_back(without_padding(std::string_view(padded).substr(i * width, width), opened.type.get()));
  return values;
}

}  // namespace expunge::hdf5
