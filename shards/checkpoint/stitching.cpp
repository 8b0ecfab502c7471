// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/stitching.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

float element(const StateTensor& tensor, std::size_t index) {
  float value = 0;
  std::memcpy(&value, tensor.bytes.data() + index * sizeof value, sizeof value);
  return value;
}

std::size_t elements(const StateTensor& tensor) {
  return tensor.bytes.size() / sizeof(float);
}

bool same_shape(const StateTensor& one, const StateTensor& other) {
  return one.name == other.name && one.type == other.type && one.dims == other.dims &&
         one.bytes.size() == other.bytes.size();
}

bool same_shapes(const std::vector<StateTensor>& some, const std::vector<StateTensor>& others) {
  return std::ranges::equal(some, others, same_shape);
}

bool are_floats(const std::vector<StateTensor>& tensors) {
  return std::ranges::all_of(tensors, [](const auto& tensor) { return tensor.type == StateTensor::Type::kF32; });
}

/// Whether states have the same parameters, which can be added.
bool are_alike(const ModelState& one, const ModelState& other) {
  return same_shapes(one.parameters, other.parameters) && are_floats(one.parameters);
}

void require(bool alike) {
  if (!alike) throw Bug("states of two models, or of parameters that are no floats, are compared");
}

bool can_be_offset_of(const ModelState& offset, const ModelState& stored) {
  return are_alike(offset, stored) && same_shapes(offset.buffers, stored.buffers);
}

/// `combine` of each pair of elements of the parameters, rounded to 32 bits.
template <class Combine>
void combine_parameters(ModelState& into, const ModelState& other, Combine combine) {
  for (std::size_t i = 0; i < into.parameters.size(); ++i) {
    StateTensor& tensor = into.parameters[i];
    for (std::size_t e = 0; e < elements(tensor); ++e) {
      const float value = combine(element(tensor, e), element(other.parameters[i], e));
      std::memcpy(tensor.bytes.data() + e * sizeof value, &value, sizeof value);
    }
  }
}

}  // namespace

double residual(const ModelState& stored_before, const ModelState& stored, const ModelState& retrained_before,
                const ModelState& retrained) {
  for (const auto* state : {&stored_before, &retrained_before, &retrained}) require(are_alike(stored, *state));
  double sum = 0;
  for (std::size_t i = 0; i < stored.parameters.size(); ++i) {
    const StateTensor& after = stored.parameters[i];
    for (std::size_t e = 0; e < elements(after); ++e) {
      const double was = double{element(after, e)} - double{element(stored_before.parameters[i], e)};
      const double is =
          double{element(retrained.parameters[i], e)} - double{element(retrained_before.parameters[i], e)};
      sum += std::abs(was - is);
    }
  }
  return sum;
}

ModelState offset_between(const ModelState& retrained, const ModelState& stored) {
  require(are_alike(retrained, stored));
  ModelState offset{retrained.parameters, retrained.buffers, {}, 0};
  combine_parameters(offset, stored, [](float is, float was) { return is - was; });
  return offset;
}

ModelState with_offset(ModelState stored, const ModelState& offset) {
  require(can_be_offset_of(offset, stored));
  combine_parameters(stored, offset, [](float was, float shift) { return was + shift; });
  stored.buffers = offset.buffers;
  return stored;
}

ModelState read_tainted(const std::filesystem::path& folder, const TaintedStage& stage) {
  const StoredFile& file = stage.slice.file;
  ModelState state = read_slice(folder / file.name, file.digest).state;
  for (const auto& named : stage.offsets) {
    const ModelState offset = read_slice(folder / named.name, named.digest).state;
    if (!can_be_offset_of(offset, state))
      throw Failure(fmt::format("{}: its tensors are not those of {}, which it is an offset of",
                                (folder / named.name).string(), file.name));
    state = with_offset(std::move(state), offset);
  }
  return state;
}

std::optional<ModelState> read_state_after(const std::filesystem::path& run, const ShardRecord& record, SliceId stage) {
  const auto folder = shard_folder(run, record.shard);
  const auto read = [&](const SliceRecord& slice) {
    return read_slice(folder / slice.file.name, slice.file.digest).state;
  };
  for (const auto& slice : record.slices)
    if (slice.stage == stage) return read(slice);
  if (!record.approximation) return std::nullopt;
  for (const auto& tainted : record.approximation->tail)
    if (tainted.slice.stage == stage) return read_tainted(folder, tainted);
  if (const auto& served = record.approximation->served; served && served->stage == stage) return read(*served);
  return std::nullopt;
}

}  // namespace expunge
