// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/leftovers.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"
#include "shards/checkpoint/file_kind.hpp"
#include "shards/checkpoint/slice_file.hpp"
#include "shards/verify/finding.hpp"

namespace expunge {

namespace {

namespace fs = std::filesystem;

/// Ascending, so that every run of the verification tells the same.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  std::ranges::sort(entries);
  return entries;
}

bool is_folder(const fs::path& path) {
  return fs::symlink_status(path).type() == fs::file_type::directory;
}

bool is_plain_file(const fs::path& path) {
  return fs::symlink_status(path).type() == fs::file_type::regular;
}

/// What an interrupted `publish` leaves.
bool is_temporary(const std::string& name) {
  static const std::regex kForm(R"(\..+\.tmp-\d+-\d+)");
  return std::regex_match(name, kForm);
}

/// Every file below `path`, itself included where it is no folder, is unknown.
void add_unknown(const fs::path& run, const fs::path& path, Leftovers& leftovers) {
  if (is_folder(path)) {
    for (const auto& entry : entries_of(path)) add_unknown(run, entry, leftovers);
    return;
  }
  leftovers.findings.push_back(
      {"unknown-file", below_run(run, path),
       is_plain_file(path) ? "nothing in the run names it, and what it may hold of deleted samples nobody can tell: "
                             "move it out of the run directory, or remove it"
                           : "it is no plain file: a run directory holds none but plain files and folders"});
}

constexpr std::string_view kComparison = "comparison";

/// Whether a comparison's workspace says that it was begun when the journal was as it is now.
bool is_begun_at(const fs::path& workspace, const JournalHead& head) {
  const fs::path path = workspace / "comparison.json";
  if (!is_plain_file(path)) return false;
  const Bytes bytes = read_file(path);
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const auto document = nlohmann::json::parse(text, text + bytes.size(), nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return false;
  const auto says = [&](const char* name, const nlohmann::json& value) {
    const auto found = document.find(name);
    return found != document.end() && *found == value;
  };
  return says("format", "expunge-comparison") && says("format_version", 1) && says("journal_length", head.length) &&
         says("journal_head", head.hash.hex());
}

void look_at_comparison(const fs::path& run, const fs::path& workspace, const JournalHead& head, Leftovers& leftovers) {
  const std::string name = below_run(run, workspace);
  if (is_begun_at(workspace, head))
    leftovers.unfinished.push_back(name);
  else
    leftovers.findings.push_back(
        {"stale-file", name,
         "it is the workspace of a comparison that was not begun with the journal as it is now: its models may have "
         "seen samples that were deleted since: remove the folder"});
}

class Folder {
 public:
  explicit Folder(const FolderSetting& setting) : setting_(setting), path_(shard_folder(setting.run, setting.shard)) {
    if (setting_.record != nullptr)
      for (const auto& file : setting_.record->files()) on_record_.insert(file.name);
  }

  Leftovers look() {
    if (!fs::exists(path_)) return {};
    read_next();
    trust_states_on_record();
    for (const auto& entry : entries_of(path_)) look_at(entry);
    return std::move(leftovers_);
  }

 private:
  void read_next() {
    try {
      next_ = read_shard_record(setting_.run, setting_.shard, Generation::kNext);
    } catch (const Failure& failure) {
      leftovers_.findings.push_back({"record", name_of(path_ / record_name(Generation::kNext)), failure.what()});
    }
  }

  /// States that never saw a deleted sample: those from which another such state can be trained.
  void trust_states_on_record() {
    if (setting_.record != nullptr)
      for (const auto& slice : setting_.record->slices)
        if (slice.stage.value() <= setting_.untainted) trusted_.insert({slice.stage.value(), slice.model});
    if (!next_) return;
    for (const auto& slice : next_->slices) {
      if (trusted_.contains({slice.stage.value(), slice.model})) continue;
      const auto file = state_in(path_ / slice.file.name, slice.file.digest);
      if (!file || !saw_live_samples_only(file->provenance)) return;
      trusted_.insert({slice.stage.value(), slice.model});
    }
  }

  void look_at(const fs::path& path) {
    const std::string name = path.filename().string();
    if (!is_plain_file(path)) return add_unknown(setting_.run, path, leftovers_);
    if (name == record_name(Generation::kCurrent) || on_record_.contains(name)) return;
    if (name == record_name(Generation::kNext)) return unfinished(path);
    if (is_kept_by_next(name)) return unfinished(path);
    if (const auto* file = superseded_at(path)) return stale(path, superseded_text(*file));
    if (is_temporary(name)) return look_at_temporary(path);
    const auto kind = file_kind(name);
    if (!kind) return add_unknown(setting_.run, path, leftovers_);
    switch (*kind) {
      case FileKind::kOffset:
        return stale(path, "no record names it: an offset that is not on record should be gone");
      case FileKind::kRecording:
        return stale(path, "no record names it: a recording that is not on record should be gone");
      case FileKind::kSlice:
        return look_at_slice(path);
      case FileKind::kProgress:
        return look_at_state(path, std::nullopt);
    }
  }

  /// Of the generation that a pending batch's approximate method is making: what it serves, and keeps for stitching.
  [[nodiscard]] bool is_kept_by_next(const std::string& name) const {
    if (!setting_.approximating || !next_ || !next_->approximation) return false;
    const auto files = next_->files();
    return std::any_of(files.begin() + static_cast<std::ptrdiff_t>(next_->slices.size()), files.end(),
                       [&](const StoredFile& file) { return file.name == name; });
  }

  /// The superseded file that this one is; null where it is none.
  [[nodiscard]] const SupersededFile* superseded_at(const fs::path& path) const {
    for (const auto& file : setting_.superseded)
      // A progress file's name comes again with every training of its stage.
      if (file.name == path.filename() &&
          (file_kind(file.name) != FileKind::kProgress || digest_of_bytes(read_file(path)) == file.digest))
        return &file;
    return nullptr;
  }

  static std::string superseded_text(const SupersededFile& file) {
    return fmt::format(
        "the journal says that it saw samples of a deletion that is completed (stage {}, digest {}…): it should be "
        "gone",
        file.stage.value(), file.digest.hex().substr(0, kShownDigits));
  }

  void look_at_slice(const fs::path& path) {
    const std::string name = path.filename().string();
    if (setting_.record == nullptr) return;
    if (next_)
      for (const auto& slice : next_->slices)
        if (slice.file.name == name) return look_at_state(path, slice.file.digest);
    const auto file = state_in(path, std::nullopt);
    if (!file) return stale(path, "no record names it, and it can't be read");
    if (!file->provenance.approximation.empty())
      return stale(path, fmt::format("no record names it: '{}' made it, from states that saw deleted samples",
                                     file->provenance.approximation));
    if (!saw_live_samples_only(file->provenance)) return stale(path, other_samples());
    // What a job leaves that ended between writing a slice and recording it.
    const auto is_next_of = [&](const ShardRecord& record) {
      return file->provenance.stage.value() == record.slices.size() + 1;
    };
    if (is_next_of(*setting_.record) || (next_ && is_next_of(*next_))) return unfinished(path);
    stale(path, "no record names it: a slice file that is not on record should be gone");
  }

  void look_at_state(const fs::path& path, const std::optional<Digest>& digest) {
    const auto file = state_in(path, digest);
    if (!file && setting_.deletions) return stale(path, "it can't be read, so it may have seen deleted samples");
    if (file && !saw_live_samples_only(file->provenance)) return stale(path, other_samples());
    unfinished(path);
  }

  /// Cut off as it may be, it can hold a part of a state.
  void look_at_temporary(const fs::path& path) {
    if (temporary_kind(path.filename().string()))
      look_at_state(path, std::nullopt);
    else
      unfinished(path);
  }

  [[nodiscard]] static std::optional<SliceFile> state_in(const fs::path& path, const std::optional<Digest>& digest) {
    try {
      return read_slice(path, digest);
    } catch (const Failure&) {
      return std::nullopt;
    }
  }

  [[nodiscard]] bool saw_live_samples_only(const Provenance& from) const {
    const std::uint32_t r = from.stage.value();
    return from.approximation.empty() && from.shard == setting_.shard && r <= setting_.sets.size() &&
           from.live == setting_.sets[r - 1].live && (r == 1 || trusted_.contains({r - 1, from.state_before}));
  }

  [[nodiscard]] std::string other_samples() const {
    return setting_.sets.empty()
               ? "who is live is not known, so it may have seen deleted samples"
               : "it was trained on other samples than those that are live, or from a state that is not on record";
  }

  [[nodiscard]] std::string name_of(const fs::path& path) const { return below_run(setting_.run, path); }
  void unfinished(const fs::path& path) { leftovers_.unfinished.push_back(name_of(path)); }
  void stale(const fs::path& path, std::string message) {
    leftovers_.findings.push_back({"stale-file", name_of(path), std::move(message)});
  }

  static constexpr std::size_t kShownDigits = 16;
  const FolderSetting& setting_;
  fs::path path_;
  std::set<std::string> on_record_;
  std::optional<ShardRecord> next_;
  std::set<std::pair<std::uint32_t, Digest>> trusted_;  // by stage
  Leftovers leftovers_;
};

}  // namespace

Leftovers folder_leftovers(const FolderSetting& setting) {
  return Folder(setting).look();
}

Leftovers run_leftovers(const fs::path& run, std::uint32_t shards, const JournalHead& head) {
  constexpr std::array<std::string_view, 6> kKnown{"manifest.json", "journal.jsonl",   "lock",
                                                   "halt",          "evaluation.json", "verification.json"};
  std::set<fs::path> folders;
  for (std::uint32_t k = 0; k < shards; ++k) folders.insert(shard_folder(run, ShardId(k)));
  const fs::path all_shards = shard_folder(run, ShardId(0)).parent_path();

  Leftovers leftovers;
  for (const auto& entry : entries_of(run)) {
    const std::string name = entry.filename().string();
    const bool is_known = std::ranges::find(kKnown, name) != kKnown.end();
    if (is_folder(entry) && name == kComparison) {
      look_at_comparison(run, entry, head, leftovers);
    } else if (is_folder(entry) && (name == "logs" || entry == all_shards)) {
      if (entry != all_shards) continue;
      for (const auto& folder : entries_of(entry))
        if (!is_folder(folder) || !folders.contains(folder)) add_unknown(run, folder, leftovers);
    } else if (is_plain_file(entry) && is_temporary(name)) {
      leftovers.unfinished.push_back(below_run(run, entry));
    } else if (!is_known || !is_plain_file(entry)) {
      add_unknown(run, entry, leftovers);
    }
  }
  return leftovers;
}

std::vector<SupersededFile> superseded_for_good(const Journal& journal, ShardId shard) {
  std::set<std::uint64_t> completed;
  for (const auto& line : journal.lines())
    if (const auto* entry = std::get_if<BatchCompleted>(&line.entry))
      completed.insert(entry->batches.begin(), entry->batches.end());
  std::vector<SupersededFile> files;
  for (const auto& line : journal.lines()) {
    const auto* entry = std::get_if<BatchAccepted>(&line.entry);
    if (entry == nullptr || !completed.contains(entry->batch)) continue;
    for (const auto& file : entry->supersedes)
      if (file.shard == shard) files.push_back(file);
  }
  return files;
}

std::vector<std::string> not_erased(const Journal& journal) {
  std::vector<std::string> files;
  const auto add = [&](const std::vector<FileFate>& fates) {
    for (const auto& file : fates)
      if (file.fate.starts_with("not erased"))
        files.push_back((shard_folder({}, file.shard) / file.name).generic_string() + ": " + file.fate);
  };
  for (const auto& line : journal.lines()) {
    if (const auto* forgotten = std::get_if<BatchForgotten>(&line.entry)) add(forgotten->files);
    if (const auto* erased = std::get_if<BatchErased>(&line.entry)) add(erased->files);
  }
  return files;
}

}  // namespace expunge
