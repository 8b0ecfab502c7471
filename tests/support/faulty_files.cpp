// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/faulty_files.hpp"

#include <fstream>
#include <utility>

#include "framework/core/error.hpp"

namespace expunge::testing {

namespace {

void put(const std::filesystem::path& path, ByteView bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

void FaultyFiles::call(const std::function<void()>& action, const std::function<void()>& half) {
  if (crashed_) throw Crash{};
  if (calls_++ != fault_.at) return action();
  if (fault_.what == Fault::kFail) throw Failure(fault_.message);
  crashed_ = true;
  if (fault_.what == Fault::kCrashAfter) action();
  if (fault_.what == Fault::kCrashWithin) half();
  throw Crash{};
}

std::function<void()> FaultyFiles::restoring(const std::filesystem::path& path) const {
  if (!std::filesystem::exists(path)) return [path] { std::filesystem::remove(path); };
  return [path, bytes = read_file(path)] { put(path, bytes); };
}

void FaultyFiles::write_new(const std::filesystem::path& path, ByteView bytes) {
  const Unsynced change{path.parent_path(), restoring(path)};
  call(
      [&] {
        inner_.write_new(path, bytes);
        unsynced_.push_back(change);
      },
      [&] {
        put(path, bytes.first(bytes.size() / 2));
        unsynced_.push_back(change);
      });
}

void FaultyFiles::append(const std::filesystem::path& path, std::uint64_t kept, ByteView bytes) {
  // Its bytes are durable once it returns; its name is, if it had one before.
  const bool made = !std::filesystem::exists(path);
  const auto remember = [&] {
    if (made) unsynced_.push_back({path.parent_path(), [path] { std::filesystem::remove(path); }});
  };
  call(
      [&] {
        inner_.append(path, kept, bytes);
        remember();
      },
      [&] {
        inner_.append(path, kept, bytes.first(bytes.size() / 2));
        remember();
      });
}

void FaultyFiles::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  const Unsynced target{to.parent_path(), restoring(to)};
  const Unsynced source{from.parent_path(), restoring(from)};
  call([&] {
    inner_.rename(from, to);
    unsynced_.push_back(target);
    unsynced_.push_back(source);
  });
}

std::uintmax_t FaultyFiles::unlink(const std::filesystem::path& path) {
  const Unsynced change{path.parent_path(), restoring(path)};
  std::uintmax_t links = 0;
  call([&] {
    links = inner_.unlink(path);
    unsynced_.push_back(change);
  });
  return links;
}

void FaultyFiles::sync_directory(const std::filesystem::path& path) {
  call([&] {
    inner_.sync_directory(path);
    std::erase_if(unsynced_, [&](const Unsynced& change) { return change.folder == path; });
  });
}

void FaultyFiles::make_directory(const std::filesystem::path& path) {
  call([&] { inner_.make_directory(path); });
}

void FaultyFiles::lose_unsynced() {
  for (auto change = unsynced_.rbegin(); change != unsynced_.rend(); ++change) change->undo();
  unsynced_.clear();
}

void FaultyFiles::start_again(Fault fault) {
  fault_ = std::move(fault);
  calls_ = 0;
  crashed_ = false;
}

}  // namespace expunge::testing
