// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/idx.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "framework/core/bytes.hpp"
#include "framework/core/error.hpp"
#include "framework/data/mapped_rows.hpp"

namespace expunge {

namespace {

/// The content of a gzip file, read forwards in bounded memory. Every member throws Failure that names the file and the
/// byte of it (compressed) at which it is corrupt, cut short or unreadable.
class GzipStream {
 public:
  explicit GzipStream(const std::filesystem::path& path);
  ~GzipStream();

  /// Fills `out` as far as the content goes; returns the bytes read: fewer than asked for at the content's end alone.
  /// The end is reached only after the checksum has been compared.
  std::size_t read(std::span<std::byte> out);
  /// The place in the content of the next byte that is read.
  [[nodiscard]] std::uint64_t position() const;
  /// Goes to a place in the content: cheap forwards, from the start again backwards. Returns false beyond the end.
  bool seek(std::uint64_t position);

  /// Whether a file begins as gzip files do. Throws Failure where it can't be read.
  [[nodiscard]] static bool is_gzip(const std::filesystem::path& path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

constexpr std::size_t kBufferBytes = std::size_t{64} << 10U;
constexpr int kGzipWindow = 15 + 16;  // zlib's largest window; 16 asks for a gzip header and its checksum

std::ifstream open_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failure(fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
  return file;
}

struct GzipStream::State {
  std::filesystem::path path;
  std::ifstream file;
  std::array<char, kBufferBytes> compressed{};
  std::array<std::byte, kBufferBytes> skipped{};
  std::uint64_t file_bytes = 0;  // read from the file so far
  z_stream inflater{};
  std::uint64_t position = 0;
  bool at_end = false;

  [[noreturn]] void refuse(const std::string& problem) const {
    throw Failure(fmt::format("{}: {} at byte {} of the compressed file; get the file again", path.string(), problem,
                              file_bytes - inflater.avail_in));
  }

  /// Makes compressed bytes available. False at the end of the file.
  bool refill() {
    if (inflater.avail_in > 0) return true;
    file.read(compressed.data(), static_cast<std::streamsize>(compressed.size()));
    if (file.bad()) refuse(fmt::format("cannot read ({})", std::strerror(errno)));
    inflater.next_in = reinterpret_cast<Bytef*>(compressed.data());
    inflater.avail_in = static_cast<uInt>(file.gcount());
    file_bytes += static_cast<std::uint64_t>(file.gcount());
    return inflater.avail_in > 0;
  }

  void restart() {
    file.clear();
    file.seekg(0);
    inflateReset(&inflater);
    inflater.avail_in = 0;
    file_bytes = 0;
    position = 0;
    at_end = false;
  }
};

GzipStream::GzipStream(const std::filesystem::path& path) : state_(std::make_unique<State>()) {
  state_->path = path;
  state_->file = open_file(path);
  if (inflateInit2(&state_->inflater, kGzipWindow) != Z_OK)
    throw Failure(fmt::format("cannot start to decompress {}: out of memory", path.string()));
}

GzipStream::~GzipStream() {
  inflateEnd(&state_->inflater);
}

std::size_t GzipStream::read(std::span<std::byte> out) {
  State& state = *state_;
  std::size_t filled = 0;
  while (filled < out.size() && !state.at_end) {
    if (!state.refill()) state.refuse("the gzip data is cut short");
    const std::size_t room = std::min<std::size_t>(out.size() - filled, std::numeric_limits<uInt>::max());
    state.inflater.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    state.inflater.avail_out = static_cast<uInt>(room);
    const int answer = inflate(&state.inflater, Z_NO_FLUSH);
    const std::size_t got = room - state.inflater.avail_out;
    filled += got;
    state.position += got;
    if (answer == Z_STREAM_END) {
      // Another member may follow: gzip files may be concatenated.
      state.at_end = !state.refill();
      inflateReset(&state.inflater);
    } else if (answer != Z_OK && answer != Z_BUF_ERROR) {
      state.refuse(fmt::format("the gzip data is corrupt ({})",
                               state.inflater.msg != nullptr ? state.inflater.msg : "no message"));
    }
  }
  return filled;
}

std::uint64_t GzipStream::position() const {
  return state_->position;
}

bool GzipStream::seek(std::uint64_t position) {
  if (position < state_->position) state_->restart();
  while (state_->position < position) {
    const std::uint64_t missing = position - state_->position;
    if (read(std::span(state_->skipped).first(std::min<std::uint64_t>(missing, kBufferBytes))) == 0) return false;
  }
  return true;
}

bool GzipStream::is_gzip(const std::filesystem::path& path) {
  std::ifstream file = open_file(path);
  std::array<char, 2> magic{};
  file.read(magic.data(), magic.size());
  if (file.bad()) throw Failure(fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
  return file.gcount() == 2 && magic[0] == '\x1f' && magic[1] == '\x8b';
}

/// One open IDX file of unsigned bytes, checked: its header is sound and as many elements follow it as the header says.
class IdxFile {
 public:
  /// Opens a plain or gzip file. Throws Failure naming the file and the byte where it is not sound.
  [[nodiscard]] static std::unique_ptr<IdxFile> open(const std::filesystem::path& path);
  virtual ~IdxFile() = default;

  [[nodiscard]] const std::vector<std::uint64_t>& dims() const { return dims_; }
  /// Elements for each step along the first dimension.
  [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }
  /// Where row 0 begins, in the uncompressed content.
  [[nodiscard]] std::uint64_t header_bytes() const { return 4 + 4 * dims_.size(); }

  /// Copies `rows` (ascending) to `out`. Any thread may. Throws Failure where a compressed file has changed on disk.
  virtual void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const = 0;

 protected:
  IdxFile(std::vector<std::uint64_t> dims, std::size_t row_bytes) : dims_(std::move(dims)), row_bytes_(row_bytes) {}

 private:
  std::vector<std::uint64_t> dims_;
  std::size_t row_bytes_;
};

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

std::unique_ptr<IdxFile> IdxFile::open(const std::filesystem::path& path) {
  return GzipStream::is_gzip(path) ? open_gzip(path) : open_plain(path);
}

constexpr std::int64_t kIdxClasses = 10;

/// All labels of a file, in blocks of bounded size.
std::vector<std::int32_t> read_labels(const std::string& path, const IdxFile& file) {
  constexpr std::uint64_t kBlockRows = std::uint64_t{1} << 16U;
  const std::uint64_t count = file.dims()[0];
  std::vector<std::int32_t> labels;
  labels.reserve(count);
  std::vector<std::uint64_t> rows;
  Bytes block;
  while (labels.size() < count) {
    rows.resize(std::min(kBlockRows, count - labels.size()));
    std::iota(rows.begin(), rows.end(), labels.size());
    block.resize(rows.size());
    file.gather(rows, block);
    for (const std::byte byte : block) {
      const auto label = std::to_integer<std::int32_t>(byte);
      if (label >= kIdxClasses)
        throw Failure(fmt::format("{}: byte {} (row {}): label {} is not in 0 ... {}", path,
                                  file.header_bytes() + labels.size(), labels.size(), label, kIdxClasses - 1));
      labels.push_back(label);
    }
  }
  return labels;
}

class Idx : public Dataset {
 public:
  Idx(const std::string& images_path, const std::string& labels_path) : images_(IdxFile::open(images_path)) {
    const auto& dims = images_->dims();
    if (dims.size() < 2)
      throw Failure(
          fmt::format("{}: byte 3: images need 2 dimensions or more, and it has 1: are images and labels "
                      "swapped?",
                      images_path));
    const auto labels = IdxFile::open(labels_path);
    if (labels->dims().size() != 1)
      throw Failure(fmt::format("{}: byte 3: labels need 1 dimension, and it has {}: are images and labels swapped?",
                                labels_path, labels->dims().size()));
    if (labels->dims()[0] != dims[0])
      throw Failure(fmt::format("{}: byte 4: {} labels, and {} has {} images", labels_path, labels->dims()[0],
                                images_path, dims[0]));
    if (dims.size() == 3) shape_.push_back(1);
    shape_.insert(shape_.end(), dims.begin() + 1, dims.end());
    feature_type_ = FeatureType::kU8;
    classes_ = kIdxClasses;
    labels_ = read_labels(labels_path, *labels);
  }

  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override {
    check_gather(rows, out);
    images_->gather(rows, out);
  }

 private:
  std::unique_ptr<IdxFile> images_;
};

}  // namespace

std::unique_ptr<Dataset> open_idx(const Spec& spec) {
  spec.expect(2, "IMAGES,LABELS", {"limit", "subjects"});
  return std::make_unique<Idx>(spec.values()[0], spec.values()[1]);
}

}  // namespace expunge
