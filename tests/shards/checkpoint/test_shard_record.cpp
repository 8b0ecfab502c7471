// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <limits>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

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

SliceRecord stage_of(std::uint32_t stage, const std::string& name) {
  SliceRecord slice = two_stages().slices[0];
  slice.stage = SliceId(stage);
  slice.file.name = name;
  return slice;
}

/// Stages 1 and 2 are exact, 3 and 4 kept for stitching, 5 is served.
ShardRecord approximate() {
  ShardRecord record = two_stages();
  Approximation& approximation = record.approximation.emplace();
  approximation.method = "deepobliviate:epsilon=0.1";
  approximation.guarantee = "heuristic";
  approximation.batches = {4, 7};
  const StoredFile first{"offset-02-aa.h5", digest_filled_with(0x31), 100};
  const StoredFile second{"offset-02-bb.h5", digest_filled_with(0x32), 101};
  approximation.tail = {{stage_of(3, "slice-03-aa.h5"), {second, first}, {4, 6}},
                        {stage_of(4, "slice-04-aa.h5"), {}, {7}}};
  approximation.served = stage_of(5, "slice-05-aa.h5");
  approximation.sample_gradients = 11;
  approximation.forward_passes = 12;
  approximation.hessian_vector_products = 13;
  approximation.seconds = 1.5;
  approximation.evidence = R"({"stitched_after":2,"points":[0.1,null]})";
  return record;
}

bool same(const SliceRecord& one, const SliceRecord& other) {
  return one.stage == other.stage && one.samples == other.samples && one.file.name == other.file.name &&
         one.file.digest == other.file.digest && one.file.bytes == other.file.bytes && one.model == other.model &&
         one.live_root == other.live_root && one.sample_gradients == other.sample_gradients;
}

/// What the reader says after the first `from` in a good record has become `to`.
std::string refusal_after(const std::string& from, const std::string& to, const ShardRecord& good = two_stages()) {
  const testing::TemporaryFolder run;
  write_shard_record(system_files(), run.path(), good);
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

TEST_CASE("an approximation comes back as it was written, served or under way") {
  const testing::TemporaryFolder run;
  const ShardRecord written = approximate();
  ShardRecord begun = approximate();
  begun.approximation->served.reset();
  begun.approximation->evidence.clear();

  write_shard_record(system_files(), run.path(), written);
  write_shard_record(system_files(), run.path(), begun, Generation::kNext);
  const auto read = read_shard_record(run.path(), ShardId(3));
  const auto next = read_shard_record(run.path(), ShardId(3), Generation::kNext);

  REQUIRE(read);
  REQUIRE(read->approximation);
  const Approximation& expected = *written.approximation;
  const Approximation& found = *read->approximation;
  CHECK(found.method == expected.method);
  CHECK(found.guarantee == expected.guarantee);
  CHECK(found.batches == expected.batches);
  REQUIRE(found.tail.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(same(found.tail[i].slice, expected.tail[i].slice));
    CHECK(found.tail[i].tainted_by == expected.tail[i].tainted_by);
  }
  REQUIRE(found.tail[0].offsets.size() == 2);
  CHECK(found.tail[0].offsets[0].name == "offset-02-bb.h5");
  CHECK(found.tail[0].offsets[0].digest == digest_filled_with(0x32));
  CHECK(found.tail[0].offsets[1].bytes == 100);
  REQUIRE(found.served);
  CHECK(same(*found.served, *expected.served));
  CHECK(read->served() == &*found.served);
  CHECK(read->files().size() == 7);
  CHECK(found.sample_gradients == 11);
  CHECK(found.forward_passes == 12);
  CHECK(found.hessian_vector_products == 13);
  CHECK(found.seconds == 1.5);
  CHECK(found.evidence == expected.evidence);
  REQUIRE(next);
  REQUIRE(next->approximation);
  CHECK(next->served() == nullptr);
  CHECK(next->approximation->evidence.empty());
}

TEST_CASE("a record of version 2 is read, as an exact one") {
  const testing::TemporaryFolder run;
  write_shard_record(system_files(), run.path(), two_stages());
  std::string text = text_in(run);
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"\"format_version\": 3", "\"format_version\": 2"},
                                 {",\n  \"approximation\": null", ""}}) {
    REQUIRE(contains(text, from));
    text.replace(text.find(from), from.size(), to);
  }
  publish(system_files(), path_in(run), bytes_of(text));

  const auto read = read_shard_record(run.path(), ShardId(3));

  REQUIRE(read);
  CHECK(read->slices.size() == 2);
  CHECK_FALSE(read->approximation);
}

TEST_CASE("each malformed field of an approximation is refused by its place and name") {
  const auto refusal = [](const std::string& from, const std::string& to) {
    return refusal_after(from, to, approximate());
  };

  CHECK(contains(refusal("\"method\": \"deepobliviate:epsilon=0.1\"", "\"method\": \"\""), "'method' is \"\""));
  CHECK(contains(refusal("heuristic", "good"), "approximation: the field 'guarantee' is \"good\""));
  CHECK(contains(refusal("\"stage\": 4", "\"stage\": 5"), "tail[1].slice: the field 'stage' is 5, expected 4"));
  CHECK(contains(refusal("\"stage\": 5", "\"stage\": 6"), "served: the field 'stage' is 6, expected 5"));
  CHECK(contains(refusal("offset-02-bb.h5", "../offset"), "tail[0].offsets[0]: the field 'file'"));
  CHECK(contains(refusal("          4,\n          6", "          6,\n          4"), "tail[0]: the field 'tainted_by'"));
  CHECK(contains(refusal("      4,\n      7", ""), "approximation: the field 'batches' is []"));
  CHECK(contains(refusal("\"seconds\": 1.5", "\"seconds\": -1.5"), "approximation: the field 'seconds' is -1.5"));
  CHECK(contains(refusal("\"forward_passes\": 12,", ""), "the field 'forward_passes' is missing"));
}

TEST_CASE("a method without a trajectory leaves out the stages between the exact ones and the one served") {
  const testing::TemporaryFolder run;
  ShardRecord record = approximate();
  record.approximation->tail.clear();

  write_shard_record(system_files(), run.path(), record);

  CHECK(read_shard_record(run.path(), ShardId(3))->served()->stage == SliceId(5));
}

TEST_CASE("an approximation that no reader would take is a bug of whoever writes it") {
  const testing::TemporaryFolder run;
  const auto refused = [&](const std::function<void(Approximation&)>& change) {
    ShardRecord record = approximate();
    change(*record.approximation);
    CHECK_THROWS_AS(write_shard_record(system_files(), run.path(), record), Bug);
  };

  refused([](Approximation& it) { it.guarantee = "sure"; });
  refused([](Approximation& it) { it.batches = {7, 4}; });
  refused([](Approximation& it) { it.batches = {}; });
  refused([](Approximation& it) { it.tail[1].slice.stage = SliceId(5); });
  refused([](Approximation& it) { it.tail[1].tainted_by = {}; });
  refused([](Approximation& it) { it.served->stage = SliceId(6); });
  refused([](Approximation& it) { it.evidence = "it went well"; });
  refused([](Approximation& it) { it.evidence = "[]"; });
  CHECK_FALSE(read_shard_record(run.path(), ShardId(3)));
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

TEST_CASE("a record's text is laid out as one JSON document, whatever is in it") {
  ShardRecord odd = two_stages();
  odd.slices[0].file.name = R"(a "quoted" {name}\.h5)";
  odd.slices[0].train_seconds = 1e-300;
  odd.slices[1].train_seconds = 3;
  ShardRecord empty = two_stages();
  empty.slices.clear();
  for (const auto& record : {two_stages(), approximate(), odd, empty}) {
    const testing::TemporaryFolder run;

    write_shard_record(system_files(), run.path(), record);

    const std::string text = text_in(run);
    CHECK(nlohmann::ordered_json::parse(text).dump(2) + "\n" == text);
    CHECK(read_shard_record(run.path(), ShardId(3))->files().size() == record.files().size());
  }
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
  CHECK(contains(refusal_after("\"format_version\": 3", "\"format_version\": 4"),
                 "format_version is 4, and this program reads versions 2 and 3: use the newer release"));
  CHECK(contains(refusal_after("\"format_version\": 3", "\"format_version\": 1"), "format_version is 1"));
  CHECK(contains(refusal_after("\"format_version\": 3", "\"format_version\": 2"),
                 "'approximation' does not belong in format version 2"));
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
