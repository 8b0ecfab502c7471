// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/process/placement.hpp"

#include <algorithm>
#include <array>
#include <sched.h>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "framework/log/log.hpp"

namespace expunge {

namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

/// Empty where the system does not tell: it then has more processors than the fixed set holds.
std::vector<int> allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) cpus.push_back(cpu);
  }
  return cpus;
}

std::string device_text(const Device& device) {
  return device.kind == DeviceKind::kCpu ? "cpu" : "cuda";
}

}  // namespace

Placement this_placement() {
  return {host_name(), allowed_cpus()};
}

std::vector<Placement> gather_placements(Communicator& comm) {
  const auto mine = this_placement();
  const auto text = nlohmann::json{{"host", mine.host}, {"cpus", mine.cpus}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::vector<Placement> all;
  for (const auto& bytes : comm.gather(bytes_of(text))) {
    const auto* const data = reinterpret_cast<const char*>(bytes.data());
    const auto parsed = nlohmann::json::parse(data, data + bytes.size());
    all.push_back({parsed.at("host").get<std::string>(), parsed.at("cpus").get<std::vector<int>>()});
  }
  return all;
}

int local_rank_of(const std::vector<Placement>& placements, int rank) {
  const auto mine = placements.begin() + rank;
  return static_cast<int>(
      std::count_if(placements.begin(), mine, [&](const auto& one) { return one.host == mine->host; }));
}

std::string cpu_list(const std::vector<int>& cpus) {
  std::string text;
  for (std::size_t first = 0; first < cpus.size();) {
    std::size_t last = first;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += last == first ? fmt::format("{}", cpus[first]) : fmt::format("{}-{}", cpus[first], cpus[last]);
    first = last + 1;
  }
  return text;
}

void log_placements(const std::vector<Placement>& placements, const Device& device, int threads) {
  std::vector<std::size_t> narrow;
  for (std::size_t rank = 0; rank < placements.size(); ++rank) {
    const auto& [host, cpus] = placements[rank];
    log::debug("rank {} of {}: host {}, cpus {}, threads {}, device {}", rank, placements.size(), host, cpu_list(cpus),
               threads, device_text(device));
    if (!cpus.empty() && cpus.size() < static_cast<std::size_t>(threads)) narrow.push_back(rank);
  }
  if (narrow.empty()) return;
  log::warning(
      "rank{} {} may use fewer processors than the {} threads asked for, and will be slow: let the launcher bind "
      "each rank to as many (mpirun --map-by slot:PE={} --bind-to core, srun -c {}), or give fewer --threads",
      narrow.size() == 1 ? "" : "s", fmt::join(narrow, ", "), threads, threads, threads);
}

}  // namespace expunge
