// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/finding.hpp"

#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"

namespace expunge {

std::string below_run(const std::filesystem::path& run, const std::filesystem::path& path) {
  return path.lexically_relative(run).generic_string();
}

std::optional<SliceFile> read_recorded(const std::filesystem::path& run, ShardId shard, const std::string& what,
                                       const StoredFile& file, std::vector<Finding>& findings) {
  const std::filesystem::path folder = shard_folder(run, shard);
  const std::filesystem::path path = folder / file.name;
  std::error_code error;
  if (std::filesystem::symlink_status(path, error).type() == std::filesystem::file_type::not_found) {
    findings.push_back({"missing-file", below_run(run, path), "the shard's record names it, and it is not there"});
    return std::nullopt;
  }
  // A disk that can't be read refutes nothing.
  if (!std::ifstream(path)) (void)read_file(path);
  if (const auto bytes = std::filesystem::file_size(path, error); !error && bytes != file.bytes)
    findings.push_back({"record", below_run(run, folder / record_name(Generation::kCurrent)),
                        fmt::format("{}: bytes is {}, and {} has {}", what, file.bytes, file.name, bytes)});
  try {
    return read_slice(path, file.digest);
  } catch (const Failure& failure) {
    findings.push_back({"damaged-file", below_run(run, path), failure.what()});
    return std::nullopt;
  }
}

}  // namespace expunge
