// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/request_fields.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "framework/data/subject_file.hpp"
#include "framework/text/utf8.hpp"
#include "shards/requests/due_date.hpp"
#include "shards/requests/id_ranges.hpp"

namespace expunge {

namespace {

bool is_control(char character) {
  return (character >= '\0' && character < ' ') || character == '\x7F';
}

std::string set_moment(std::optional<Moment>& moment, std::optional<Moment> parsed, TextField field,
                       std::string_view value) {
  if (!parsed)
    return fmt::format("'{}' is {}: expected a date (2026-03-01) or a time with its zone (2026-03-01T09:30:00Z)",
                       name_of(field), in_quotes(value));
  moment = parsed;
  return {};
}

/// Names that come up in messages, journals and reports: they stay on one line.
std::string set_name(std::string& name, TextField field, std::string_view value) {
  if (std::ranges::any_of(value, is_control))
    return fmt::format("'{}' is {}: it holds a control character", name_of(field), in_quotes(value));
  name = value;
  return {};
}

}  // namespace

std::string_view name_of(TextField field) {
  switch (field) {
    case TextField::kRequestId:
      return "request_id";
    case TextField::kRequestedBy:
      return "requested_by";
    case TextField::kReceivedAt:
      return "received_at";
    case TextField::kDueAt:
      return "due_at";
    case TextField::kRegulation:
      return "regulation";
    case TextField::kReason:
      return "reason";
  }
  return "";
}

std::string set_text(Request& request, TextField field, std::string_view value) {
  switch (field) {
    case TextField::kRequestId:
      if (value.empty()) return "'request_id' is empty";
      return set_name(request.id, field, value);
    case TextField::kRequestedBy:
      return set_name(request.requested_by, field, value);
    case TextField::kRegulation:
      return set_name(request.regulation, field, value);
    case TextField::kReceivedAt:
      return set_moment(request.received_at, parse_moment(value), field, value);
    case TextField::kDueAt:
      return set_moment(request.due_at, parse_due(value), field, value);
    case TextField::kReason:
      if (value.find('\0') != std::string_view::npos) return "'reason' holds a zero byte";
      request.reason = value;
      return {};
  }
  return {};
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

}  // namespace expunge
