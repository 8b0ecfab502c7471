// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "framework/data/dataset.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/commands/data_summary.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

Exit run(const std::vector<std::string>& arguments) {
  return run_data(arguments);
}

std::unique_ptr<Dataset> open(const std::string& spec) {
  return open_dataset(Spec::parse(spec, "data"));
}

}  // namespace

TEST_CASE("data without a word that it knows lists its words") {
  const char* const words =
      "\n  expunge data info SPEC                     show what a data set holds"
      "\n  expunge data digits --out FILE             write the embedded data set as HDF5"
      "\n  expunge data convert SPEC --out FILE       write any data set as HDF5"
      "\n  expunge data scrub --run DIR --out FILE    write a run's data without what was deleted"
      "\n  expunge data poison --data SPEC --out FILE plant samples that are to be forgotten";

  CHECK_THROWS_WITH_AS((void)run({}), (std::string("data needs a word that says what to do:") + words).c_str(),
                       UsageError);
  CHECK_THROWS_WITH_AS((void)run({"inf"}), (std::string("data knows no word 'inf':") + words).c_str(), UsageError);
}

TEST_CASE("data digits writes the embedded data set that the same SPEC names") {
  const TemporaryFolder folder;
  const std::string path = folder / "d.h5";

  CHECK(run({"digits", "--out", path, "--samples", "60", "--digits-seed", "3", "--writers", "30"}) == Exit::kDone);

  CHECK(set_digest(*open("hdf5:" + path), 0, 60, Key{}) ==
        set_digest(*open("digits:60,seed=3,writers=30"), 0, 60, Key{}));
  CHECK_THROWS_AS((void)run({"digits", "--out", path, "--samples", "0"}), UsageError);
  CHECK_THROWS_AS((void)run({"digits", "--samples", "10"}), UsageError);
  CHECK_THROWS_AS((void)run({"digits", "--out", path, "--samples", "10"}), Failure);
}

TEST_CASE("data convert writes a data set and replaces a file only when told to") {
  const TemporaryFolder folder;
  const std::string path = folder / "d.h5";

  CHECK(run({"convert", "digits:60,seed=3,limit=20", "--out", path}) == Exit::kDone);
  CHECK_THROWS_AS((void)run({"convert", "digits:30", "--out", path}), Failure);
  CHECK(open("hdf5:" + path)->size() == 20);

  CHECK(run({"convert", "digits:30", "--out", path, "--force"}) == Exit::kDone);
  CHECK(open("hdf5:" + path)->size() == 30);
}

TEST_CASE("a summary counts classes and the samples of subjects") {
  const auto data = open("digits:400,seed=3,writers=21");

  const DataSummary summary = summarise(*data, "digits:400,seed=3,writers=21");

  REQUIRE(summary.class_counts.size() == 10);
  std::uint64_t sum = 0;
  for (const auto count : summary.class_counts) sum += count;
  CHECK(sum == 400);
  CHECK(summary.subjects->number == 21);
  CHECK(summary.subjects->least <= summary.subjects->median);
  CHECK(summary.subjects->median <= summary.subjects->most);
  CHECK(summary.digest == set_digest(*data, 0, 400, Key{}));
}

TEST_CASE("a summary's JSON has every key, and subjects that are absent are null") {
  DataSummary summary = summarise(*open("digits:400,seed=3"), "digits:400,seed=3");
  const auto json = to_json(summary);
  summary.subjects.reset();

  CHECK(json["spec"] == "digits:400,seed=3");
  CHECK(json["format"] == "digits");
  CHECK(json["samples"] == 400);
  CHECK(json["shape"] == std::vector<int>{1, 28, 28});
  CHECK(json["dtype"] == "u8");
  CHECK(json["classes"] == 10);
  CHECK(json["class_counts"].size() == 10);
  CHECK(json["subjects"]["number"] == 20);
  CHECK(json["digest"].get<std::string>().size() == 64);
  CHECK(to_json(summary)["subjects"].is_null());
}

TEST_CASE("a summary's text names what a person looks for") {
  const std::string text = to_text(summarise(*open("digits:400,seed=3"), "digits:400,seed=3"));

  for (const char* const part : {"digits:400,seed=3\n", "samples   400", "1 x 28 x 28 u8, 784 bytes", "classes   10",
                                 "subjects  20, with ", "digest    "})
    CHECK(text.find(part) != std::string::npos);
}
