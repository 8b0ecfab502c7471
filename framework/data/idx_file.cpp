// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/idx_file.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "framework/core/bytes.hpp"
#include "framework/core/error.hpp"
#include "framework/data/gzip_stream.hpp"
#include "framework/data/mapped_rows.hpp"

namespace expunge {

namespace {

constexpr unsigned kUnsignedByte = 0x08;

struct Header {
  std::vector<std::uint64_t> dims;
  std::uint64_t row_bytes = 1;
  std::uint64_t file_bytes = 0;  ///< of the whole content, header included

  [[nodiscard]] std::string promise() const {
    return fmt::format("its header (dimensions {}) promises {} bytes", fmt::join(dims, " x "), file_bytes);
  }
};

/// `read` fills a span from the content's next bytes and returns how many there were.
template <class Read>
Header read_header(const std::string& name, Read&& read) {
  std::array<std::byte, 4> word{};
  const auto next = [&](std::uint64_t at) {
    if (read(std::span(word)) < word.size())
      throw Failure(fmt::format("{}: the IDX header is cut short at byte {}", name, at));
  };
  next(0);
  const auto type = std::to_integer<unsigned>(word[2]);
  const auto dimensions = std::to_integer<unsigned>(word[3]);
  if (word[0] != std::byte{0} || word[1] != std::byte{0} || type != kUnsignedByte || dimensions == 0)
    throw Failure(
        fmt::format("{}: byte 0: {} is not the magic number of an IDX file of unsigned bytes (000008 and the "
                    "number of dimensions)",
                    name, to_hex(word)));
  Header header;
  header.file_bytes = 4 + 4 * std::uint64_t{dimensions};
  for (unsigned i = 0; i < dimensions; ++i) {
    next(4 + 4 * std::uint64_t{i});
    std::uint64_t extent = 0;
    for (const std::byte byte : word) extent = extent << 8U | std::to_integer<std::uint64_t>(byte);
    if (i > 0 && extent == 0) throw Failure(fmt::format("{}: byte {}: dimension {} is 0", name, 4 + 4 * i, i + 1));
    header.dims.push_back(extent);
    // Neither product may pass 2^63, whatever the header says.
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max() / 2;
    if (i > 0 && header.row_bytes > kMost / extent)
      throw Failure(
          fmt::format("{}: byte {}: dimension {} of {} makes rows too large", name, 4 + 4 * i, i + 1, extent));
    if (i > 0) header.row_bytes *= extent;
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max() / 2;
  if (header.dims[0] > kMost / header.row_bytes)
    throw Failure(
        fmt::format("{}: byte 4: {} rows of {} bytes can't be meant", name, header.dims[0], header.row_bytes));
  header.file_bytes += header.dims[0] * header.row_bytes;
  return header;
}

class PlainIdxFile : public IdxFile {
 public:
  PlainIdxFile(Header header, MappedFile file)
      : IdxFile(std::move(header.dims), header.row_bytes), rows_(std::move(file), header_bytes(), row_bytes()) {}
  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override { rows_.gather(rows, out); }

 private:
  MappedRows rows_;
};

class GzipIdxFile : public IdxFile {
 public:
  GzipIdxFile(Header header, std::string name, std::unique_ptr<GzipStream> stream)
      : IdxFile(std::move(header.dims), header.row_bytes), name_(std::move(name)), stream_(std::move(stream)) {}

  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override {
    const std::lock_guard lock(mutex_);
    for (std::size_t begin = 0; begin < rows.size();) {
      std::size_t end = begin + 1;  // rows that follow each other are one read
      while (end < rows.size() && rows[end] == rows[end - 1] + 1) ++end;
      const std::uint64_t position = header_bytes() + rows[begin] * row_bytes();
      const auto run = out.subspan(begin * row_bytes(), (end - begin) * row_bytes());
      if (!stream_->seek(position) || stream_->read(run) < run.size())
        throw Failure(
            fmt::format("{}: row {} is no longer there: the file was changed while it was in use", name_, rows[begin]));
      begin = end;
    }
  }

 private:
  std::string name_;
  mutable std::mutex mutex_;
  std::unique_ptr<GzipStream> stream_;
};

std::unique_ptr<IdxFile> open_gzip(const std::filesystem::path& path) {
  const std::string name = path.string();
  auto stream = std::make_unique<GzipStream>(path);
  Header header = read_header(name, [&](std::span<std::byte> out) { return stream->read(out); });
  if (!stream->seek(header.file_bytes))
    throw Failure(fmt::format("{}: {} uncompressed, and its content ends at byte {}: it is cut short", name,
                              header.promise(), stream->position()));
  std::array<std::byte, 1> beyond{};
  if (stream->read(beyond) > 0)  // also compares the checksum
    throw Failure(fmt::format("{}: {} uncompressed, and more bytes follow at byte {}", name, header.promise(),
                              header.file_bytes));
  return std::make_unique<GzipIdxFile>(std::move(header), name, std::move(stream));
}

std::unique_ptr<IdxFile> open_plain(const std::filesystem::path& path) {
  const std::string name = path.string();
  MappedFile file(path);
  const ByteView bytes = file.bytes();
  std::size_t position = 0;
  Header header = read_header(name, [&](std::span<std::byte> out) {
    const std::size_t count = std::min(out.size(), bytes.size() - position);
    std::ranges::copy(bytes.subspan(position, count), out.begin());
    position += count;
    return count;
  });
  if (bytes.size() < header.file_bytes)
    throw Failure(
        fmt::format("{}: {}, and the file ends at byte {}: it is cut short", name, header.promise(), bytes.size()));
  if (bytes.size() > header.file_bytes)
    throw Failure(fmt::format("{}: {}, and more bytes follow at byte {} (the file has {})", name, header.promise(),
                              header.file_bytes, bytes.size()));
  return std::make_unique<PlainIdxFile>(std::move(header), std::move(file));
}

}  // namespace

std::unique_ptr<IdxFile> IdxFile::open(const std::filesystem::path& path) {
  return GzipStream::is_gzip(path) ? open_gzip(path) : open_plain(path);
}

}  // namespace expunge
