// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shards/requests/request.hpp"

namespace expunge {

/// The fields that both formats of a request file write as texts.
enum class TextField : std::uint8_t {
  kRequestId,
  kRequestedBy,
  kReceivedAt,
  kDueAt,
  kRegulation,
  kReason,
};

/// "request_id", …
[[nodiscard]] std::string_view name_of(TextField field);

/// Sets one of them. Returns what is wrong with the value ("'request_id' is empty"), or an empty text; the request is
/// then as it was.
[[nodiscard]] std::string set_text(Request& request, TextField field, std::string_view value);

/// Makes the request one for a subject. Returns what is wrong with the value, or an empty text.
[[nodiscard]] std::string select_subject(Request& request, std::string_view subject);

/// What is wrong with a range, or an empty text.
[[nodiscard]] std::string range_problem(IdRange range);

/// "what sample ids may be", for messages.
[[nodiscard]] std::string id_rule();

/// A text as messages show it: in quotes, on one line, cut where it is long.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace expunge
