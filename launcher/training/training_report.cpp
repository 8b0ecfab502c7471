// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/training/training_report.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launcher/process/byte_text.hpp"
#include "launcher/process/standard_output.hpp"

namespace expunge {

using Json = nlohmann::ordered_json;

void TrainingWork::add(const ShardOutcome& outcome) {
  sample_gradients += outcome.sample_gradients;
  forward_passes += outcome.forward_passes;
  hessian_vector_products += outcome.hessian_vector_products;
  bytes_read += outcome.bytes_read;
  bytes_written += outcome.bytes_written;
  load_seconds += outcome.load_seconds;
  train_seconds += outcome.train_seconds;
  checkpoint_seconds += outcome.checkpoint_seconds;
  bookkeeping_seconds += outcome.bookkeeping_seconds;
}

TrainingWork gather_work(Communicator& comm, const TrainingWork& mine) {
  static_assert(std::is_trivially_copyable_v<TrainingWork>);
  TrainingWork all;
  for (const auto& bytes : comm.gather(bytes_of_value(mine))) {
    TrainingWork one;
    std::memcpy(&one, bytes.data(), sizeof(one));
    all.sample_gradients += one.sample_gradients;
    all.forward_passes += one.forward_passes;
    all.hessian_vector_products += one.hessian_vector_products;
    all.bytes_read += one.bytes_read;
    all.bytes_written += one.bytes_written;
    all.peak_resident_bytes = std::max(all.peak_resident_bytes, one.peak_resident_bytes);
    all.load_seconds += one.load_seconds;
    all.train_seconds += one.train_seconds;
    all.checkpoint_seconds += one.checkpoint_seconds;
    all.bookkeeping_seconds += one.bookkeeping_seconds;
  }
  return all;
}

std::size_t TrainingReport::shards_complete() const {
  return static_cast<std::size_t>(
      std::count_if(shards.begin(), shards.end(), [&](const auto& shard) { return shard.served_stage() == slices; }));
}

namespace {

double gradients_a_second(const TrainingWork& work) {
  return work.train_seconds > 0 ? static_cast<double>(work.sample_gradients) / work.train_seconds : 0;
}

}  // namespace

std::string to_json_text(const TrainingReport& report) {
  const TrainingWork& work = report.work;
  Json shards = Json::array();
  for (std::size_t k = 0; k < report.shards.size(); ++k) {
    const ShardRecord& record = report.shards[k];
    shards.push_back({{"shard", record.shard.value()},
                      {"stages", record.served_stage()},
                      {"samples", report.shard_samples[k]},
                      {"model_digest", record.served() == nullptr ? Json(nullptr) : Json(record.served()->model.hex())},
                      {"approximate", record.approximation ? Json(record.approximation->method) : Json(nullptr)}});
  }
  const Json json{
      {"run", report.run},
      {"complete", report.complete()},
      {"resumed", report.resumed},
      {"stopped_by", report.stopped_by.empty() ? Json(nullptr) : Json(report.stopped_by)},
      {"ranks", report.ranks},
      {"samples", report.samples},
      {"sample_gradients", work.sample_gradients},
      {"sample_gradients_per_process_second", gradients_a_second(work)},
      {"wall_seconds", report.wall_seconds},
      {"process_seconds",
       {{"train", work.train_seconds}, {"checkpoint", work.checkpoint_seconds}, {"load", work.load_seconds}}},
      {"data_check_seconds", report.data_check_seconds},
      {"bytes_read", work.bytes_read},
      {"bytes_written", work.bytes_written},
      {"peak_resident_bytes", work.peak_resident_bytes},
      {"shards", shards}};
  return document_text(json);
}

std::string to_text(const TrainingReport& report) {
  const TrainingWork& work = report.work;
  std::string text =
      fmt::format("{}: {} of {} shards complete\n", report.run, report.shards_complete(), report.shards.size());
  if (work.sample_gradients == 0)
    text += "  nothing was trained\n";
  else
    text += fmt::format("  {} sample-gradients in {:.1f} s on {} rank{}, {:.0f} a second each\n", work.sample_gradients,
                        report.wall_seconds, report.ranks, report.ranks == 1 ? "" : "s", gradients_a_second(work));
  if (work.bytes_written > 0)
    text +=
        fmt::format("  {} of checkpoints written, in {:.1f} % of the training's time\n", byte_text(work.bytes_written),
                    work.train_seconds > 0 ? 100 * work.checkpoint_seconds / work.train_seconds : 0.0);
  if (!report.complete())
    text += fmt::format("  stopped by {}: run 'expunge train --run {}' again to go on\n",
                        report.stopped_by.empty() ? "request" : report.stopped_by, report.run);
  return text;
}

}  // namespace expunge
