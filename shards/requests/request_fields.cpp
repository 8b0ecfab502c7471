// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/request_fields.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <fmt/format.h>

#include "framework/config/nearest_name.hpp"
#include "framework/data/subjects.hpp"
#include "framework/text/utf8.hpp"
#include "shards/requests/due_date.hpp"
#include "shards/requests/request.hpp"

namespace expunge {

namespace {

bool is_control(char character) {
  return (character >= '\0' && character < ' ') || character == '\x7F';
}

std::string set_moment(std::optional<Moment>& moment, std::optional<Moment> parsed, RequestField field,
                       std::string_view value) {
  if (!parsed)
    return fmt::format("'{}' is {}: expected a date (2026-03-01) or a time with its zone (2026-03-01T09:30:00Z)",
                       name_of(field), in_quotes(value));
  moment = parsed;
  return {};
}

/// Names that come up in messages, journals and reports: they stay on one line.
std::string set_name(std::string& name, RequestField field, std::string_view value) {
  if (std::ranges::any_of(value, is_control))
    return fmt::format("'{}' is {}: it holds a control character", name_of(field), in_quotes(value));
  name = value;
  return {};
}

}  // namespace

std::string_view name_of(RequestField field) {
  constexpr std::array<std::string_view, kRequestFields> kNames{
      "request_id", "requested_by", "received_at", "due_at", "regulation", "reason",   "subject_id",
      "label",      "priority",     "sample_ids",  "ranges", "sample_id",  "first_id", "end_id"};
  return kNames.at(static_cast<std::size_t>(field));
}

std::optional<RequestField> field_named(std::string_view name, std::span<const RequestField> format) {
  const auto found = std::ranges::find(format, name, name_of);
  return found == format.end() ? std::nullopt : std::optional(*found);
}

std::string known_fields(std::string_view name, std::span<const RequestField> format) {
  std::vector<std::string> names;
  for (const RequestField field : format) names.emplace_back(name_of(field));
  const std::string nearest = nearest_name(name, names);
  return nearest.empty() ? fmt::format("; those are {}", fmt::join(names, ", "))
                         : fmt::format("; did you mean '{}'?", nearest);
}

std::string set_text(Request& request, RequestField field, std::string_view value) {
  switch (field) {
    case RequestField::kRequestId:
      if (value.empty()) return "'request_id' is empty";
      return set_name(request.id, field, value);
    case RequestField::kRequestedBy:
      return set_name(request.requested_by, field, value);
    case RequestField::kRegulation:
      return set_name(request.regulation, field, value);
    case RequestField::kReceivedAt:
      return set_moment(request.received_at, parse_moment(value), field, value);
    case RequestField::kDueAt:
      return set_moment(request.due_at, parse_due(value), field, value);
    case RequestField::kReason:
      if (value.find('\0') != std::string_view::npos) return "'reason' holds a zero byte";
      request.reason = value;
      return {};
    default:
      return fmt::format("'{}' is no text", name_of(field));
  }
}

std::string select_subject(Request& request, std::string_view subject) {
  if (const std::string problem = subject_problem(subject); !problem.empty())
    return fmt::format("'subject_id' {}", problem);
  request.selector = SubjectSelector{std::string(subject)};
  return {};
}

std::string range_problem(IdRange range) {
  if (range.first < range.end) return {};
  return fmt::format("[{}, {}): it {}", range.first, range.end,
                     range.first == range.end ? "is empty" : "ends before it begins");
}

std::string id_rule() {
  return fmt::format("sample ids are integers from 0 to {}", kLargestId);
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string shown = "'";
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at >= kMost && !continues_character(text[at])) return shown + "…'";
    shown += is_control(text[at]) ? '?' : text[at];
  }
  return shown + "'";
}

namespace {

std::size_t hash_of(std::string_view id, std::string_view requested_by) {
  constexpr std::size_t kMix = 0x9E3779B97F4A7C15U;
  const std::hash<std::string_view> hash;
  return hash(id) ^ (requested_by.empty() ? 0 : hash(requested_by) * kMix);
}

}  // namespace

std::size_t RequestList::slot_of(std::size_t hash, std::string_view id, std::string_view requested_by) const {
  for (std::size_t i = hash & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[i];
    if (slot.place == kNowhere) return i;
    const Request& request = requests_[slot.place];
    if (slot.hash == hash && request.id == id && request.requested_by == requested_by) return i;
  }
}

void RequestList::enter(std::size_t hash, std::size_t slot) {
  slots_[slot] = {hash, requests_.size() - 1};
  if (2 * requests_.size() <= slots_.size()) return;
  std::vector<Slot> wider(2 * slots_.size());
  for (const Slot& taken : slots_) {
    if (taken.place == kNowhere) continue;
    std::size_t i = taken.hash & (wider.size() - 1);
    while (wider[i].place != kNowhere) i = (i + 1) & (wider.size() - 1);
    wider[i] = taken;
  }
  slots_ = std::move(wider);
}

void RequestList::add(Request&& request) {
  const std::size_t hash = hash_of(request.id, request.requested_by);
  const std::size_t slot = slot_of(hash, request.id, request.requested_by);
  if (const std::size_t known = slots_[slot].place; known != kNowhere) {
    const Request& before = requests_[known];
    if (request.content({}) != before.content({}))
      fault(request.line, request.id,
            fmt::format("line {} has a request of the same id{} and other content: a repetition must repeat it, and "
                        "another request needs an id of its own",
                        before.line, request.requested_by.empty() ? "" : " and requester"));
    return;
  }
  requests_.push_back(std::move(request));
  enter(hash, slot);
}

std::size_t RequestList::find(std::string_view id, std::string_view requested_by) const {
  return slots_[slot_of(hash_of(id, requested_by), id, requested_by)].place;
}

std::size_t RequestList::append(Request&& request) {
  const std::size_t hash = hash_of(request.id, request.requested_by);
  const std::size_t slot = slot_of(hash, request.id, request.requested_by);
  requests_.push_back(std::move(request));
  enter(hash, slot);
  return requests_.size() - 1;
}

void RequestList::fault(std::size_t line, std::string request_id, std::string message) {
  faults_.push_back({line, std::move(request_id), std::move(message)});
}

std::vector<Request> RequestList::take(const std::string& source) {
  if (faults_.empty() && requests_.empty()) fault(0, "", "it holds no request");
  if (!faults_.empty()) refuse_requests(source, faults_);
  return std::move(requests_);
}

}  // namespace expunge
