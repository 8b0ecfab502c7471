// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/journal_commit.hpp"

namespace expunge {

void commit(FileSystem& files, const RunDirectory& directory, Manifest& manifest, Journal& journal,
            std::vector<JournalEntry> entries) {
  journal.append(files, directory.journal_path(), std::move(entries), now());
  Manifest next = manifest;
  next.journal_length = journal.length();
  next.journal_head = journal.head();
  publish(files, directory.manifest_path(), bytes_of(next.to_json()));
  manifest = std::move(next);
}

}  // namespace expunge
