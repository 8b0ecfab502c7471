// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/io/hdf5_image.hpp"

#include <cstring>
#include <exception>

#include <hdf5.h>

#include "framework/core/error.hpp"

namespace expunge::hdf5 {

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
