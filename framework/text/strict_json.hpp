// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace expunge {

/// Parses one JSON document that others may have made: throws Failure, with `source` in front and the byte, where it is
/// none, a name stands twice in an object, objects nest more than 32 deep, or anything but white space follows it.
[[nodiscard]] nlohmann::ordered_json parse_strict_json(std::string_view text, const std::string& source);

}  // namespace expunge
