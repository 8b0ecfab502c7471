// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/request.hpp"

#include "shards/requests/due_date.hpp"

namespace expunge {

namespace {

enum class Kind : std::uint8_t { kIds = 0, kSubject = 1, kLabel = 2 };  // hashed: the values never change

std::string text_of(const std::optional<Moment>& moment) {
  return moment ? to_text(*moment) : std::string();
}

/// What `Hasher` would be given, in one piece: a file may hold a million requests, each of a few short fields.
class Fields {
 public:
  void add(std::uint64_t number) {
    const ByteView bytes = bytes_of_value(number);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void add(std::string_view text) {
    add(std::uint64_t{text.size()});
    const ByteView bytes = bytes_of(text);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  [[nodiscard]] ByteView bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

void add_selector(Fields& fields, const Selector& selector) {
  const auto add_kind = [&](Kind kind) { fields.add(static_cast<std::uint64_t>(kind)); };
  if (const auto* subject = std::get_if<SubjectSelector>(&selector)) {
    add_kind(Kind::kSubject);
    fields.add(subject->subject);
  } else if (const auto* label = std::get_if<LabelSelector>(&selector)) {
    add_kind(Kind::kLabel);
    fields.add(static_cast<std::uint64_t>(label->label));
  } else {
    add_kind(Kind::kIds);
    const std::vector<IdRange> ranges = named_ids(selector);
    fields.add(std::uint64_t{ranges.size()});
    for (const IdRange& range : ranges) {
      fields.add(range.first);
      fields.add(range.end);
    }
  }
}

}  // namespace

std::optional<Moment> Request::due() const {
  if (due_at) return due_at;
  if (!received_at) return std::nullopt;
  return due_by_regulation(*received_at, regulation);
}

Digest Request::content(ByteView key) const {
  Fields fields;
  constexpr std::size_t kUsualBytes = 256;
  fields.reserve(kUsualBytes);
  fields.add("expunge/request/v1");
  fields.add(id);
  fields.add(requested_by);
  add_selector(fields, selector);
  fields.add(text_of(received_at));
  fields.add(text_of(due_at));
  fields.add(regulation);
  fields.add(static_cast<std::uint64_t>(priority));
  fields.add(reason);
  return digest_of_bytes(fields.bytes(), key);
}

namespace {

std::vector<IdRange> joined_ascending(const std::vector<SampleId>& ids) {
  RangeJoiner ranges;
  for (const SampleId id : ids) ranges.add(id.value());
  return ranges.take();
}

std::vector<IdRange> joined(const std::vector<SampleId>& ids) {
  if (std::ranges::is_sorted(ids)) return joined_ascending(ids);
  std::vector<SampleId> sorted = ids;
  std::ranges::sort(sorted);
  return joined_ascending(sorted);
}

std::vector<IdRange> joined(std::vector<IdRange> stated) {
  std::ranges::sort(stated);
  RangeJoiner ranges;
  for (const IdRange& range : stated) ranges.add(range);
  return ranges.take();
}

}  // namespace

std::vector<IdRange> named_ids(const Selector& selector) {
  if (const auto* ids = std::get_if<std::vector<SampleId>>(&selector)) return joined(*ids);
  if (const auto* ranges = std::get_if<std::vector<IdRange>>(&selector)) return joined(*ranges);
  return {};
}

}  // namespace expunge
