// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/checkpoint/shard_record.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/small_slice.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using testing::contains;
using testing::digest_filled_with;
using testing::failure_of;

namespace {

ShardRecord two_stages() {
  ShardRecord record;
  record.shard = ShardId(3);
  record.generation = 5;
  record.respects = 7;
  for (std::uint32_t stage = 1; stage <= 2; ++stage) {
    SliceRecord slice;
    slice.stage = SliceId(stage);
    slice.samples = 100 + stage;
    slice.file = {
        .name = "slice-0" + std::to_string(stage) + "-aa.h5", .digest = digest_filled_with(stage), .bytes = 4096};
    slice.model = digest_filled_with(0x10 + stage);
    slice.live_root = digest_filled_with(0x20 + stage);
    slice.sample_gradients = 30'000 + stage;
    slice.train_seconds = 12.25;
    record.slices.push_back(slice);
  }
  return record;
}

std::filesystem::path path_in(const testing::TemporaryFolder& run) {
  return shard_folder(run.path(), ShardId(3)) / "shard.json";
}

std::string text_in(const testing::TemporaryFolder& run) {
  const Bytes bytes = read_file(path_in(run));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What the reader says after the first `from` in a good record has become `to`.
std::string refusal_after(const std::string& from, const std::string& to) {
  const testing::TemporaryFolder run;
  write_shard_record(system_files(), run.path(), two_stages());
  std::string text = text_in(run);
  REQUIRE(contains(text, from));
  text.replace(text.find(from), from.size(), to);
  publish(system_files(), path_in(run), bytes_of(text));
  std::string message = failure_of([&] { (void)read_shard_record(run.path(), ShardId(3)); });
  CHECK(contains(message, path_in(run).string()));
  return message;
}

}  // namespace

TEST_CASE("a shard's folder is its number in four digits") {
  CHECK(shard_folder("/run", ShardId(3)) == "/run/shards/0003");
  CHECK(shard_folder("/run", ShardId(12345)) == "/run/shards/12345");
}

TEST_CASE("a shard record comes back as it was written") {
  const testing::TemporaryFolder run;
  const ShardRecord written = two_stages();

  write_shard_record(system_files(), run.path(), written);
  const std::optional<ShardRecord> read = read_shard_record(run.path(), ShardId(3));

  REQUIRE(read.has_value());
  CHECK(read->shard == written.shard);
  CHECK(read->generation == 5);
  CHECK(read->respects == 7);
  CHECK(read->train_seconds() == 24.5);
  CHECK(read->sample_gradients() == 60'003);
  REQUIRE(read->slices.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(read->slices[i].stage == written.slices[i].stage);
    CHECK(read->slices[i].samples == written.slices[i].samples);
    CHECK(read->slices[i].file.name == written.slices[i].file.name);
    CHECK(read->slices[i].file.digest == written.slices[i].file.digest);
    CHECK(read->slices[i].file.bytes == written.slices[i].file.bytes);
    CHECK(read->slices[i].model == written.slices[i].model);
    CHECK(read->slices[i].live_root == written.slices[i].live_root);
    CHECK(read->slices[i].sample_gradients == written.slices[i].sample_gradients);
  }
}

TEST_CASE("a shard without a record and a record without slices are told apart") {
  const testing::TemporaryFolder run;
  ShardRecord empty;
  empty.shard = ShardId(4);

  write_shard_record(system_files(), run.path(), empty);

  CHECK_FALSE(read_shard_record(run.path(), ShardId(3)).has_value());
  REQUIRE(read_shard_record(run.path(), ShardId(4)).has_value());
  CHECK(read_shard_record(run.path(), ShardId(4))->slices.empty());
}

TEST_CASE("a shard's two generations do not touch each other") {
  const testing::TemporaryFolder run;
  ShardRecord next = two_stages();
  next.respects = 8;

  write_shard_record(system_files(), run.path(), two_stages());
  write_shard_record(system_files(), run.path(), next, Generation::kNext);

  CHECK(read_shard_record(run.path(), ShardId(3))->respects == 7);
  CHECK(read_shard_record(run.path(), ShardId(3), Generation::kNext)->respects == 8);
}

TEST_CASE("numbers up to the largest are kept exactly") {
  const testing::TemporaryFolder run;
  ShardRecord record = two_stages();
  record.slices[0].sample_gradients = std::numeric_limits<std::uint64_t>::max();
  record.slices[0].train_seconds = 0.1;

  write_shard_record(system_files(), run.path(), record);

  const SliceRecord read = read_shard_record(run.path(), ShardId(3))->slices[0];
  CHECK(read.sample_gradients == std::numeric_limits<std::uint64_t>::max());
  CHECK(read.train_seconds == 0.1);
}

TEST_CASE("each malformed field of a record is refused by its name") {
  CHECK(contains(refusal_after("\"generation\": 5", "\"generation\": -5"), "'generation' is -5"));
  CHECK(contains(refusal_after("\"generation\": 5", "\"generation\": 5.5"), "'generation' is 5.5"));
  CHECK(contains(refusal_after("\"generation\": 5,", ""), "the field 'generation' is missing"));
  CHECK(contains(refusal_after("\"generation\"", "\"host\": \"n7\", \"generation\""), "'host' does not belong"));
  CHECK(contains(refusal_after("\"shard\": 3", "\"shard\": 2"), "'shard' is 2, expected 3"));
  CHECK(contains(refusal_after("12.25", "-1"), "'train_seconds' is -1"));
  CHECK(contains(refusal_after("12.25", "null"), "'train_seconds' is null"));
  CHECK(contains(refusal_after("expunge-shard", "other"), "'format' is \"other\", expected 'expunge-shard'"));
  CHECK(contains(refusal_after("\"format_version\": 2", "\"format_version\": 3"),
                 "format_version is 3, and this program reads version 2"));
}

TEST_CASE("each malformed field of a slice is refused by its place and name") {
  const std::string digest = digest_filled_with(1).hex();

  CHECK(contains(refusal_after("\"stage\": 2", "\"stage\": 3"), "slices[1]: the field 'stage' is 3, expected 2"));
  CHECK(contains(refusal_after("\"stage\": 1", "\"stage\": \"1\""), "slices[0]: the field 'stage' is \"1\""));
  CHECK(contains(refusal_after(digest, digest.substr(1)), "slices[0]: the field 'digest'"));
  CHECK(contains(refusal_after(digest, "zz" + digest.substr(2)), "64 hexadecimal digits"));
  CHECK(contains(refusal_after("slice-01-aa.h5", "../slice-01-aa.h5"), "slices[0]: the field 'file'"));
  CHECK(contains(refusal_after("slice-01-aa.h5", ".."), "slices[0]: the field 'file'"));
  CHECK(contains(refusal_after("\"bytes\": 4096", "\"bytes\": true"), "slices[0]: the field 'bytes' is true"));
  CHECK(contains(refusal_after("\"samples\": 101,", ""), "slices[0]: the field 'samples' is missing"));
}

TEST_CASE("a cut record is refused at every length") {
  const testing::TemporaryFolder run;
  write_shard_record(system_files(), run.path(), two_stages());

  for (std::size_t length = text_in(run).size() - 1; length-- > 0;) {  // the last byte is a line break
    std::filesystem::resize_file(path_in(run), length);
    CAPTURE(length);
    CHECK(contains(failure_of([&] { (void)read_shard_record(run.path(), ShardId(3)); }), path_in(run).string()));
  }
}

TEST_CASE("a record with a gap between its stages is a bug of whoever writes it") {
  const testing::TemporaryFolder run;
  ShardRecord gap = two_stages();
  gap.slices[1].stage = SliceId(3);
  ShardRecord outside = two_stages();
  outside.slices[0].file.name = "../elsewhere.h5";
  ShardRecord endless = two_stages();
  endless.slices[0].train_seconds = std::numeric_limits<double>::infinity();

  CHECK_THROWS_AS(write_shard_record(system_files(), run.path(), gap), Bug);
  CHECK_THROWS_AS(write_shard_record(system_files(), run.path(), outside), Bug);
  CHECK_THROWS_AS(write_shard_record(system_files(), run.path(), endless), Bug);
  CHECK_FALSE(read_shard_record(run.path(), ShardId(3)).has_value());
}
