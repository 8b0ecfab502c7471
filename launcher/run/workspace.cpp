// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/workspace.hpp"

#include <system_error>
#include <vector>

#include "framework/core/error.hpp"
#include "framework/log/log.hpp"

namespace expunge {

namespace {

/// The folders go when they are empty: nothing of a sample is in them then.
std::size_t remove_tree(FileSystem& files, const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> folders;
  std::vector<std::filesystem::path> others;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    (entry.is_directory() && !entry.is_symlink() ? folders : others).push_back(entry.path());
  std::size_t removed = others.size();
  for (const auto& path : others)
    if (const auto links = files.unlink(path); links > 1)
      log::warning("{}: it has {} further hard link{}, and is not erased by its removal here", path.string(), links - 1,
                   links == 2 ? "" : "s");
  for (const auto& path : folders) removed += remove_tree(files, path);
  files.sync_directory(folder);
  std::filesystem::remove(folder);
  return removed;
}

}  // namespace

std::filesystem::path comparison_folder(const std::filesystem::path& run) {
  return run / "comparison";
}

std::size_t remove_workspaces(FileSystem& files, const std::filesystem::path& run) {
  const auto folder = comparison_folder(run);
  std::error_code unreadable;
  if (!std::filesystem::exists(std::filesystem::symlink_status(folder, unreadable))) return 0;
  try {
    const std::size_t removed = std::filesystem::is_directory(folder) && !std::filesystem::is_symlink(folder)
                                    ? remove_tree(files, folder)
                                    : files.unlink(folder);
    files.sync_directory(run);
    return removed;
  } catch (const std::filesystem::filesystem_error& error) {
    throw Failure(fmt::format("{}: the workspace of a comparison can't be removed ({}): remove it, and run again",
                              folder.string(), error.code().message()));
  }
}

}  // namespace expunge
