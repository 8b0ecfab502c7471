// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/deletion/request_list.hpp"

#include <fmt/format.h>

namespace expunge {

void RequestList::add(Request request) {
  requests_.push_back(std::move(request));
  const auto [known, is_new] = places_.insert(requests_.size() - 1);
  if (is_new) return;
  const Request& before = requests_[*known];
  const Request& again = requests_.back();
  if (again.content({}) != before.content({}))
    fault(again.line, again.id,
          fmt::format("line {} has a request of the same id{} and other content: a repetition must repeat it, and "
                      "another request needs an id of its own",
                      before.line, again.requested_by.empty() ? "" : " and requester"));
  requests_.pop_back();
}

std::size_t RequestList::find(std::string_view id, std::string_view requested_by) const {
  const auto known = places_.find(Name(id, requested_by));
  return known == places_.end() ? kNowhere : *known;
}

std::size_t RequestList::append(Request request) {
  requests_.push_back(std::move(request));
  return *places_.insert(requests_.size() - 1).first;
}

void RequestList::fault(std::size_t line, std::string request_id, std::string message) {
  faults_.push_back({line, std::move(request_id), std::move(message)});
}

std::vector<Request> RequestList::take(const std::string& source) {
  if (faults_.empty() && requests_.empty()) fault(0, "", "it holds no request");
  if (!faults_.empty()) refuse_requests(source, faults_);
  places_.clear();
  return std::move(requests_);
}

}  // namespace expunge
