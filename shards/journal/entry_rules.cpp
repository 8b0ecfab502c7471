// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/journal/entry_rules.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/core.h>

#include "shards/requests/due_date.hpp"

namespace expunge {

namespace {

using Rule = std::optional<std::string>;

template <class T>
bool ascending(const std::vector<T>& list) {
  return std::ranges::adjacent_find(list, std::greater_equal<>()) == list.end();
}

Rule broken_by(const CellDeletion& cell) {
  const std::string place = fmt::format("shard {}, slice {}", cell.cell.shard.value(), cell.cell.slice.value());
  if (cell.cell.slice.value() == 0) return place + ": slices are counted from 1";
  if (cell.ids.empty() == cell.references.empty())
    return place + ": it has to list either ids or references of the samples";
  for (std::size_t i = 0; i < cell.ids.size(); ++i)
    if (cell.ids[i].first >= cell.ids[i].end || (i > 0 && cell.ids[i - 1].end >= cell.ids[i].first))
      return fmt::format("{}: the ids [{},{}] are empty, out of order or not joined with those before them", place,
                         cell.ids[i].first, cell.ids[i].end);
  if (!ascending(cell.references)) return place + ": its references do not ascend";
  if (!ascending(cell.subjects)) return place + ": its subjects do not ascend";
  return std::nullopt;
}

Rule broken_by(const AcceptedRequest& request) {
  if (!request.received_at.empty() && !parse_moment(request.received_at))
    return fmt::format("received_at '{}' is no time", request.received_at);
  if (!request.due_at.empty() && !parse_due(request.due_at))
    return fmt::format("due_at '{}' is no time", request.due_at);
  for (std::size_t i = 0; i < request.cells.size(); ++i) {
    if (i > 0 && request.cells[i - 1].cell >= request.cells[i].cell) return "its cells do not ascend";
    if (auto rule = broken_by(request.cells[i])) return rule;
  }
  return std::nullopt;
}

Rule broken_by(const std::vector<ServedState>& states) {
  for (const auto& state : states)
    if (state.stages == 0 && !(state.model.is_zero() && state.live_root.is_zero()))
      return fmt::format("shard {} has no stage, and yet a model or a root", state.shard.value());
  return std::nullopt;
}

Rule broken_by(double seconds) {
  if (std::isfinite(seconds) && seconds >= 0 && !std::signbit(seconds)) return std::nullopt;
  return fmt::format("{} seconds are no duration", seconds);
}

Rule broken_by(const BatchAccepted& entry) {
  if (entry.method.empty()) return "it names no method";
  for (const auto& request : entry.requests)
    if (auto rule = broken_by(request)) return fmt::format("request '{}': {}", request.id, *rule);
  for (const auto& file : entry.supersedes)
    if (file.stage.value() == 0) return "stages of superseded files are counted from 1";
  return broken_by(entry.before);
}

Rule broken_by(const BatchForgotten& entry) {
  if (auto rule = broken_by(entry.after)) return rule;
  return broken_by(entry.seconds);
}

Rule broken_by(const BatchRetrained& entry) {
  for (const auto& first : entry.first_stages)
    if (first.second.value() == 0) return "first stages are counted from 1";
  if (auto rule = broken_by(entry.after)) return rule;
  return broken_by(entry.seconds);
}

Rule broken_by(const BatchPublished& entry) {
  return broken_by(entry.after);
}

Rule broken_by(const BatchErased&) {
  return std::nullopt;
}

Rule broken_by(const BatchCompleted&) {
  return std::nullopt;
}

struct Batches {
  std::span<const std::uint64_t> operator()(const BatchAccepted& entry) const { return {&entry.batch, 1}; }
  template <class Entry>
  std::span<const std::uint64_t> operator()(const Entry& entry) const {
    return entry.batches;
  }
};

}  // namespace

std::span<const std::uint64_t> batches_of(const JournalEntry& entry) {
  return std::visit(Batches(), entry);
}

std::optional<std::string> broken_rule(const JournalEntry& entry) {
  const auto batches = batches_of(entry);
  if (batches.empty()) return "it names no batch";
  if (std::ranges::adjacent_find(batches, std::greater_equal<>()) != batches.end()) return "its batches do not ascend";
  return std::visit([](const auto& kind) { return broken_by(kind); }, entry);
}

std::optional<std::string> BatchProgress::take(const JournalEntry& entry) {
  const auto batches = batches_of(entry);
  if (std::holds_alternative<BatchAccepted>(entry)) {
    if (batches.front() != states_.size() + 1)
      return fmt::format("batch {} is accepted where batch {} comes next", batches.front(), states_.size() + 1);
    states_.push_back(entry.index());
    return std::nullopt;
  }
  for (const auto batch : batches) {
    if (batch == 0 || batch > states_.size()) return fmt::format("batch {} was never accepted", batch);
    if (states_[batch - 1] >= entry.index())
      return fmt::format("batch {} is {} where it was {} or further already", batch, state_name(entry),
                         state_name(entry));
  }
  for (const auto batch : batches) states_[batch - 1] = entry.index();
  return std::nullopt;
}

}  // namespace expunge
