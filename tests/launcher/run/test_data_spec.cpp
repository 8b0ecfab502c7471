// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/data/format.hpp"
#include "launcher/run/data_spec.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;

namespace {

Spec spec(const std::string& text) {
  return Spec::parse(text, "data");
}

/// The working directory, and back to where it was.
class Inside {
 public:
  explicit Inside(const std::filesystem::path& folder) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_;
};

/// One sample, whatever is asked for.
class OneSample : public Dataset {
 public:
  OneSample() {
    shape_ = {1};
    classes_ = 2;
    labels_ = {1};
  }
  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override {
    check_gather(rows, out);
    std::ranges::fill(out, std::byte{7});
  }
};

constexpr std::string_view kSchema[] = {"schema"};
constexpr DataFormat kTable{"table", "table:FILE,schema=FILE,header=yes|no",
                            [](const Spec&) -> std::unique_ptr<Dataset> { return std::make_unique<OneSample>(); }, true,
                            kSchema};

}  // namespace

TEST_CASE("a program's own format is opened by its name, and says which of its words are paths") {
  const testing::TemporaryFolder folder;
  const Inside inside(folder.path());
  const std::string here = std::filesystem::current_path().string();
  register_format(kTable);

  CHECK(open_dataset(spec("table:x.csv"))->size() == 1);
  CHECK(with_absolute_paths(spec("table:x.csv,schema=s.json,header=no")) ==
        "table:" + here + "/x.csv,schema=" + here + "/s.json,header=no");
  CHECK(format_help().ends_with("hdf5:FILE; table:FILE,schema=FILE,header=yes|no"));
  CHECK_THROWS_AS(register_format(kTable), Bug);
}

TEST_CASE("paths become absolute, and all else stays as it is") {
  const testing::TemporaryFolder folder;
  const Inside inside(folder.path());
  const std::string here = std::filesystem::current_path().string();

  CHECK(with_absolute_paths(spec("digits:600,seed=3")) == "digits:600,seed=3");
  CHECK(with_absolute_paths(spec("idx:a b,./c/../d,limit=5")) == "idx:" + here + "/a b," + here + "/d,limit=5");
  CHECK(with_absolute_paths(spec("digits:600,subjects=s.txt")) == "digits:600,subjects=" + here + "/s.txt");
  CHECK(with_absolute_paths(spec("hdf5:/a/b.h5")) == "hdf5:/a/b.h5");
}

TEST_CASE("a manifest takes no name that its text can't hold") {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "a,b");

  CHECK(data_for_manifest(spec("digits:600,seed=3")) == "digits:600,seed=3");
  CHECK(data_for_manifest(spec("idx:/a,/b,limit=3")) == "idx:/a,/b,limit=3");
  CHECK_THROWS_WITH_AS((void)data_for_manifest(spec("hdf5:/\xff.h5")), doctest::Contains("the name is not UTF-8"),
                       UsageError);
  const Inside inside(folder / "a,b");
  CHECK_THROWS_WITH_AS((void)data_for_manifest(spec("hdf5:c.h5")), doctest::Contains("a ',' in the path"), UsageError);
}

TEST_CASE("data that a manifest names and that are gone are told with what to do") {
  CHECK(open_data_of_run("digits:5", "hdf5:/gone.h5")->size() == 5);
  CHECK(open_data_of_run("", "digits:6")->size() == 6);
  const std::string gone = testing::failure_of([] { (void)open_data_of_run("", "hdf5:/gone.h5"); });

  CHECK(testing::contains(gone, "/gone.h5: No such file or directory"));
  CHECK(testing::contains(gone, "where they have moved, give --data"));
  CHECK_FALSE(
      testing::contains(testing::failure_of([] { (void)open_data_of_run("hdf5:/gone.h5", "digits:6"); }), "--data"));
}
