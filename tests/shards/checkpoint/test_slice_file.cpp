// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <sys/time.h>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <hdf5.h>

#include "framework/core/error.hpp"
#include "framework/io/hdf5.hpp"
#include "shards/checkpoint/slice_file.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/small_slice.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using testing::contains;
using testing::digest_filled_with;
using testing::failure_of;
using testing::small_slice;
using testing::tensor_of;

namespace {
std::time_t seconds_ahead = 0;
}

// Takes the place of the C library's, which HDF5 asks for the time.
extern "C" int gettimeofday(timeval* now, void* /*zone*/) noexcept {
  timespec time{};
  if (::clock_gettime(CLOCK_REALTIME, &time) != 0) return -1;
  now->tv_sec = time.tv_sec + seconds_ahead;
  now->tv_usec = time.tv_nsec / 1000;
  return 0;
}

namespace {

/// While it lives, HDF5 sees a clock that is ahead.
class ClockAhead {
 public:
  explicit ClockAhead(std::time_t seconds) { seconds_ahead = seconds; }
  ClockAhead(const ClockAhead&) = delete;
  ClockAhead& operator=(const ClockAhead&) = delete;
  ~ClockAhead() { seconds_ahead = 0; }
};

/// A file as HDF5 itself writes one: with the time in it.
void write_with_defaults(const std::filesystem::path& path) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t data = H5Dcreate2(file, "x", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dclose(data);
  H5Sclose(space);
  H5Fclose(file);
}

const std::string kZeros(64, '0');

/// A file that is as FORMAT.md says but for what `change` does to it, and a tensor fewer for what it wants to do
/// itself.
std::filesystem::path file_with(const testing::TemporaryFolder& folder, const std::function<void(hdf5::File&)>& change,
                                const std::string& left_out = "", std::int64_t version = 1) {
  hdf5::File file = hdf5::File::create_image();
  const auto text = [&](const std::string& name, const std::string& value) {
    if (name != left_out) file.set_attribute("/", name, value);
  };
  const auto number = [&](const std::string& name, std::int64_t value) {
    if (name != left_out) file.set_attribute("/", name, value);
  };
  text("format", "expunge-slice");
  number("format_version", version);
  number("shard", 0);
  number("stage", 1);
  number("samples", 5);
  number("visits", 5);
  number("visited", 5);
  text("model", "logistic");
  for (const char* name : {"configuration", "fingerprint", "live", "live_root", "state_before"}) text(name, kZeros);
  text("live_root_scheme", "none");
  number("optimizer_step", 0);
  ModelState state;
  state.parameters = {tensor_of<float>("w", {2}, {1, 2})};
  text("state_after", model_digest(state).hex());
  for (const std::string group : {"/parameters", "/buffers", "/optimizer"}) {
    file.make_group(group);
    file.set_attribute(group, "tensors", std::int64_t{group == "/parameters"});
  }
  if (left_out != "w") {
    const std::vector<std::uint64_t> dims{2};
    file.write("/parameters/w", hdf5::ElementType::kF32, dims, state.parameters[0].bytes);
    file.set_attribute("/parameters/w", "index", std::int64_t{0});
  }
  change(file);
  std::filesystem::path path = folder / "changed.h5";
  publish(system_files(), path, file.take_image());
  return path;
}

std::string refusal(const std::filesystem::path& path) {
  std::string message = failure_of([&] { (void)read_slice(path, std::nullopt); });
  CHECK(contains(message, path.string()));
  return message;
}

void leave_alone(hdf5::File& /*file*/) {}

}  // namespace

TEST_CASE("a slice file comes back as it was written") {
  const testing::TemporaryFolder folder;
  SliceFile slice = small_slice();

  const StoredFile stored = write_slice(system_files(), folder.path(), slice);
  const SliceFile read = read_slice(folder / stored.name, stored.digest);

  CHECK(read.state == slice.state);
  CHECK(read.provenance == slice.provenance);
  CHECK(read.provenance.state_after == model_digest(slice.state));
  CHECK(stored.bytes == std::filesystem::file_size(folder / stored.name));
  CHECK(stored.digest == digest_of_bytes(read_file(folder / stored.name)));
  CHECK(stored.name == fmt::format("slice-07-{}.h5", stored.digest.hex().substr(0, 16)));
}

TEST_CASE("the order of tensors is kept where names and groups are out of order") {
  const testing::TemporaryFolder folder;
  SliceFile slice = small_slice();
  slice.state.optimizer = {tensor_of<float>("second/z", {1}, {1}), tensor_of<float>("first/z", {1}, {2}),
                           tensor_of<float>("second/a", {1}, {3}), tensor_of<float>("first/a", {1}, {4})};

  const StoredFile stored = write_slice(system_files(), folder.path(), slice);

  CHECK(read_slice(folder / stored.name, stored.digest).state == slice.state);
}

TEST_CASE("parameters read alone are those of the state, in its order") {
  const testing::TemporaryFolder folder;
  SliceFile slice = small_slice();
  slice.state.parameters = {tensor_of<float>("second/z", {1}, {1}), tensor_of<float>("first/z", {2}, {2, 5}),
                            tensor_of<float>("second/a", {1}, {3}), tensor_of<float>("plain", {}, {4})};

  const StoredFile stored = write_slice(system_files(), folder.path(), slice);

  CHECK(read_parameters(folder / stored.name, stored.digest) == slice.state.parameters);
  CHECK(contains(failure_of([&] { (void)read_parameters(folder / stored.name, digest_filled_with(1)); }),
                 (folder / stored.name).string()));
}

TEST_CASE("a state without any tensor and a tensor without any element are states like the others") {
  const testing::TemporaryFolder folder;
  SliceFile slice = small_slice();
  slice.state = {};
  SliceFile hollow = small_slice();
  hollow.state.buffers = {tensor_of<float>("none", {0, 4}, {})};

  const StoredFile stored = write_slice(system_files(), folder.path(), slice);
  const StoredFile stored_hollow = write_slice(system_files(), folder.path(), hollow);

  CHECK(read_slice(folder / stored.name, stored.digest).state == slice.state);
  CHECK(read_slice(folder / stored_hollow.name, stored_hollow.digest).state == hollow.state);
}

TEST_CASE("equal content gives equal files in other folders and an hour later") {
  const testing::TemporaryFolder folder;
  const testing::TemporaryFolder other;
  SliceFile slice = small_slice();
  SliceFile again = small_slice();

  const StoredFile first = write_slice(system_files(), folder.path(), slice);
  write_with_defaults(folder / "defaults.h5");
  const ClockAhead one_hour(3600);
  const StoredFile second = write_slice(system_files(), other.path(), again);
  write_with_defaults(other / "defaults.h5");

  REQUIRE(read_file(folder / "defaults.h5") != read_file(other / "defaults.h5"));  // HDF5 sees the other time
  CHECK(first.name == second.name);
  CHECK(read_file(folder / first.name) == read_file(other / second.name));
}

TEST_CASE("any change of state or provenance gives another file") {
  const testing::TemporaryFolder folder;
  SliceFile slice = small_slice();
  const StoredFile stored = write_slice(system_files(), folder.path(), slice);
  SliceFile bit = small_slice();
  bit.state.buffers[0].bytes[0] ^= std::byte{1};
  SliceFile source = small_slice();
  source.provenance.live_root_scheme = "tree";
  source.provenance.live_root = digest_filled_with(0x55);

  CHECK(write_slice(system_files(), folder.path(), bit).digest != stored.digest);
  const StoredFile rooted = write_slice(system_files(), folder.path(), source);
  CHECK(rooted.digest != stored.digest);
  CHECK(read_slice(folder / rooted.name, rooted.digest).provenance == source.provenance);
}

TEST_CASE("a progress file replaces the one before it and knows how far the stage is") {
  const testing::TemporaryFolder folder;
  SliceFile slice = small_slice();
  slice.provenance.visited = 400;
  (void)write_progress(system_files(), folder.path(), slice);
  slice.provenance.visited = 800;

  const StoredFile stored = write_progress(system_files(), folder.path(), slice);

  CHECK(stored.name == "stage-07-progress.h5");
  CHECK(progress_name(SliceId(7)) == stored.name);
  CHECK(read_slice(folder / stored.name, stored.digest).provenance.visited == 800);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("what a reader would refuse is a bug of whoever writes it") {
  const testing::TemporaryFolder folder;
  const auto refuses = [&](const std::function<void(SliceFile&)>& spoil) {
    SliceFile slice = small_slice();
    spoil(slice);
    CHECK_THROWS_AS(write_slice(system_files(), folder.path(), slice), Bug);
  };

  refuses([](SliceFile& slice) { slice.provenance.visited = 1; });
  refuses([](SliceFile& slice) { slice.provenance.stage = SliceId(0); });
  refuses([](SliceFile& slice) { slice.provenance.live_root = digest_filled_with(1); });
  refuses([](SliceFile& slice) { slice.state.optimizer_step = -1; });
  refuses([](SliceFile& slice) { slice.state.parameters[0].bytes.pop_back(); });
  for (const char* name : {"", "/w", "w/", "a//b", "../w", "."})
    refuses([&](SliceFile& slice) { slice.state.parameters[0].name = name; });
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a file with another digest than expected is refused with both digests") {
  const testing::TemporaryFolder folder;
  SliceFile slice = small_slice();
  const StoredFile stored = write_slice(system_files(), folder.path(), slice);
  const Digest other = digest_filled_with(0xab);

  const std::string message = failure_of([&] { (void)read_slice(folder / stored.name, other); });

  CHECK(contains(message, (folder / stored.name).string()));
  CHECK(contains(message, stored.digest.hex()));
  CHECK(contains(message, other.hex()));
}

TEST_CASE("a file that is as the format says is read") {
  const testing::TemporaryFolder folder;

  const SliceFile read = read_slice(file_with(folder, leave_alone), std::nullopt);

  CHECK(read.provenance.samples == 5);
  CHECK(read.state.parameters == std::vector<StateTensor>{tensor_of<float>("w", {2}, {1, 2})});
}

TEST_CASE("a newer format version is refused with the version that this program reads") {
  const testing::TemporaryFolder folder;

  const std::string message = refusal(file_with(folder, leave_alone, "", 3));

  CHECK(contains(message, "format_version is 3, and this program reads versions 1 and 2"));
  CHECK(contains(message, "newer release"));
}

TEST_CASE(
    "the file of an approximate state says by which method, in version 2; that of an exact one has no trace of it") {
  const testing::TemporaryFolder folder;
  SliceFile exact = small_slice();
  SliceFile approximate = small_slice();
  approximate.provenance.approximation = "deepobliviate:epsilon=0.1";

  const StoredFile stored = write_slice(system_files(), folder.path(), approximate);
  const StoredFile plain = write_slice(system_files(), folder.path(), exact);

  CHECK(read_slice(folder / stored.name, stored.digest).provenance == approximate.provenance);
  CHECK(read_slice(folder / plain.name, plain.digest).provenance.approximation.empty());
  const Bytes bytes = read_file(folder / plain.name);
  CHECK_FALSE(contains({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "approximation"));
}

TEST_CASE("version 2 without the method, or with an empty one, and version 1 with it are refused") {
  const testing::TemporaryFolder folder;
  const auto method = [](const std::string& spec) {
    return [=](hdf5::File& file) { file.set_attribute("/", "approximation", spec); };
  };

  CHECK(read_slice(file_with(folder, method("finetune"), "", 2), std::nullopt).provenance.approximation == "finetune");
  CHECK(contains(refusal(file_with(folder, leave_alone, "", 2)), "the attribute 'approximation' is missing"));
  CHECK(contains(refusal(file_with(folder, method(""), "", 2)), "approximation is ''"));
  CHECK(contains(refusal(file_with(folder, method("finetune"), "", 1)),
                 "the attribute 'approximation' does not belong in format version 1"));
}

TEST_CASE("an offset's file is called so, after the stage where it was taken, and read as every other") {
  const testing::TemporaryFolder folder;
  SliceFile offset = small_slice();
  offset.provenance.approximation = "deepobliviate";

  const StoredFile stored = write_offset(system_files(), folder.path(), offset);

  CHECK(stored.name == "offset-07-" + stored.digest.hex().substr(0, 16) + ".h5");
  CHECK(read_slice(folder / stored.name, stored.digest).state == offset.state);
  offset.provenance.approximation.clear();
  CHECK_THROWS_AS(write_offset(system_files(), folder.path(), offset), Bug);
}

TEST_CASE("a file that lacks a field is refused by the field's name") {
  const testing::TemporaryFolder folder;

  for (const char* name :
       {"format", "format_version", "shard", "stage", "samples", "visits", "visited", "model", "configuration",
        "fingerprint", "live", "live_root_scheme", "live_root", "state_before", "state_after", "optimizer_step"})
    CHECK(contains(refusal(file_with(folder, leave_alone, name)), fmt::format("'{}'", name)));
}

TEST_CASE("what does not belong in a file is refused: nothing hides in a checkpoint") {
  const testing::TemporaryFolder folder;
  const std::vector<std::uint64_t> dims{2};

  CHECK(
      contains(refusal(file_with(folder, [](hdf5::File& file) { file.set_attribute("/", "host", std::string("n7")); })),
               "the attribute 'host' does not belong"));
  CHECK(contains(refusal(file_with(folder, [](hdf5::File& file) { file.make_group("/samples"); })), "'samples'"));
  CHECK(contains(
      refusal(file_with(folder,
                        [&](hdf5::File& file) { file.write("/buffers/x", hdf5::ElementType::kF32, dims, Bytes(8)); })),
      "/buffers/x"));
  CHECK(contains(
      refusal(file_with(folder, [](hdf5::File& file) { file.set_attribute("/parameters/w", "a", std::int64_t{1}); })),
      "/parameters/w: the attribute 'a' does not belong"));
}

TEST_CASE("a tensor that is missing, doubled, of another type or changed is refused") {
  const testing::TemporaryFolder folder;
  const auto with_tensor = [&](hdf5::ElementType type, std::int64_t index, std::size_t bytes) {
    return refusal(file_with(
        folder,
        [&](hdf5::File& file) {
          const std::vector<std::uint64_t> dims{2};
          file.write("/parameters/w", type, dims, Bytes(bytes));
          file.set_attribute("/parameters/w", "index", index);
        },
        "w"));
  };

  CHECK(contains(refusal(file_with(folder, leave_alone, "w")),
                 "/parameters: 1 tensors expected, and none has the index 0"));
  CHECK(contains(with_tensor(hdf5::ElementType::kF32, 1, 8), "/parameters/w: index is 1"));
  CHECK(contains(with_tensor(hdf5::ElementType::kF32, -1, 8), "/parameters/w: index is -1"));
  CHECK(contains(with_tensor(hdf5::ElementType::kF64, 0, 16), "/parameters/w: elements are neither"));
  CHECK(contains(with_tensor(hdf5::ElementType::kF32, 0, 8), "state_after"));
}

TEST_CASE("values out of range are refused with field and range") {
  const testing::TemporaryFolder folder;
  const auto with = [&](const std::string& name, auto value) {
    return refusal(file_with(
        folder, [&](hdf5::File& file) { file.set_attribute("/", name, value); }, name));
  };

  CHECK(contains(with("stage", std::int64_t{0}), "stage is 0, expected 1 … 4294967295"));
  CHECK(contains(with("shard", std::int64_t{1} << 32U), "shard is 4294967296"));
  CHECK(contains(with("visited", std::int64_t{6}), "visited is 6, expected 0 … 5"));
  CHECK(contains(with("samples", std::int64_t{-1}), "samples is -1"));
  CHECK(contains(with("live", std::string("12")), "live: '12' is not a digest"));
  CHECK(contains(with("live_root", std::string(64, '1')), "live_root"));
  CHECK(contains(with("format", std::string("other")), "its format is 'other', expected 'expunge-slice'"));
  CHECK(contains(with("model", std::int64_t{1}), "'model' is not a string"));
}

TEST_CASE("h5dump shows a slice file") {
  if (std::system("h5dump --version > /dev/null 2>&1") != 0) {
    MESSAGE("h5dump is not on the path");
    return;
  }
  const testing::TemporaryFolder folder;
  SliceFile slice = small_slice();
  const StoredFile stored = write_slice(system_files(), folder.path(), slice);
  const std::string dump = (folder / "dump").string();

  const int code =
      std::system(fmt::format("h5dump -H '{}' > '{}' 2>&1", (folder / stored.name).string(), dump).c_str());
  const Bytes bytes = read_file(dump);
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());

  CHECK(code == 0);
  CHECK(contains(text, "DATASET \"fc.weight\""));
  CHECK(contains(text, "GROUP \"momentum\""));
  CHECK(contains(text, "ATTRIBUTE \"state_after\""));
}
