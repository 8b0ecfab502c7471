// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// What was appended and promised can't be changed without being found.
#include <fstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "framework/core/digest.hpp"
#include "framework/core/error.hpp"
#include "shards/journal/journal.hpp"
#include "tests/shards/journal/journal_file.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// Where a line's hash begins: `,"hash":"…"}` and the newline.
std::size_t seal_of(const std::string& line) {
  return line.rfind(R"(,"hash":")");
}

/// A line with a part of its text replaced and its hash made to fit again: what someone does who knows the format.
std::string forged(const std::string& line, const std::string& from, const std::string& to) {
  std::string text = line.substr(0, seal_of(line)) + "}";
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  const Digest hash = Hasher("expunge/journal/v1").add(text).finish();
  text.pop_back();
  return text + R"(,"hash":")" + hash.hex() + "\"}\n";
}

/// The refusal of a journal of one line, the golden first one forged, under a manifest that names the forged hash.
std::string refusal_of_forged(const std::string& from, const std::string& to) {
  const JournalFile file;
  const std::string line = forged(file.lines().front(), from, to);
  put_text(file.path(), line);
  const Digest head = Digest::from_hex(line.substr(seal_of(line) + 9, 64));
  return failure_of([&] { (void)Journal::read(file.path(), 1, head); });
}

}  // namespace

TEST_CASE("one altered bit in the first, a middle and the last line is found, and the line is named") {
  const JournalFile file;
  const auto lines = file.lines();
  std::fstream stream(file.path(), std::ios::binary | std::ios::in | std::ios::out);
  const auto put = [&](std::size_t position, char value) {
    stream.seekp(static_cast<std::streamoff>(position)).put(value).flush();
  };
  std::size_t begin = 0;

  for (std::size_t i = 0; i < lines.size(); begin += lines[i].size(), ++i) {
    if (i != 0 && i != lines.size() / 2 && i + 1 != lines.size()) continue;
    for (std::size_t at = begin; at < begin + lines[i].size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        const auto original = static_cast<unsigned char>(file.text()[at]);
        put(at, static_cast<char>(original ^ (1U << bit)));
        const std::string message = failure_of([&] { (void)file.read(); });
        if (!message.starts_with(file.names(i + 1))) {
          CAPTURE(at - begin);
          CAPTURE(bit);
          CHECK(message == file.names(i + 1));
        }
        put(at, static_cast<char>(original));
      }
    }
  }

  CHECK(file.read().lines() == file.journal().lines());
}

TEST_CASE("a line that is missing, exchanged, repeated or put in is found, and the place is named") {
  const JournalFile file;
  const auto lines = file.lines();

  for (std::size_t i = 0; i < lines.size(); ++i) {
    CAPTURE(i);
    auto removed = lines;
    removed.erase(removed.begin() + static_cast<std::ptrdiff_t>(i));
    auto repeated = lines;
    repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    auto empty = lines;
    empty.insert(empty.begin() + static_cast<std::ptrdiff_t>(i), "\n");

    CHECK(file.refusal_of(removed).starts_with(file.names(i + 1)));
    CHECK(file.refusal_of(empty).starts_with(file.names(i + 1)));
    // The last line's repetition lies behind what the manifest counts on.
    const std::string refusal = file.refusal_of(repeated);
    CHECK((i + 1 == lines.size() ? refusal.empty() : refusal.starts_with(file.names(i + 2))));
    for (std::size_t j = i + 1; j < lines.size(); ++j) {
      CAPTURE(j);
      auto exchanged = lines;
      std::swap(exchanged[i], exchanged[j]);
      CHECK(file.refusal_of(exchanged).starts_with(file.names(i + 1)));
    }
  }
}

TEST_CASE("a journal that was cut at any byte is refused, and the line it was cut in is named") {
  const JournalFile file;
  const auto lines = file.lines();
  std::size_t begin = 0;

  for (std::size_t i = 0; i < lines.size(); begin += lines[i].size(), ++i)
    for (std::size_t length = begin + lines[i].size(); length-- > begin;) {
      const std::string message = file.refusal_of(file.text().substr(0, length));
      const std::string what = file.names(i + 1) + (length == begin ? "is missing" : "has no end: the file was cut");
      if (!message.starts_with(what)) {
        CAPTURE(length);
        CHECK(message == what);
      }
    }

  std::filesystem::remove(file.path());
  CHECK(contains(failure_of([&] { (void)file.read(); }),
                 file.path().string() + " is missing, and the manifest counts on 7 lines"));
}

TEST_CASE("a line that was forged, its own hash too, is found by the next one and the last one by the manifest") {
  const JournalFile file;
  auto first = file.lines();
  auto last = file.lines();
  first.front() = forged(first.front(), "\"ids\":[[5,6],", "\"ids\":[[6,7],");
  last.back() = forged(last.back(), "\"batches\":[1,2]", "\"batches\":[1]");

  const std::string by_the_next = file.refusal_of(first);
  const std::string by_the_manifest = file.refusal_of(last);

  CHECK(by_the_next.starts_with(file.names(2) + "does not follow the line before it"));
  CHECK(by_the_manifest.starts_with(file.names(7) + "has the hash "));
  CHECK(contains(by_the_manifest, "the manifest counts on " + file.journal().head().hex()));
}

TEST_CASE("an older journal and an older manifest are not taken for the current ones") {
  const JournalFile file;
  const Digest earlier = file.journal().lines()[3].hash;

  const std::string message = failure_of([&] { (void)Journal::read(file.path(), 7, earlier); });
  const std::string none = failure_of([&] { (void)Journal::read(file.path(), 0, earlier); });

  CHECK(contains(message, "one of the two was altered or put back from an older copy"));
  CHECK(contains(none, "a journal without lines has the hash 0000"));
}

TEST_CASE("a line says nothing beside its fields, and each of them is checked") {
  const std::string stage = "\"stage\":2,";

  CHECK(refusal_of_forged(stage, stage).empty());
  CHECK(contains(refusal_of_forged(stage, "\"stage\":2, "), "is not written as expunge writes it"));
  CHECK(contains(refusal_of_forged(stage, "\"stage\":3,\"stage\":2,"), "is not written as expunge writes it"));
  CHECK(contains(refusal_of_forged("\"method\":\"exact\",", "\"method\":\"ex\\u0061ct\","), "is not written as"));
  CHECK(contains(refusal_of_forged("2121", "2121\\u0032"), "expected 64 hexadecimal digits"));
  CHECK(contains(refusal_of_forged(stage, stage + "\"note\":\"Zoe\","),
                 "the field 'note' does not belong in format version 1"));
  CHECK(contains(refusal_of_forged(stage, ""), "supersedes[0]: the field 'stage' is missing"));
  CHECK(contains(refusal_of_forged(stage, "\"stage\":0,"),
                 "the field 'stage' is 0, expected an integer in 1 … 4294967295"));
  CHECK(contains(refusal_of_forged(stage, "\"stage\":-2,"), "the field 'stage' is -2"));
  CHECK(contains(refusal_of_forged(stage, "\"stage\":2.0,"), "the field 'stage' is 2.0"));
  CHECK(contains(refusal_of_forged(stage, "\"stage\":4294967296,"), "the field 'stage' is 4294967296"));
  CHECK(contains(refusal_of_forged(stage, "\"stage\":\"2\","), "the field 'stage' is \"2\""));
  CHECK(contains(refusal_of_forged("[5,6]", "[5,6,7]"),
                 "requests[0].cells[0]: the field 'ids[0]' is [5,6,7], expected a pair"));
  CHECK(contains(refusal_of_forged("[5,6]", "[6,5]"), "shard 0, slice 2: the ids [6,5]"));
  CHECK(contains(refusal_of_forged("[5,6]", "{}"), "the field 'ids[0]' is {}, expected a pair"));
  CHECK(contains(refusal_of_forged("\"state\":\"accepted\"", "\"state\":\"excepted\""), "no state 'excepted'"));
  CHECK(contains(refusal_of_forged("2026-03-01T00:00:00Z", "2026-03-01T00:00:60Q"), "expected a time"));
  CHECK(contains(refusal_of_forged("2026-03-01T00:00:00Z", "2026-03-01"), "is not written as expunge writes it"));
  CHECK(contains(refusal_of_forged("\"number\":1", "\"number\":2"), "is the one with number 2"));
  CHECK(contains(refusal_of_forged("\"batch\":1", "\"batch\":2"), "batch 2 is accepted where batch 1 comes next"));
  CHECK(contains(refusal_of_forged("\"previous\":\"00", "\"previous\":\"01"), "does not follow the line before it"));
  CHECK(contains(refusal_of_forged("\"requests\":[", "\"requests\":[["), "is not JSON"));
}

TEST_CASE("a line of a newer version is named as that, whatever else it holds") {
  const JournalFile file;
  std::string text = file.text();
  text.replace(text.find(R"(_version":1,"number":3)"), 11, R"(_version":2)");

  const std::string message = file.refusal_of(text);

  CHECK(message == file.names(3) + "has format version 2, and this program reads 1: use the release that wrote it");
}

TEST_CASE("what lies behind the committed lines is counted and not read") {
  const JournalFile file;

  for (const std::string tail : {"x", "\n", "{\"format_version\":1,", "\xFF\xFE no JSON\n\n"}) {
    CHECK(file.refusal_of(file.text() + tail).empty());
    const Journal read = file.read();
    CHECK(read.lines() == file.journal().lines());
    CHECK(read.bytes() == file.text().size());
    CHECK(read.bytes_beyond() == tail.size());
  }
}
