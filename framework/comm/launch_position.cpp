// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/comm/launch_position.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace expunge {

namespace {

/// A variable's value where it is a number from 0 up to what an int holds.
std::optional<std::int64_t> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const std::string_view view(text);
  std::int64_t number = -1;
  const auto [end, problem] = std::from_chars(view.data(), view.data() + view.size(), number);
  if (problem != std::errc{} || end != view.data() + view.size() || number < 0) return std::nullopt;
  return number;
}

/// The ids of Slurm's batch, interactive and extern steps lie above those of the steps that srun makes.
bool in_slurm_step() {
  constexpr std::int64_t kFirstReserved = 0xfffffff0;
  const auto step = number_in("SLURM_STEP_ID");
  return step && *step < kFirstReserved;
}

std::optional<std::int64_t> slurm_tasks() {
  if (!in_slurm_step()) return std::nullopt;
  const auto of_step = number_in("SLURM_STEP_NUM_TASKS");
  return of_step ? of_step : number_in("SLURM_NTASKS");
}

std::optional<LaunchPosition> position(std::optional<std::int64_t> rank, std::optional<std::int64_t> ranks,
                                       std::initializer_list<const char*> local_variables) {
  constexpr std::int64_t kMost = 1 << 30;
  if (!rank || !ranks || *rank >= *ranks || *ranks > kMost) return std::nullopt;
  LaunchPosition found{static_cast<int>(*rank), static_cast<int>(*ranks), true, static_cast<int>(*rank)};
  for (const char* variable : local_variables) {
    const auto local = number_in(variable);
    if (local && *local < *ranks) {
      found.local_rank = static_cast<int>(*local);
      break;
    }
  }
  return found;
}

}  // namespace

LaunchPosition launch_position() {
  // mpirun inside a Slurm job sets its own variables besides Slurm's, so the most particular come first.
  if (const auto found = position(number_in("OMPI_COMM_WORLD_RANK"), number_in("OMPI_COMM_WORLD_SIZE"),
                                  {"OMPI_COMM_WORLD_LOCAL_RANK"})) {
    return *found;
  }
  if (const auto found = position(number_in("PMI_RANK"), number_in("PMI_SIZE"),
                                  {"MPI_LOCALRANKID", "PMI_LOCAL_RANK", "SLURM_LOCALID"})) {
    return *found;
  }
  // PMIx tells the rank alone; the number of ranks is the launcher's to say.
  if (const auto found = position(number_in("PMIX_RANK"), slurm_tasks(), {"SLURM_LOCALID"})) return *found;
  if (const auto found =
          position(in_slurm_step() ? number_in("SLURM_PROCID") : std::nullopt, slurm_tasks(), {"SLURM_LOCALID"})) {
    return *found;
  }
  return {};
}

}  // namespace expunge
