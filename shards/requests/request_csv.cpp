// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "framework/text/csv_reader.hpp"
#include "shards/requests/request.hpp"
#include "shards/requests/request_fields.hpp"

namespace expunge {

namespace {

using enum RequestField;

constexpr std::array kColumns{kRequestId, kRequestedBy, kReceivedAt, kDueAt,     kRegulation, kReason,
                              kSampleId,  kFirstId,     kEndId,      kSubjectId, kLabel,      kPriority};

/// The whole of a field as a decimal integer.
template <class Integer>
std::optional<Integer> integer(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// What a selector selects by, as messages say it.
std::string_view kind_name(const Selector& selector) {
  constexpr std::array<std::string_view, 4> kNames{"a sample", "a range", "a subject", "a class"};
  return kNames[selector.index()];
}

class CsvRequests {
 public:
  CsvRequests(std::string_view text, std::string source) : source_(std::move(source)), reader_(text) {
    places_.fill(kAbsent);
  }

  std::vector<Request> read() {
    read_header();
    while (reader_.next()) read_row();
    return requests_.take(source_);
  }

 private:
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
  static constexpr std::size_t index(RequestField column) { return static_cast<std::size_t>(column); }

  void read_header();
  void read_row();
  std::string read_attributes(Request& row, bool& states_priority) const;
  std::string read_selector(Selector& selector) const;
  std::string read_range(Selector& selector) const;
  std::string merge(Request& into, bool into_states_priority, const Request& row, bool states_priority) const;
  static std::string merge_selector(Request& into, const Selector& row);

  [[nodiscard]] std::string_view at(RequestField column) const {
    const std::size_t place = places_[index(column)];
    return place == kAbsent ? std::string_view() : reader_.fields()[place];
  }
  void fault(std::string message) { requests_.fault(reader_.line(), std::string(fault_id_), std::move(message)); }

  std::string source_;
  CsvReader reader_;
  std::array<std::size_t, kRequestFields> places_{};
  std::size_t columns_ = 0;
  std::string_view fault_id_;
  RequestList requests_;
  std::vector<bool> states_priority_;  // of each request
  std::size_t last_ = RequestList::kNowhere;
};

void CsvRequests::read_header() {
  if (!reader_.next()) return;
  std::vector<RequestFault> faults;
  const auto wrong = [&](std::string message) { faults.push_back({reader_.line(), "", std::move(message)}); };
  if (!reader_.problem().empty()) wrong(reader_.problem());
  columns_ = reader_.fields().size();
  for (std::size_t i = 0; i < columns_; ++i) {
    const std::string_view name = reader_.fields()[i];
    const auto column = field_named(name, kColumns);
    if (!column) {
      wrong(fmt::format("the header's {} is no column of a request file{}", in_quotes(name),
                        known_fields(name, kColumns)));
    } else if (places_[index(*column)] != kAbsent) {
      wrong(fmt::format("the header has '{}' twice", name));
    } else {
      places_[index(*column)] = i;
    }
  }
  if (faults.empty()) {
    const auto has = [&](RequestField column) { return places_[index(column)] != kAbsent; };
    if (!has(kRequestId)) wrong("the header has no 'request_id'");
    if (has(kFirstId) != has(kEndId))
      wrong(fmt::format("the header has '{}' alone: a range needs 'first_id' and 'end_id'",
                        has(kFirstId) ? "first_id" : "end_id"));
    if (!has(kSampleId) && !has(kFirstId) && !has(kEndId) && !has(kSubjectId) && !has(kLabel))
      wrong(
          "the header names nothing to forget: it needs 'sample_id', 'first_id' and 'end_id', 'subject_id' or 'label'");
  }
  if (!faults.empty()) refuse_requests(source_, faults);  // without a header no row means anything
}

void CsvRequests::read_row() {
  fault_id_ = {};
  if (!reader_.problem().empty()) return fault(reader_.problem());
  if (reader_.fields().size() != columns_)
    return fault(fmt::format("has {} field{} where the header has {}", reader_.fields().size(),
                             reader_.fields().size() == 1 ? "" : "s", columns_));
  Request row;
  if (std::string wrong = set_text(row, kRequestId, at(kRequestId)); !wrong.empty()) return fault(std::move(wrong));
  fault_id_ = at(kRequestId);
  bool states_priority = false;
  std::string wrong_attribute = read_attributes(row, states_priority);
  const bool is_sound = wrong_attribute.empty();
  if (!is_sound) fault(std::move(wrong_attribute));
  std::string wrong_selector = read_selector(row.selector);
  const bool selects = wrong_selector.empty();
  if (!selects) fault(std::move(wrong_selector));
  if (!is_sound || !selects) return;

  // Rows of one request mostly follow one another.
  if (last_ == RequestList::kNowhere || requests_.at(last_).id != row.id ||
      requests_.at(last_).requested_by != row.requested_by)
    last_ = requests_.find(row.id, row.requested_by);
  if (last_ == RequestList::kNowhere) {
    row.line = reader_.line();
    last_ = requests_.append(std::move(row));
    states_priority_.push_back(states_priority);
    return;
  }
  Request& known = requests_.at(last_);
  const std::string wrong = merge(known, states_priority_[last_], row, states_priority);
  if (!wrong.empty()) return fault(fmt::format("{} in line {}, where the request begins", wrong, known.line));
  if (states_priority) states_priority_[last_] = true;
}

std::string CsvRequests::read_attributes(Request& row, bool& states_priority) const {
  for (const RequestField column : {kRequestedBy, kReceivedAt, kDueAt, kRegulation, kReason}) {
    if (at(column).empty()) continue;
    if (std::string wrong = set_text(row, column, at(column)); !wrong.empty()) return wrong;
  }
  if (at(kPriority).empty()) return {};
  const auto priority = integer<std::int64_t>(at(kPriority));
  if (!priority) return fmt::format("'priority' is {}: expected an integer", in_quotes(at(kPriority)));
  row.priority = *priority;
  states_priority = true;
  return {};
}

std::string CsvRequests::read_selector(Selector& selector) const {
  const std::string_view sample = at(kSampleId);
  const bool has_range = !at(kFirstId).empty() || !at(kEndId).empty();
  const int stated = int{!sample.empty()} + int{has_range} + int{!at(kSubjectId).empty()} + int{!at(kLabel).empty()};
  if (stated == 0) return "names nothing: a row needs a sample, a range, a subject or a class";
  if (stated > 1) return "names more than one thing: a row has a sample, a range, a subject or a class";
  if (has_range) return read_range(selector);
  if (!sample.empty()) {
    const auto id = integer<std::uint64_t>(sample);
    if (!id || *id > kLargestId) return fmt::format("'sample_id' is {}: {}", in_quotes(sample), id_rule());
    selector = std::vector<SampleId>{SampleId(*id)};
    return {};
  }
  if (!at(kSubjectId).empty()) {
    selector = SubjectSelector{std::string(at(kSubjectId))};
    return {};
  }
  const auto label = integer<std::int64_t>(at(kLabel));
  if (!label || *label < 0)
    return fmt::format("'label' is {}: expected the number of a class, 0 or more", in_quotes(at(kLabel)));
  selector = LabelSelector{*label};
  return {};
}

std::string CsvRequests::read_range(Selector& selector) const {
  IdRange range;
  for (const auto& [column, bound] : {std::pair{kFirstId, &range.first}, std::pair{kEndId, &range.end}}) {
    if (at(column).empty()) return fmt::format("'{}' is empty: a range needs both ends", name_of(column));
    const auto id = integer<std::uint64_t>(at(column));
    if (!id) return fmt::format("'{}' is {}: {}", name_of(column), in_quotes(at(column)), id_rule());
    *bound = *id;
  }
  if (const std::string wrong = range_problem(range); !wrong.empty()) return fmt::format("has the range {}", wrong);
  selector = std::vector<IdRange>{range};
  return {};
}

std::string CsvRequests::merge(Request& into, bool into_states_priority, const Request& row,
                               bool states_priority) const {
  const auto differs = [this](RequestField column, const std::string& before) {
    return fmt::format("'{}' is {} here and {}", name_of(column), in_quotes(at(column)), in_quotes(before));
  };
  // An empty field states nothing.
  if (row.received_at && into.received_at && *row.received_at != *into.received_at)
    return differs(kReceivedAt, to_text(*into.received_at));
  if (row.due_at && into.due_at && *row.due_at != *into.due_at) return differs(kDueAt, to_text(*into.due_at));
  if (!row.regulation.empty() && !into.regulation.empty() && row.regulation != into.regulation)
    return differs(kRegulation, into.regulation);
  if (!row.reason.empty() && !into.reason.empty() && row.reason != into.reason) return differs(kReason, into.reason);
  if (states_priority && into_states_priority && row.priority != into.priority)
    return differs(kPriority, std::to_string(into.priority));
  if (std::string wrong = merge_selector(into, row.selector); !wrong.empty()) return wrong;
  if (row.received_at) into.received_at = row.received_at;
  if (row.due_at) into.due_at = row.due_at;
  if (!row.regulation.empty()) into.regulation = row.regulation;
  if (!row.reason.empty()) into.reason = row.reason;
  if (states_priority) into.priority = row.priority;
  return {};
}

std::string CsvRequests::merge_selector(Request& into, const Selector& row) {
  if (into.selector.index() != row.index())
    return fmt::format("names {} here and {}", kind_name(row), kind_name(into.selector));
  if (const auto* ids = std::get_if<std::vector<SampleId>>(&row)) {
    std::get<std::vector<SampleId>>(into.selector).push_back(ids->front());
  } else if (const auto* ranges = std::get_if<std::vector<IdRange>>(&row)) {
    std::get<std::vector<IdRange>>(into.selector).push_back(ranges->front());
  } else if (into.selector != row) {
    return fmt::format("names {} here and another", kind_name(row));
  }
  return {};
}

}  // namespace

std::vector<Request> parse_csv_requests(std::string_view text, const std::string& source) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return CsvRequests(text, source).read();
}

}  // namespace expunge
