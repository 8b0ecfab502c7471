// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"
#include "framework/io/system_call.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using testing::contains;
using testing::failure_of;

namespace {

std::string text_of(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

std::size_t entries_of(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

/// While it lives, no file grows beyond so many bytes: the write that would do it is cut short, and the next one fails.
class SmallestFiles {
 public:
  explicit SmallestFiles(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  SmallestFiles(const SmallestFiles&) = delete;
  SmallestFiles& operator=(const SmallestFiles&) = delete;
  ~SmallestFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("a new file holds what was written and only its owner reads it") {
  const testing::TemporaryFolder folder;

  system_files().write_new(folder / "a", bytes_of("hello"));
  system_files().write_new(folder / "empty", {});

  CHECK(text_of(folder / "a") == "hello");
  CHECK(text_of(folder / "empty").empty());
  CHECK(mode_of(folder / "a") == 0600U);
}

TEST_CASE("writing a new file over one that is there is refused and leaves it alone") {
  const testing::TemporaryFolder folder;
  system_files().write_new(folder / "a", bytes_of("first"));

  const std::string message = failure_of([&] { system_files().write_new(folder / "a", bytes_of("second")); });

  CHECK(contains(message, "cannot write " + (folder / "a").string() + ": File exists"));
  CHECK(text_of(folder / "a") == "first");
}

TEST_CASE("a full disk and a missing permission say what to do") {
  const std::string full = failure_of([] { fail_system_call("write", "/run/a.h5", ENOSPC, 4096); });
  const std::string quota = failure_of([] { fail_system_call("write", "/run/a.h5", EDQUOT, 4096); });
  const std::string denied = failure_of([] { fail_system_call("write", "/run/a.h5", EACCES); });
  const std::string read_only = failure_of([] { fail_system_call("write", "/run/a.h5", EROFS); });

  CHECK(contains(full, "cannot write /run/a.h5: the disk is full"));
  CHECK(contains(full, "4096 bytes were needed"));
  CHECK(contains(quota, "the disk is full"));
  CHECK(contains(denied, "cannot write /run/a.h5: no write permission"));
  CHECK(contains(read_only, "no write permission"));
  CHECK(contains(failure_of([] { fail_system_call("write", "/run/a.h5", EFBIG); }), "raise the limit (ulimit -f)"));
}

TEST_CASE("a folder can't be made where a file is, and the message says so") {
  const testing::TemporaryFolder folder;
  system_files().write_new(folder / "a", bytes_of("kept"));

  const std::string message = failure_of([&] { system_files().make_directory(folder / "a" / "b"); });

  CHECK(contains(message, "cannot make the folder " + (folder / "a").string() + ": it is there and is no folder"));
  CHECK(text_of(folder / "a") == "kept");
}

TEST_CASE("a write that fails half way leaves nothing behind") {
  const testing::TemporaryFolder folder;
  const SmallestFiles limit(1000);

  const std::string message = failure_of([&] { system_files().write_new(folder / "a", Bytes(5000)); });
  const std::string published = failure_of([&] { publish(system_files(), folder / "b", Bytes(5000)); });

  CHECK(contains(message, "cannot write " + (folder / "a").string()));
  CHECK(contains(published, "File too large"));
  CHECK(entries_of(folder.path()) == 0);
}

TEST_CASE("an append keeps the bytes it is told to keep and cuts off the rest") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "log") << "kept and not kept";

  system_files().append(folder / "log", 4, bytes_of(", new"));
  CHECK(text_of(folder / "log") == "kept, new");
  system_files().append(folder / "log", 9, bytes_of("er"));
  CHECK(text_of(folder / "log") == "kept, newer");
  system_files().append(folder / "log", 4, {});

  CHECK(text_of(folder / "log") == "kept");
  CHECK(entries_of(folder.path()) == 1);
}

TEST_CASE("an append to nothing makes a file for its owner alone, or empties the one that is there") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "old") << "never promised";

  system_files().append(folder / "new", 0, bytes_of("first"));
  system_files().append(folder / "old", 0, bytes_of("first"));

  CHECK(text_of(folder / "new") == "first");
  CHECK(mode_of(folder / "new") == 0600U);
  CHECK(text_of(folder / "old") == "first");
}

TEST_CASE("an append to a file that is shorter than what it keeps, or missing, is refused and changes nothing") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "log") << "short";

  const std::string cut = failure_of([&] { system_files().append(folder / "log", 6, bytes_of("new")); });
  const std::string missing = failure_of([&] { system_files().append(folder / "gone", 1, bytes_of("new")); });

  CHECK(cut == (folder / "log").string() + " has 5 bytes and should have 6 or more: it was cut");
  CHECK(missing == "cannot write " + (folder / "gone").string() + ": No such file or directory");
  CHECK(text_of(folder / "log") == "short");
  CHECK(entries_of(folder.path()) == 1);
}

TEST_CASE("an append that fails half way keeps what was to be kept, and says what to do") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "log") << "kept and more";
  std::string message;

  {
    const SmallestFiles limit(1000);
    message = failure_of([&] { system_files().append(folder / "log", 4, Bytes(5000)); });
  }

  CHECK(contains(message, "cannot write " + (folder / "log").string() + ": "));
  CHECK(contains(message, "File too large"));
  CHECK(contains(message, "raise the limit (ulimit -f)"));
  CHECK(text_of(folder / "log").starts_with("kept"));
  system_files().append(folder / "log", 4, bytes_of(", new"));
  CHECK(text_of(folder / "log") == "kept, new");
}

TEST_CASE("publish replaces a file and leaves nothing beside it") {
  const testing::TemporaryFolder folder;

  publish(system_files(), folder / "record.json", bytes_of("one"));
  publish(system_files(), folder / "record.json", bytes_of("two"));

  CHECK(text_of(folder / "record.json") == "two");
  CHECK(entries_of(folder.path()) == 1);
}

TEST_CASE("a publish that fails leaves the old file and no temporary one") {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "taken" / "by a folder");

  const std::string message = failure_of([&] { publish(system_files(), folder / "taken", bytes_of("x")); });

  CHECK(contains(message, (folder / "taken").string()));
  CHECK(entries_of(folder.path()) == 1);
}

TEST_CASE("sweeping removes what interrupted writers left and nothing else") {
  const testing::TemporaryFolder folder;
  for (const char* name : {".a.h5.tmp-12-0", ".shard.json.tmp-9-44", ".hidden", "a.tmp-1-1", "a.h5"})
    std::ofstream(folder / name) << name;
  std::filesystem::create_directories(folder / "below");
  std::ofstream(folder / "below/.a.tmp-1-1") << "kept";

  const std::size_t swept = sweep_temporaries(system_files(), folder.path());

  CHECK(swept == 2);
  CHECK_FALSE(std::filesystem::exists(folder / ".a.h5.tmp-12-0"));
  CHECK_FALSE(std::filesystem::exists(folder / ".shard.json.tmp-9-44"));
  for (const char* name : {".hidden", "a.tmp-1-1", "a.h5", "below/.a.tmp-1-1"})
    CHECK(std::filesystem::exists(folder / name));
  CHECK(sweep_temporaries(system_files(), folder / "missing") == 0);
}

TEST_CASE("publish steps around a temporary file that a killed process of the same number left") {
  const testing::TemporaryFolder folder;
  for (int i = 0; i < 100; ++i)
    std::ofstream(folder / (".a.tmp-" + std::to_string(::getpid()) + "-" + std::to_string(i))) << "old";

  publish(system_files(), folder / "a", bytes_of("new"));

  CHECK(text_of(folder / "a") == "new");
}

TEST_CASE("unlink tells how many names a file had and that it was not there") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "a") << "x";
  std::filesystem::create_hard_link(folder / "a", folder / "b");

  CHECK(system_files().unlink(folder / "a") == 2);
  CHECK(system_files().unlink(folder / "b") == 1);
  CHECK(system_files().unlink(folder / "b") == 0);
}

TEST_CASE("folders are made with their parents for their owner alone and kept where they are") {
  const testing::TemporaryFolder folder;

  system_files().make_directory(folder / "run/shards/0000");
  system_files().make_directory(folder / "run/shards/0000");

  CHECK(mode_of(folder / "run") == 0700U);
  CHECK(mode_of(folder / "run/shards/0000") == 0700U);
}

TEST_CASE("a folder can't be made where a file is") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";

  const std::string message = failure_of([&] { system_files().make_directory(folder / "file/below"); });

  CHECK(contains(message, "cannot make the folder " + (folder / "file").string()));
}

TEST_CASE("what can't be read is named with the reason") {
  const testing::TemporaryFolder folder;

  CHECK(failure_of([&] { (void)read_file(folder / "gone"); }) ==
        "cannot read " + (folder / "gone").string() + ": No such file or directory");
  CHECK(contains(failure_of([&] { (void)read_file(folder.path()); }), "Is a directory"));
  CHECK(contains(failure_of([&] { system_files().sync_directory(folder / "gone"); }), (folder / "gone").string()));
  CHECK(
      contains(failure_of([&] { system_files().rename(folder / "gone", folder / "new"); }), (folder / "new").string()));
}

TEST_CASE("a file of several mebibytes is read whole") {
  const testing::TemporaryFolder folder;
  Bytes bytes(5'000'001);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i % 251);

  system_files().write_new(folder / "large", bytes);

  CHECK(read_file(folder / "large") == bytes);
}
