// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/batch_maker.hpp"

#include <torch/torch.h>

namespace expunge {

BatchMaker::BatchMaker(const TrainingConfiguration& configuration, std::uint64_t most_rows, torch::Device device,
                       Transforms transforms)
    : configuration_(configuration),
      device_(device),
      transforms_(std::move(transforms)),
      features_(ModelShape{configuration.shape, configuration.classes}.features()) {
  const auto rows = static_cast<std::int64_t>(most_rows);
  const auto pinned = torch::TensorOptions().pinned_memory(device.is_cuda());
  input_ = torch::empty({rows, features_}, pinned.dtype(torch::kFloat32));
  labels_ = torch::empty({rows}, pinned.dtype(torch::kInt64));
}

Batch BatchMaker::make(const ShardSamples& samples, std::span<const std::uint32_t> places, std::uint64_t offset,
                       const BatchKeys& keys) {
  const auto rows = static_cast<std::int64_t>(places.size());
  auto* input = input_.data_ptr<float>();
  auto* labels = labels_.data_ptr<std::int64_t>();
  const auto width = static_cast<std::size_t>(features_);
  ids_.clear();
  for (std::size_t row = 0; row < places.size(); ++row) {
    const std::uint64_t place = offset + places[row];
    const std::span<float> sample(input + row * width, width);
    to_input(samples.features(place), configuration_.feature_type, configuration_.normalisation, sample);
    for (const auto& transform : transforms_) transform->apply(sample, samples.ids()[place], keys.transforms);
    labels[row] = samples.label(place);
    ids_.push_back(samples.ids()[place].value());
  }
  if (rows != rows_) {
    rows_ = rows;
    std::vector<std::int64_t> sizes{rows};
    sizes.insert(sizes.end(), configuration_.shape.begin(), configuration_.shape.end());
    input_view_ = input_.narrow(0, 0, rows).view(sizes);
    labels_view_ = labels_.narrow(0, 0, rows);
  }
  const Pass pass{true, ids_, keys.dropout};
  if (device_.is_cpu()) return {input_view_, labels_view_, pass};
  return {input_view_.to(device_), labels_view_.to(device_), pass};
}

}  // namespace expunge
