// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/stage_files.hpp"

#include <string_view>
#include <system_error>

#include "framework/core/error.hpp"
#include "shards/train/stage_plan.hpp"

namespace expunge {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view what) {
  throw Failure(fmt::format("{}: {}: it does not belong to this run as it is configured now", path.string(), what));
}

}  // namespace

StageFiles::StageFiles(const ShardContext& context, ShardId shard, ShardOutcome& outcome)
    : context_(context), shard_(shard), outcome_(outcome), folder_(shard_folder(context.run, shard)) {}

void StageFiles::know_samples(const Dataset& data, const Partition& partition) {
  live_roots_.emplace(data, partition, shard_, context_.configuration.slicing, context_.seed);
}

void StageFiles::check(const ShardRecord& record) const {
  for (const auto& file : record.files()) {
    const auto path = folder_ / file.name;
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    if (!error && bytes == file.bytes) continue;
    throw Failure(fmt::format("{}: {}: {}", path.string(),
                              error ? error.message() : fmt::format("it has {} bytes instead of {}", bytes, file.bytes),
                              how_to_mend(context_.run, shard_)));
  }
}

SliceFile StageFiles::read(const StoredFile& file) {
  outcome_.bytes_read += file.bytes;
  try {
    return read_slice(folder_ / file.name, file.digest);
  } catch (const Failure& failure) {
    throw Failure(fmt::format("{}: {}", failure.what(), how_to_mend(context_.run, shard_)));
  }
}

Provenance StageFiles::provenance_of(SliceId stage, const ShardSamples& samples, const Digest& before) {
  const TrainingConfiguration& c = context_.configuration;
  const auto range = samples.stage_range(stage, c.slicing == Slicing::kCumulative);
  Provenance p;
  p.shard = shard_;
  p.stage = stage;
  p.samples = range.size();
  p.visits = stage_visits(c, range.size());
  p.visited = p.visits;
  p.model = c.model;
  p.configuration = c.digest();
  p.fingerprint = context_.fingerprint;
  p.live = live_roots_->live(stage);
  p.live_root_scheme = kLiveTreeScheme;
  p.live_root = live_roots_->root(stage);
  p.state_before = before;
  return p;
}

void StageFiles::check_origin(const std::filesystem::path& path, const Provenance& found, SliceId stage) const {
  if (found.shard != shard_ || found.stage != stage) refuse(path, "it holds another shard or stage than its name says");
  if (found.configuration != context_.configuration.digest())
    refuse(path, "it was trained under another configuration");
  if (found.fingerprint != context_.fingerprint && !context_.mix_numerics)
    refuse(path, "it was trained under other numerics");
}

void StageFiles::check_samples(const std::filesystem::path& path, const Provenance& found,
                               const ShardSamples& samples) {
  const Provenance expected = provenance_of(found.stage, samples, found.state_before);
  if (found.live_root_scheme == "none")
    throw Failure(fmt::format("{}: it has no live root: an older build made it; {}", path.string(),
                              how_to_mend(context_.run, shard_)));
  if (found.live_root_scheme != expected.live_root_scheme)
    throw Failure(
        fmt::format("{}: its live root is built as '{}', and this build knows '{}': use the build that made it",
                    path.string(), found.live_root_scheme, expected.live_root_scheme));
  if (found.live != expected.live || found.live_root != expected.live_root || found.samples != expected.samples)
    refuse(path, "it was trained on other samples");
}

SliceRecord StageFiles::write(SliceFile& file, const ShardSamples& samples, double train_seconds) {
  const StoredFile stored = write_slice(*context_.files, folder_, file);
  outcome_.bytes_written += stored.bytes;
  const Provenance& from = file.provenance;
  return {from.stage,   samples.slice_size(from.stage), stored, from.state_after, from.live_root, from.visits,
          train_seconds};
}

void StageFiles::publish(ShardRecord& record) {
  ++record.generation;
  write_shard_record(*context_.files, context_.run, record, context_.generation);
}

}  // namespace expunge
