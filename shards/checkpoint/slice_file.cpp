// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/slice_file.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/core/error.hpp"
#include "framework/io/hdf5.hpp"

namespace expunge {

namespace {

constexpr std::string_view kSliceFormat = "expunge-slice";
constexpr std::int64_t kExactVersion = 1;        // of files of exact states
constexpr std::int64_t kApproximateVersion = 2;  // with the attribute below
constexpr std::int64_t kRecordedVersion = 3;     // of progress files with a recorder's bytes
constexpr const char* kApproximation = "approximation";
constexpr const char* kRecorder = "recorder";
constexpr const char* kRoot = "/";
constexpr const char* kIndex = "index";      // of a tensor: its place in its group
constexpr const char* kTensors = "tensors";  // of a group: how many there are in it

/// The three groups of a file, in the order in which they are made.
constexpr std::array<std::pair<std::string_view, std::vector<StateTensor> ModelState::*>, 3> kGroups{
    {{"parameters", &ModelState::parameters},
     {"buffers", &ModelState::buffers},
     {"optimizer", &ModelState::optimizer}}};

/// The root's attributes: a file of version 1 has these and no others.
constexpr std::array<std::string_view, 16> kAttributes{
    "configuration",    "fingerprint",  "format",         "format_version", "live",  "live_root",
    "live_root_scheme", "model",        "optimizer_step", "samples",        "shard", "stage",
    "state_after",      "state_before", "visited",        "visits"};

hdf5::ElementType element_type(StateTensor::Type type) {
  return type == StateTensor::Type::kF32 ? hdf5::ElementType::kF32 : hdf5::ElementType::kI64;
}

// ---- writing

/// A tensor's name is its path below its group, so it must be one that HDF5 takes as it is.
void check_name(const std::string& name) {
  bool plain = !name.empty() && name.find('\0') == std::string::npos;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = std::string_view(name).substr(begin, end - begin);
    plain = plain && !part.empty() && part != "." && part != "..";
    begin = end + 1;
  }
  if (!plain) throw Bug("a tensor can't be called '" + name + "' in a slice file");
}

std::int64_t as_attribute(std::string_view field, std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw Bug(fmt::format("a slice file can't hold {} = {}", field, value));
  return static_cast<std::int64_t>(value);
}

std::int64_t version_of(const SliceFile& slice) {
  const bool is_exact = slice.provenance.approximation.empty();
  if (!slice.recorder.empty()) {
    if (!is_exact) throw Bug("an approximate state has no progress, and so no recorder's");
    return kRecordedVersion;
  }
  return is_exact ? kExactVersion : kApproximateVersion;
}

void write_attributes(hdf5::File& file, const SliceFile& slice) {
  const Provenance& from = slice.provenance;
  file.set_attribute(kRoot, "format", std::string(kSliceFormat));
  file.set_attribute(kRoot, "format_version", version_of(slice));
  file.set_attribute(kRoot, "shard", std::int64_t{from.shard.value()});
  file.set_attribute(kRoot, "stage", std::int64_t{from.stage.value()});
  file.set_attribute(kRoot, "samples", as_attribute("samples", from.samples));
  file.set_attribute(kRoot, "visits", as_attribute("visits", from.visits));
  file.set_attribute(kRoot, "visited", as_attribute("visited", from.visited));
  file.set_attribute(kRoot, "model", from.model);
  file.set_attribute(kRoot, "configuration", from.configuration.hex());
  file.set_attribute(kRoot, "fingerprint", from.fingerprint.hex());
  file.set_attribute(kRoot, "live", from.live.hex());
  file.set_attribute(kRoot, "live_root_scheme", from.live_root_scheme);
  file.set_attribute(kRoot, "live_root", from.live_root.hex());
  file.set_attribute(kRoot, "state_before", from.state_before.hex());
  file.set_attribute(kRoot, "state_after", from.state_after.hex());
  file.set_attribute(kRoot, "optimizer_step", slice.state.optimizer_step);
  if (!from.approximation.empty()) file.set_attribute(kRoot, kApproximation, from.approximation);
}

void write_group(hdf5::File& file, const std::string& group, const std::vector<StateTensor>& tensors) {
  file.make_group(group);
  file.set_attribute(group, kTensors, as_attribute(kTensors, tensors.size()));
  std::int64_t index = 0;
  for (const auto& tensor : tensors) {
    check_name(tensor.name);
    const std::string path = group + "/" + tensor.name;
    const std::vector<std::uint64_t> dims(tensor.dims.begin(), tensor.dims.end());
    file.write(path, element_type(tensor.type), dims, tensor.bytes);
    file.set_attribute(path, kIndex, index++);
  }
}

/// What the reader would refuse must not be written.
void check_provenance(const Provenance& from, std::int64_t optimizer_step) {
  if (from.stage.value() == 0 || from.visited > from.visits || optimizer_step < 0 ||
      (from.live_root_scheme == "none" && !from.live_root.is_zero()))
    throw Bug(fmt::format("the provenance of stage {} of shard {} contradicts itself", from.stage.value(),
                          from.shard.value()));
}

std::size_t expected_size(const ModelState& state) {
  constexpr std::size_t kAround = 512;  // a data set's header, and a little for the root's
  std::size_t size = 16 * kAround;
  for (const auto& [name, tensors] : kGroups)
    for (const auto& tensor : state.*tensors) size += tensor.bytes.size() + kAround;
  return size;
}

Bytes image_of(SliceFile& slice) {
  check_provenance(slice.provenance, slice.state.optimizer_step);
  slice.provenance.state_after = model_digest(slice.state);
  hdf5::File file = hdf5::File::create_image(expected_size(slice.state));
  write_attributes(file, slice);
  for (const auto& [name, tensors] : kGroups) write_group(file, fmt::format("/{}", name), slice.state.*tensors);
  if (!slice.recorder.empty()) {
    const std::array<std::uint64_t, 1> dims{slice.recorder.size()};
    file.write(fmt::format("/{}", kRecorder), hdf5::ElementType::kU8, dims, slice.recorder);
  }
  return file.take_image();
}

// ---- reading

/// Reads one file's image, which outlives it. Every complaint names the file.
class Reader {
 public:
  Reader(ByteView image, std::string name)
      : file_(hdf5::File::open_image(image, name)), image_(image), name_(std::move(name)), bytes_left_(image.size()) {}

  SliceFile read() {
    SliceFile slice = read_root();
    for (const auto& [name, tensors] : kGroups) slice.state.*tensors = read_group(fmt::format("/{}", name));
    if (version_ == kRecordedVersion) slice.recorder = read_recorder();
    const Digest found = model_digest(slice.state);
    if (found != slice.provenance.state_after)
      throw Failure(
          fmt::format("{}: its attribute 'state_after' is {}, but the state in it has the digest {}: the "
                      "file is damaged",
                      name_, slice.provenance.state_after.hex(), found.hex()));
    return slice;
  }

  /// The file's digest stands for what this does not look at.
  std::vector<StateTensor> read_parameters() {
    check_format();
    parameters_alone_ = true;
    return read_group(fmt::format("/{}", kGroups.front().first));
  }

 private:
  /// All but the tensors.
  SliceFile read_root() {
    check_format();
    std::vector<std::string_view> attributes(kAttributes.begin(), kAttributes.end());
    if (version_ == kApproximateVersion) attributes.emplace_back(kApproximation);
    check_members(kRoot, file_.attributes(kRoot), attributes);
    SliceFile slice;
    slice.provenance = read_provenance();
    slice.state.optimizer_step = integer("optimizer_step", 0);
    std::vector<std::string> members = file_.children(kRoot);
    const bool has_recorder = !members.empty() && members.back() == kRecorder;
    if (has_recorder && version_ == kRecordedVersion) members.pop_back();
    if (has_recorder != (version_ == kRecordedVersion) ||
        !std::ranges::equal(members, kGroups, {}, {}, [](const auto& group) { return group.first; }))
      throw Failure(fmt::format("{} has the members {}; expected /parameters, /buffers and /optimizer in this order{}",
                                name_, listed(file_.children(kRoot)),
                                version_ == kRecordedVersion ? ", then /recorder" : ""));
    return slice;
  }

  [[nodiscard]] Bytes read_recorder() const {
    const std::string path = fmt::format("/{}", kRecorder);
    const hdf5::DatasetShape shape = file_.shape(path);
    if (shape.type != hdf5::ElementType::kU8 || shape.dims.size() != 1 || shape.dims[0] == 0 ||
        shape.dims[0] > image_.size())
      throw Failure(fmt::format("{}, {}: expected a list of bytes, at least one", name_, path));
    return file_.read(path, hdf5::ElementType::kU8);
  }

  static std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
    return text.empty() ? "none" : text;
  }

  void check_format() {
    if (!file_.has_attribute(kRoot, "format")) throw Failure(name_ + " is no slice file: it has no attribute 'format'");
    const std::string format = file_.string_attribute(kRoot, "format");
    if (format != kSliceFormat)
      throw Failure(fmt::format("{} is no slice file: its format is '{}', expected '{}'", name_, format, kSliceFormat));
    version_ = file_.integer_attribute(kRoot, "format_version");
    if (version_ < kExactVersion || version_ > kRecordedVersion)
      throw Failure(fmt::format("{}: format_version is {}, and this program reads versions {} to {}{}", name_, version_,
                                kExactVersion, kRecordedVersion,
                                version_ > kRecordedVersion ? ": use the newer release that wrote it" : ""));
  }

  void check_members(const std::string& path, const std::vector<std::string>& found,
                     std::span<const std::string_view> expected) const {
    for (const auto name : expected)
      if (std::ranges::find(found, name) == found.end())
        throw Failure(fmt::format("{}, {}: the attribute '{}' is missing", name_, path, name));
    for (const auto& name : found)
      if (std::ranges::find(expected, name) == expected.end())
        throw Failure(fmt::format("{}, {}: the attribute '{}' does not belong in format version {}", name_, path, name,
                                  version_));
  }

  [[nodiscard]] std::int64_t integer(const std::string& field, std::int64_t least,
                                     std::int64_t most = std::numeric_limits<std::int64_t>::max()) const {
    const std::int64_t value = file_.integer_attribute(kRoot, field);
    if (value < least || value > most)
      throw Failure(fmt::format("{}: {} is {}, expected {} … {}", name_, field, value, least, most));
    return value;
  }

  template <class Value>
  [[nodiscard]] Value hex(const std::string& field) const {
    const std::string text = file_.string_attribute(kRoot, field);
    try {
      return Value::from_hex(text);
    } catch (const Failure& failure) {
      throw Failure(fmt::format("{}: {}: {}", name_, field, failure.what()));
    }
  }

  [[nodiscard]] Provenance read_provenance() const {
    constexpr std::int64_t kLargestId = std::numeric_limits<std::uint32_t>::max();
    Provenance from;
    from.shard = ShardId(static_cast<std::uint32_t>(integer("shard", 0, kLargestId)));
    from.stage = SliceId(static_cast<std::uint32_t>(integer("stage", 1, kLargestId)));
    from.samples = static_cast<std::uint64_t>(integer("samples", 0));
    from.visits = static_cast<std::uint64_t>(integer("visits", 0));
    from.visited = static_cast<std::uint64_t>(integer("visited", 0, static_cast<std::int64_t>(from.visits)));
    from.model = file_.string_attribute(kRoot, "model");
    from.configuration = hex<Digest>("configuration");
    from.fingerprint = hex<Digest>("fingerprint");
    from.live = hex<SetDigest>("live");
    from.live_root_scheme = file_.string_attribute(kRoot, "live_root_scheme");
    from.live_root = hex<Digest>("live_root");
    from.state_before = hex<Digest>("state_before");
    from.state_after = hex<Digest>("state_after");
    if (version_ == kApproximateVersion) {
      from.approximation = file_.string_attribute(kRoot, kApproximation);
      if (from.approximation.empty())
        throw Failure(fmt::format("{}: approximation is '', expected the SPEC of a method", name_));
    }
    if (from.live_root_scheme == "none" && !from.live_root.is_zero())
      throw Failure(
          fmt::format("{}: live_root is {}, expected zeros under the scheme 'none'", name_, from.live_root.hex()));
    return from;
  }

  std::vector<StateTensor> read_group(const std::string& group) {
    constexpr std::array<std::string_view, 1> kOfGroup{kTensors};
    check_members(group, file_.attributes(group), kOfGroup);
    const std::int64_t count = file_.integer_attribute(group, kTensors);
    // More than any model has; it bounds the walk through a file whose groups contain each other.
    constexpr std::int64_t kMost = 100'000;
    if (count < 0 || count > kMost)
      throw Failure(fmt::format("{}, {}: tensors is {}, expected 0 … {}", name_, group, count, kMost));
    objects_left_ = static_cast<std::size_t>(count) * kDeepest;
    std::vector<StateTensor> tensors(static_cast<std::size_t>(count));
    std::vector<bool> there(tensors.size());
    walk(group, "", 0, tensors, there);
    for (std::size_t i = 0; i < there.size(); ++i)
      if (!there[i])
        throw Failure(fmt::format("{}, {}: {} tensors expected, and none has the index {}", name_, group, count, i));
    return tensors;
  }

  /// Takes the tensors at and below `group`/`prefix`.
  void walk(const std::string& group, const std::string& prefix, std::size_t depth, std::vector<StateTensor>& tensors,
            std::vector<bool>& there) {
    for (const auto& child : file_.children(fmt::format("{}/{}", group, prefix))) {
      const std::string name = prefix + child;
      const std::string path = fmt::format("{}/{}", group, name);
      if (depth == kDeepest || objects_left_ == 0)
        throw Failure(fmt::format("{}, {} is one object too many in its group", name_, path));
      --objects_left_;
      const auto found = index_of(path);
      if (!found) {
        walk(group, name + "/", depth + 1, tensors, there);
        continue;
      }
      const std::int64_t index = *found;
      if (index < 0 || index >= static_cast<std::int64_t>(tensors.size()) || there[static_cast<std::size_t>(index)])
        throw Failure(fmt::format("{}, {}: index is {}, expected one of {} that no other has", name_, path, index,
                                  tensors.size()));
      there[static_cast<std::size_t>(index)] = true;
      tensors[static_cast<std::size_t>(index)] = read_tensor(path, name);
    }
  }

  /// Of a tensor; nothing: a group on the way to some.
  [[nodiscard]] std::optional<std::int64_t> index_of(const std::string& path) const {
    if (!parameters_alone_) {
      const std::vector<std::string> attributes = file_.attributes(path);
      const bool is_tensor = std::ranges::find(attributes, kIndex) != attributes.end();
      constexpr std::array<std::string_view, 1> kOfTensor{kIndex};
      check_members(path, attributes, std::span(kOfTensor).first(is_tensor ? 1 : 0));
    }
    return file_.find_integer_attribute(path, kIndex);
  }

  StateTensor read_tensor(const std::string& path, const std::string& name) {
    const hdf5::DatasetShape shape = file_.shape(path);
    StateTensor tensor;
    tensor.name = name;
    if (shape.type != hdf5::ElementType::kF32 && shape.type != hdf5::ElementType::kI64)
      throw Failure(fmt::format("{}, {}: elements are neither 32-bit floats nor 64-bit integers", name_, path));
    tensor.type = shape.type == hdf5::ElementType::kF32 ? StateTensor::Type::kF32 : StateTensor::Type::kI64;
    tensor.dims.assign(shape.dims.begin(), shape.dims.end());
    const bool empty = std::ranges::find(shape.dims, 0U) != shape.dims.end();
    if (!empty && !shape.file_offset)
      throw Failure(fmt::format("{}, {}: expected contiguous, unfiltered, little-endian data", name_, path));
    if (empty) return tensor;
    // The bytes lie in the image as they are: taking them from there spares HDF5 opening the data set once more.
    std::uint64_t size = hdf5::element_size(shape.type);
    for (const auto extent : shape.dims) size *= extent;  // no more than are stored: `shape` has checked that
    if (*shape.file_offset > image_.size() || size > image_.size() - *shape.file_offset || size > bytes_left_)
      throw Failure(fmt::format("{}, {}: the tensors up to this one claim more bytes than the file has", name_, path));
    const ByteView bytes = image_.subspan(*shape.file_offset, size);
    tensor.bytes.assign(bytes.begin(), bytes.end());
    bytes_left_ -= tensor.bytes.size();
    return tensor;
  }

  static constexpr std::size_t kDeepest = 8;
  hdf5::File file_;
  ByteView image_;
  std::string name_;
  std::size_t bytes_left_;
  std::int64_t version_ = 0;
  std::size_t objects_left_ = 0;
  bool parameters_alone_ = false;
};

StoredFile publish_named(FileSystem& files, const std::filesystem::path& folder, std::string name, ByteView image,
                         const Digest& digest) {
  publish(files, folder / name, image);
  return {.name = std::move(name), .digest = digest, .bytes = image.size()};
}

/// A file of a complete stage.
StoredFile publish_complete(FileSystem& files, const std::filesystem::path& folder, FileKind kind, SliceFile& slice) {
  const Provenance& from = slice.provenance;
  if (from.visited != from.visits || !slice.recorder.empty())
    throw Bug(fmt::format("stage {} of shard {} is not complete ({} of {} visits): it has progress alone",
                          from.stage.value(), from.shard.value(), from.visited, from.visits));
  const Bytes image = image_of(slice);
  const Digest digest = digest_of_bytes(image);
  return publish_named(files, folder, file_name(kind, from.stage, digest), image, digest);
}

}  // namespace

StoredFile write_slice(FileSystem& files, const std::filesystem::path& folder, SliceFile& slice) {
  return publish_complete(files, folder, FileKind::kSlice, slice);
}

StoredFile write_offset(FileSystem& files, const std::filesystem::path& folder, SliceFile& offset) {
  if (offset.provenance.approximation.empty())
    throw Bug(fmt::format("an offset after stage {} of shard {} that no method made", offset.provenance.stage.value(),
                          offset.provenance.shard.value()));
  return publish_complete(files, folder, FileKind::kOffset, offset);
}

StoredFile write_progress(FileSystem& files, const std::filesystem::path& folder, SliceFile& slice) {
  const Bytes image = image_of(slice);
  return publish_named(files, folder, progress_name(slice.provenance.stage), image, digest_of_bytes(image));
}

namespace {

/// The bytes of a file that has this digest.
Bytes read_checked(const std::filesystem::path& path, const std::optional<Digest>& expected) {
  Bytes image = read_file(path);
  if (!expected) return image;
  const Digest found = digest_of_bytes(image);
  if (found != *expected)
    throw Failure(
        fmt::format("{}: the digest of its bytes is {}, expected {}: the file is damaged or not the one "
                    "that is meant",
                    path.string(), found.hex(), expected->hex()));
  return image;
}

}  // namespace

SliceFile read_slice(const std::filesystem::path& path, const std::optional<Digest>& expected) {
  const Bytes image = read_checked(path, expected);
  return Reader(image, path.string()).read();
}

std::vector<StateTensor> read_parameters(const std::filesystem::path& path, const Digest& expected) {
  const Bytes image = read_checked(path, expected);
  return Reader(image, path.string()).read_parameters();
}

}  // namespace expunge
