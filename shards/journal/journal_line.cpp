// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/journal/journal_line.hpp"

#include <algorithm>
#include <limits>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "shards/journal/entry_rules.hpp"
#include "shards/journal/journal_text.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kHashDomain = "expunge/journal/v1";
constexpr std::string_view kHashName = R"(,"hash":")";
constexpr std::size_t kHashDigits = 2 * sizeof(Digest::bytes);
constexpr std::size_t kSealLength = kHashName.size() + kHashDigits + 2;  // `,"hash":"…"}`

Digest hash_of(std::string_view text) {
  return Hasher(kHashDomain).add(text).finish();
}

/// One JSON value, with the name that messages call it by.
class Value {
 public:
  Value(const Json& json, std::string_view name) : json_(json), name_(name) {}

  void into(std::uint64_t& number) const { number = whole(0, std::numeric_limits<std::uint64_t>::max()); }
  void into(std::uint32_t& number) const {
    number = static_cast<std::uint32_t>(whole(0, std::numeric_limits<std::uint32_t>::max()));
  }
  void into(double& number) const {
    if (!json_.is_number()) wrong("a number");
    number = json_.get<double>();
  }
  void into(ShardId& shard) const {
    std::uint32_t number = 0;
    into(number);
    shard = ShardId(number);
  }
  void into(SliceId& slice) const {
    slice = SliceId(static_cast<std::uint32_t>(whole(1, std::numeric_limits<std::uint32_t>::max())));
  }
  void into(std::string& text) const {
    if (!json_.is_string()) wrong("a text");
    text = json_.get_ref<const std::string&>();
  }
  void into(Digest& digest) const { from_hex(digest); }
  void into(SetDigest& digest) const { from_hex(digest); }
  void into(IdRange& range) const { pair_into(range.first, range.end); }
  void into(std::pair<ShardId, SliceId>& stage) const { pair_into(stage.first, stage.second); }
  template <class T>
  void into(std::vector<T>& list) const {
    if (!json_.is_array()) wrong("a list");
    list.resize(json_.size());
    for (std::size_t i = 0; i < list.size(); ++i) Value(json_[i], name_).into(list[i]);
  }

  void into(CellDeletion& cell) const;
  void into(AcceptedRequest& request) const;
  void into(ServedState& state) const;
  void into(SupersededFile& file) const;
  void into(FileFate& file) const;

  [[noreturn]] void wrong(const std::string& expected) const {
    std::string found = json_.dump(-1, ' ', false, Json::error_handler_t::replace);
    constexpr std::size_t kMost = 80;
    if (found.size() > kMost) found = json_.type_name();
    throw Failure(fmt::format("has {} for '{}', expected {}", found, name_, expected));
  }

  [[nodiscard]] const Json& json() const { return json_; }
  [[nodiscard]] std::string_view name() const { return name_; }

 private:
  [[nodiscard]] std::uint64_t whole(std::uint64_t least, std::uint64_t most) const {
    if (json_.is_number_unsigned()) {
      const auto number = json_.get<std::uint64_t>();
      if (number >= least && number <= most) return number;
    }
    wrong(fmt::format("an integer in {} … {}", least, most));
  }

  template <class D>
  void from_hex(D& digest) const {
    if (!json_.is_string()) wrong("64 hexadecimal digits");
    try {
      digest = D::from_hex(json_.get_ref<const std::string&>());
    } catch (const Failure&) {
      wrong("64 hexadecimal digits");
    }
  }

  template <class First, class Second>
  void pair_into(First& first, Second& second) const {
    if (!json_.is_array() || json_.size() != 2) wrong("a pair");
    Value(json_[0], name_).into(first);
    Value(json_[1], name_).into(second);
  }

  const Json& json_;
  std::string_view name_;
};

/// One JSON object, of which every field is to be taken.
class Object {
 public:
  explicit Object(const Value& value) : json_(value.json()) {
    if (!json_.is_object()) value.wrong("an object");
  }

  template <class T>
  Object& take(std::string_view name, T& target) {
    const auto found = json_.find(name);
    if (found == json_.end()) throw Failure(fmt::format("has no field '{}'", name));
    Value(*found, name).into(target);
    taken_.push_back(name);
    return *this;
  }

  void end() const {
    for (const auto& [name, value] : json_.items())
      if (std::ranges::find(taken_, std::string_view(name)) == taken_.end())
        throw Failure(
            fmt::format("has the field '{}', which does not belong in format version {}", name, kJournalVersion));
  }

 private:
  const Json& json_;
  std::vector<std::string_view> taken_;
};

void Value::into(CellDeletion& cell) const {
  Object object(*this);
  object.take("shard", cell.cell.shard).take("slice", cell.cell.slice).take("ids", cell.ids);
  object.take("references", cell.references).take("subjects", cell.subjects).end();
}

void Value::into(AcceptedRequest& request) const {
  Object object(*this);
  object.take("id", request.id).take("requested_by", request.requested_by).take("content", request.content);
  object.take("received_at", request.received_at).take("due_at", request.due_at);
  object.take("regulation", request.regulation).take("requested", request.requested);
  object.take("already_absent", request.already_absent).take("unknown", request.unknown);
  object.take("removed", request.removed).take("cells", request.cells).end();
}

void Value::into(ServedState& state) const {
  Object object(*this);
  object.take("shard", state.shard).take("stages", state.stages);
  object.take("model_digest", state.model).take("live_root", state.live_root).end();
}

void Value::into(SupersededFile& file) const {
  Object object(*this);
  object.take("shard", file.shard).take("stage", file.stage).take("file", file.name).take("digest", file.digest);
  object.take("model_digest", file.model).take("live_root", file.live_root).end();
}

void Value::into(FileFate& file) const {
  Object object(*this);
  object.take("shard", file.shard).take("file", file.name).take("digest", file.digest).take("fate", file.fate).end();
}

void take(Object& object, BatchAccepted& entry) {
  object.take("batch", entry.batch).take("method", entry.method).take("requests", entry.requests);
  object.take("before", entry.before).take("supersedes", entry.supersedes);
}

void take(Object& object, BatchForgotten& entry) {
  object.take("batches", entry.batches).take("after", entry.after).take("files", entry.files);
  object.take("seconds", entry.seconds);
}

void take(Object& object, BatchRetrained& entry) {
  object.take("batches", entry.batches).take("after", entry.after).take("first_stages", entry.first_stages);
  object.take("stages", entry.stages).take("sample_gradients", entry.sample_gradients).take("seconds", entry.seconds);
}

void take(Object& object, BatchPublished& entry) {
  object.take("batches", entry.batches).take("after", entry.after);
}

void take(Object& object, BatchErased& entry) {
  object.take("batches", entry.batches).take("files", entry.files);
}

void take(Object& object, BatchCompleted& entry) {
  object.take("batches", entry.batches);
}

/// An entry of the kind that a state names; all its fields still empty.
template <std::size_t Kind = 0>
JournalEntry entry_of(std::string_view state) {
  if constexpr (Kind == std::variant_size_v<JournalEntry>) {
    throw Failure(fmt::format("has the state '{}', which is none", state));
  } else {
    JournalEntry entry{std::in_place_index<Kind>};
    if (state_name(entry) == state) return entry;
    return entry_of<Kind + 1>(state);
  }
}

JournalLine line_of(const Json& json) {
  JournalLine line;
  std::uint64_t version = 0;
  std::string at;
  std::string state;
  Object object(Value(json, "the line"));
  object.take("format_version", version).take("number", line.number).take("at", at).take("state", state);
  const auto moment = parse_moment(at);
  if (!moment) throw Failure(fmt::format("has '{}' for 'at', expected a time", at));
  line.at = *moment;
  line.entry = entry_of(state);
  std::visit([&](auto& entry) { take(object, entry); }, line.entry);
  object.take("previous", line.previous).end();
  return line;
}

/// A newer version may differ in all that comes after it, the hash too.
void check_version(std::string_view text) {
  const std::string expected = fmt::format("{{\"format_version\":{},", kJournalVersion);
  if (text.starts_with(expected)) return;
  constexpr std::string_view kName = "{\"format_version\":";
  const std::string_view version = text.starts_with(kName) ? text.substr(kName.size()) : std::string_view();
  const std::size_t digits = version.find_first_not_of("0123456789");
  if (digits == 0 || digits > 9 || version[digits] != ',')
    throw Failure(fmt::format("does not begin with {}, as every line does: it was altered", expected));
  throw UnknownJournalVersion(
      fmt::format("has format version {}, and this program reads {}: use the release that wrote it",
                  version.substr(0, digits), kJournalVersion));
}

}  // namespace

std::string seal_line(JournalLine& line) {
  std::string text = text_without_hash(line);
  line.hash = hash_of(text);
  text.pop_back();
  text += kHashName;
  text += line.hash.hex();
  text += "\"}\n";
  return text;
}

JournalLine read_line(std::string_view text) {
  check_version(text);
  if (text.size() < kSealLength || !text.substr(text.size() - kSealLength).starts_with(kHashName) ||
      !text.ends_with("\"}"))
    throw Failure("does not end with its hash: it was altered or cut");
  const std::string_view sealed = text.substr(0, text.size() - kSealLength);
  const std::string_view hash = text.substr(sealed.size() + kHashName.size(), kHashDigits);
  std::string unsealed(sealed);
  unsealed += '}';
  const Digest computed = hash_of(unsealed);
  if (computed.hex() != hash)
    throw Failure(fmt::format("was altered: its hash is {}, and it says {}", computed.hex(), hash));
  JournalLine line;
  try {
    line = line_of(Json::parse(unsealed));
  } catch (const Json::exception& exception) {
    throw Failure(fmt::format("is not JSON ({})", exception.what()));
  }
  line.hash = computed;
  if (const auto rule = broken_rule(line.entry)) throw Failure("is not a line that expunge writes: " + *rule);
  if (text_without_hash(line) != unsealed)
    throw Failure(
        "is not written as expunge writes it: its fields are in another order, or it holds more than they do");
  return line;
}

}  // namespace expunge
