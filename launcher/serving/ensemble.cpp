// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/serving/ensemble.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <torch/torch.h>

#include "framework/comm/agreement.hpp"
#include "framework/comm/nccl_sum.hpp"
#include "framework/log/log.hpp"
#include "launcher/process/placement.hpp"
#include "launcher/serving/constituent_model.hpp"

namespace expunge {

std::string Ensemble::abstention(const ShardRecord& record) const {
  if (run.history.is_put_back(record)) return "an old copy, which saw samples that were forgotten since";
  if (run.history.is_stale(record)) return "a deletion is accepted and not yet carried out";
  if (record.served() == nullptr) return run.history.pending().empty() ? "not trained yet" : "waits to be retrained";
  return samples_seen(run, record) == 0 ? "no live samples" : "";
}

std::string Ensemble::nobody_votes(const RunDirectory& directory) const {
  const std::string path = directory.path().string();
  for (const auto& record : run.shards)
    if (run.history.is_put_back(record))
      return fmt::format("{}: no shard can vote: shard {} is {}: {}", path, record.shard.value(), abstention(record),
                         how_to_mend(directory.path(), record.shard));
  if (run.live() == 0) return fmt::format("{}: no shard can vote: all samples were deleted", path);
  return run.history.pending().empty()
             ? fmt::format("{}: no shard can vote: train the run first", path)
             : fmt::format("{}: no shard can vote: finish its deletions with 'expunge unlearn --run {} --recover'",
                           path, path);
}

namespace {

/// What votes, as this rank sees the run, and the digest that names it.
Ensemble read_ensemble(const RunDirectory& directory) {
  Ensemble ensemble{RunRecords::read(directory), {}, 0, 0, {}};
  Hasher version("expunge/ensemble/v1");
  for (const auto& record : ensemble.run.shards) {
    if (!ensemble.abstention(record).empty()) continue;
    ++ensemble.models;
    ensemble.approximate += record.approximation ? 1 : 0;
    version.add(std::uint64_t{record.shard.value()}).add(ByteView(record.served()->model.bytes));
  }
  ensemble.version = version.finish();
  return ensemble;
}

bool all_see_the_same(Communicator& comm, const Ensemble& mine) {
  const auto seen = comm.gather(mine.version.bytes);
  return std::ranges::all_of(seen, [&](const Bytes& other) { return other == seen.front(); });
}

}  // namespace

Ensemble open_ensemble(Session& session, const RunDirectory& directory) {
  Communicator& comm = session.comm();
  std::optional<Ensemble> opened;
  // A job that carries out deletions may change the run between two ranks' looking.
  constexpr int kAttempts = 20;
  for (int attempt = 0;; ++attempt) {
    together(comm, [&] { opened.emplace(read_ensemble(directory)); });
    if (all_see_the_same(comm, *opened)) break;
    if (attempt == kAttempts)
      throw Failure(fmt::format("{}: the run keeps changing while it is opened: try again when the job in it has ended",
                                directory.path().string()));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  together(comm, [&] {
    Ensemble& ensemble = *opened;
    const auto& c = ensemble.run.manifest.configuration;
    const auto ranks = static_cast<std::uint32_t>(comm.size());
    for (const auto& record : ensemble.run.shards) {
      if (!ensemble.abstention(record).empty()) continue;
      if (record.shard.value() % ranks == static_cast<std::uint32_t>(comm.rank()))
        ensemble.mine.push_back(
            load_constituent(directory.path(), c, record, samples_seen(ensemble.run, record), session.device()));
      if (comm.is_root() && record.served_stage() < c.slices)
        log::warning("shard {} serves the state after slice {} of {}: its {} is not complete", record.shard.value(),
                     record.served_stage(), c.slices,
                     ensemble.run.history.pending().empty() ? "training" : "retraining");
    }
  });
  return std::move(*opened);
}

void require_fit(const Dataset& data, const std::string& source, const TrainingConfiguration& c, bool labels_matter) {
  if (data.shape() != c.shape || data.feature_type() != c.feature_type)
    throw UsageError(
        fmt::format("{}: samples are {} of {}, and the run's models take {} of {}: give data of the same kind", source,
                    fmt::join(data.shape(), "x"), data.feature_type() == FeatureType::kU8 ? "u8" : "f32",
                    fmt::join(c.shape, "x"), c.feature_type == FeatureType::kU8 ? "u8" : "f32"));
  if (!labels_matter) return;
  for (std::uint64_t row = 0; row < data.size(); ++row)
    if (data.label(row) >= c.classes)
      throw Failure(fmt::format("{}: row {} has label {}, and the run's models know classes 0 to {}", source, row,
                                data.label(row), c.classes - 1));
}

namespace {

/// Host and number of this rank's GPU; empty on the CPU.
std::string gpu_of(const Device& device) {
  if (device.kind != DeviceKind::kCuda) return {};
  return fmt::format("{} {}", this_placement().host, device.index);
}

bool each_rank_has_its_own_gpu(Session& session) {
  std::set<std::string> gpus;
  for (const auto& bytes : session.comm().gather(bytes_of(gpu_of(session.device()))))
    gpus.emplace(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return !gpus.contains("") && gpus.size() == static_cast<std::size_t>(session.comm().size());
}

}  // namespace

std::function<void(std::span<std::int64_t>)> vote_reduction(Session& session) {
  if (session.comm().size() == 1 || !nccl_built() || !each_rank_has_its_own_gpu(session)) return {};
  const auto index = session.device().index;
  auto nccl = std::make_shared<NcclSum>(session.comm(), index);
  if (session.comm().is_root()) log::debug("votes are summed by NCCL {}", nccl_version());
  return [nccl, index](std::span<std::int64_t> counts) {
    const auto size = static_cast<std::int64_t>(counts.size());
    const auto host = torch::from_blob(counts.data(), {size}, torch::kInt64);
    auto device = host.to(torch::Device(torch::kCUDA, static_cast<torch::DeviceIndex>(index)));
    nccl->sum(device.data_ptr<std::int64_t>(), counts.size(), nullptr);
    host.copy_(device);
  };
}

}  // namespace expunge
