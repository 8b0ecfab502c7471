// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "framework/io/file_system.hpp"
#include "launcher/run/run_directory.hpp"
#include "shards/journal/journal.hpp"

namespace expunge {

/// Makes entries count: appends them to the run's journal, then publishes the manifest with the journal's new length
/// and head. Ended at any instant, either all of them count or none. The caller holds the run's lock.
void commit(FileSystem& files, const RunDirectory& directory, Manifest& manifest, Journal& journal,
            std::vector<JournalEntry> entries);

}  // namespace expunge
