// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/selected_rows.hpp"

namespace expunge {

SelectedRows::SelectedRows(const std::vector<Request>& requests, const Dataset& data) {
  for (const Request& request : requests) {
    if (const auto* subject = std::get_if<SubjectSelector>(&request.selector)) subjects_[subject->subject];
    if (const auto* label = std::get_if<LabelSelector>(&request.selector)) labels_[label->label];
  }
  if (!subjects_.empty() && data.has_subjects()) collect_subjects(data);
  if (!labels_.empty()) collect_labels(data);
}

SelectedGroup* SelectedRows::of_subject(std::string_view subject) {
  const auto found = subjects_.find(subject);
  return found == subjects_.end() || found->second.rows.empty() ? nullptr : &found->second;
}

void SelectedRows::collect_subjects(const Dataset& data) {
  std::vector<bool> is_named(data.subjects().size());
  std::unordered_map<std::size_t, SelectedGroup*> groups;
  for (std::size_t i = 0; i < data.subjects().size(); ++i) {
    const auto found = subjects_.find(data.subjects()[i]);
    if (found == subjects_.end()) continue;
    is_named[i] = true;
    groups.emplace(i, &found->second);
  }
  for (std::uint64_t row = 0; row < data.size(); ++row) {
    const std::size_t subject = data.subject_index(row);
    if (is_named[subject]) groups.at(subject)->rows.push_back(row);
  }
}

void SelectedRows::collect_labels(const Dataset& data) {
  for (std::uint64_t row = 0; row < data.size(); ++row) {
    const auto found = labels_.find(data.label(row));
    if (found != labels_.end()) found->second.rows.push_back(row);
  }
}

}  // namespace expunge
