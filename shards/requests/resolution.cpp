// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/resolution.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "shards/requests/cell_deletions.hpp"
#include "shards/requests/id_ranges.hpp"
#include "shards/requests/named_samples.hpp"
#include "shards/requests/request_fields.hpp"
#include "shards/requests/request_file.hpp"
#include "shards/requests/selected_rows.hpp"

namespace expunge {

namespace {

using Status = ResolvedRequest::Status;

class Resolver {
 public:
  Resolver(const std::vector<Request>& requests, const Dataset& data, const Partitioner& partitioner,
           const History& history, const Key& seed, UnknownPolicy unknown, JournalIds ids)
      : data_(data),
        history_(history),
        unknown_(unknown),
        ids_(ids),
        content_key_(seed.derive("expunge/request/v1")),
        references_(seed),
        taken_(data.size()),
        selected_(requests, data),
        finder_(data, history, unknown),
        cells_(data, partitioner, seed, ids) {}

  [[nodiscard]] ResolvedRequest resolve(const Request& request);
  [[nodiscard]] const std::vector<RequestFault>& faults() const { return faults_; }

 private:
  void describe(const Request& request, AcceptedRequest& accepted);
  void select_ids(ResolvedRequest& resolved);
  void select_subject(ResolvedRequest& resolved, const SubjectSelector& selector);
  void select_label(ResolvedRequest& resolved, const LabelSelector& selector);
  void take_group(ResolvedRequest& resolved, SelectedGroup& group);
  void take(ResolvedRequest& resolved, std::span<const std::uint64_t> rows);
  [[nodiscard]] const std::string& reference_of(const std::string& requester);
  void fault(const Request& request, std::string message) {
    faults_.push_back({request.line, request.id, std::move(message)});
  }

  const Dataset& data_;
  const History& history_;
  UnknownPolicy unknown_;
  JournalIds ids_;
  Key content_key_;
  References references_;
  std::vector<bool> taken_;  // rows that requests before in the list delete
  SelectedRows selected_;
  SampleFinder finder_;
  CellDeletions cells_;
  std::vector<RequestFault> faults_;
  std::optional<std::string> requester_;  // the last one asked for, and its reference
  std::string requester_reference_;
};

/// The samples that messages name of those that are unknown.
std::string missing(const NamedSamples& found) {
  const bool many = found.unknown > found.unknown_ids.size();
  return fmt::format("sample{} {}{} {} not in the data, and {} never deleted (--unknown skip passes over such)",
                     found.unknown == 1 ? "" : "s", fmt::join(found.unknown_ids, ", "), many ? " and more" : "",
                     found.unknown == 1 ? "is" : "are", found.unknown == 1 ? "was" : "were");
}

ResolvedRequest Resolver::resolve(const Request& request) {
  ResolvedRequest resolved;
  resolved.request = request;
  AcceptedRequest& accepted = resolved.accepted;
  accepted.content = request.content(bytes_of_value(content_key_.words()));
  const AcceptedRequest* before = history_.batches() > 0 ? history_.find(request.id, request.requested_by) : nullptr;
  if (before != nullptr) {
    if (before->content != accepted.content)
      fault(request,
            "a request of this id was accepted before with other content: a repetition must repeat it, and another "
            "request needs an id of its own");
    resolved.status = Status::kRepeated;
    accepted = *before;
    return resolved;
  }
  describe(request, accepted);
  resolved.status = Status::kUnknown;
  if (const auto* subject = std::get_if<SubjectSelector>(&request.selector))
    select_subject(resolved, *subject);
  else if (const auto* label = std::get_if<LabelSelector>(&request.selector))
    select_label(resolved, *label);
  else
    select_ids(resolved);
  if (accepted.already_absent > 0) resolved.status = Status::kAlreadyAbsent;
  if (!resolved.rows.empty()) resolved.status = Status::kToDelete;
  if (faults_.empty()) accepted.cells = cells_.of(resolved.rows);
  return resolved;
}

const std::string& Resolver::reference_of(const std::string& requester) {
  if (requester_ != requester) {
    requester_ = requester;
    requester_reference_ = history_.requester_reference(requester);
  }
  return requester_reference_;
}

void Resolver::describe(const Request& request, AcceptedRequest& accepted) {
  accepted.id = request.id;
  accepted.requested_by = ids_ == JournalIds::kPlain ? request.requested_by : reference_of(request.requested_by);
  if (request.received_at) accepted.received_at = to_text(*request.received_at);
  if (const auto due = request.due()) accepted.due_at = to_text(*due);
  accepted.regulation = request.regulation;
}

void Resolver::select_ids(ResolvedRequest& resolved) {
  NamedSamples found = finder_.find(named_ids(resolved.request.selector));
  if (unknown_ == UnknownPolicy::kFail && found.unknown > 0) fault(resolved.request, missing(found));
  if (found.too_many_gaps)
    fault(resolved.request,
          fmt::format("a range covers more than {} ids that the data does not have, too many to find those that were "
                      "deleted: name smaller ranges",
                      SampleFinder::kMostGaps));
  resolved.accepted.requested = found.named;
  resolved.accepted.unknown = found.unknown;
  resolved.accepted.already_absent = found.gone;
  if (!std::ranges::is_sorted(found.rows)) std::ranges::sort(found.rows);
  take(resolved, found.rows);
}

void Resolver::select_subject(ResolvedRequest& resolved, const SubjectSelector& selector) {
  if (!data_.has_subjects())
    return fault(resolved.request,
                 fmt::format("the data has no subjects, and so none is {}; --data takes subjects=FILE",
                             in_quotes(selector.subject)));
  if (SelectedGroup* group = selected_.of_subject(selector.subject)) return take_group(resolved, *group);
  if (history_.deleted() > 0 && history_.is_deleted_subject(references_.of_subject(selector.subject)))
    resolved.status = Status::kAlreadyAbsent;
  else if (unknown_ == UnknownPolicy::kFail)
    fault(resolved.request, fmt::format("subject {} is not in the data, and was never deleted (--unknown skip passes "
                                        "over such)",
                                        in_quotes(selector.subject)));
}

void Resolver::select_label(ResolvedRequest& resolved, const LabelSelector& selector) {
  if (selector.label < 0 || (data_.classes() > 0 && selector.label >= data_.classes()))
    return fault(resolved.request,
                 data_.classes() > 0
                     ? fmt::format("label {} is no class: those are 0 … {}", selector.label, data_.classes() - 1)
                     : fmt::format("label {} is no class: it is negative", selector.label));
  take_group(resolved, selected_.of_label(selector.label));
}

void Resolver::take_group(ResolvedRequest& resolved, SelectedGroup& group) {
  resolved.accepted.requested = group.rows.size();
  if (group.exhausted) {
    resolved.accepted.already_absent = group.rows.size();
    return;
  }
  for (const std::uint64_t row : group.rows)
    if (ids_ == JournalIds::kPlain && data_.id(row).value() > kLargestId)
      fault(resolved.request, fmt::format("sample {} can't be put down in the journal (--journal-ids digest can): {}",
                                          data_.id(row).value(), id_rule()));
  take(resolved, group.rows);
  group.exhausted = true;
}

void Resolver::take(ResolvedRequest& resolved, std::span<const std::uint64_t> rows) {
  const bool any_deleted = history_.deleted() > 0;
  resolved.rows.reserve(rows.size());
  for (const std::uint64_t row : rows) {
    if (taken_[row] || (any_deleted && history_.is_deleted(data_.id(row)))) {
      ++resolved.accepted.already_absent;
    } else {
      taken_[row] = true;
      resolved.rows.push_back(row);
    }
  }
}

}  // namespace

std::vector<ResolvedRequest> resolve_requests(const std::vector<Request>& requests, const std::string& source,
                                              const Dataset& data, const Partitioner& partitioner,
                                              const History& history, const Key& seed, UnknownPolicy unknown,
                                              JournalIds ids) {
  Resolver resolver(requests, data, partitioner, history, seed, unknown, ids);
  std::vector<ResolvedRequest> resolved;
  resolved.reserve(requests.size());
  for (const Request& request : requests) resolved.push_back(resolver.resolve(request));
  if (!resolver.faults().empty()) refuse_requests(source, resolver.faults());
  return resolved;
}

}  // namespace expunge
