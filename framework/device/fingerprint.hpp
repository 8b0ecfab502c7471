// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/core/digest.hpp"

namespace expunge {

/// Everything outside the configuration that decides bits: version of our numeric code, its compile flags, LibTorch,
/// BLAS and its kernel, oneDNN and its instruction set, CPU capability, libc, threads, device. Equal fingerprints
/// promise equal bits.
using Fingerprint = std::map<std::string, std::string>;

/// A field that the first format does not have. `introduction` is the value under which runs made before the field was
/// there computed; it never changes. A fingerprint stores nothing of a field with this value, so that text and digest
/// stay those of older runs, and an older run counts as having it.
struct LaterField {
  std::string_view name;
  std::string_view introduction;
};

/// The fields that came after the first format.
[[nodiscard]] std::span<const LaterField> later_fields();

/// The fingerprint without the later fields that have their value at introduction.
[[nodiscard]] Fingerprint as_stored(Fingerprint all, std::span<const LaterField> later = later_fields());

/// BLAKE2b over the names and values of a fingerprint.
[[nodiscard]] Digest fingerprint_digest(const Fingerprint& fingerprint);

/// What differs between two fingerprints, for messages: "threads is '2' here and was '1'". Empty where they are equal.
[[nodiscard]] std::vector<std::string> differences(const Fingerprint& here, const Fingerprint& recorded,
                                                   std::span<const LaterField> later = later_fields());

}  // namespace expunge
