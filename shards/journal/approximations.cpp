// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/journal/approximations.hpp"

#include <algorithm>

namespace expunge {

namespace {

constexpr std::string_view kExact = "exact";
constexpr std::string_view kHeal = "heal";

}  // namespace

bool is_exact_method(std::string_view method) {
  return method == kExact || method == kHeal;
}

Approximations::Approximations(const Journal& journal, std::size_t lines) {
  for (std::size_t i = 0; i < lines; ++i) {
    const JournalEntry& entry = journal.lines()[i].entry;
    if (const auto* accepted = std::get_if<BatchAccepted>(&entry)) {
      Batch batch{accepted->method, {}};
      for (const auto& request : accepted->requests)
        for (const auto& cell : request.cells) batch.touched.insert(cell.cell.shard);
      batches_.push_back(std::move(batch));
      serve(accepted->before);
    } else if (const auto* forgotten = std::get_if<BatchForgotten>(&entry)) {
      forget(i, *forgotten);
      serve(forgotten->after);
    } else if (const auto* published = std::get_if<BatchPublished>(&entry)) {
      publish(i, *published);
      serve(published->after);
    }
  }
}

bool Approximations::touches(std::uint64_t batch, ShardId shard) const {
  return batches_.at(batch - 1).touched.contains(shard);
}

std::set<ShardId> Approximations::touched_by(const std::vector<std::uint64_t>& batches) const {
  std::set<ShardId> touched;
  for (const auto batch : batches)
    touched.insert(batches_.at(batch - 1).touched.begin(), batches_[batch - 1].touched.end());
  return touched;
}

void Approximations::make_exact(ShardId shard, ExactSince since) {
  for (const auto batch : open_[shard]) exact_.emplace(std::pair{batch, shard}, since);
  open_.erase(shard);
}

void Approximations::serve(const std::vector<ServedState>& states) {
  for (const auto& state : states) served_[state.shard] = state.model;
}

/// A line lists shards too that had not come as far as the samples. They serve what they did before, and know nothing
/// of them.
void Approximations::forget(std::size_t line, const BatchForgotten& entry) {
  const ExactSince since{line, entry.batches.front()};
  rollbacks_.insert(line);
  for (const auto& state : entry.after)
    if (state.model != served_[state.shard]) make_exact(state.shard, since);
  for (const auto batch : entry.batches)
    for (const ShardId shard : batches_.at(batch - 1).touched)
      if (!open_.contains(shard)) exact_.emplace(std::pair{batch, shard}, since);
}

void Approximations::publish(std::size_t line, const BatchPublished& entry) {
  published_.insert(entry.batches.begin(), entry.batches.end());
  std::set<ShardId> shards = touched_by(entry.batches);
  for (const auto& [shard, batches] : open_) shards.insert(shard);
  for (const ShardId shard : shards) {
    const auto makes_exact = [&](std::uint64_t batch) {
      return method(batch) == kHeal ? open_.contains(shard) : is_exact_method(method(batch)) && touches(batch, shard);
    };
    const auto exact = std::ranges::find_if(entry.batches, makes_exact);
    for (const auto batch : entry.batches) {
      if (!touches(batch, shard)) continue;
      // Rolled back first, a shard is trained by the batch's method all the same.
      if (exact == entry.batches.end()) exact_.erase({batch, shard});
      open_[shard].insert(batch);
    }
    if (exact == entry.batches.end()) continue;
    make_exact(shard, {line, *exact});
    // What a batch rolled back first, it has made whole now.
    for (auto& [which, since] : exact_)
      if (which.second == shard && rollbacks_.contains(since.line) &&
          std::ranges::find(entry.batches, since.batch) != entry.batches.end())
        since = {line, *exact};
  }
}

std::vector<std::uint64_t> Approximations::of(ShardId shard) const {
  std::set<std::uint64_t> all;
  if (const auto found = open_.find(shard); found != open_.end()) all = found->second;
  for (std::uint64_t batch = 1; batch <= batches_.size(); ++batch)
    if (!published_.contains(batch) && touches(batch, shard) && !is_exact_method(method(batch))) all.insert(batch);
  return {all.begin(), all.end()};
}

bool Approximations::is_under_way(ShardId shard) const {
  return std::ranges::any_of(of(shard), [&](std::uint64_t batch) { return !published_.contains(batch); });
}

std::optional<ExactSince> Approximations::exact_since(std::uint64_t batch, ShardId shard) const {
  const auto found = exact_.find({batch, shard});
  if (found == exact_.end()) return std::nullopt;
  return found->second;
}

}  // namespace expunge
