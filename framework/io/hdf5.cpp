// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/io/hdf5.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <hdf5.h>

#include "framework/core/error.hpp"
#include "framework/io/hdf5_call.hpp"
#include "framework/io/system_call.hpp"

namespace expunge::hdf5 {

std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::kU8:
      return 1;
    case ElementType::kI32:
    case ElementType::kF32:
      return 4;
    case ElementType::kI64:
    case ElementType::kU64:
    case ElementType::kF64:
      return 8;
    case ElementType::kOther:
      break;
  }
  return 0;
}

std::string library_version() {
  const Call call;
  std::array<unsigned, 3> parts{};
  if (H5get_libversion(&parts[0], &parts[1], &parts[2]) < 0) fail("cannot ask for the version of HDF5");
  return fmt::format("{}.{}.{}", parts[0], parts[1], parts[2]);
}

namespace {

Id access_list() {
  Id list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (H5Pset_fclose_degree(list.get(), H5F_CLOSE_STRONG) < 0) fail("cannot prepare access to an HDF5 file");
  return list;
}

/// For files that are written: the format whose metadata carry checksums throughout.
Id writing_access_list() {
  Id list = access_list();
  if (H5Pset_libver_bounds(list.get(), H5F_LIBVER_V110, H5F_LIBVER_V110) < 0) fail("cannot prepare an HDF5 file");
  return list;
}

/// HDF5 takes two open files in memory of one name for the same file.
std::string name_of_image() {
  static std::atomic<std::uint64_t> counter{0};
  return "expunge-image-" + std::to_string(counter++);
}

/// HDF5 often gives no reason of its own; the system's is known by trying the same.
[[noreturn]] void fail_creation(const std::filesystem::path& path) {
  const std::string reason = innermost_error();
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.get() < 0) fail_system_call("make", path, errno);
  ::unlink(path.c_str());
  throw Failure("cannot make " + path.string() + ": " + reason);
}

std::string unopened(const std::string& name) {
  const std::string reason = innermost_error();
  std::string message = "cannot open " + name + " as an HDF5 file: " + reason;
  if (reason.find("lock file") != std::string::npos)
    message += "; where the file system has no locks, set HDF5_USE_FILE_LOCKING=FALSE and run again";
  return message;
}

}  // namespace

File::File(Handle handle, std::string name, std::unique_ptr<Image> image)
    : image_(std::move(image)), handle_(handle), name_(std::move(name)) {}

File::File(File&& other) noexcept
    : image_(std::move(other.image_)), handle_(std::exchange(other.handle_, -1)), name_(std::move(other.name_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(image_, other.image_);
  std::swap(handle_, other.handle_);
  std::swap(name_, other.name_);
  return *this;
}

File::~File() {
  if (handle_ < 0) return;
  const Call call;
  H5Fclose(handle_);
}

File File::open(const std::filesystem::path& path) {
  // The system says more plainly than HDF5 why a file can't be read.
  (void)open_for_reading("read", path);
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) fail_system_call("read", path, EISDIR);
  const Call call;
  const Id access = access_list();
  const Handle handle = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get());
  if (handle < 0) throw Failure(unopened(path.string()));
  return {handle, path.string()};
}

File File::open_image(ByteView image, std::string name) {
  const Call call;
  if (image.empty()) throw Failure("cannot open " + name + " as an HDF5 file: it is empty");
  auto memory = std::make_unique<Image>();
  const Id access = access_list();
  memory->serve(access, image);
  const Handle handle = H5Fopen(name_of_image().c_str(), H5F_ACC_RDONLY, access.get());
  if (handle < 0) throw Failure(unopened(name));
  return {handle, std::move(name), std::move(memory)};
}

File File::create_image(std::size_t expected) {
  const Call call;
  auto memory = std::make_unique<Image>();
  const Id access = writing_access_list();
  memory->serve(access, expected);
  const Handle handle = H5Fcreate(name_of_image().c_str(), H5F_ACC_TRUNC, file_creation().get(), access.get());
  if (handle < 0) fail("cannot make an HDF5 file in memory");
  return {handle, "an HDF5 file in memory", std::move(memory)};
}

File File::create(const std::filesystem::path& path) {
  const Call call;
  const Handle handle = H5Fcreate(path.c_str(), H5F_ACC_EXCL, file_creation().get(), writing_access_list().get());
  if (handle < 0) fail_creation(path);
  return {handle, path.string()};
}

Bytes File::take_image() {
  const Call call;
  if (H5Fflush(handle_, H5F_SCOPE_GLOBAL) < 0) fail("cannot complete " + name_);
  const ssize_t size = H5Fget_file_image(handle_, nullptr, 0);
  if (size <= 0) fail("cannot take the bytes of " + name_);
  if (H5Fclose(std::exchange(handle_, -1)) < 0) fail("cannot close " + name_);
  Bytes image = image_->take();
  image.resize(static_cast<std::size_t>(size));
  return image;
}

void File::close() {
  const Call call;
  if (H5Fflush(handle_, H5F_SCOPE_GLOBAL) < 0) fail("cannot write " + name_);
  if (H5Fclose(std::exchange(handle_, -1)) < 0) fail("cannot close " + name_);
  // Some file systems tell of a failed write only here.
  const Descriptor file = open_for_reading("read", name_);
  if (::fsync(file.get()) != 0) fail_system_call("write", name_, errno);
}

bool File::exists(const std::string& path) const {
  const Call call;
  return leads_somewhere(handle_, name_, path);
}

std::vector<std::string> File::children(const std::string& group) const {
  const Call call;
  const Id object = open_object(handle_, name_, group);
  if (H5Iget_type(object.get()) != H5I_GROUP) throw Failure(place(name_, group) + " is not a group");
  const Id creation(H5Gget_create_plist(object.get()), H5Pclose);
  unsigned order = 0;
  if (creation.get() < 0 || H5Pget_link_creation_order(creation.get(), &order) < 0)
    fail("cannot look at " + place(name_, group));
  // A foreign file's group may not have kept the order of creation; names are the next best order.
  const H5_index_t index = (order & H5P_CRT_ORDER_TRACKED) != 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
    static_cast<std::vector<std::string>*>(list)->emplace_back(name);
    return 0;
  };
  if (H5Literate(object.get(), index, H5_ITER_INC, nullptr, collect, &names) < 0)
    fail("cannot list " + place(name_, group));
  return names;
}

void File::make_group(const std::string& path) {
  const Call call;
  make_parents(handle_, name_, path);
  const Id group(H5Gcreate2(handle_, path.c_str(), H5P_DEFAULT, group_creation().get(), H5P_DEFAULT), H5Gclose);
  if (group.get() < 0) fail("cannot make the group " + place(name_, path));
}

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
