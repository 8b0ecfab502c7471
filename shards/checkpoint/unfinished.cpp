// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/unfinished.hpp"

#include <set>
#include <string>
#include <vector>

#include "framework/log/log.hpp"
#include "shards/checkpoint/shard_record.hpp"

namespace expunge {

std::size_t remove_unfinished(FileSystem& files, const std::filesystem::path& run, ShardId shard, std::uint32_t done,
                              std::uint32_t slices) {
  const auto folder = shard_folder(run, shard);
  std::size_t removed = sweep_temporaries(files, folder);
  std::set<std::string> named;
  for (const auto generation : {Generation::kCurrent, Generation::kNext})
    if (const auto record = read_shard_record(run, shard, generation))
      for (const auto& slice : record->slices) named.insert(slice.file.name);
  if (done < slices) named.insert(progress_name(SliceId(done + 1)));
  std::vector<std::filesystem::path> unnamed;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool is_state = name.starts_with("slice-") || name.starts_with("stage-");
    if (is_state && !named.contains(name)) unnamed.push_back(entry.path());
  }
  for (const auto& path : unnamed) files.unlink(path);
  removed += unnamed.size();
  if (removed == 0) return 0;
  files.sync_directory(folder);
  log::info("shard {}: removed {} files that an earlier job left unfinished", shard.value(), removed);
  return removed;
}

}  // namespace expunge
