// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/text/json_fields.hpp"

namespace expunge {

/// That a reference is, or is not, among those a root commits to. Names nobody: it holds digests of subtrees, and on
/// its own path the numbers of occupied slots, never a reference.
struct LiveProof {
  /// One occupied slot beside the path.
  struct Sibling {
    std::uint8_t slot = 0;
    Digest subtree;
    bool operator==(const Sibling&) const = default;
  };
  bool member = false;
  std::uint64_t leaves = 0;                    ///< references under the root
  std::vector<std::vector<Sibling>> siblings;  ///< by level from the root down, slots ascending; absence ends the list
                                               ///< at the level where the path's own slot is empty; membership has a
                                               ///< ninth where others share the whole path
  bool operator==(const LiveProof&) const = default;
};

/// True where `proof` shows what it claims of `reference` under `root`. Needs neither tree nor run. False for anything
/// malformed: too many levels, slots out of order or out of range, the path's own slot among the siblings.
[[nodiscard]] bool check_live_proof(const LiveProof& proof, const Digest& reference, const Digest& root);

/// A proof as it stands in a certificate, on one line:
/// {"member":false,"leaves":3,"siblings":[[[4,"<64 hex digits>"],…],…]}. FORMAT.md is the specification.
[[nodiscard]] std::string to_json_text(const LiveProof& proof);

/// The inverse. Throws Failure saying what is wrong, and where, for anything but an object of exactly these fields;
/// whether the proof shows anything is for `check_live_proof` to say.
[[nodiscard]] LiveProof read_live_proof(const JsonField& field);

}  // namespace expunge
