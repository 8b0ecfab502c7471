// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "framework/comm/communicator.hpp"

namespace expunge {

/// The folder `comparison/` in a run directory: what a comparison has done so far, for the one that goes on with it.
/// The run's lock is held by whoever has one. Members that say so are collective; rank 0 alone changes files.
class ComparisonWorkspace {
 public:
  /// Collective. Goes on with what is there where it was begun for the same `asked` (the text of `comparison.json`),
  /// else begins anew, and says so in the log where something was there.
  ComparisonWorkspace(Communicator& comm, const std::filesystem::path& run, const std::string& asked);

  [[nodiscard]] bool resumed() const { return resumed_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

  /// Collective: what was kept under a name; nothing where nothing was.
  [[nodiscard]] std::optional<std::string> read(const std::filesystem::path& name) const;
  /// Collective: keeps rank 0's `text`, in the place of what was there; durable when it returns.
  void write(const std::filesystem::path& name, const std::string& text) const;
  /// Collective: removes a file or a folder with all that is in it, if it is there.
  void remove(const std::filesystem::path& name) const;
  /// Collective: makes a folder with its parents.
  void make(const std::filesystem::path& name) const;
  /// Collective: removes everything. Nothing is to be called afterwards.
  void finish() const;

 private:
  Communicator& comm_;
  std::filesystem::path run_;
  std::filesystem::path path_;
  bool resumed_ = false;
};

}  // namespace expunge
