// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/certification/gather_certificate.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "framework/core/build_info.hpp"
#include "framework/core/error.hpp"
#include "framework/log/log.hpp"
#include "launcher/certification/exact_course.hpp"
#include "launcher/certification/past_trees.hpp"
#include "launcher/certification/reference_proofs.hpp"
#include "launcher/certification/verification_result.hpp"
#include "shards/checkpoint/file_kind.hpp"
#include "shards/journal/entry_rules.hpp"
#include "shards/journal/request_course.hpp"
#include "shards/requests/due_date.hpp"

namespace expunge {

namespace {

constexpr std::string_view kNotYetErased = "not yet erased";

std::optional<JournalPlace> place_of(const Journal& journal, std::optional<std::size_t> line) {
  if (!line) return std::nullopt;
  const JournalLine& it = journal.lines()[*line];
  return JournalPlace{.number = it.number, .hash = it.hash, .at = it.at};
}

/// Who requested it, as a keyed digest. A batch with ids keeps requesters as they were given, one with references their
/// digests; where a batch deleted nothing, it shows in the text alone.
std::string requester_of(const RunRecords& records, const RequestCourse& course) {
  const std::string& kept = course.request->requested_by;
  const auto& batch = std::get<BatchAccepted>(records.journal.lines()[course.accepted].entry);
  const bool has_ids = std::ranges::any_of(batch.requests, [](const AcceptedRequest& request) {
    return std::ranges::any_of(request.cells, [](const auto& cell) { return !cell.ids.empty(); });
  });
  constexpr std::size_t kDigits = 64;
  const bool is_digest = kept.size() == kDigits && kept.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_digest && !has_ids ? kept : records.history.requester_reference(kept);
}

CertifiedRequest certified_request(const RunRecords& records, const RequestCourse& course, Moment issued_at) {
  const auto& lines = records.journal.lines();
  const AcceptedRequest& request = *course.request;
  CertifiedRequest certified;
  certified.id = request.id;
  certified.requester = requester_of(records, course);
  certified.content = request.content;
  certified.regulation = request.regulation;
  certified.received_at = request.received_at;
  certified.due_at = request.due_at;
  certified.accepted_at = lines[course.accepted].at;
  if (course.completed) certified.completed_at = lines[*course.completed].at;
  if (const auto due = parse_due(request.due_at)) {
    const Moment ended = certified.completed_at.value_or(issued_at);
    if (certified.completed_at || ended > *due) certified.met_deadline = ended <= *due;
  }
  return certified;
}

CertifiedDeletion certified_deletion(const AcceptedRequest& request, const References& references) {
  CertifiedDeletion certified;
  certified.requested = request.requested;
  certified.deleted = request.deleted();
  certified.already_absent = request.already_absent;
  certified.unknown = request.unknown;
  std::vector<Digest> all;
  for (const auto& cell : request.cells) {
    certified.cells.push_back({cell.cell, cell.samples()});
    const auto of_cell = sample_references(cell, references);
    all.insert(all.end(), of_cell.begin(), of_cell.end());
  }
  std::ranges::sort(all);
  certified.references = all.size();
  certified.references_digest = references_digest(all);
  if (all.size() <= kMostListedReferences) certified.listed = std::move(all);
  return certified;
}

/// The earliest slice that the request touches, by shard.
std::map<ShardId, SliceId> first_slices(const AcceptedRequest& request) {
  std::map<ShardId, SliceId> first;
  for (const auto& cell : request.cells) first.try_emplace(cell.cell.shard, cell.cell.slice);
  return first;
}

/// The first stage of each shard that was retrained by the pass that a line of the journal ended.
void add_first_stages(std::map<ShardId, SliceId>& first_stages, const Journal& journal, std::size_t line) {
  if (!std::holds_alternative<BatchPublished>(journal.lines()[line].entry)) return;
  const auto batches = batches_of(journal.lines()[line].entry);
  for (std::size_t i = line; i-- > 0;) {
    const auto* retrained = std::get_if<BatchRetrained>(&journal.lines()[i].entry);
    if (retrained == nullptr || !std::ranges::equal(retrained->batches, batches)) continue;
    for (const auto& [shard, stage] : retrained->first_stages) first_stages.insert_or_assign(shard, stage);
    return;
  }
}

std::vector<CertifiedShard> certified_shards(const RunRecords& records, const RequestCourse& course,
                                             const ExactCourse& exact) {
  const Journal& journal = records.journal;
  const auto before = std::get<BatchAccepted>(journal.lines()[course.accepted].entry).before;
  const auto after = served_after(journal, exact.line);
  const auto approximate = approximate_after(records, exact.line);
  const auto first = first_slices(*course.request);
  std::map<ShardId, SliceId> retrained;
  const bool is_rolled_back =
      exact.healed && !std::holds_alternative<BatchPublished>(journal.lines()[exact.line].entry);
  if (course.published && course.retrained && !is_rolled_back)
    for (const auto& [shard, stage] : std::get<BatchRetrained>(journal.lines()[*course.retrained].entry).first_stages)
      retrained.emplace(shard, stage);
  if (exact.healed) add_first_stages(retrained, journal, exact.line);
  std::vector<CertifiedShard> shards;
  for (std::size_t k = 0; k < before.size() && k < after.size(); ++k) {
    CertifiedShard shard{.before = before[k], .after = after[k], .touched = first.contains(after[k].shard)};
    shard.approximate = approximate.contains(after[k].shard);
    if (const auto found = retrained.find(after[k].shard); found != retrained.end())
      shard.first_retrained = found->second;
    shards.push_back(shard);
  }
  return shards;
}

/// What approximate states of a request's shards came to lie in, up to the line by which they are exact: the states
/// that were served and the offsets. They are superseded by later batches.
void add_approximate_files(std::vector<SupersededFile>& files, const Journal& journal, const RequestCourse& course,
                           const ExactCourse& exact, const std::map<ShardId, SliceId>& first) {
  const std::size_t end = exact.healed ? exact.line : journal.lines().size();
  std::set<std::pair<ShardId, Digest>> served;
  for (std::size_t i = *course.settled(); i < end; ++i) {
    const JournalEntry& entry = journal.lines()[i].entry;
    if (const auto* published = std::get_if<BatchPublished>(&entry))
      for (const auto& state : published->after) served.emplace(state.shard, state.model);
    const auto* accepted = std::get_if<BatchAccepted>(&entry);
    if (accepted == nullptr) continue;
    for (const auto& file : accepted->supersedes) {
      const auto found = first.find(file.shard);
      if (found == first.end() || file.stage < found->second) continue;
      if (file_kind(file.name) == FileKind::kOffset || served.contains({file.shard, file.model})) files.push_back(file);
    }
  }
}

/// Files that saw the request's samples: what its batch superseded, and what batches before it had superseded and not
/// yet put away when it was accepted; of a batch that was forgotten approximately, what came of such files too.
std::vector<CertifiedFile> certified_files(const Journal& journal, const RequestCourse& course,
                                           const ExactCourse& exact) {
  const bool was_approximate = exact.guarantee != "exact" || exact.healed;
  const auto first = first_slices(*course.request);
  const auto respected = respected_after(journal, course.accepted);
  std::vector<SupersededFile> files;
  using Name = std::tuple<ShardId, std::string, Digest>;
  std::map<Name, std::string> fates;
  const auto take = [&](const std::vector<FileFate>& told) {
    for (const auto& one : told) {
      std::string& fate = fates[{one.shard, one.name, one.digest}];
      if (fate.empty() || fate == "absent" || fate == kKeptFate) fate = one.fate;
    }
  };
  for (std::size_t i = 0; i < journal.lines().size(); ++i) {
    const JournalEntry& entry = journal.lines()[i].entry;
    if (const auto* accepted = std::get_if<BatchAccepted>(&entry)) {
      if (accepted->batch > course.batch || respected.contains(accepted->batch)) continue;
      for (const auto& file : accepted->supersedes)
        if (const auto found = first.find(file.shard); found != first.end() && file.stage >= found->second)
          files.push_back(file);
    }
    if (i < course.accepted) continue;
    // What is kept is erased by a later batch.
    if (!was_approximate && std::ranges::find(batches_of(entry), course.batch) == batches_of(entry).end()) continue;
    if (const auto* forgotten = std::get_if<BatchForgotten>(&entry)) take(forgotten->files);
    if (const auto* erased = std::get_if<BatchErased>(&entry)) take(erased->files);
  }
  if (was_approximate) add_approximate_files(files, journal, course, exact, first);
  std::vector<CertifiedFile> certified;
  std::set<Name> listed;
  for (auto& file : files) {
    if (!listed.insert({file.shard, file.name, file.digest}).second) continue;
    const auto found = fates.find({file.shard, file.name, file.digest});
    std::string fate(found == fates.end() ? std::string() : found->second);
    // What an approximate shard was served from is kept until it is healed, and no longer.
    if (fate.empty() && was_approximate && course.erased && !exact.healed) fate = kKeptFate;
    if (fate.empty() || (fate == kKeptFate && exact.healed)) fate = kNotYetErased;
    certified.push_back({.file = std::move(file), .fate = std::move(fate)});
  }
  return certified;
}

CertifiedProgram certified_program(const Manifest& manifest) {
  return {.version = std::string(build_info().version),
          .git = std::string(build_info().git),
          .numeric_version = kNumericVersion,
          .numerics = fingerprint_digest(manifest.numerics),
          .configuration = manifest.configuration.digest(),
          .short_seed = manifest.seed.is_short()};
}

CertifiedJournal certified_journal(const Journal& journal, const RequestCourse& course) {
  const auto together = batches_of(journal.lines()[*course.settled()].entry);
  return {.batch = course.batch,
          .together = {together.begin(), together.end()},
          .accepted = *place_of(journal, course.accepted),
          .forgotten = place_of(journal, course.forgotten),
          .published = place_of(journal, course.published),
          .erased = place_of(journal, course.erased),
          .completed = place_of(journal, course.completed),
          .length = journal.length(),
          .head = journal.head()};
}

/// "shard 3 serves an approximation: …".
std::string why_nothing_is_proved(const Certificate& certificate) {
  std::vector<std::uint32_t> shards;
  for (const auto& shard : certificate.shards)
    if (shard.touched && shard.approximate) shards.push_back(shard.after.shard.value());
  return fmt::format(
      "the deletion is approximate in shard{} {}: a state that a method made is bound to no set of samples",
      shards.size() == 1 ? "" : "s", fmt::join(shards, ", "));
}

/// Fills in the proofs, or why there are none.
void add_proofs(Certificate& certificate, const RunRecords& records, const RequestCourse& course,
                const ExactCourse& exact, const std::string& given_data) {
  if (course.request->cells.empty()) {
    certificate.proofs_left_out = "nothing was deleted";
    return;
  }
  if (certificate.guarantee != "exact") {
    certificate.proofs_left_out = why_nothing_is_proved(certificate);
    return;
  }
  std::optional<RunData> data;
  try {
    data.emplace(RunData::open(given_data, records));
  } catch (const Error& error) {
    if (!given_data.empty() || (error.exit() != Exit::kFailed && error.exit() != Exit::kUsage)) throw;
    log::warning("{}", error.what());
    certificate.proofs_left_out = "the run's data could not be read";  // the message holds paths of this machine
    return;
  }
  try {
    certificate.proofs = reference_proofs(records, *data, course, exact, certificate.shards);
  } catch (const Failure& failure) {
    if (!given_data.empty()) throw;
    certificate.proofs_left_out = failure.what();
  }
}

}  // namespace

Certificate gather_certificate(const RunDirectory& directory, const RunRecords& records,
                               const CertificateOrder& order) {
  const std::string run = directory.path().string();
  const RequestCourse course = find_request(records.journal, records.history, run, order.request, order.requested_by);
  const auto settled = course.settled();
  if (!settled)
    throw Failure(
        fmt::format("{}: the request '{}' was accepted and its samples are not yet forgotten, so there is nothing to "
                    "certify: run `expunge unlearn --run {}` first",
                    run, order.request, run));
  Certificate certificate;
  certificate.issued_at = order.issued_at;
  certificate.request = certified_request(records, course, order.issued_at);
  certificate.deletion = certified_deletion(*course.request, References(records.manifest.seed));
  const ExactCourse exact = exact_course(records, course);
  certificate.guarantee = exact.guarantee;
  certificate.method = exact.method;
  certificate.healed = exact.healed;
  certificate.recovered = exact.healed
                              ? std::holds_alternative<BatchPublished>(records.journal.lines()[exact.line].entry)
                              : course.published.has_value() || !course.forgotten;
  certificate.shards = certified_shards(records, course, exact);
  certificate.superseded = certified_files(records.journal, course, exact);
  std::set<ShardId> touched;
  for (const auto& cell : course.request->cells) touched.insert(cell.cell.shard);
  certificate.verification = verification_result(
      directory.verification_path(), records.journal,
      records.journal.lines()[std::max(course.completed.value_or(*settled), exact.line)].number, touched);
  certificate.program = certified_program(records.manifest);
  certificate.journal = certified_journal(records.journal, course);
  add_proofs(certificate, records, course, exact, order.data);
  return certificate;
}

}  // namespace expunge
