// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>

#include "shards/certificate/certificate.hpp"
#include "shards/journal/journal.hpp"

namespace expunge {

/// What the run's last verification (`verification.json`) says of a request that was settled by line `settled` of the
/// journal and took samples from these shards. "not verified" where there is none, or it did not come to its end, knew
/// an earlier or another journal, or did not retrain any stage of one of the shards.
[[nodiscard]] CertifiedVerification verification_result(const std::filesystem::path& path, const Journal& journal,
                                                        std::uint64_t settled, const std::set<ShardId>& shards);

}  // namespace expunge
