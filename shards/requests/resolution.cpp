// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/resolution.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "framework/data/dataset.hpp"
#include "framework/random/key.hpp"
#include "shards/journal/history.hpp"
#include "shards/journal/journal.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/partition/references.hpp"
#include "shards/requests/request.hpp"
#include "shards/requests/request_fields.hpp"
#include "shards/requests/request_file.hpp"

namespace expunge {

namespace {

/// What ranges of ids mean in one data set.
struct NamedSamples {
  std::vector<std::uint64_t> rows;         ///< that the data has, in no order
  std::uint64_t named = 0;                 ///< ids
  std::uint64_t gone = 0;                  ///< of them, not in the data since they were deleted before
  std::uint64_t unknown = 0;               ///< of them, neither in the data nor deleted; under kFail at least so many
  std::vector<std::uint64_t> unknown_ids;  ///< the first few of those, for messages
  bool too_many_gaps = false;              ///< gone and unknown could not be told apart: see `kMostGaps`
};

/// Finds samples by their ids. A range that covers more than the data holds costs one pass over the data's ids instead
/// of one look-up an id; memory is linear in the rows found.
class SampleFinder {
 public:
  /// Ids of one range that the data lacks, looked up one by one among the deleted ones; more of them can only be told
  /// apart where the data still has every deleted sample.
  static constexpr std::uint64_t kMostGaps = std::uint64_t{1} << 20U;

  SampleFinder(const Dataset& data, const History& history, UnknownPolicy policy)
      : data_(data), history_(history), policy_(policy) {}

  /// `ranges` ascending and disjoint.
  [[nodiscard]] NamedSamples find(std::span<const IdRange> ranges);

 private:
  void look_up(const IdRange& range, NamedSamples& found) const;
  void sweep(std::span<const IdRange> ranges, NamedSamples& found);
  void walk_gaps(const IdRange& range, std::span<const std::uint64_t> present, NamedSamples& found);
  void miss(std::uint64_t id, NamedSamples& found) const;
  [[nodiscard]] bool data_has_all_deleted();

  const Dataset& data_;
  const History& history_;
  UnknownPolicy policy_;
  std::optional<bool> data_has_all_deleted_;
};

constexpr std::size_t kShownIds = 5;

NamedSamples SampleFinder::find(std::span<const IdRange> ranges) {
  NamedSamples found;
  std::vector<IdRange> wide;
  for (const IdRange& range : ranges) {
    const std::uint64_t size = range.end - range.first;
    found.named += size;
    if (size <= data_.size())
      look_up(range, found);
    else
      wide.push_back(range);
  }
  if (!wide.empty()) sweep(wide, found);
  return found;
}

void SampleFinder::look_up(const IdRange& range, NamedSamples& found) const {
  for (std::uint64_t id = range.first; id < range.end; ++id) {
    if (const auto row = data_.row_of(SampleId(id)))
      found.rows.push_back(*row);
    else
      miss(id, found);
  }
}

void SampleFinder::miss(std::uint64_t id, NamedSamples& found) const {
  if (history_.deleted() > 0 && history_.is_deleted(SampleId(id))) {
    ++found.gone;
    return;
  }
  ++found.unknown;
  if (found.unknown_ids.size() < kShownIds) found.unknown_ids.push_back(id);
}

void SampleFinder::sweep(std::span<const IdRange> ranges, NamedSamples& found) {
  std::vector<std::uint64_t> present;
  for (std::uint64_t row = 0; row < data_.size(); ++row) {
    const std::uint64_t id = data_.id(row).value();
    const auto after = std::ranges::upper_bound(ranges, id, {}, &IdRange::first);
    if (after == ranges.begin() || id >= std::prev(after)->end) continue;
    present.push_back(id);
    found.rows.push_back(row);
  }
  if (!std::ranges::is_sorted(present)) std::ranges::sort(present);
  for (const IdRange& range : ranges) {
    const auto begin = std::ranges::lower_bound(present, range.first);
    const auto end = std::ranges::lower_bound(begin, present.end(), range.end);
    walk_gaps(range, {begin, end}, found);
  }
}

void SampleFinder::walk_gaps(const IdRange& range, std::span<const std::uint64_t> present, NamedSamples& found) {
  const std::uint64_t gaps = range.end - range.first - present.size();
  // Among more gaps than samples were ever deleted some must be unknown: under kFail the first of them are enough.
  // Otherwise they are counted, one by one where that can make a difference.
  const bool counted = policy_ == UnknownPolicy::kSkip;
  const bool none_gone = history_.deleted() == 0 || (counted && gaps > kMostGaps && data_has_all_deleted());
  if (counted && !none_gone && gaps > kMostGaps) {
    found.too_many_gaps = true;
    return;
  }
  const std::uint64_t before = found.unknown;
  std::uint64_t walked = 0;
  std::uint64_t id = range.first;
  for (std::size_t next = 0; walked < gaps; ++id) {
    if (next < present.size() && present[next] == id) {
      ++next;
      continue;
    }
    if ((none_gone || !counted) && found.unknown - before > kShownIds) break;
    ++walked;
    miss(id, found);
  }
  if (none_gone) found.unknown = before + gaps;
}

bool SampleFinder::data_has_all_deleted() {
  if (!data_has_all_deleted_) {
    std::uint64_t there = 0;
    for (std::uint64_t row = 0; row < data_.size(); ++row) there += history_.is_deleted(data_.id(row)) ? 1U : 0U;
    data_has_all_deleted_ = there == history_.deleted();
  }
  return *data_has_all_deleted_;
}

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

/// Says what rows take from which cell, as the journal keeps it.
class CellDeletions {
 public:
  CellDeletions(const Dataset& data, const Partitioner& partitioner, const Key& seed, JournalIds ids)
      : data_(data), partitioner_(partitioner), references_(seed), ids_(ids) {}

  /// By shard and slice. Under kPlain no row's id may be above `kLargestId`.
  [[nodiscard]] std::vector<CellDeletion> of(std::span<const std::uint64_t> rows);

 private:
  struct Placed {
    Cell cell;
    std::uint64_t id = 0;
    std::uint32_t subject = 0;
    auto operator<=>(const Placed&) const = default;
  };
  [[nodiscard]] CellDeletion one(std::span<const Placed> samples) const;

  const Dataset& data_;
  const Partitioner& partitioner_;
  References references_;
  JournalIds ids_;
  std::vector<Placed> placed_;  // kept from call to call: most requests are small, and there may be a million
};

std::vector<CellDeletion> CellDeletions::of(std::span<const std::uint64_t> rows) {
  placed_.clear();
  for (const std::uint64_t row : rows) {
    const std::uint32_t subject = data_.has_subjects() ? data_.subject_index(row) : 0;
    const bool as_before = data_.has_subjects() && !placed_.empty() && placed_.back().subject == subject;
    placed_.push_back(
        {as_before ? placed_.back().cell : partitioner_.cell_of_row(data_, row), data_.id(row).value(), subject});
  }
  std::ranges::sort(placed_);
  std::vector<CellDeletion> cells;
  for (auto begin = placed_.begin(); begin != placed_.end();) {
    const auto end = std::find_if(begin, placed_.end(), [&](const Placed& one) { return one.cell != begin->cell; });
    cells.push_back(one({begin, end}));
    begin = end;
  }
  return cells;
}

CellDeletion CellDeletions::one(std::span<const Placed> samples) const {
  CellDeletion deletion;
  deletion.cell = samples.front().cell;
  if (ids_ == JournalIds::kPlain) {
    RangeJoiner ids;
    for (const Placed& sample : samples) ids.add(sample.id);
    deletion.ids = ids.take();
  } else {
    deletion.references.reserve(samples.size());
    for (const Placed& sample : samples) deletion.references.push_back(references_.of_sample(SampleId(sample.id)));
    std::ranges::sort(deletion.references);
  }
  if (!data_.has_subjects()) return deletion;
  std::vector<std::uint32_t> subjects;
  for (const Placed& sample : samples) subjects.push_back(sample.subject);
  std::ranges::sort(subjects);
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  for (const auto subject : subjects) deletion.subjects.push_back(references_.of_subject(data_.subjects()[subject]));
  std::ranges::sort(deletion.subjects);
  return deletion;
}

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
