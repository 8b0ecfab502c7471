// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "launcher/run/manifest.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using testing::contains;
using testing::failure_of;

namespace {

/// Two shards of three slices.
Manifest small_manifest() {
  Manifest manifest;
  manifest.data = "digits:21,seed=3";
  manifest.configuration.model = "mlp:hidden=4";
  manifest.configuration.shape = {1, 28, 28};
  manifest.configuration.classes = 10;
  manifest.configuration.shards = 2;
  manifest.configuration.slices = 3;
  manifest.configuration.epoch_millionths = 1'500'000;
  manifest.seed = Key::parse("7");
  manifest.cells = {{1, 2, 3}, {4, 5, 6}};
  manifest.numerics = {{"threads", "1"}, {"torch", "1.13.1"}};
  manifest.journal_length = 2;
  return manifest;
}

/// The manifest's text with a piece replaced.
std::string altered(const std::string& piece, const std::string& by) {
  std::string text = small_manifest().to_json();
  const auto at = text.find(piece);
  REQUIRE(at != std::string::npos);
  return text.replace(at, piece.size(), by);
}

std::string refusal(const std::string& text) {
  return failure_of([&] { (void)Manifest::from_json(text, "/run/manifest.json"); });
}

}  // namespace

TEST_CASE("a manifest that is read is the one that was written") {
  const Manifest written = small_manifest();

  const Manifest read = Manifest::from_json(written.to_json(), "here");

  CHECK(read.to_json() == written.to_json());
  CHECK(read.configuration.digest() == written.configuration.digest());
  CHECK(read.seed == written.seed);
  CHECK(read.cells == written.cells);
  CHECK(read.samples() == 21);
  CHECK(read.numerics == written.numerics);
  CHECK(read.journal_length == 2);
}

TEST_CASE("a manifest cut anywhere is refused as damaged, by its name") {
  const std::string whole = small_manifest().to_json();

  for (std::size_t size = 0; size + 2 < whole.size(); size += 7) {
    INFO(size);
    CHECK(contains(refusal(whole.substr(0, size)), "/run/manifest.json is damaged: restore it from a copy"));
  }
}

TEST_CASE("values of another kind are refused") {
  CHECK(contains(refusal("[]"), "/run/manifest.json is damaged"));
  CHECK(contains(refusal(altered("\"format_version\": 1", "\"format_version\": \"1\"")), "is damaged"));
  CHECK(contains(refusal(altered("\"digits:21,seed=3\"", "3")), "is damaged"));
  CHECK(contains(refusal(altered("\"expunge-run\"", "\"expunge-shard\"")), "it is not the manifest of a run"));
}

TEST_CASE("a manifest of a newer format says which release reads it") {
  const std::string newer = refusal(altered("\"format_version\": 1", "\"format_version\": 2"));

  CHECK(contains(newer, "/run/manifest.json: it has format version 2, and this program reads version 1"));
  CHECK(contains(newer, "use the newer release that wrote it"));
}

TEST_CASE("a configuration that was altered is refused, and cells that don't fit it") {
  CHECK(contains(refusal(altered("\"mlp:hidden=4\"", "\"mlp:hidden=5\"")), "it was altered"));

  Manifest shard_missing = small_manifest();
  shard_missing.cells.pop_back();
  CHECK(contains(refusal(shard_missing.to_json()), "'cells' has not one list for each shard"));
  Manifest slice_missing = small_manifest();
  slice_missing.cells[1].pop_back();
  CHECK(contains(refusal(slice_missing.to_json()), "'cells' has not one number for each slice"));
}
