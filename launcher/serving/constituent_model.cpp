// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/serving/constituent_model.hpp"

#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "framework/model/input.hpp"
#include "shards/checkpoint/slice_file.hpp"
#include "shards/train/constituent_parts.hpp"
#include "shards/train/model_state.hpp"

namespace expunge {

namespace {

class ConstituentModel : public Constituent {
 public:
  ConstituentModel(const TrainingConfiguration& c, const ShardRecord& record, std::uint64_t weight,
                   const ModelState& state, const Device& device)
      : Constituent(record.shard, static_cast<std::int64_t>(weight)),
        configuration_(c),
        device_(torch_device(device)),
        model_(model_of(c)),
        loss_(loss_of(c)) {
    restore_state(state, *model_, nullptr);
    model_->to(device_);
  }

  void predict(std::uint64_t /*first_row*/, std::span<const std::byte> features, std::uint64_t rows,
               std::span<float> probabilities) override {
    const torch::NoGradGuard no_gradients;
    std::vector<std::int64_t> sizes{static_cast<std::int64_t>(rows)};
    sizes.insert(sizes.end(), configuration_.shape.begin(), configuration_.shape.end());
    torch::Tensor input = torch::empty(sizes, torch::kFloat32);
    to_input(features, configuration_.feature_type, configuration_.normalisation,
             std::span(input.data_ptr<float>(), static_cast<std::size_t>(input.numel())));
    if (!device_.is_cpu()) input = input.to(device_);
    const torch::Tensor answer = loss_->probabilities(model_->logits(input, Pass{})).to(torch::kCPU).contiguous();
    std::copy_n(answer.data_ptr<float>(), probabilities.size(), probabilities.begin());
  }

 private:
  TrainingConfiguration configuration_;
  torch::Device device_;
  std::shared_ptr<Model> model_;
  std::shared_ptr<const Loss> loss_;
};

}  // namespace

std::uint64_t samples_seen(const RunRecords& run, const ShardRecord& record) {
  std::uint64_t seen = 0;
  if (record.approximation) {
    if (record.served() == nullptr) return 0;
    for (std::uint32_t r = 1; r <= run.manifest.configuration.slices; ++r) seen += run.live({record.shard, SliceId(r)});
    return seen;
  }
  for (const auto& slice : record.slices) seen += slice.samples;
  return seen;
}

std::unique_ptr<Constituent> load_constituent(const std::filesystem::path& run,
                                              const TrainingConfiguration& configuration, const ShardRecord& record,
                                              std::uint64_t weight, const Device& device) {
  if (record.served() == nullptr) throw Bug(fmt::format("shard {} serves nothing", record.shard.value()));
  const SliceRecord& last = *record.served();
  const auto path = shard_folder(run, record.shard) / last.file.name;
  const SliceFile file = [&] {
    try {
      return read_slice(path, last.file.digest);
    } catch (const Failure& failure) {
      throw Failure(fmt::format("{}: {}", failure.what(), how_to_mend(run, record.shard)));
    }
  }();
  if (file.provenance.configuration != configuration.digest())
    throw Failure(
        fmt::format("{}: it was trained under another configuration than the run's manifest says", path.string()));
  try {
    return std::make_unique<ConstituentModel>(configuration, record, weight, file.state, device);
  } catch (const Failure& failure) {
    throw Failure(fmt::format("{}: {}", path.string(), failure.what()));
  }
}

}  // namespace expunge
