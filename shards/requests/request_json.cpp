// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/text/utf8.hpp"
#include "shards/requests/request.hpp"
#include "shards/requests/request_fields.hpp"

namespace expunge {

namespace {

using Field = RequestField;

constexpr std::array kFields{Field::kRequestId,  Field::kRequestedBy, Field::kReceivedAt, Field::kDueAt,
                             Field::kRegulation, Field::kReason,      Field::kSampleIds,  Field::kRanges,
                             Field::kSubjectId,  Field::kLabel,       Field::kPriority};

constexpr auto kLargestInteger = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

/// A value that is no list and no object.
struct Scalar {
  enum class Kind : std::uint8_t { kUnsigned, kNegative, kOtherNumber, kText, kLiteral } kind;
  std::uint64_t number = 0;   ///< of kUnsigned
  std::int64_t negative = 0;  ///< of kNegative
  std::string_view text;      ///< of the others

  [[nodiscard]] std::string shown() const {
    switch (kind) {
      case Kind::kUnsigned:
        return std::to_string(number);
      case Kind::kNegative:
        return std::to_string(negative);
      case Kind::kText:
        return fmt::format("the text {}", in_quotes(text));
      case Kind::kOtherNumber:
      case Kind::kLiteral:
        break;
    }
    return std::string(text.substr(0, 60));
  }
  [[nodiscard]] bool is_id() const { return kind == Kind::kUnsigned && number <= kLargestId; }
};

/// Takes one line's events from the JSON reader and makes a request of them.
class LineReader {
 public:
  bool null() { return scalar({Scalar::Kind::kLiteral, 0, 0, "null"}); }
  bool boolean(bool value) { return scalar({Scalar::Kind::kLiteral, 0, 0, value ? "true" : "false"}); }
  bool number_unsigned(std::uint64_t value) { return scalar({Scalar::Kind::kUnsigned, value, 0, {}}); }
  bool number_integer(std::int64_t value) {
    if (value == 0) return number_unsigned(0);  // "-0"
    return scalar({Scalar::Kind::kNegative, 0, value, {}});
  }
  bool number_float(double /*value*/, const std::string& text) {
    return scalar({Scalar::Kind::kOtherNumber, 0, 0, text});
  }
  bool string(const std::string& value) { return scalar({Scalar::Kind::kText, 0, 0, value}); }
  bool binary(const nlohmann::json::binary_t& /*value*/) { return true; }  // never in a text
  bool key(const std::string& name);
  bool start_object(std::size_t elements);
  bool end_object() { return end(); }
  bool start_array(std::size_t elements);
  bool end_array() { return end(); }
  bool parse_error(std::size_t position, const std::string& token, const nlohmann::json::exception& error);

  /// The request, or null where there are problems.
  Request* finish();
  [[nodiscard]] const std::string& id() const { return request_.id; }
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  enum class Place : std::uint8_t { kOutside, kObject, kList, kPair };

  bool scalar(const Scalar& value);
  bool end();
  void set_field(const Scalar& value);
  void add_to_list(const Scalar& value);
  void end_pair();
  void end_list();
  void wrong_type(std::string_view found);
  void problem(std::string text) { problems_.push_back(std::move(text)); }
  /// Something in a list: the first is told, the others are counted.
  void list_problem(const std::string& text) {
    if (list_problems_++ == 0) problem(text);
  }
  [[nodiscard]] bool has(Field field) const { return (seen_ >> static_cast<unsigned>(field) & 1U) != 0; }

  Request request_;
  std::vector<SampleId> ids_;
  std::vector<IdRange> ranges_;
  std::vector<std::string> problems_;
  std::size_t list_problems_ = 0;
  std::size_t skipped_ = 0;  ///< open lists and objects that no field has
  std::array<std::uint64_t, 2> pair_{};
  std::size_t pair_size_ = 0;
  bool pair_is_sound_ = true;
  unsigned seen_ = 0;
  std::optional<Field> field_;  ///< none: unknown, or given before; its value is passed over
  Place place_ = Place::kOutside;
  bool is_json_ = true;
};

bool LineReader::key(const std::string& name) {
  if (skipped_ > 0) return true;
  field_ = field_named(name, kFields);
  if (!field_) {
    problem(fmt::format("{} is no field of a request{}", in_quotes(name), known_fields(name, kFields)));
  } else if (has(*field_)) {
    problem(fmt::format("'{}' is given twice", name));
    field_.reset();
  } else {
    seen_ |= 1U << static_cast<unsigned>(*field_);
  }
  return true;
}

bool LineReader::start_object(std::size_t /*elements*/) {
  if (skipped_ == 0 && place_ == Place::kOutside) {
    place_ = Place::kObject;
    return true;
  }
  if (skipped_++ == 0) wrong_type("an object");
  return true;
}

bool LineReader::start_array(std::size_t /*elements*/) {
  if (skipped_ == 0 && place_ == Place::kObject && (field_ == Field::kSampleIds || field_ == Field::kRanges)) {
    place_ = Place::kList;
    list_problems_ = 0;
  } else if (skipped_ == 0 && place_ == Place::kList && field_ == Field::kRanges) {
    place_ = Place::kPair;
    pair_size_ = 0;
    pair_is_sound_ = true;
  } else if (skipped_++ == 0) {
    wrong_type("a list");
  }
  return true;
}

bool LineReader::end() {
  if (skipped_ > 0) {
    --skipped_;
  } else if (place_ == Place::kPair) {
    end_pair();
    place_ = Place::kList;
  } else if (place_ == Place::kList) {
    end_list();
    place_ = Place::kObject;
  }
  return true;
}

bool LineReader::scalar(const Scalar& value) {
  if (skipped_ > 0) return true;
  switch (place_) {
    case Place::kOutside:
      problem(fmt::format("is {}: a request is an object in braces", value.shown()));
      break;
    case Place::kObject:
      set_field(value);
      break;
    case Place::kList:
    case Place::kPair:
      add_to_list(value);
      break;
  }
  return true;
}

void LineReader::set_field(const Scalar& value) {
  if (!field_) return;
  const bool is_text = value.kind == Scalar::Kind::kText;
  const bool is_integer = value.kind == Scalar::Kind::kUnsigned && value.number <= kLargestInteger;
  if (field_ == Field::kLabel && is_integer) {
    request_.selector = LabelSelector{static_cast<std::int64_t>(value.number)};
  } else if (field_ == Field::kPriority && is_integer) {
    request_.priority = static_cast<std::int64_t>(value.number);
  } else if (field_ == Field::kPriority && value.kind == Scalar::Kind::kNegative) {
    request_.priority = value.negative;
  } else if (field_ == Field::kSubjectId && is_text) {
    if (std::string wrong = select_subject(request_, value.text); !wrong.empty()) problem(std::move(wrong));
  } else if (*field_ <= Field::kReason && is_text) {
    if (std::string wrong = set_text(request_, *field_, value.text); !wrong.empty()) problem(std::move(wrong));
  } else {
    wrong_type(value.shown());
  }
}

void LineReader::add_to_list(const Scalar& value) {
  if (place_ == Place::kPair) {
    const bool is_bound = value.is_id() || (pair_size_ == 1 && value.kind == Scalar::Kind::kUnsigned);
    if (!is_bound) {
      list_problem(fmt::format("'ranges' holds {}: {}", value.shown(), id_rule()));
      pair_is_sound_ = false;
    }
    if (pair_size_ < pair_.size()) pair_[pair_size_] = value.number;
    ++pair_size_;
  } else if (field_ == Field::kRanges) {
    list_problem(fmt::format("'ranges' holds {}: each range is a pair, [first, end]", value.shown()));
  } else if (value.is_id()) {
    ids_.emplace_back(value.number);
  } else {
    list_problem(fmt::format("'sample_ids' holds {}: {}", value.shown(), id_rule()));
  }
}

void LineReader::end_pair() {
  if (pair_size_ != pair_.size()) {
    list_problem(fmt::format("'ranges' holds a list of {}: each range is a pair, [first, end]", pair_size_));
  } else if (pair_is_sound_) {
    const IdRange range{pair_[0], pair_[1]};
    if (const std::string wrong = range_problem(range); !wrong.empty())
      list_problem(fmt::format("'ranges' holds {}", wrong));
    else
      ranges_.push_back(range);
  }
}

void LineReader::end_list() {
  if (list_problems_ > 1) problems_.back() += fmt::format(" (and {} more in this list)", list_problems_ - 1);
  const bool is_empty = field_ == Field::kRanges ? ranges_.empty() : ids_.empty();
  if (list_problems_ == 0 && is_empty) problem(fmt::format("'{}' is empty: it names nothing", name_of(*field_)));
  if (field_ == Field::kRanges)
    request_.selector = std::move(ranges_);
  else
    request_.selector = std::move(ids_);
}

void LineReader::wrong_type(std::string_view found) {
  if (place_ == Place::kOutside) return problem(fmt::format("is {}: a request is an object in braces", found));
  if (place_ == Place::kPair) pair_is_sound_ = false;
  if (place_ != Place::kObject)
    return list_problem(fmt::format("'{}' holds {}: {}", name_of(*field_), found, id_rule()));
  if (!field_) return;
  std::string_view expected = "a text";
  if (field_ == Field::kSampleIds) expected = "a list of sample ids, [17, 4051]";
  if (field_ == Field::kRanges) expected = "a list of pairs, [[100, 200]]";
  if (field_ == Field::kLabel) expected = "the number of a class, 0 or more";
  if (field_ == Field::kPriority) expected = "an integer";
  problem(fmt::format("'{}' is {}: expected {}", name_of(*field_), found, expected));
}

bool LineReader::parse_error(std::size_t position, const std::string& /*token*/,
                             const nlohmann::json::exception& error) {
  const std::string_view said = error.what();
  const std::size_t reason = said.rfind(" - ");
  is_json_ = false;
  problem(fmt::format("is not JSON at byte {}{}{}", position, reason == std::string_view::npos ? "" : ": ",
                      reason == std::string_view::npos ? "" : said.substr(reason + 3)));
  return false;
}

Request* LineReader::finish() {
  if (place_ == Place::kObject && is_json_) {
    if (!has(Field::kRequestId)) problem("'request_id' is missing");
    std::vector<std::string> selectors;
    for (const Field field : {Field::kSampleIds, Field::kRanges, Field::kSubjectId, Field::kLabel})
      if (has(field)) selectors.push_back(fmt::format("'{}'", name_of(field)));
    if (selectors.empty())
      problem("names nothing: one of 'sample_ids', 'ranges', 'subject_id' and 'label' must be given");
    if (selectors.size() > 1)
      problem(fmt::format("gives {}: a request has one of them", fmt::join(selectors, " and ")));
  }
  return problems_.empty() ? &request_ : nullptr;
}

void read_line(std::string_view line, std::size_t number, RequestList& requests) {
  if (std::string problem = text_problem(line); !problem.empty()) return requests.fault(number, "", std::move(problem));
  LineReader reader;
  nlohmann::json::sax_parse(line.data(), line.data() + line.size(), &reader);
  if (Request* request = reader.finish()) {
    request->line = number;
    return requests.add(std::move(*request));
  }
  for (const auto& problem : reader.problems()) requests.fault(number, reader.id(), problem);
}

}  // namespace

std::vector<Request> parse_json_requests(std::string_view text, const std::string& source) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  constexpr std::string_view kBlank = " \t\r";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  RequestList requests;
  constexpr std::size_t kShortestRequest = 27;  // {"request_id":"a","label":1}
  requests.reserve(std::min<std::size_t>(text.size() / kShortestRequest,
                                         static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1));
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '[')
    refuse_requests(source, {{0, "", "it is a JSON list: write one object a line instead (jq -c '.[]' does that)"}});
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.find_first_not_of(kBlank) != std::string_view::npos) read_line(line, number, requests);
  }
  return requests.take(source);
}

}  // namespace expunge
