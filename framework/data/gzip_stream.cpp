// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/gzip_stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>

#include <zlib.h>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10U;
constexpr int kGzipWindow = 15 + 16;  // zlib's largest window; 16 asks for a gzip header and its checksum

std::ifstream open_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failure(fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
  return file;
}

}  // namespace

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

}  // namespace expunge
