// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/journal/history.hpp"

#include <algorithm>
#include <cstring>

#include "framework/core/error.hpp"
#include "shards/journal/entry_rules.hpp"

namespace expunge {

namespace {

static_assert(
    std::variant_size_v<JournalEntry> == static_cast<std::size_t>(BatchState::kCompleted) + 1 &&
        std::is_same_v<std::variant_alternative_t<static_cast<std::size_t>(BatchState::kErased), JournalEntry>,
                       BatchErased>,
    "a batch's state is the index of its last entry's kind");

[[noreturn]] void refuse_twice(const std::string& sample) {
  throw Failure(
      fmt::format("the journal deletes {} twice, which no job of expunge does: restore the run from a copy", sample));
}

}  // namespace

std::size_t History::HashOfReference::operator()(const Digest& reference) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, reference.bytes.data(), sizeof hash);
  return hash;
}

History::History(const Journal& journal, const Key& seed)
    : references_(seed), requester_key_(seed.derive("expunge/requester/v1")) {
  BatchProgress progress;
  for (const auto& line : journal.lines()) {
    if (const auto reason = progress.take(line.entry)) throw Bug("a journal was not checked: " + *reason);
    if (const auto* batch = std::get_if<BatchAccepted>(&line.entry)) accept(*batch);
  }
  for (const auto state : progress.states()) states_.push_back(static_cast<BatchState>(state));
  sort_ids();
  sort_touches();
}

void History::accept(const BatchAccepted& batch) {
  for (const auto& request : batch.requests) {
    removed_.merge(request.removed);
    requests_.try_emplace({request.requested_by, request.id}, request);
    for (const auto& cell : request.cells) {
      const std::uint64_t samples = cell.samples();
      deleted_ += samples;
      deleted_from_[cell.cell] += samples;
      touched_[cell.cell.shard].push_back({batch.batch, cell.cell.slice});
      ids_.insert(ids_.end(), cell.ids.begin(), cell.ids.end());
      for (const auto& reference : cell.references)
        if (!digests_.insert(reference).second) refuse_twice("the sample with the reference " + reference.hex());
      subjects_.insert(cell.subjects.begin(), cell.subjects.end());
    }
  }
}

void History::sort_ids() {
  std::ranges::sort(ids_);
  std::vector<IdRange> joined;
  for (const auto& range : ids_) {
    if (joined.empty() || joined.back().end < range.first) {
      joined.push_back(range);
      continue;
    }
    if (joined.back().end > range.first) refuse_twice(fmt::format("sample {}", range.first));
    joined.back().end = range.end;
  }
  ids_ = std::move(joined);
}

void History::sort_touches() {
  for (auto& [shard, touches] : touched_)
    for (std::size_t i = touches.size(); i-- > 1;)
      touches[i - 1].slice = std::min(touches[i - 1].slice, touches[i].slice);
}

bool History::is_deleted(SampleId id) const {
  const auto after = std::ranges::upper_bound(ids_, id.value(), {}, &IdRange::first);
  if (after != ids_.begin() && id.value() < std::prev(after)->end) return true;
  return !digests_.empty() && digests_.contains(references_.of_sample(id));
}

bool History::is_deleted_subject(const Digest& reference) const {
  return subjects_.contains(reference);
}

std::uint64_t History::deleted_from(Cell cell) const {
  const auto found = deleted_from_.find(cell);
  return found == deleted_from_.end() ? 0 : found->second;
}

std::vector<std::uint64_t> History::pending() const {
  std::vector<std::uint64_t> batches;
  for (std::uint64_t batch = 1; batch <= states_.size(); ++batch)
    if (state(batch) != BatchState::kCompleted) batches.push_back(batch);
  return batches;
}

std::optional<SliceId> History::first_touched(ShardId shard, std::uint64_t through) const {
  const auto found = touched_.find(shard);
  if (found == touched_.end()) return std::nullopt;
  const auto touch = std::ranges::upper_bound(found->second, through, {}, &Touch::batch);
  if (touch == found->second.end()) return std::nullopt;
  return touch->slice;
}

bool History::is_stale(const ShardRecord& record) const {
  // What an approximation serves is a state after the last stage: any slice is one of those that it came of.
  if (record.approximation) return first_touched(record.shard, record.respects).has_value();
  return untainted_stages(record) < record.slices.size();
}

bool History::is_put_back(const ShardRecord& record) const {
  const auto found = touched_.find(record.shard);
  if (found == touched_.end() || !is_stale(record)) return false;
  // Carried out, a batch leaves no shard that it touches with a generation that does not respect it.
  return std::ranges::any_of(found->second, [&](const Touch& touch) {
    const BatchState it = state(touch.batch);
    return touch.batch > record.respects && (it == BatchState::kForgotten || it >= BatchState::kPublished);
  });
}

std::uint32_t History::untainted_stages(const ShardRecord& record) const {
  const auto stages = static_cast<std::uint32_t>(record.slices.size());
  const auto first = first_touched(record.shard, record.respects);
  return first ? std::min(stages, first->value() - 1) : stages;
}

const AcceptedRequest* History::find(const std::string& id, const std::string& requested_by) const {
  for (const auto& requester : {requested_by, requester_reference(requested_by)}) {
    const auto found = requests_.find({requester, id});
    if (found != requests_.end()) return &found->second;
  }
  return nullptr;
}

std::string History::requester_reference(const std::string& requested_by) const {
  if (requested_by.empty()) return {};
  return digest_of_bytes(bytes_of(requested_by), bytes_of_value(requester_key_.words())).hex();
}

}  // namespace expunge
