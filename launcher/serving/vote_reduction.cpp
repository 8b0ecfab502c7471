// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/serving/vote_reduction.hpp"

#include <memory>
#include <set>
#include <string>

#include <fmt/format.h>
#include <torch/torch.h>

#include "framework/comm/nccl_sum.hpp"
#include "framework/log/log.hpp"
#include "launcher/process/placement.hpp"

namespace expunge {

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
