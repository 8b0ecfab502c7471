// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/write_hdf5.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"
#include "framework/io/hdf5.hpp"

namespace expunge {

namespace {

using hdf5::ElementType;

/// A name beside `path` for what is not finished, removed unless it was renamed.
class Unfinished {
 public:
  explicit Unfinished(std::filesystem::path path) : path_(std::move(path)) {
    path_ += ".unfinished-" + std::to_string(::getpid());
    remove();
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() { remove(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  void remove() const {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  std::filesystem::path path_;
};

void sync_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = file >= 0 && ::fsync(file) == 0;
  const int reason = errno;
  if (file >= 0) ::close(file);
  if (!done) throw Failure(fmt::format("cannot write {} to disk: {}", path.string(), std::strerror(reason)));
}

void write_features(const Dataset& data, hdf5::File& file) {
  std::vector<std::uint64_t> dims{data.size()};
  for (const auto extent : data.shape()) dims.push_back(static_cast<std::uint64_t>(extent));
  file.make_dataset("/x", data.feature_type() == FeatureType::kU8 ? ElementType::kU8 : ElementType::kF32, dims);
  constexpr std::size_t kWrittenAtOnce = std::size_t{4} << 20U;
  const std::uint64_t block_rows = std::max<std::size_t>(1, kWrittenAtOnce / data.row_bytes());
  Bytes block;
  for (std::uint64_t first = 0; first < data.size(); first += block_rows) {
    const std::uint64_t count = std::min(block_rows, data.size() - first);
    block.resize(count * data.row_bytes());
    data.gather_range(first, count, block);
    file.write_rows("/x", first, block);
  }
}

void write_identities(const Dataset& data, hdf5::File& file) {
  const std::uint64_t dims[] = {data.size()};
  std::vector<std::int32_t> labels(data.size());
  std::vector<std::uint64_t> ids(data.size());
  for (std::uint64_t row = 0; row < data.size(); ++row) {
    labels[row] = data.label(row);
    ids[row] = data.id(row).value();
  }
  file.write("/y", ElementType::kI32, dims, std::as_bytes(std::span(labels)));
  if (data.classes() > 0) file.set_attribute("/y", "classes", data.classes());
  file.write("/ids", ElementType::kU64, dims, std::as_bytes(std::span(ids)));
  if (!data.has_subjects()) return;
  std::vector<std::string> subjects(data.size());
  for (std::uint64_t row = 0; row < data.size(); ++row) subjects[row] = *data.subject(row);
  file.write_strings("/subjects", subjects);
}

}  // namespace

void write_hdf5(const Dataset& data, const std::filesystem::path& path, bool replace) {
  if (!replace && std::filesystem::exists(std::filesystem::symlink_status(path)))
    throw Failure(fmt::format("{} exists; choose another name, or replace it with --force", path.string()));
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code unknown;
  if (!std::filesystem::is_directory(folder, unknown))
    throw Failure(fmt::format("cannot write {}: there is no folder {}; make it first", path.string(), folder.string()));
  const Unfinished unfinished(path);
  hdf5::File file = hdf5::File::create(unfinished.path());
  write_features(data, file);
  write_identities(data, file);
  file.close();
  sync_file(unfinished.path());
  system_files().rename(unfinished.path(), path);
  system_files().sync_directory(folder);
}

}  // namespace expunge
