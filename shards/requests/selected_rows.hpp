// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "framework/data/dataset.hpp"
#include "shards/requests/request.hpp"

namespace expunge {

/// All rows of one subject or class.
struct SelectedGroup {
  std::vector<std::uint64_t> rows;  ///< ascending
  bool exhausted = false;           ///< for the caller: a request before has taken all of them
};

/// The rows of the subjects and classes that requests name: one pass over the data's subjects or labels for all of them
/// together, and none where no request selects so. `requests` and `data` must outlive it.
class SelectedRows {
 public:
  SelectedRows(const std::vector<Request>& requests, const Dataset& data);

  /// Null where the data has no such subject.
  [[nodiscard]] SelectedGroup* of_subject(std::string_view subject);
  /// Of a label that a request names; perhaps without rows.
  [[nodiscard]] SelectedGroup& of_label(std::int64_t label) { return labels_.at(label); }

 private:
  void collect_subjects(const Dataset& data);
  void collect_labels(const Dataset& data);

  std::map<std::int64_t, SelectedGroup> labels_;
  std::unordered_map<std::string_view, SelectedGroup> subjects_;
};

}  // namespace expunge
