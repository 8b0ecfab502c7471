// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/journal/request_course.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/core.h>

#include "framework/config/nearest_name.hpp"
#include "framework/core/error.hpp"
#include "shards/journal/entry_rules.hpp"

namespace expunge {

namespace {

bool names(const JournalEntry& entry, std::uint64_t batch) {
  return std::ranges::find(batches_of(entry), batch) != batches_of(entry).end();
}

void follow(RequestCourse& course, const Journal& journal) {
  for (std::size_t i = course.accepted + 1; i < journal.lines().size(); ++i) {
    const JournalEntry& entry = journal.lines()[i].entry;
    if (std::holds_alternative<BatchAccepted>(entry) || !names(entry, course.batch)) continue;
    if (std::holds_alternative<BatchForgotten>(entry)) course.forgotten = i;
    if (std::holds_alternative<BatchRetrained>(entry)) course.retrained = i;
    if (std::holds_alternative<BatchPublished>(entry)) course.published = i;
    if (std::holds_alternative<BatchErased>(entry)) course.erased = i;
    if (std::holds_alternative<BatchCompleted>(entry)) course.completed = i;
  }
}

}  // namespace

std::optional<std::size_t> RequestCourse::settled() const {
  if (published) return published;
  if (forgotten) return forgotten;
  return completed;
}

RequestCourse find_request(const Journal& journal, const History& history, const std::string& run,
                           const std::string& id, const std::optional<std::string>& requested_by) {
  std::vector<RequestCourse> found;
  std::vector<std::string> ids;
  const auto& lines = journal.lines();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto* batch = std::get_if<BatchAccepted>(&lines[i].entry);
    if (batch == nullptr) continue;
    for (const auto& request : batch->requests) {
      ids.push_back(request.id);
      if (request.id == id) found.push_back({.request = &request, .batch = batch->batch, .accepted = i});
    }
  }
  const bool any = !found.empty();
  const auto is_of = [&](const std::string& who) {
    const std::string reference = history.requester_reference(who);
    return [&, who, reference](const RequestCourse& course) {
      return course.request->requested_by == who || course.request->requested_by == reference;
    };
  };
  if (requested_by)
    std::erase_if(found, std::not_fn(is_of(*requested_by)));
  else if (const auto nobodys = std::ranges::find_if(found, is_of("")); nobodys != found.end())
    found = {*nobodys};
  if (found.size() > 1)
    throw UsageError(
        fmt::format("{}: {} requesters have a request '{}': say whose with --requested-by", run, found.size(), id));
  if (found.empty()) {
    const std::string nearest = any ? std::string() : nearest_name(id, ids);
    throw Failure(fmt::format("{}: no request '{}'{} was ever accepted{}", run, id, any ? " of this requester" : "",
                              nearest.empty() ? "" : fmt::format(": did you mean '{}'?", nearest)));
  }
  follow(found.front(), journal);
  return found.front();
}

std::vector<ServedState> served_after(const Journal& journal, std::size_t line) {
  std::map<ShardId, ServedState> served;
  const auto take = [&](const std::vector<ServedState>& states) {
    for (const auto& state : states) served[state.shard] = state;
  };
  for (std::size_t i = 0; i <= line; ++i) {
    const JournalEntry& entry = journal.lines()[i].entry;
    if (const auto* accepted = std::get_if<BatchAccepted>(&entry)) take(accepted->before);
    if (const auto* forgotten = std::get_if<BatchForgotten>(&entry)) take(forgotten->after);
    if (const auto* published = std::get_if<BatchPublished>(&entry)) take(published->after);
  }
  std::vector<ServedState> states;
  states.reserve(served.size());
  for (const auto& [shard, state] : served) states.push_back(state);
  return states;
}

std::set<std::uint64_t> respected_after(const Journal& journal, std::size_t line) {
  std::set<std::uint64_t> batches;
  for (std::size_t i = 0; i <= line; ++i) {
    const JournalEntry& entry = journal.lines()[i].entry;
    if (!std::holds_alternative<BatchForgotten>(entry) && !std::holds_alternative<BatchPublished>(entry)) continue;
    for (const auto batch : batches_of(entry)) batches.insert(batch);
  }
  return batches;
}

}  // namespace expunge
