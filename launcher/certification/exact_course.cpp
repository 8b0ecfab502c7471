// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/certification/exact_course.hpp"

#include <algorithm>

#include "shards/checkpoint/generation.hpp"
#include "shards/journal/approximations.hpp"
#include "shards/journal/entry_rules.hpp"

namespace expunge {

namespace {

/// What a line says that a shard serves from then on.
std::optional<ServedState> told_by(const JournalEntry& entry, ShardId shard) {
  const std::vector<ServedState>* states = nullptr;
  if (const auto* forgotten = std::get_if<BatchForgotten>(&entry)) states = &forgotten->after;
  if (const auto* published = std::get_if<BatchPublished>(&entry)) states = &published->after;
  if (states == nullptr) return std::nullopt;
  const auto found = std::ranges::find(*states, shard, &ServedState::shard);
  if (found == states->end()) return std::nullopt;
  return *found;
}

/// The line from `first` on since which a shard has served what its record serves now; nothing where the record is
/// approximate, or not what the last of these lines says.
std::optional<std::size_t> serves_exactly_since(const RunRecords& records, ShardId shard, std::size_t first) {
  const ShardRecord& record = records.shards.at(shard.value());
  if (record.approximation) return std::nullopt;
  const ServedState now = served_state(record);
  std::optional<std::size_t> since;
  for (std::size_t i = first; i < records.journal.lines().size(); ++i) {
    const auto told = told_by(records.journal.lines()[i].entry, shard);
    if (!told) continue;
    if (*told != now)
      since.reset();
    else if (!since)
      since = i;
  }
  return since;
}

struct ShardCourse {
  bool exact = false;
  ExactSince since;
};

ShardCourse course_of(const RunRecords& records, const Approximations& journal, const RequestCourse& course,
                      ShardId shard) {
  if (const auto since = journal.exact_since(course.batch, shard)) return {true, *since};
  const auto line = serves_exactly_since(records, shard, *course.settled());
  if (!line) return {};
  return {true, {*line, batches_of(records.journal.lines()[*line].entry).back()}};
}

/// The method that a pass worked an approximate shard off by: its last batch's that touches the shard.
std::string method_of(const RunRecords& records, const Approximations& journal, const RequestCourse& course,
                      ShardId shard) {
  std::string method = journal.method(course.batch);
  for (const auto batch : batches_of(records.journal.lines()[*course.settled()].entry))
    if (journal.touches(batch, shard) && !is_exact_method(journal.method(batch))) method = journal.method(batch);
  return method;
}

/// A certified guarantee is none without its epsilon and delta, which neither record nor certificate has.
std::string guarantee_of(const ShardRecord& record) {
  return record.approximation && record.approximation->guarantee == "none" ? "none" : "heuristic";
}

}  // namespace

ExactCourse exact_course(const RunRecords& records, const RequestCourse& course) {
  ExactCourse exact;
  exact.line = *course.settled();
  const Approximations journal(records.journal);
  const std::string& own = journal.method(course.batch);
  if (is_exact_method(own) || course.request->cells.empty()) return exact;

  std::set<ShardId> touched;
  for (const auto& cell : course.request->cells) touched.insert(cell.cell.shard);
  std::size_t last = exact.line;
  std::set<std::uint64_t> healers;
  for (const ShardId shard : touched) {
    const ShardCourse of_shard = course_of(records, journal, course, shard);
    if (!of_shard.exact) {
      const std::string guarantee = guarantee_of(records.shards.at(shard.value()));
      if (exact.guarantee != "none") exact.guarantee = guarantee;
      exact.method = method_of(records, journal, course, shard);
      continue;
    }
    last = std::max(last, of_shard.since.line);
    if (of_shard.since.line > exact.line) healers.insert(of_shard.since.batch);
  }
  if (exact.guarantee != "exact") return exact;
  if (healers.empty()) {
    // By its own pass: rolled back, together with an exact batch, or since its method came to the end.
    exact.method = own;
    return exact;
  }
  const JournalLine& line = records.journal.lines()[last];
  exact.healed = CertifiedHealing{.from = method_of(records, journal, course, *touched.begin()),
                                  .batches = {healers.begin(), healers.end()},
                                  .line = {.number = line.number, .hash = line.hash, .at = line.at}};
  exact.line = last;
  return exact;
}

std::set<ShardId> approximate_after(const RunRecords& records, std::size_t line) {
  const Approximations journal(records.journal, line + 1);
  std::set<ShardId> approximate;
  for (const auto& state : served_after(records.journal, line)) {
    if (!journal.may_serve_approximation(state.shard)) continue;
    const ShardRecord& record = records.shards.at(state.shard.value());
    if (record.approximation || served_state(record) != state) approximate.insert(state.shard);
  }
  return approximate;
}

}  // namespace expunge
