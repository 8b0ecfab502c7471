// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shards/certificate/certificate.hpp"
#include "shards/certificate/signing_key.hpp"

namespace expunge {

/// What a check of a certificate came to. It needs neither the run nor its data.
struct CheckedCertificate {
  std::string key_id;                      ///< of the key that the document says it was signed with
  std::optional<Certificate> certificate;  ///< nothing where the signature or the statement's form was refused
  std::vector<std::string> findings;       ///< what is wrong, a sentence each
  [[nodiscard]] bool ok() const { return findings.empty(); }
};

/// Checks a document: its signature against `key`, its statement, each proof against the root it is of, and whether
/// what it says agrees. Nothing is read from a statement whose signature does not hold. Throws Failure naming `source`
/// where it is no envelope at all.
[[nodiscard]] CheckedCertificate check_certificate(std::string_view text, const std::string& source,
                                                   const PublicKey& key);

/// What in a certificate contradicts itself or is not shown; empty: nothing.
[[nodiscard]] std::vector<std::string> contradictions(const Certificate& certificate);

}  // namespace expunge
