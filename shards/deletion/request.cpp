// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/deletion/request.hpp"

#include "shards/deletion/id_ranges.hpp"

namespace expunge {

namespace {

enum class Kind : std::uint8_t { kIds = 0, kSubject = 1, kLabel = 2 };  // hashed: the values never change

std::string text_of(const std::optional<Moment>& moment) {
  return moment ? to_text(*moment) : std::string();
}

void add_selector(Hasher& hasher, const Selector& selector) {
  const auto add_kind = [&](Kind kind) { hasher.add(static_cast<std::uint64_t>(kind)); };
  if (const auto* subject = std::get_if<SubjectSelector>(&selector)) {
    add_kind(Kind::kSubject);
    hasher.add(subject->subject);
  } else if (const auto* label = std::get_if<LabelSelector>(&selector)) {
    add_kind(Kind::kLabel);
    hasher.add(static_cast<std::uint64_t>(label->label));
  } else {
    add_kind(Kind::kIds);
    const std::vector<IdRange> ranges = named_ids(selector);
    hasher.add(std::uint64_t{ranges.size()});
    for (const IdRange& range : ranges) hasher.add(range.first).add(range.end);
  }
}

}  // namespace

std::optional<Moment> Request::due() const {
  if (due_at) return due_at;
  if (!received_at) return std::nullopt;
  return due_by_regulation(*received_at, regulation);
}

Digest Request::content(ByteView key) const {
  Hasher hasher("expunge/request/v1", key);
  hasher.add(id).add(requested_by);
  add_selector(hasher, selector);
  hasher.add(text_of(received_at)).add(text_of(due_at)).add(regulation);
  return hasher.add(static_cast<std::uint64_t>(priority)).add(reason).finish();
}

}  // namespace expunge
