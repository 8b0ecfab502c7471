// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "aggregation/predict/prediction_writer.hpp"
#include "framework/core/error.hpp"
#include "framework/io/hdf5.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using expunge::testing::TemporaryFolder;

namespace {

constexpr std::array<double, 2> kFirst = {0.1, 0.9};
constexpr std::array<double, 2> kSecond = {1.0 / 3.0, 2.0 / 3.0};
constexpr std::uint64_t kLargestId = std::numeric_limits<std::uint64_t>::max();

// Three rows of two classes: an answer, an abstention, and a row without voters.
const std::vector<SampleId> kIds = {SampleId(7), SampleId(kLargestId), SampleId(3)};
const std::vector<Answer> kAnswers = {{1, 1.0, 0.9, 2, kFirst}, {kNoAnswer, 0.5, 2.0 / 3.0, 2, kSecond}, {}};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

PredictionFileOptions options_for(const std::filesystem::path& path) {
  PredictionFileOptions options;
  options.path = path.string();
  options.rows = 3;
  options.classes = 2;
  options.model_version = "5f2c";
  return options;
}

// The rows in two blocks, as the ensemble would hand them over.
void write_all(PredictionWriter& writer) {
  writer.write({.first_row = 0, .ids = std::span(kIds).first(2), .answers = std::span(kAnswers).first(2)});
  writer.write({.first_row = 2, .ids = std::span(kIds).subspan(2), .answers = std::span(kAnswers).subspan(2)});
  writer.finish();
}

void write_all(const PredictionFileOptions& options) {
  write_all(*make_prediction_writer(options));
}

template <class T>
std::vector<T> read(const hdf5::File& file, const std::string& name, hdf5::ElementType type) {
  const Bytes bytes = file.read(name, type);
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

// The machine's files, but nothing can be renamed.
class NoRenaming final : public FileSystem {
 public:
  void write_new(const std::filesystem::path& path, ByteView bytes) override { system_files().write_new(path, bytes); }
  void append(const std::filesystem::path& path, std::uint64_t kept, ByteView bytes) override {
    system_files().append(path, kept, bytes);
  }
  void rename(const std::filesystem::path& /*from*/, const std::filesystem::path& to) override {
    throw Failure("cannot rename to " + to.string());
  }
  std::uintmax_t unlink(const std::filesystem::path& path) override { return system_files().unlink(path); }
  void sync_directory(const std::filesystem::path& path) override { system_files().sync_directory(path); }
  void make_directory(const std::filesystem::path& path) override { system_files().make_directory(path); }
};

}  // namespace

TEST_CASE("the extension tells the format, in either case") {
  CHECK(prediction_format_of("a.csv") == PredictionFormat::kCsv);
  CHECK(prediction_format_of("dir.d/a.JSONL") == PredictionFormat::kJsonLines);
  CHECK(prediction_format_of("a.h5") == PredictionFormat::kHdf5);
  CHECK(prediction_format_of("a.hdf5") == PredictionFormat::kHdf5);
  CHECK(prediction_format_of("-") == PredictionFormat::kCsv);
  CHECK_THROWS_WITH_AS(
      (void)prediction_format_of("a.txt"),
      "cannot tell the format of a.txt from its name: end it in .csv, .jsonl, .h5 or .hdf5, or name the "
      "format",
      UsageError);
  CHECK_THROWS_AS((void)parse_prediction_format("xml"), UsageError);
  CHECK(parse_prediction_format("jsonl") == PredictionFormat::kJsonLines);
}

TEST_CASE("CSV has a header and a line a row, numbers in the fewest digits that read back") {
  const TemporaryFolder folder;

  write_all(options_for(folder / "p.csv"));

  CHECK(text_of(folder / "p.csv") ==
        "id,label,agreement,models,model_version,p0,p1\n"
        "7,1,1,2,5f2c,0.1,0.9\n"
        "18446744073709551615,-1,0.5,2,5f2c,0.3333333333333333,0.6666666666666666\n"
        "3,-1,0,0,5f2c,,\n");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a model version with commas or quotes stays one field") {
  const TemporaryFolder folder;
  PredictionFileOptions options = options_for(folder / "p.csv");
  options.model_version = "a,\"b\"";
  options.probabilities = false;

  write_all(options);

  CHECK(text_of(folder / "p.csv").find("\n7,1,1,2,\"a,\"\"b\"\"\"\n") != std::string::npos);
}

TEST_CASE("JSON lines read back as the same doubles") {
  const TemporaryFolder folder;
  PredictionFileOptions options = options_for(folder / "p.jsonl");
  options.model_version = "say \"yes\"";

  write_all(options);

  std::ifstream file(folder / "p.jsonl");
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["id"] == 7);
  CHECK(lines[0]["model_version"] == "say \"yes\"");
  CHECK(lines[1]["id"].get<std::uint64_t>() == kLargestId);
  CHECK(lines[1]["label"] == -1);
  CHECK(lines[1]["agreement"].get<double>() == 0.5);
  CHECK(lines[1]["probabilities"].get<std::vector<double>>() == std::vector<double>(kSecond.begin(), kSecond.end()));
  CHECK(lines[2]["models"] == 0);
  CHECK(lines[2]["probabilities"].is_null());
}

TEST_CASE("HDF5 holds the same columns") {
  const TemporaryFolder folder;

  write_all(options_for(folder / "p.h5"));

  const hdf5::File file = hdf5::File::open(folder / "p.h5");
  CHECK(read<std::uint64_t>(file, "id", hdf5::ElementType::kU64) == std::vector<std::uint64_t>{7, kLargestId, 3});
  CHECK(read<std::int32_t>(file, "label", hdf5::ElementType::kI32) == std::vector<std::int32_t>{1, -1, -1});
  CHECK(read<double>(file, "agreement", hdf5::ElementType::kF64) == std::vector<double>{1, 0.5, 0});
  CHECK(read<std::int64_t>(file, "models", hdf5::ElementType::kI64) == std::vector<std::int64_t>{2, 2, 0});
  CHECK(file.shape("probability").dims == std::vector<std::uint64_t>{3, 2});
  const std::vector<double> table = read<double>(file, "probability", hdf5::ElementType::kF64);
  CHECK(table[1] == 0.9);
  CHECK(table[2] == 1.0 / 3.0);
  CHECK(std::isnan(table[4]));
  CHECK(file.string_attribute("/", "model_version") == "5f2c");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("labels alone tell nothing but id and label") {
  const TemporaryFolder folder;
  for (const char* name : {"p.csv", "p.jsonl", "p.h5"}) {
    PredictionFileOptions options = options_for(folder / name);
    options.labels_only = true;
    write_all(options);
  }

  CHECK(text_of(folder / "p.csv") == "id,label\n7,1\n18446744073709551615,-1\n3,-1\n");
  CHECK(text_of(folder / "p.jsonl") ==
        "{\"id\":7,\"label\":1}\n{\"id\":18446744073709551615,\"label\":-1}\n{\"id\":3,\"label\":-1}\n");
  const hdf5::File file = hdf5::File::open(folder / "p.h5");
  CHECK(file.children("/").size() == 2);
  CHECK_FALSE(file.has_attribute("/", "model_version"));
}

TEST_CASE("predictions of no rows are a whole file") {
  const TemporaryFolder folder;
  for (const char* name : {"p.csv", "p.jsonl", "p.h5"}) {
    PredictionFileOptions options = options_for(folder / name);
    options.rows = 0;
    make_prediction_writer(options)->finish();
  }

  CHECK(text_of(folder / "p.csv") == "id,label,agreement,models,model_version,p0,p1\n");
  CHECK(text_of(folder / "p.jsonl").empty());
  CHECK(hdf5::File::open(folder / "p.h5").shape("probability").dims == std::vector<std::uint64_t>{0, 2});
}

TEST_CASE("the blocks rows come in leave no trace in the file") {
  const TemporaryFolder folder;
  for (const char* name : {".csv", ".jsonl", ".h5"}) {
    INFO(name);
    const auto in_blocks = folder / (std::string("blocks") + name);
    const auto at_once = folder / (std::string("once") + name);

    write_all(options_for(in_blocks));
    const auto writer = make_prediction_writer(options_for(at_once));
    writer->write({.first_row = 0, .ids = kIds, .answers = kAnswers});
    writer->finish();

    CHECK(text_of(in_blocks) == text_of(at_once));
    CHECK_FALSE(text_of(at_once).empty());
  }
}

TEST_CASE("a file that is there is kept unless it is forced, and until the new one is whole") {
  const TemporaryFolder folder;
  for (const char* name : {"p.csv", "p.jsonl", "p.h5"}) {
    INFO(name);
    const auto path = folder / name;
    std::ofstream(path) << "old";
    PredictionFileOptions options = options_for(path);
    CHECK_THROWS_WITH_AS((void)make_prediction_writer(options),
                         (path.string() + " is there already: give another path, or --force").c_str(), UsageError);
    options.force = true;

    const auto writer = make_prediction_writer(options);
    CHECK(text_of(path) == "old");
    write_all(*writer);

    CHECK(text_of(path) != "old");
  }
  CHECK(files_in(folder.path()) == 3);
}

TEST_CASE("a file that appeared meanwhile is kept") {
  const TemporaryFolder folder;
  const auto writer = make_prediction_writer(options_for(folder / "p.csv"));
  std::ofstream(folder / "p.csv") << "another's";

  CHECK_THROWS_AS(write_all(*writer), UsageError);

  CHECK(text_of(folder / "p.csv") == "another's");
}

TEST_CASE("what is no regular file is refused even where forced") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "d.csv");
  std::filesystem::create_symlink("/dev/null", folder / "link.csv");
  for (const char* name : {"d.csv", "link.csv"}) {
    PredictionFileOptions options = options_for(folder / name);
    options.force = true;

    CHECK_THROWS_AS((void)make_prediction_writer(options), UsageError);
  }
  CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("a folder that is missing is named before any work") {
  const TemporaryFolder folder;
  const auto path = folder / "none/p.csv";

  CHECK_THROWS_WITH_AS(
      (void)make_prediction_writer(options_for(path)),
      ("cannot write " + path.string() + ": there is no folder " + (folder / "none").string() + "; make it first")
          .c_str(),
      Failure);
}

TEST_CASE("nothing is left of predictions that were not finished") {
  const TemporaryFolder folder;
  for (const char* name : {"p.csv", "p.jsonl", "p.h5"}) {
    INFO(name);
    {
      const auto writer = make_prediction_writer(options_for(folder / name));
      writer->write({.first_row = 0, .ids = std::span(kIds).first(2), .answers = std::span(kAnswers).first(2)});
      CHECK(files_in(folder.path()) == 1);
      CHECK_FALSE(std::filesystem::exists(folder / name));
      CHECK_THROWS_AS(writer->finish(), Bug);  // a row is missing
    }
    CHECK(files_in(folder.path()) == 0);
  }
}

TEST_CASE("nothing is left of predictions that could not take their place") {
  const TemporaryFolder folder;
  NoRenaming files;
  for (const char* name : {"p.csv", "p.h5"}) {
    INFO(name);

    CHECK_THROWS_AS(write_all(*make_prediction_writer(options_for(folder / name), files)), Failure);

    CHECK(files_in(folder.path()) == 0);
  }
}

TEST_CASE("standard output takes text and refuses HDF5") {
  const TemporaryFolder folder;
  PredictionFileOptions options = options_for("-");
  options.labels_only = true;
  options.standard_output = std::fopen((folder / "out").c_str(), "wb");
  REQUIRE(options.standard_output != nullptr);

  write_all(options);
  std::fclose(options.standard_output);

  CHECK(text_of(folder / "out") == "id,label\n7,1\n18446744073709551615,-1\n3,-1\n");
  options.format = PredictionFormat::kHdf5;
  CHECK_THROWS_WITH_AS((void)make_prediction_writer(options),
                       "HDF5 cannot go to standard output: give a path, or choose csv or jsonl", UsageError);
}

TEST_CASE("a full disk is told, not swallowed by a buffer") {
  PredictionFileOptions options = options_for("-");
  options.standard_output = std::fopen("/dev/full", "wb");
  REQUIRE(options.standard_output != nullptr);
  std::string message;

  try {
    write_all(options);
  } catch (const Failure& failure) {
    message = failure.what();
  }
  std::fclose(options.standard_output);

  CHECK(message.find("cannot write standard output: the disk is full") != std::string::npos);
}
