// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "framework/core/guarantee.hpp"
#include "framework/text/json_fields.hpp"

namespace expunge {

/// The one form that a guarantee has in every document. What is not known is null:
/// {"kind":"certified","epsilon":0.5,"delta":1e-6,"sigma":null,"sensitivity":null,
///  "assumptions":[{"name":"convex","holds":true,"value":null,"limit":null}],"budget_left":null}
[[nodiscard]] nlohmann::ordered_json guarantee_json(const Guarantee& guarantee);

/// The inverse. Throws Failure that names the place, for anything but an object of exactly these fields, and for one
/// that contradicts itself.
[[nodiscard]] Guarantee read_guarantee(const JsonField& field);
/// The inverse for a document of its own, which messages call `place`.
[[nodiscard]] Guarantee guarantee_from_json(const nlohmann::ordered_json& json, const std::string& place);

}  // namespace expunge
