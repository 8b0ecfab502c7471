// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shards/requests/request.hpp"
#include "shards/requests/request_file.hpp"

namespace expunge {

/// The fields of a request file. The two formats share all but the ways to name samples.
enum class RequestField : std::uint8_t {
  kRequestId,
  kRequestedBy,
  kReceivedAt,
  kDueAt,
  kRegulation,
  kReason,  ///< the last of the plain texts
  kSubjectId,
  kLabel,
  kPriority,
  kSampleIds,  ///< JSON: a list
  kRanges,     ///< JSON: a list of pairs
  kSampleId,   ///< CSV: one a row
  kFirstId,    ///< CSV: a range's two ends
  kEndId,
};
inline constexpr std::size_t kRequestFields = 14;

/// "request_id", …
[[nodiscard]] std::string_view name_of(RequestField field);

/// The field of a format that has this name, or nullopt.
[[nodiscard]] std::optional<RequestField> field_named(std::string_view name, std::span<const RequestField> format);

/// What to say of a name that no field of a format has: "; did you mean 'label'?", or the names there are.
[[nodiscard]] std::string known_fields(std::string_view name, std::span<const RequestField> format);

/// Sets one of the plain texts. Returns what is wrong with the value ("'request_id' is empty"), or an empty text; the
/// request is then as it was.
[[nodiscard]] std::string set_text(Request& request, RequestField field, std::string_view value);

/// Makes the request one for a subject. Returns what is wrong with the value, or an empty text.
[[nodiscard]] std::string select_subject(Request& request, std::string_view subject);

/// What is wrong with a range, or an empty text.
[[nodiscard]] std::string range_problem(IdRange range);

/// "what sample ids may be", for messages.
[[nodiscard]] std::string id_rule();

/// A text as messages show it: in quotes, on one line, cut where it is long.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// The requests of a file while it is read, each under its requester and id, and what is wrong with the file.
class RequestList {
 public:
  RequestList() : slots_(16) {}
  /// Makes room for so many.
  void reserve(std::size_t requests) { requests_.reserve(requests); }

  /// A request that is whole: dropped where it is there already, a fault where another of its name is.
  void add(Request&& request);

  /// For requests that come in parts: the place of the one so named, if there is one.
  [[nodiscard]] std::size_t find(std::string_view id, std::string_view requested_by) const;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  /// Appends one that `find` does not know; its place.
  std::size_t append(Request&& request);
  [[nodiscard]] Request& at(std::size_t place) { return requests_[place]; }

  void fault(std::size_t line, std::string request_id, std::string message);

  /// The requests. Throws what `refuse_requests` throws where there are faults or no requests.
  [[nodiscard]] std::vector<Request> take(const std::string& source);

 private:
  /// Of an open-addressing table: a million names are found without an allocation each, and mostly without looking at
  /// the requests themselves.
  struct Slot {
    std::size_t hash = 0;
    std::size_t place = kNowhere;
  };
  /// The slot of a name, or the empty one where it belongs.
  [[nodiscard]] std::size_t slot_of(std::size_t hash, std::string_view id, std::string_view requested_by) const;
  /// Enters the last request, whose name has no slot yet.
  void enter(std::size_t hash, std::size_t slot);

  std::vector<Request> requests_;
  std::vector<Slot> slots_;  // a power of two, at most half of them taken
  std::vector<RequestFault> faults_;
};

}  // namespace expunge
