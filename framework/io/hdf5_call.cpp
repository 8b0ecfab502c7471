// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/io/hdf5_call.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <exception>
#include <string_view>
#include <type_traits>

#include <hdf5.h>

#include "framework/core/error.hpp"
#include "framework/io/system_call.hpp"

namespace expunge::hdf5 {

static_assert(std::is_same_v<hid_t, Handle>, "expunge needs HDF5 1.10 or newer");
static_assert(std::is_same_v<herr_t, int>);

namespace {

std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

/// HDF5 tells a failed system call with the time, the address of the buffer and more; the number in it says it all. 0
/// where there is none.
int system_error_in(const std::string& reason) {
  constexpr std::string_view kMark = "errno = ";
  const std::size_t at = reason.find(kMark);
  int number = 0;
  if (at != std::string::npos)
    std::from_chars(reason.data() + at + kMark.size(), reason.data() + reason.size(), number);
  return number;
}

herr_t keep_first(unsigned /*depth*/, const H5E_error2_t* error, void* text) {
  auto& reason = *static_cast<std::string*>(text);
  if (reason.empty() && error->desc != nullptr) reason = error->desc;
  return 0;
}

}  // namespace

Call::Call() : lock_(library_mutex()) {
  // A file that could not be written out and closed, on a full disk, stays open in the library, whose clean-up when the
  // process ends then reads what is gone.
  static const herr_t kNoCleanUp = H5dont_atexit();
  (void)kNoCleanUp;
  H5Eget_auto2(H5E_DEFAULT, &printer_, &printer_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Call::~Call() {
  H5Eset_auto2(H5E_DEFAULT, printer_, printer_data_);
}

std::string innermost_error() {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &reason);
  if (reason.empty()) return "HDF5 gives no reason";
  const int error = system_error_in(reason);
  return error == 0 ? reason : reason_of_system(error);
}

void fail(const std::string& what) {
  throw Failure(what + ": " + innermost_error());
}

std::string place(const std::string& file, const std::string& path) {
  return file + ", " + (path.starts_with('/') ? path : "/" + path);
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool leads_somewhere(Handle file, const std::string& name, const std::string& path) {
  std::string walked;
  for (const auto& part : parts_of(path)) {
    walked += "/" + part;
    const htri_t there = H5Lexists(file, walked.c_str(), H5P_DEFAULT);
    if (there < 0) fail("cannot look for " + place(name, walked));
    if (there == 0) return false;
    H5L_info_t link;
    if (H5Lget_info(file, walked.c_str(), &link, H5P_DEFAULT) < 0) fail("cannot look at " + place(name, walked));
    if (link.type != H5L_TYPE_HARD && link.type != H5L_TYPE_SOFT)
      throw Failure(place(name, walked) + " is a link into another file; copy what it points to into this one");
    if (link.type == H5L_TYPE_HARD) continue;  // is the object
    const htri_t resolves = H5Oexists_by_name(file, walked.c_str(), H5P_DEFAULT);
    if (resolves < 0) fail("cannot look for " + place(name, walked));
    if (resolves == 0) return false;
  }
  return true;
}

Id open_object(Handle file, const std::string& name, const std::string& path) {
  if (!leads_somewhere(file, name, path)) throw Failure(place(name, path) + " is missing");
  Id object(H5Oopen(file, path.empty() ? "/" : path.c_str(), H5P_DEFAULT), H5Oclose);
  if (object.get() < 0) fail("cannot open " + place(name, path));
  return object;
}

Id open_dataset(Handle file, const std::string& name, const std::string& path) {
  Id object = open_object(file, name, path);
  if (H5Iget_type(object.get()) != H5I_DATASET) throw Failure(place(name, path) + " is not a data set");
  return object;
}

void make_parents(Handle file, const std::string& name, const std::string& path) {
  std::vector<std::string> parts = parts_of(path);
  if (parts.empty()) throw Bug("an HDF5 object can't be called '" + path + "'");
  parts.pop_back();
  std::string walked;
  const Id creation = group_creation();
  for (const auto& part : parts) {
    walked += "/" + part;
    if (leads_somewhere(file, name, walked)) continue;
    const Id group(H5Gcreate2(file, walked.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Gclose);
    if (group.get() < 0) fail("cannot make the group " + place(name, walked));
  }
}

namespace {

constexpr unsigned kTrackedOrder = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

}  // namespace

Id file_creation() {
  Id list(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  // Attributes stay in the root's own header, where h5dump finds them at once and no heap is needed for them.
  constexpr unsigned kCompactAttributes = 64;
  if (H5Pset_obj_track_times(list.get(), false) < 0 || H5Pset_link_creation_order(list.get(), kTrackedOrder) < 0 ||
      H5Pset_attr_phase_change(list.get(), kCompactAttributes, 0) < 0)
    fail("cannot prepare an HDF5 file");
  return list;
}

Id group_creation() {
  Id list(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  if (H5Pset_obj_track_times(list.get(), false) < 0 || H5Pset_link_creation_order(list.get(), kTrackedOrder) < 0)
    fail("cannot prepare an HDF5 group");
  return list;
}

Id dataset_creation() {
  Id list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  // Every element is written by its maker, so a fill would only write the bytes twice.
  if (H5Pset_obj_track_times(list.get(), false) < 0 || H5Pset_layout(list.get(), H5D_CONTIGUOUS) < 0 ||
      H5Pset_alloc_time(list.get(), H5D_ALLOC_TIME_EARLY) < 0 || H5Pset_fill_time(list.get(), H5D_FILL_TIME_NEVER) < 0)
    fail("cannot prepare an HDF5 data set");
  return list;
}

Id string_type(std::size_t size) {
  Id type(H5Tcopy(H5T_C_S1), H5Tclose);
  if (H5Tset_size(type.get(), size) < 0 || H5Tset_strpad(type.get(), H5T_STR_NULLPAD) < 0 ||
      H5Tset_cset(type.get(), H5T_CSET_UTF8) < 0)
    fail("cannot prepare an HDF5 string type");
  return type;
}

std::string without_padding(std::string_view text, Handle type) {
  if (H5Tget_strpad(type) != H5T_STR_SPACEPAD) return std::string(text.substr(0, text.find('\0')));
  return std::string(text.substr(0, text.find_last_not_of(' ') + 1));
}

Handle memory_type(ElementType type) {
  switch (type) {
    case ElementType::kU8:
      return H5T_NATIVE_UINT8;
    case ElementType::kI32:
      return H5T_NATIVE_INT32;
    case ElementType::kI64:
      return H5T_NATIVE_INT64;
    case ElementType::kU64:
      return H5T_NATIVE_UINT64;
    case ElementType::kF32:
      return H5T_NATIVE_FLOAT;
    case ElementType::kF64:
      return H5T_NATIVE_DOUBLE;
    case ElementType::kOther:
      break;
  }
  throw Bug("an HDF5 element type without a name can't be read or written");
}

Handle stored_type(ElementType type) {
  switch (type) {
    case ElementType::kU8:
      return H5T_STD_U8LE;
    case ElementType::kI32:
      return H5T_STD_I32LE;
    case ElementType::kI64:
      return H5T_STD_I64LE;
    case ElementType::kU64:
      return H5T_STD_U64LE;
    case ElementType::kF32:
      return H5T_IEEE_F32LE;
    case ElementType::kF64:
      return H5T_IEEE_F64LE;
    case ElementType::kOther:
      break;
  }
  throw Bug("an HDF5 element type without a name can't be read or written");
}

namespace {

constexpr std::size_t kGrowth = std::size_t{1} << 20U;

}  // namespace

/// What HDF5 calls: C functions, so nothing is thrown through them.
struct ImageCallbacks {
  /// Property lists share the caller's bytes; a file has its own copy, which HDF5 may change.
  static bool is_shared(H5FD_file_image_op_t operation) {
    return operation == H5FD_FILE_IMAGE_OP_PROPERTY_LIST_SET || operation == H5FD_FILE_IMAGE_OP_PROPERTY_LIST_COPY ||
           operation == H5FD_FILE_IMAGE_OP_PROPERTY_LIST_GET || operation == H5FD_FILE_IMAGE_OP_PROPERTY_LIST_CLOSE;
  }

  static void* allocate(std::size_t size, H5FD_file_image_op_t operation, void* image) {
    if (is_shared(operation)) return const_cast<std::byte*>(static_cast<Image*>(image)->given_.data());
    return resize(nullptr, size, operation, image);
  }

  static void* copy(void* to, const void* from, std::size_t size, H5FD_file_image_op_t /*operation*/, void* /*image*/) {
    return to == from ? to : std::memcpy(to, from, size);
  }

  static void* resize(void* /*memory*/, std::size_t size, H5FD_file_image_op_t /*operation*/, void* image) {
    Bytes& memory = static_cast<Image*>(image)->memory_;
    try {
      memory.resize(size);
    } catch (const std::exception&) {
      return nullptr;
    }
    return memory.data();
  }

  /// The memory stays with its owner, who takes it once the file is closed.
  static herr_t release(void* /*memory*/, H5FD_file_image_op_t /*operation*/, void* /*image*/) { return 0; }

  static void* share(void* image) { return image; }
  static herr_t unshare(void* /*image*/) { return 0; }
};

void Image::serve(const Id& access) {
  H5FD_file_image_callbacks_t callbacks{.image_malloc = ImageCallbacks::allocate,
                                        .image_memcpy = ImageCallbacks::copy,
                                        .image_realloc = ImageCallbacks::resize,
                                        .image_free = ImageCallbacks::release,
                                        .udata_copy = ImageCallbacks::share,
                                        .udata_free = ImageCallbacks::unshare,
                                        .udata = this};
  if (H5Pset_fapl_core(access.get(), kGrowth, false) < 0 || H5Pset_file_image_callbacks(access.get(), &callbacks) < 0)
    fail("cannot prepare an HDF5 file in memory");
}

void Image::serve(const Id& access, std::size_t expected) {
  serve(access);
  memory_.reserve(expected + kGrowth);
}

void Image::serve(const Id& access, ByteView bytes) {
  serve(access);
  given_ = bytes;
  if (H5Pset_file_image(access.get(), const_cast<std::byte*>(bytes.data()), bytes.size()) < 0)
    fail("cannot prepare an HDF5 file in memory");
}

}  // namespace expunge::hdf5
