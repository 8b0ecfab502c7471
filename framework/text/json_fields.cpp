// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/text/json_fields.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

}  // namespace

JsonField::JsonField(const Json& document, std::string source) : json_(&document), place_(std::move(source)) {}

JsonField JsonField::at(std::string_view name) const {
  if (!json_->is_object()) throw wrong("an object");
  const auto found = json_->find(name);
  if (found == json_->end()) throw missing(name);
  JsonField field;
  field.json_ = &*found;
  field.place_ = path();
  field.name_ = name;
  field.in_document_ = name_.empty();
  return field;
}

JsonField JsonField::at(std::size_t index) const {
  JsonField entry;
  entry.place_ = place_;
  entry.name_ = label();
  entry.in_document_ = in_document_;
  entry.move_to(*this, index);
  return entry;
}

void JsonField::move_to(const JsonField& list, std::size_t index) {
  json_ = &list.json_->at(index);
  index_ = index;
}

std::size_t JsonField::size() const {
  if (!json_->is_array()) throw wrong("a list");
  return json_->size();
}

bool JsonField::is_null() const {
  return json_->is_null();
}

std::pair<JsonField, JsonField> JsonField::pair() const {
  if (!json_->is_array() || json_->size() != 2) throw wrong("a pair");
  return {at(std::size_t{0}), at(std::size_t{1})};
}

std::uint64_t JsonField::whole(std::uint64_t least, std::uint64_t most) const {
  if (json_->is_number_unsigned()) {
    const auto number = json_->get<std::uint64_t>();
    if (number >= least && number <= most) return number;
  }
  throw wrong(fmt::format("an integer in {} … {}", least, most));
}

double JsonField::real() const {
  if (!json_->is_number()) throw wrong("a number");
  return json_->get<double>();
}

double JsonField::seconds() const {
  if (!json_->is_number() || !std::isfinite(json_->get<double>()) || json_->get<double>() < 0)
    throw wrong("a number of at least 0");
  return json_->get<double>();
}

bool JsonField::truth() const {
  if (!json_->is_boolean()) throw wrong("true or false");
  return json_->get<bool>();
}

std::string JsonField::text() const {
  if (!json_->is_string()) throw wrong("a text");
  return json_->get<std::string>();
}

Moment JsonField::moment() const {
  const auto moment = parse_moment(text());
  if (!moment) throw wrong("a time like 2026-03-01T09:30:00Z");
  return *moment;
}

std::string JsonField::label() const {
  return index_ ? fmt::format("{}[{}]", name_, *index_) : name_;
}

std::string JsonField::path() const {
  if (name_.empty() && !index_) return place_;
  return place_.empty() ? label() : place_ + (in_document_ ? ": " : ".") + label();
}

Failure JsonField::wrong(std::string_view expected) const {
  constexpr std::size_t kMostShown = 80;
  std::string found = json_->dump(-1, ' ', true, Json::error_handler_t::replace);
  if (found.size() > kMostShown) found = found.substr(0, kMostShown) + "…";
  if (name_.empty() && !index_)
    return Failure(fmt::format("{} is {}, expected {}", place_.empty() ? "the document" : place_, found, expected));
  return Failure(fmt::format("{}{}the field '{}' is {}, expected {}", place_, place_.empty() ? "" : ": ", label(),
                             found, expected));
}

Failure JsonField::missing(std::string_view name) const {
  const std::string where = path();
  return Failure(fmt::format("{}{}the field '{}' is missing", where, where.empty() ? "" : ": ", name));
}

JsonObject::JsonObject(JsonField field) : field_(std::move(field)), path_(field_.path()) {
  if (!field_.json().is_object()) throw field_.wrong("an object");
}

JsonField JsonObject::at(std::string_view name) {
  taken_.emplace_back(name);
  return field_.at(name);
}

bool JsonObject::has(std::string_view name) const {
  return field_.json().contains(name);
}

void JsonObject::finish(std::uint64_t format_version) const {
  for (const auto& [name, value] : field_.json().items())
    if (std::ranges::find(taken_, name) == taken_.end())
      throw Failure(fmt::format("{}{}the field '{}' does not belong in format version {}", path_,
                                path_.empty() ? "" : ": ", name, format_version));
}

}  // namespace expunge
