// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "shards/checkpoint/file_kind.hpp"
#include "tests/support/small_slice.hpp"

using namespace expunge;
using namespace expunge::testing;

TEST_CASE("a name that is made for a kind is of that kind, and so is the temporary file that becomes it") {
  const Digest digest = digest_filled_with(0xab);
  for (const auto kind : {FileKind::kSlice, FileKind::kOffset, FileKind::kRecording}) {
    const std::string name = file_name(kind, SliceId(7), digest);
    CAPTURE(name);
    CHECK(name.ends_with("-07-abababababababab.h5"));
    CHECK(file_kind(name) == kind);
    CHECK(temporary_kind("." + name + ".tmp-12-0") == kind);
    CHECK_FALSE(file_kind("." + name + ".tmp-12-0").has_value());
  }
  CHECK(progress_name(SliceId(7)) == "stage-07-progress.h5");
  CHECK(progress_name(SliceId(123)) == "stage-123-progress.h5");
  CHECK(file_kind("stage-123-progress.h5") == FileKind::kProgress);
}

TEST_CASE("other names are of no kind") {
  for (const std::string name : {"shard.json", "next.json", "slice", "stage-7x-progress.h5", "stage--progress.h5",
                                 "stage-07.h5", "notes.txt", ""}) {
    CAPTURE(name);
    CHECK_FALSE(file_kind(name).has_value());
    CHECK_FALSE(temporary_kind(name).has_value());
  }
}
