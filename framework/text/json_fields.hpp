// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "framework/core/digest.hpp"
#include "framework/core/error.hpp"
#include "framework/text/rfc3339.hpp"

namespace expunge {

/// One value of a JSON document, read strictly: each function returns the value as a type, or throws a Failure that
/// names the place and what belongs there.
/// Example: `JsonField(document, "shard.json").at("slices").at(2).at("bytes").count()` returns the number or throws
/// "shard.json: slices[2]: the field 'bytes' is -1, expected an integer in 0 … 18446744073709551615".
class JsonField {
 public:
  /// The document itself, which must outlive the field. `source` names it in messages; it may be empty.
  JsonField(const nlohmann::ordered_json& document, std::string source);

  /// A field of this object. Throws where this is no object or has no such field.
  [[nodiscard]] JsonField at(std::string_view name) const;
  /// An entry of this list, `index` < size().
  [[nodiscard]] JsonField at(std::size_t index) const;
  /// The number of entries of this list. Throws where this is no list.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool is_null() const;

  /// `read` of every entry of this list, in order.
  template <class Read>
  [[nodiscard]] auto list(Read read) const {
    std::vector<decltype(read(*this))> items(0);
    const std::size_t count = size();
    items.reserve(count);
    if (count == 0) return items;
    JsonField entry = at(std::size_t{0});  // one that moves: a list of plain values may be long
    for (std::size_t i = 0; i < count; ++i) {
      entry.move_to(*this, i);
      items.push_back(read(std::as_const(entry)));
    }
    return items;
  }
  /// `read` of this value, or nullopt where it is null.
  template <class Read>
  [[nodiscard]] auto optional(Read read) const {
    using Item = decltype(read(*this));
    return is_null() ? std::optional<Item>() : std::optional<Item>(read(*this));
  }
  /// The two entries of this list of two.
  [[nodiscard]] std::pair<JsonField, JsonField> pair() const;

  template <std::unsigned_integral Number>
  [[nodiscard]] Number number(Number least = 0, Number most = std::numeric_limits<Number>::max()) const {
    return static_cast<Number>(whole(least, most));
  }
  [[nodiscard]] std::uint64_t count() const { return number<std::uint64_t>(); }
  /// A StrongId, such as `id<ShardId>()`.
  template <class Id>
  [[nodiscard]] Id id(decltype(Id().value()) least = 0) const {
    return Id(number(least));
  }
  [[nodiscard]] double real() const;
  /// A number of at least 0.
  [[nodiscard]] double seconds() const;
  [[nodiscard]] bool truth() const;
  [[nodiscard]] std::string text() const;
  /// A text, or an empty one for null.
  [[nodiscard]] std::string text_or_empty() const { return is_null() ? std::string() : text(); }
  /// A Digest or a SetDigest, of 64 hexadecimal digits.
  template <class D = Digest>
  [[nodiscard]] D digest() const {
    try {
      return D::from_hex(text());
    } catch (const Failure&) {
      throw wrong("64 hexadecimal digits");
    }
  }
  [[nodiscard]] Moment moment() const;
  [[nodiscard]] const nlohmann::ordered_json& json() const { return *json_; }

  /// The error of a value that `expected` ("an integer in 1 … 5") does not describe.
  [[nodiscard]] Failure wrong(std::string_view expected) const;

 private:
  friend class JsonObject;
  JsonField() = default;
  [[nodiscard]] std::uint64_t whole(std::uint64_t least, std::uint64_t most) const;
  [[nodiscard]] std::string label() const;
  [[nodiscard]] std::string path() const;
  [[nodiscard]] Failure missing(std::string_view name) const;
  void move_to(const JsonField& list, std::size_t index);

  const nlohmann::ordered_json* json_ = nullptr;
  std::string place_;                 ///< what the field stands in
  std::string name_;                  ///< empty: the document
  std::optional<std::size_t> index_;  ///< of an entry of the list `name_`
  bool in_document_ = false;          ///< `place_` is the document's source
};

/// One JSON object of which every field is to be read: one that nobody asked for is an error.
/// Example:
///   JsonObject object(field);
///   file.name = object.at("file").text();
///   file.bytes = object.at("bytes").count();
///   object.finish(3);
class JsonObject {
 public:
  /// Throws Failure where `field` is no object.
  explicit JsonObject(JsonField field);

  /// Throws Failure where the field is missing.
  [[nodiscard]] JsonField at(std::string_view name);
  [[nodiscard]] bool has(std::string_view name) const;
  /// Throws Failure where the object has a field that `at` was not called for, which does not belong in this version of
  /// the format.
  void finish(std::uint64_t format_version) const;

 private:
  JsonField field_;
  std::string path_;
  std::vector<std::string> taken_;
};

}  // namespace expunge
