// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/comparison_workspace.hpp"

#include "framework/comm/agreement.hpp"
#include "framework/comm/communicator.hpp"
#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"
#include "framework/log/log.hpp"
#include "launcher/run/workspace.hpp"

namespace expunge {

namespace {

constexpr const char* kAsked = "comparison.json";

std::string text_of_file(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

ComparisonWorkspace::ComparisonWorkspace(Communicator& comm, const std::filesystem::path& run, const std::string& asked)
    : comm_(comm), run_(run), path_(comparison_folder(run)) {
  const auto before = read(kAsked);
  resumed_ = before == asked;
  if (resumed_) return;
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    if (before)
      log::info("{}: a comparison that was put down here was asked for something else: beginning anew", path_.string());
    (void)remove_workspaces(system_files(), run_);
    system_files().make_directory(path_);
    publish(system_files(), path_ / kAsked, bytes_of(asked));
  });
}

std::optional<std::string> ComparisonWorkspace::read(const std::filesystem::path& name) const {
  // One letter says whether there is a text at all.
  std::string text(1, '-');
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    std::error_code unreadable;
    if (!std::filesystem::exists(path_ / name, unreadable)) return;
    text = text_of_file(path_ / name);
    text.insert(text.begin(), '+');
  });
  text = broadcast_text(comm_, text);
  return text.front() == '+' ? std::optional(text.substr(1)) : std::nullopt;
}

void ComparisonWorkspace::write(const std::filesystem::path& name, const std::string& text) const {
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    system_files().make_directory((path_ / name).parent_path());
    publish(system_files(), path_ / name, bytes_of(text));
  });
}

void ComparisonWorkspace::remove(const std::filesystem::path& name) const {
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    std::error_code error;
    std::filesystem::remove_all(path_ / name, error);
    if (error) throw Failure(fmt::format("{}: it can't be removed: {}", (path_ / name).string(), error.message()));
  });
}

void ComparisonWorkspace::make(const std::filesystem::path& name) const {
  together(comm_, [&] {
    if (comm_.is_root()) system_files().make_directory(path_ / name);
  });
}

void ComparisonWorkspace::finish() const {
  together(comm_, [&] {
    if (comm_.is_root()) (void)remove_workspaces(system_files(), run_);
  });
}

}  // namespace expunge
