// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "framework/data/dataset.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/partition/references.hpp"
#include "shards/policy/plan.hpp"

namespace expunge {

using Json = nlohmann::ordered_json;

namespace {

/// The batch that deletes a sample.
std::uint64_t batch_of(const RunRecords& run, Cell cell, SampleId id) {
  const Digest reference = References(run.manifest.seed).of_sample(id);
  for (const auto& line : run.journal.lines()) {
    const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
    if (accepted == nullptr) continue;
    for (const auto& request : accepted->requests)
      for (const auto& deletion : request.cells)
        if (deletion.cell == cell &&
            (std::ranges::any_of(deletion.ids,
                                 [&](const IdRange& ids) { return ids.first <= id.value() && id.value() < ids.end; }) ||
             std::ranges::binary_search(deletion.references, reference)))
          return accepted->batch;
  }
  throw Bug(fmt::format("sample {} is deleted by no batch", id.value()));
}

/// What of a shard's files saw a sample of one of its slices, or comes of what did; `batch` deletes it, 0: none does.
std::vector<std::string> files_that_saw(const RunRecords& run, const ShardRecord& record, SliceId slice,
                                        std::uint64_t batch) {
  std::vector<std::string> names;
  const auto list = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  // Under either slicing a sample enters at its own stage and every later state descends from it.
  for (const auto& stage : record.slices)
    if (stage.stage >= slice && (batch == 0 || stage.stage.value() > run.history.untainted_stages(record)))
      list(stage.file.name);
  if (!record.approximation) return names;
  const Approximation& approximation = *record.approximation;
  const bool respected = batch != 0 && batch <= record.respects;
  for (const auto& stage : approximation.tail) {
    if (stage.slice.stage < slice || (respected && !std::ranges::binary_search(stage.tainted_by, batch))) continue;
    list(stage.slice.file.name);
    for (const auto& offset : stage.offsets) list(offset.name);
  }
  const bool comes_of_it = !respected || std::ranges::binary_search(approximation.batches, batch);
  if (approximation.served && comes_of_it) list(approximation.served->file.name);
  return names;
}

}  // namespace

Json describe_sample(const RunDirectory& directory, const RunRecords& run, const std::string& data_text,
                     std::uint64_t id) {
  const auto& c = run.manifest.configuration;
  const std::string source = data_text.empty() ? run.manifest.data : data_text;
  const RunData opened = RunData::open(data_text, run);
  const Dataset& data = *opened.data;
  const bool live = !run.history.is_deleted(SampleId(id));
  const auto row = data.row_of(SampleId(id));
  if (!row)
    throw Failure(
        live ? fmt::format("{}: there is no sample {}", source, id)
             : fmt::format("{}: sample {} was deleted from the run, and is not in this data any more", source, id));
  const Cell cell = Partitioner(run.manifest.seed, c.shards, c.slices).cell_of_row(data, *row);
  const ShardRecord& record = run.shards[cell.shard.value()];
  const std::uint64_t batch = live ? 0 : batch_of(run, cell, SampleId(id));
  Json seen_by = Json::array();
  for (const auto& name : files_that_saw(run, record, cell.slice, batch))
    seen_by.push_back(
        (shard_folder(directory.path(), cell.shard) / name).lexically_relative(directory.path()).string());
  const bool approximately = record.approximation && record.approximation->served && batch <= record.respects;
  std::vector<std::uint64_t> slices;
  for (std::uint32_t r = 1; r <= c.slices; ++r) slices.push_back(run.live({cell.shard, SliceId(r)}));
  if (live) --slices[cell.slice.value() - 1];
  const SliceId first = record.approximation
                            ? std::min(cell.slice, SliceId(static_cast<std::uint32_t>(record.slices.size()) + 1))
                            : cell.slice;
  const auto subject = data.subject(*row);
  const References references(run.manifest.seed);
  return {{"sample", id},
          {"row", *row},
          {"label", data.label(*row)},
          {"subject", subject ? Json(std::string(*subject)) : Json(nullptr)},
          {"reference", references.of_sample(SampleId(id)).hex()},
          {"subject_reference", subject ? Json(references.of_subject(*subject).hex()) : Json(nullptr)},
          {"live", live},
          {"forgotten_approximately", !live && approximately && !seen_by.empty()},
          {"shard", cell.shard.value()},
          {"slice", cell.slice.value()},
          {"seen_by", seen_by},
          {"request", live ? Json{{"stages_to_retrain", c.slices - first.value() + 1},
                                  {"sample_gradients", cost_of_stages(c, slices, first)}}
                           : Json(nullptr)}};
}

void print_sample(const Json& json) {
  fmt::print("sample    {}, row {}, label {}{}\n", whole(json["sample"]), whole(json["row"]),
             json["label"].get<std::int64_t>(),
             json["subject"].is_null() ? "" : fmt::format(", subject {}", word(json["subject"])));
  fmt::print(
      "named     {} in proofs{}\n", word(json["reference"]),
      json["subject_reference"].is_null() ? "" : fmt::format(", its subject {}", word(json["subject_reference"])));
  fmt::print("lives in  shard {}, slice {}\n", whole(json["shard"]), whole(json["slice"]));
  fmt::print("seen by   {} checkpoint{}\n", json["seen_by"].size(), json["seen_by"].size() == 1 ? "" : "s");
  for (const auto& file : json["seen_by"]) fmt::print("            {}\n", word(file));
  const auto& request = json["request"];
  if (request.is_null()) {
    fmt::print("it was deleted: {}\n",
               json["seen_by"].empty() ? "nothing that votes has seen it"
               : json["forgotten_approximately"].get<bool>()
                   ? "approximately; these files, what votes among them, have seen it or come of what has"
                   : "what has seen it does not vote, and is still to be erased");
    return;
  }
  const std::uint64_t stages = whole(request["stages_to_retrain"]);
  fmt::print("forgetting it would retrain {} stage{}: {} sample-gradients\n", stages, stages == 1 ? "" : "s",
             whole(request["sample_gradients"]));
}

}  // namespace expunge
