// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/data_fingerprint.hpp"

#include <span>

#include "framework/comm/agreement.hpp"

namespace expunge {

SetDigest data_fingerprint(Communicator& comm, const Dataset& data, const Key& key) {
  const auto rank = static_cast<std::uint64_t>(comm.rank());
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  const std::uint64_t first = data.size() * rank / ranks;
  const std::uint64_t end = data.size() * (rank + 1) / ranks;
  SetDigest digest;
  together(comm, [&] { digest = set_digest(data, first, end - first, key); });
  comm.sum(std::span(digest.lanes()));
  return digest;
}

}  // namespace expunge
