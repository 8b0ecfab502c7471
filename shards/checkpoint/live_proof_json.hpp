// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "framework/text/json_fields.hpp"
#include "shards/checkpoint/live_tree.hpp"

namespace expunge {

/// A proof as it stands in a certificate, on one line:
/// {"member":false,"leaves":3,"siblings":[[[4,"<64 hex digits>"],…],…]}. FORMAT.md is the specification.
[[nodiscard]] std::string to_json_text(const LiveProof& proof);

/// The inverse. Throws Failure saying what is wrong, and where, for anything but an object of exactly these fields;
/// whether the proof shows anything is for `check_live_proof` to say.
[[nodiscard]] LiveProof read_live_proof(const JsonField& field);
[[nodiscard]] LiveProof live_proof_from_json(std::string_view text);

}  // namespace expunge
