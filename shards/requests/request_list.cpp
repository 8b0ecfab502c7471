// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/request_list.hpp"

#include <functional>

#include <fmt/format.h>

namespace expunge {

namespace {

std::size_t hash_of(std::string_view id, std::string_view requested_by) {
  constexpr std::size_t kMix = 0x9E3779B97F4A7C15U;
  const std::hash<std::string_view> hash;
  return hash(id) ^ (requested_by.empty() ? 0 : hash(requested_by) * kMix);
}

}  // namespace

std::size_t RequestList::slot_of(std::size_t hash, std::string_view id, std::string_view requested_by) const {
  for (std::size_t i = hash & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[i];
    if (slot.place == kNowhere) return i;
    const Request& request = requests_[slot.place];
    if (slot.hash == hash && request.id == id && request.requested_by == requested_by) return i;
  }
}

void RequestList::enter(std::size_t hash, std::size_t slot) {
  slots_[slot] = {hash, requests_.size() - 1};
  if (2 * requests_.size() <= slots_.size()) return;
  std::vector<Slot> wider(2 * slots_.size());
  for (const Slot& taken : slots_) {
    if (taken.place == kNowhere) continue;
    std::size_t i = taken.hash & (wider.size() - 1);
    while (wider[i].place != kNowhere) i = (i + 1) & (wider.size() - 1);
    wider[i] = taken;
  }
  slots_ = std::move(wider);
}

void RequestList::add(Request&& request) {
  const std::size_t hash = hash_of(request.id, request.requested_by);
  const std::size_t slot = slot_of(hash, request.id, request.requested_by);
  if (const std::size_t known = slots_[slot].place; known != kNowhere) {
    const Request& before = requests_[known];
    if (request.content({}) != before.content({}))
      fault(request.line, request.id,
            fmt::format("line {} has a request of the same id{} and other content: a repetition must repeat it, and "
                        "another request needs an id of its own",
                        before.line, request.requested_by.empty() ? "" : " and requester"));
    return;
  }
  requests_.push_back(std::move(request));
  enter(hash, slot);
}

std::size_t RequestList::find(std::string_view id, std::string_view requested_by) const {
  return slots_[slot_of(hash_of(id, requested_by), id, requested_by)].place;
}

std::size_t RequestList::append(Request&& request) {
  const std::size_t hash = hash_of(request.id, request.requested_by);
  const std::size_t slot = slot_of(hash, request.id, request.requested_by);
  requests_.push_back(std::move(request));
  enter(hash, slot);
  return requests_.size() - 1;
}

void RequestList::fault(std::size_t line, std::string request_id, std::string message) {
  faults_.push_back({line, std::move(request_id), std::move(message)});
}

std::vector<Request> RequestList::take(const std::string& source) {
  if (faults_.empty() && requests_.empty()) fault(0, "", "it holds no request");
  if (!faults_.empty()) refuse_requests(source, faults_);
  return std::move(requests_);
}

}  // namespace expunge
