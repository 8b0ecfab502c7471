// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "launcher/run/opened_run.hpp"
#include "launcher/run/run_directory.hpp"
#include "shards/certificate/certificate.hpp"

namespace expunge {

/// Whose certificate, and from what.
struct CertificateOrder {
  std::string request;
  std::optional<std::string> requested_by;  ///< nothing: whoever has a request of this id
  std::string data;                         ///< SPEC; empty: the run's own
  Moment issued_at;
};

/// All that a run can state about one request: from its manifest, journal, last verification and data. Proofs are left
/// out, with the reason in the certificate, where the run's own data is not there or no longer what the states were
/// trained on; for data that was given, either is a Failure. Throws what `find_request` throws, and Failure where
/// the request is accepted and not yet forgotten: there is nothing to certify.
[[nodiscard]] Certificate gather_certificate(const RunDirectory& directory, const RunRecords& records,
                                             const CertificateOrder& order);

}  // namespace expunge
