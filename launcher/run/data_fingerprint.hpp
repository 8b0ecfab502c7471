// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "framework/comm/communicator.hpp"
#include "framework/core/digest.hpp"
#include "framework/data/dataset.hpp"
#include "framework/random/key.hpp"

namespace expunge {

/// Collective: the set digest of all samples under `key`. Each rank reads a part; the sum of the parts is the digest of
/// the whole, whatever the number of ranks. Throws on every rank what reading throws on one.
[[nodiscard]] SetDigest data_fingerprint(Communicator& comm, const Dataset& data, const Key& key);

}  // namespace expunge
