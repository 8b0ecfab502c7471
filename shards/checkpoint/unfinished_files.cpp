// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/unfinished_files.hpp"

#include <system_error>
#include <vector>

#include "framework/log/log.hpp"
#include "shards/checkpoint/file_kind.hpp"

namespace expunge {

std::size_t remove_unfinished_files(FileSystem& files, const std::filesystem::path& run, ShardId shard,
                                    const std::set<SliceId>& under_way, const std::set<std::string>& keep) {
  const auto folder = shard_folder(run, shard);
  std::error_code unreadable;
  if (!std::filesystem::exists(folder, unreadable)) return 0;
  std::size_t removed = sweep_temporaries(files, folder);
  std::set<std::string> named = keep;
  for (const auto generation : {Generation::kCurrent, Generation::kNext})
    if (const auto record = read_shard_record(run, shard, generation))
      for (const auto& file : record->files()) named.insert(file.name);
  for (const SliceId stage : under_way) named.insert(progress_name(stage));
  std::vector<std::filesystem::path> unnamed;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (file_kind(name) && !named.contains(name)) unnamed.push_back(entry.path());
  }
  for (const auto& path : unnamed) files.unlink(path);
  removed += unnamed.size();
  if (removed == 0) return 0;
  files.sync_directory(folder);
  log::info("shard {}: removed {} files that an earlier job left unfinished", shard.value(), removed);
  return removed;
}

}  // namespace expunge
