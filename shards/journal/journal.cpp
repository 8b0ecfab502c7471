// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/journal/journal.hpp"

#include <array>
#include <system_error>

#include "framework/core/error.hpp"
#include "shards/journal/entry_rules.hpp"
#include "shards/journal/journal_line.hpp"

namespace expunge {

namespace {

/// Nothing else tells who was deleted, so there is nothing to go on with.
[[noreturn]] void refuse(const std::filesystem::path& path, std::uint64_t number, const std::string& what) {
  throw Failure(fmt::format("{}: line {} {}; restore the file from a copy that has this line as it was written",
                            path.string(), number, what));
}

bool is_missing(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::status(path, ignored).type() == std::filesystem::file_type::not_found;
}

}  // namespace

std::uint64_t CellDeletion::samples() const {
  std::uint64_t count = references.size();
  for (const auto& range : ids) count += range.end - range.first;
  return count;
}

std::uint64_t AcceptedRequest::deleted() const {
  std::uint64_t count = 0;
  for (const auto& cell : cells) count += cell.samples();
  return count;
}

std::string_view state_name(const JournalEntry& entry) {
  constexpr std::array<std::string_view, std::variant_size_v<JournalEntry>> kNames{
      "accepted", "forgotten", "retrained", "published", "erased", "completed"};
  return kNames.at(entry.index());
}

Journal Journal::read(const std::filesystem::path& path, std::uint64_t length, const Digest& head) {
  Journal journal;
  if (is_missing(path)) {
    if (length > 0)
      throw Failure(fmt::format("{} is missing, and the manifest counts on {} lines in it: restore it from a copy",
                                path.string(), length));
  } else {
    const Bytes bytes = read_file(path);
    std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    BatchProgress progress;
    for (std::uint64_t number = 1; number <= length; ++number) {
      const std::size_t end = rest.find('\n');
      if (rest.empty()) refuse(path, number, fmt::format("is missing, of {} that the manifest counts on", length));
      if (end == std::string_view::npos) refuse(path, number, "has no end: the file was cut");
      JournalLine line;
      try {
        line = read_line(rest.substr(0, end));
      } catch (const UnknownJournalVersion& unknown) {
        throw UnknownJournalVersion(fmt::format("{}: line {} {}", path.string(), number, unknown.what()));
      } catch (const Failure& failure) {
        refuse(path, number, failure.what());
      }
      if (line.number != number)
        refuse(path, number, fmt::format("is the one with number {}: lines were cut or exchanged", line.number));
      if (line.previous != journal.head())
        refuse(path, number,
               fmt::format("does not follow the line before it: that one's hash is {}, and it says {}",
                           journal.head().hex(), line.previous.hex()));
      if (const auto reason = progress.take(line.entry)) refuse(path, number, "can't come here: " + *reason);
      journal.lines_.push_back(std::move(line));
      rest.remove_prefix(end + 1);
    }
    journal.bytes_beyond_ = rest.size();
    journal.bytes_ = bytes.size() - rest.size();
  }
  if (journal.head() != head)
    throw Failure(
        fmt::format("{}: {} the hash {}, and the manifest counts on {}: one of the two was altered or put back "
                    "from an older copy; restore both from copies that were made together",
                    path.string(), length == 0 ? "a journal without lines has" : fmt::format("line {} has", length),
                    journal.head().hex(), head.hex()));
  return journal;
}

Digest Journal::head() const {
  return lines_.empty() ? Digest{} : lines_.back().hash;
}

void Journal::append(FileSystem& files, const std::filesystem::path& path, std::vector<JournalEntry> entries,
                     Moment at) {
  if (entries.empty()) return;
  BatchProgress progress;
  for (const auto& line : lines_) (void)progress.take(line.entry);
  std::vector<JournalLine> added;
  std::string text;
  Digest previous = head();
  for (auto& entry : entries) {
    auto reason = broken_rule(entry);
    if (!reason) reason = progress.take(entry);
    if (reason) throw Bug(fmt::format("the journal can't take a line '{}': {}", state_name(entry), *reason));
    JournalLine& line = added.emplace_back();
    line.number = lines_.size() + added.size();
    line.at = at;
    line.previous = previous;
    line.entry = std::move(entry);
    text += seal_line(line);
    previous = line.hash;
  }
  lines_.reserve(lines_.size() + added.size());
  files.append(path, bytes_, bytes_of(text));
  // Not only where the file is new: an earlier job may have been killed between making it and syncing its name.
  if (bytes_ == 0) files.sync_directory(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
  for (auto& line : added) lines_.push_back(std::move(line));
  bytes_ += text.size();
  bytes_beyond_ = 0;
}

}  // namespace expunge
