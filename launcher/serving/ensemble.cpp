// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/serving/ensemble.hpp"

#include <fmt/format.h>

#include "framework/comm/agreement.hpp"
#include "framework/log/log.hpp"
#include "launcher/serving/constituent_model.hpp"

namespace expunge {

std::string Ensemble::abstention(const ShardRecord& record) {
  if (record.slices.empty()) return "not trained yet";
  return samples_seen(record) == 0 ? "no live samples" : "";
}

Ensemble open_ensemble(Session& session, const RunDirectory& directory) {
  Communicator& comm = session.comm();
  Ensemble ensemble;
  together(comm, [&] {
    ensemble.manifest = directory.manifest();
    ensemble.records = directory.shard_records(ensemble.manifest);
    const auto& c = ensemble.manifest.configuration;
    Hasher version("expunge/ensemble/v1");
    for (const auto& record : ensemble.records) {
      if (!Ensemble::abstention(record).empty()) continue;
      ++ensemble.models;
      version.add(std::uint64_t{record.shard.value()}).add(ByteView(record.slices.back().model.bytes));
      if (record.shard.value() % static_cast<std::uint32_t>(comm.size()) == static_cast<std::uint32_t>(comm.rank()))
        ensemble.mine.push_back(load_constituent(directory.path(), c, record, session.device()));
      if (comm.is_root() && record.slices.size() < c.slices)
        log::warning("shard {} serves the state after slice {} of {}: its training is not complete",
                     record.shard.value(), record.slices.size(), c.slices);
    }
    ensemble.version = version.finish();
  });
  return ensemble;
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

}  // namespace expunge
