// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "framework/io/mapped_file.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;

namespace {

std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("a mapped file shows its bytes, also after its pages were released") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "a") << "hello";
  const MappedFile file(folder / "a");

  CHECK(text_of(file.bytes()) == "hello");
  file.release_pages();
  CHECK(text_of(file.bytes()) == "hello");
}

TEST_CASE("an empty file maps to an empty view") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "empty").flush();
  const MappedFile file(folder / "empty");

  file.release_pages();

  CHECK(file.bytes().empty());
}

TEST_CASE("moving a mapped file moves the view and leaves the old one empty") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "a") << "one";
  std::ofstream(folder / "b") << "two";
  MappedFile a(folder / "a");
  MappedFile b(folder / "b");

  MappedFile moved(std::move(a));
  b = std::move(moved);

  CHECK(text_of(b.bytes()) == "one");
  CHECK(a.bytes().empty());  // NOLINT(bugprone-use-after-move): what is left behind is the promise
}

TEST_CASE("what can't be mapped is named with the reason") {
  const testing::TemporaryFolder folder;

  CHECK(testing::failure_of([&] { (void)MappedFile(folder / "gone"); }) ==
        "cannot read " + (folder / "gone").string() + ": No such file or directory");
  CHECK(testing::contains(testing::failure_of([&] { (void)MappedFile(folder.path()); }), "Is a directory"));
  CHECK(testing::contains(testing::failure_of([&] { (void)MappedFile("/dev/null"); }), "/dev/null is not a regular"));
}
