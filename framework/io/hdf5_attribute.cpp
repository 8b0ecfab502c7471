// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include <hdf5.h>

#include "framework/core/error.hpp"
#include "framework/io/hdf5.hpp"
#include "framework/io/hdf5_call.hpp"

namespace expunge::hdf5 {

namespace {

std::string attribute_place(const std::string& file, const std::string& path, const std::string& name) {
  return place(file, path) + ", attribute '" + name + "'";
}

struct Attribute {
  Id id;
  Id type;
  std::string place;
};

/// Opens a scalar attribute. Throws Failure where it is not a scalar.
std::optional<Attribute> find_scalar(Handle file, const std::string& file_name, const std::string& path,
                                     const std::string& name) {
  const Id object = open_object(file, file_name, path);
  std::string where = attribute_place(file_name, path, name);
  const htri_t there = H5Aexists(object.get(), name.c_str());
  if (there < 0) fail("cannot look for " + where);
  if (there == 0) return std::nullopt;
  Id id(H5Aopen(object.get(), name.c_str(), H5P_DEFAULT), H5Aclose);
  if (id.get() < 0) fail("cannot open " + where);
  const Id space(H5Aget_space(id.get()), H5Sclose);
  if (space.get() < 0) fail("cannot look at " + where);
  if (H5Sget_simple_extent_type(space.get()) != H5S_SCALAR) throw Failure(where + " is not a scalar");
  Id type(H5Aget_type(id.get()), H5Tclose);
  if (type.get() < 0) fail("cannot look at " + where);
  return Attribute{std::move(id), std::move(type), std::move(where)};
}

/// Throws Failure where it is missing or not a scalar.
Attribute open_scalar(Handle file, const std::string& file_name, const std::string& path, const std::string& name) {
  auto attribute = find_scalar(file, file_name, path, name);
  if (!attribute) throw Failure(attribute_place(file_name, path, name) + " is missing");
  return std::move(*attribute);
}

std::int64_t integer_in(const Attribute& attribute) {
  if (H5Tget_class(attribute.type.get()) != H5T_INTEGER || H5Tget_size(attribute.type.get()) > sizeof(std::int64_t))
    throw Failure(attribute.place + " is not an integer of at most 64 bits");
  if (H5Tget_sign(attribute.type.get()) == H5T_SGN_NONE) {
    std::uint64_t value = 0;
    if (H5Aread(attribute.id.get(), H5T_NATIVE_UINT64, &value) < 0) fail("cannot read " + attribute.place);
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      throw Failure(fmt::format("{} is {}: too large", attribute.place, value));
    return static_cast<std::int64_t>(value);
  }
  std::int64_t value = 0;
  if (H5Aread(attribute.id.get(), H5T_NATIVE_INT64, &value) < 0) fail("cannot read " + attribute.place);
  return value;
}

void write_scalar(Handle file, const std::string& file_name, const std::string& path, const std::string& name,
                  Handle stored, Handle memory, const void* value) {
  const Id object = open_object(file, file_name, path);
  const std::string where = attribute_place(file_name, path, name);
  const Id space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id id(H5Acreate2(object.get(), name.c_str(), stored, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (id.get() < 0) fail("cannot make " + where);
  if (H5Awrite(id.get(), memory, value) < 0) fail("cannot write " + where);
}

}  // namespace

std::vector<std::string> File::attributes(const std::string& path) const {
  const Call call;
  const Id object = open_object(handle_, name_, path);
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5A_info_t*, void* list) -> herr_t {
    static_cast<std::vector<std::string>*>(list)->emplace_back(name);
    return 0;
  };
  if (H5Aiterate2(object.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names) < 0)
    fail("cannot list the attributes of " + place(name_, path));
  return names;
}

bool File::has_attribute(const std::string& path, const std::string& name) const {
  const Call call;
  const Id object = open_object(handle_, name_, path);
  const htri_t there = H5Aexists(object.get(), name.c_str());
  if (there < 0) fail("cannot look for " + attribute_place(name_, path, name));
  return there > 0;
}

void File::set_attribute(const std::string& path, const std::string& name, std::int64_t value) {
  const Call call;
  write_scalar(handle_, name_, path, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

void File::set_attribute(const std::string& path, const std::string& name, const std::string& value) {
  const Call call;
  if (value.find('\0') != std::string::npos)
    throw Failure(attribute_place(name_, path, name) + " can't hold a text with a zero byte");
  // HDF5 has no strings of length zero; the empty one is a single zero byte.
  const Id type = string_type(std::max<std::size_t>(value.size(), 1));
  write_scalar(handle_, name_, path, name, type.get(), type.get(), value.c_str());
}

std::int64_t File::integer_attribute(const std::string& path, const std::string& name) const {
  const Call call;
  return integer_in(open_scalar(handle_, name_, path, name));
}

std::optional<std::int64_t> File::find_integer_attribute(const std::string& path, const std::string& name) const {
  const Call call;
  const auto attribute = find_scalar(handle_, name_, path, name);
  return attribute ? std::optional(integer_in(*attribute)) : std::nullopt;
}

std::string File::string_attribute(const std::string& path, const std::string& name) const {
  const Call call;
  const Attribute attribute = open_scalar(handle_, name_, path, name);
  if (H5Tget_class(attribute.type.get()) != H5T_STRING) throw Failure(attribute.place + " is not a string");
  if (H5Tis_variable_str(attribute.type.get()) > 0) {
    char* text = nullptr;
    if (H5Aread(attribute.id.get(), attribute.type.get(), &text) < 0) fail("cannot read " + attribute.place);
    std::string value = text == nullptr ? "" : text;
    H5free_memory(text);
    return value;
  }
  constexpr std::size_t kLongest = std::size_t{16} << 20U;
  const std::size_t size = H5Tget_size(attribute.type.get());
  if (size > kLongest) throw Failure(fmt::format("{} claims to have {} bytes", attribute.place, size));
  std::string value(size, '\0');
  if (H5Aread(attribute.id.get(), attribute.type.get(), value.data()) < 0) fail("cannot read " + attribute.place);
  return without_padding(value, attribute.type.get());
}

}  // namespace expunge::hdf5
