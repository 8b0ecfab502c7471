// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/file_kind.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

/// A kind's files are called `prefix`-RR`suffix`, the suffix being the digits of a digest where it is empty.
struct FileKindRow {
  FileKind kind;
  std::string_view prefix;
  std::string_view suffix;
};

constexpr std::array kFileKinds{
    FileKindRow{FileKind::kSlice, "slice-", ""}, FileKindRow{FileKind::kOffset, "offset-", ""},
    FileKindRow{FileKind::kRecording, "recording-", ""}, FileKindRow{FileKind::kProgress, "stage-", "-progress.h5"}};

bool is_of(const FileKindRow& row, std::string_view name) {
  if (!name.starts_with(row.prefix) || !name.ends_with(row.suffix)) return false;
  if (row.suffix.empty()) return true;
  name.remove_prefix(row.prefix.size());
  if (name.size() <= row.suffix.size()) return false;
  name.remove_suffix(row.suffix.size());
  return std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<FileKind> file_kind(std::string_view name) {
  for (const auto& row : kFileKinds)
    if (is_of(row, name)) return row.kind;
  return std::nullopt;
}

std::optional<FileKind> temporary_kind(std::string_view name) {
  if (!name.starts_with('.')) return std::nullopt;
  name.remove_prefix(1);
  for (const auto& row : kFileKinds)
    if (name.starts_with(row.prefix)) return row.kind;
  return std::nullopt;
}

std::string file_name(FileKind kind, SliceId stage, const Digest& digest) {
  constexpr std::size_t kDigitsInName = 16;
  const auto row = std::ranges::find(kFileKinds, kind, &FileKindRow::kind);
  if (row == kFileKinds.end() || !row->suffix.empty()) throw Bug("a file of this kind has no digest in its name");
  return fmt::format("{}{:02}-{}.h5", row->prefix, stage.value(), digest.hex().substr(0, kDigitsInName));
}

std::string progress_name(SliceId stage) {
  const auto row = std::ranges::find(kFileKinds, FileKind::kProgress, &FileKindRow::kind);
  return fmt::format("{}{:02}{}", row->prefix, stage.value(), row->suffix);
}

}  // namespace expunge
