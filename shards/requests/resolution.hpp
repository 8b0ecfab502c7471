// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/data/dataset.hpp"
#include "shards/journal/history.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/requests/request.hpp"

namespace expunge {

/// What happens to ids and subjects that the data does not have.
enum class UnknownPolicy : std::uint8_t { kFail, kSkip };

/// What a run's journal keeps of the samples it deletes.
enum class JournalIds : std::uint8_t { kPlain, kDigest };

/// A request with the samples that it means in one data set.
struct ResolvedRequest {
  Request request;
  enum class Status : std::uint8_t {
    kToDelete,       ///< at least one live sample
    kAlreadyAbsent,  ///< all it names were deleted before
    kUnknown,        ///< nothing it names is in the data (under kSkip)
    kRepeated,       ///< accepted before with the same content: nothing to do
  } status = Status::kToDelete;
  std::vector<std::uint64_t> rows;  ///< of the live samples that it is the first to name, ascending
  AcceptedRequest accepted;         ///< for the journal; `removed` is left to the caller, who reads the features
};

/// Finds what requests mean, before any work: every one is checked against the data, what was deleted before (a sample
/// that is deleted already and no longer in the data is absent, not unknown), and the requests before it in the list.
/// A sample named by two of them is the first one's.
///
/// Throws what `refuse_requests` throws, listing all faults: unknown ids and subjects under kFail, a label outside the
/// classes, subjects where the data has none, a request that was accepted before with other content. Costs one pass
/// over the ids named, and one over the labels or subjects where a request selects by them.
[[nodiscard]] std::vector<ResolvedRequest> resolve_requests(const std::vector<Request>& requests,
                                                            const std::string& source, const Dataset& data,
                                                            const Partitioner& partitioner, const History& history,
                                                            const Key& seed, UnknownPolicy unknown, JournalIds ids);

}  // namespace expunge
