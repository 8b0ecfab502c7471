// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "framework/core/digest.hpp"
#include "framework/core/ids.hpp"

namespace expunge {

/// Writes one JSON text value by value, without a document in memory. The bytes are those of nlohmann's `dump()` or
/// `dump(2)` of the same document.
/// Example: `JsonWriter writer; writer.begin_object().field("shard", ShardId(3)).end_object(); writer.take()` is
/// `{"shard":3}`.
class JsonWriter {
 public:
  enum class Layout : std::uint8_t { kOneLine, kIndented };

  explicit JsonWriter(Layout layout = Layout::kOneLine) : layout_(layout) {}

  JsonWriter& begin_object() { return begin('{'); }
  JsonWriter& end_object() { return end('}'); }
  JsonWriter& begin_list() { return begin('['); }
  JsonWriter& end_list() { return end(']'); }
  /// The name of the value that comes next, in an object.
  JsonWriter& name(std::string_view name);

  template <std::unsigned_integral Number>
  requires(!std::same_as<Number, bool>) JsonWriter& value(Number number) { return whole(number); }
  template <std::same_as<bool> Truth>
  JsonWriter& value(Truth truth) {
    return plain(truth ? "true" : "false");
  }
  /// Must be finite.
  JsonWriter& value(double number);
  /// Throws Failure where the text is not UTF-8.
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::nullptr_t) { return plain("null"); }
  JsonWriter& value(const Digest& digest) { return quoted(digest.hex()); }
  JsonWriter& value(const SetDigest& digest) { return quoted(digest.hex()); }
  template <class Tag, class Rep>
  JsonWriter& value(StrongId<Tag, Rep> id) {
    return whole(id.value());
  }
  /// A document, laid out as this text.
  JsonWriter& document(const nlohmann::ordered_json& its_value);
  template <class Item>
  JsonWriter& value(const std::vector<Item>& items) {
    return list(items, [this](const Item& item) { value(item); });
  }

  /// A list: `write(item)` writes each of its values to this writer.
  template <class Items, class Write>
  JsonWriter& list(const Items& items, Write write) {
    begin_list();
    for (const auto& item : items) write(item);
    return end_list();
  }
  template <class T>
  JsonWriter& field(std::string_view its_name, const T& its_value) {
    return name(its_name).value(its_value);
  }

  /// The text; the writer is empty afterwards.
  [[nodiscard]] std::string take();

 private:
  JsonWriter& begin(char bracket);
  JsonWriter& end(char bracket);
  JsonWriter& whole(std::uint64_t number);
  JsonWriter& plain(std::string_view text);
  JsonWriter& quoted(std::string_view text);
  void separate();
  void new_line();

  Layout layout_;
  std::string text_;
  std::vector<bool> has_entries_;  ///< of the objects and lists that are open
  bool follows_name_ = false;
};

}  // namespace expunge
