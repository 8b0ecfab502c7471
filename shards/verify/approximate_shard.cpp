// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/approximate_shard.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "shards/checkpoint/file_kind.hpp"
#include "shards/verify/finding.hpp"

namespace expunge {

namespace {

std::string record_file(const std::filesystem::path& run, ShardId shard) {
  return below_run(run, shard_folder(run, shard) / record_name(Generation::kCurrent));
}

/// Collects what is wrong with the files of one approximation.
class ApproximateFiles {
 public:
  ApproximateFiles(const LineageSetting& setting, const ShardRecord& record, bool served_is_stale)
      : setting_(setting), record_(record), it_(*record.approximation), served_is_stale_(served_is_stale) {}

  std::vector<Finding> check() {
    for (const auto& stage : it_.tail) {
      check_state("tail stage", stage.slice);
      for (const auto& offset : stage.offsets) check_offset(offset);
    }
    if (it_.served) check_served(*it_.served);
    return std::move(findings_);
  }

 private:
  [[nodiscard]] auto wrong_in(const StoredFile& file) {
    return [this, name = name_of(file)](std::string_view field, const auto& is, const auto& expected,
                                        std::string_view why) {
      if (is != expected) find("lineage", name, fmt::format("{} is {}, expected {}: {}", field, is, expected, why));
    };
  }

  /// The file of a state, if it is there and whole.
  std::optional<SliceFile> check_state(std::string_view what, const SliceRecord& slice) {
    const std::string place = fmt::format("{} {}", what, slice.stage.value());
    check_name(place, FileKind::kSlice, slice.stage, slice.file);
    auto file = read_recorded(setting_.run, record_.shard, place, slice.file, findings_);
    if (!file) return std::nullopt;
    check_origin(slice.file, file->provenance);
    const auto wrong = wrong_in(slice.file);
    wrong("stage", file->provenance.stage.value(), slice.stage.value(), "it is another stage's");
    wrong("state_after", file->provenance.state_after.hex(), slice.model.hex(), "its state is not the one on record");
    return file;
  }

  /// A file that several stages are shifted by is looked at once.
  void check_offset(const StoredFile& offset) {
    if (std::ranges::find(offsets_, offset.name) != offsets_.end()) return;
    offsets_.push_back(offset.name);
    if (file_kind(offset.name) != FileKind::kOffset)
      find("record", record_file(setting_.run, record_.shard), fmt::format("'{}' is no offset file", offset.name));
    const auto file = read_recorded(setting_.run, record_.shard, "offset", offset, findings_);
    if (!file) return;
    check_origin(offset, file->provenance);
    if (file->provenance.approximation.empty())
      find("lineage", name_of(offset), "it claims to be exact, and is on record as an offset");
  }

  void check_served(const SliceRecord& served) {
    const StageSet* set = served_is_stale_ || setting_.sets.empty() ? nullptr : &setting_.sets.back();
    if (set != nullptr) {
      const auto wrong = [&](std::string_view field, const auto& found, const auto& expected) {
        if (found != expected)
          find("record", record_file(setting_.run, record_.shard),
               fmt::format("served: {} is {}, expected {}", field, found, expected));
      };
      wrong("samples", served.samples, set->slice_samples);
      wrong("live_root", served.live_root.hex(), set->root.hex());
    }
    const auto file = check_state("served stage", served);
    if (!file) return;
    const Provenance& found = file->provenance;
    if (found.approximation.empty())
      find("lineage", name_of(served.file),
           fmt::format("it claims to be exact, and is on record as what '{}' made", it_.method));
    else if (found.approximation != it_.method)
      find("lineage", name_of(served.file),
           fmt::format("it says that '{}' made it, and is on record as what '{}' made", found.approximation,
                       it_.method));
    if (set == nullptr) return;
    const auto wrong = wrong_in(served.file);
    constexpr std::string_view kOthers = "it is the answer for other samples than the live ones";
    wrong("samples", found.samples, set->samples, kOthers);
    wrong("live", found.live.hex(), set->live.hex(), kOthers);
    wrong("live_root_scheme", found.live_root_scheme, set->root_scheme, "its root can't be compared");
    wrong("live_root", found.live_root.hex(), set->root.hex(), kOthers);
  }

  void check_name(const std::string& place, FileKind kind, SliceId stage, const StoredFile& file) {
    const std::string expected = file_name(kind, stage, file.digest);
    if (file.name != expected)
      find("record", record_file(setting_.run, record_.shard),
           fmt::format("{}: file is {}, expected {}", place, file.name, expected));
  }

  void check_origin(const StoredFile& file, const Provenance& found) {
    const auto wrong = wrong_in(file);
    const TrainingConfiguration& c = setting_.configuration;
    wrong("shard", found.shard.value(), record_.shard.value(), "it is another shard's");
    wrong("model", found.model, c.model, "it holds another model");
    wrong("configuration", found.configuration.hex(), c.digest().hex(), "it was made under another configuration");
  }

  [[nodiscard]] std::string name_of(const StoredFile& file) const {
    return below_run(setting_.run, shard_folder(setting_.run, record_.shard) / file.name);
  }
  void find(std::string what, std::string file, std::string message) {
    findings_.push_back({std::move(what), std::move(file), std::move(message)});
  }

  const LineageSetting& setting_;
  const ShardRecord& record_;
  const Approximation& it_;
  bool served_is_stale_;
  std::vector<std::string> offsets_;
  std::vector<Finding> findings_;
};

/// Collects where one approximation, as its record was read, contradicts the journal.
class ApproximateWords {
 public:
  ApproximateWords(const ShardRecord& record, std::uint32_t slices, const Approximations& journal)
      : record_(record), it_(*record.approximation), slices_(slices), journal_(journal) {}

  std::vector<std::string> check() {
    check_served();
    check_batches();
    check_tags();
    return std::move(messages_);
  }

 private:
  template <class... Args>
  void expect(bool holds, fmt::format_string<Args...> format, Args&&... args) {
    if (!holds) messages_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void check_served() {
    expect(it_.served.has_value(), "its approximation serves nothing");
    if (it_.served)
      expect(it_.served->stage.value() == slices_, "it serves stage {}, and the run's last one is {}",
             it_.served->stage.value(), slices_);
  }

  void check_batches() {
    const auto& batches = it_.batches;
    const std::vector<std::uint64_t> may = journal_.of(record_.shard);
    bool all_known = true;
    for (const auto batch : batches) {
      const std::string wrong = wrong_with(batch, may);
      expect(wrong.empty(), "batch {} {}", batch, wrong);
      all_known = all_known && wrong.empty();
    }
    if (!all_known) return;
    for (const auto batch : may)
      expect(batch < batches.front() || batch > record_.respects || std::ranges::find(batches, batch) != batches.end(),
             "batch {} was forgotten approximately since batch {}, and it does not say so", batch, batches.front());
    expect(it_.method == journal_.method(batches.back()), "its method is '{}', and batch {} was accepted by '{}'",
           it_.method, batches.back(), journal_.method(batches.back()));
  }

  /// What the journal says against a batch; empty: nothing.
  [[nodiscard]] std::string wrong_with(std::uint64_t batch, const std::vector<std::uint64_t>& may) const {
    if (batch == 0 || batch > journal_.batches()) return "is not in the journal";
    if (batch > record_.respects)
      return fmt::format("is said to be forgotten, and the record respects {} batches", record_.respects);
    if (is_exact_method(journal_.method(batch))) return "was accepted to be forgotten exactly";
    if (!journal_.touches(batch, record_.shard)) return "takes no sample from this shard";
    if (std::ranges::find(may, batch) != may.end()) return {};
    const auto since = journal_.exact_since(batch, record_.shard);
    return fmt::format("is forgotten exactly since batch {} was carried out: this is an old copy that was put back",
                       since ? since->batch : batch);
  }

  void check_tags() {
    for (const auto& stage : it_.tail) {
      for (const auto tag : stage.tainted_by)
        expect(std::ranges::find(it_.batches, tag) != it_.batches.end(),
               "tail stage {} is tagged by batch {}, which is none of those forgotten approximately",
               stage.slice.stage.value(), tag);
    }
  }

  const ShardRecord& record_;
  const Approximation& it_;
  std::uint32_t slices_;
  const Approximations& journal_;
  std::vector<std::string> messages_;
};

}  // namespace

std::optional<ApproximateShard> approximate_shard(const std::filesystem::path& run, const ShardRecord& record) {
  if (!record.approximation) return std::nullopt;
  const Approximation& it = *record.approximation;
  ApproximateShard told{.shard = record.shard, .method = it.method, .guarantee = it.guarantee, .batches = it.batches};
  const auto keep = [&](const StoredFile& file) {
    std::string name = below_run(run, shard_folder(run, record.shard) / file.name);
    if (std::ranges::find(told.kept_files, name) == told.kept_files.end()) told.kept_files.push_back(std::move(name));
  };
  for (const auto& stage : it.tail) {
    keep(stage.slice.file);
    for (const auto& offset : stage.offsets) keep(offset);
  }
  if (it.served) keep(it.served->file);
  return told;
}

std::vector<Finding> check_approximation(const LineageSetting& setting, const ShardRecord& record,
                                         bool served_is_stale) {
  if (!record.approximation) return {};
  return ApproximateFiles(setting, record, served_is_stale).check();
}

std::vector<Finding> approximation_contradictions(const std::filesystem::path& run, const ShardRecord& record,
                                                  std::uint32_t slices, const Approximations& journal) {
  std::vector<Finding> findings;
  if (!record.approximation) return findings;
  for (auto& message : ApproximateWords(record, slices, journal).check())
    findings.push_back({"record", record_file(run, record.shard), std::move(message)});
  return findings;
}

}  // namespace expunge
