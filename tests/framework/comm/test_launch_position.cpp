// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "framework/comm/launch_position.hpp"

using namespace expunge;

namespace {

/// Exactly these launcher's variables, for as long as it lives.
class LauncherVariables {
 public:
  explicit LauncherVariables(const std::map<std::string, std::string>& wanted) {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK", "PMI_RANK",
                             "PMI_SIZE", "MPI_LOCALRANKID", "PMI_LOCAL_RANK", "PMIX_RANK", "SLURM_STEP_ID",
                             "SLURM_PROCID", "SLURM_NTASKS", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID"}) {
      const char* old = std::getenv(name);
      saved_[name] = old == nullptr ? std::nullopt : std::optional<std::string>(old);
      ::unsetenv(name);
    }
    for (const auto& [name, value] : wanted) ::setenv(name.c_str(), value.c_str(), 1);
  }
  LauncherVariables(const LauncherVariables&) = delete;
  LauncherVariables& operator=(const LauncherVariables&) = delete;
  ~LauncherVariables() {
    for (const auto& [name, value] : saved_) {
      if (value) {
        ::setenv(name.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
  }

 private:
  std::map<std::string, std::optional<std::string>> saved_;
};

void check_position(const std::map<std::string, std::string>& variables, const LaunchPosition& expected) {
  const LauncherVariables scope(variables);

  const LaunchPosition found = launch_position();

  CHECK(found.rank == expected.rank);
  CHECK(found.ranks == expected.ranks);
  CHECK(found.launched == expected.launched);
  CHECK(found.local_rank == expected.local_rank);
}

}  // namespace

TEST_CASE("without a launcher a process is rank 0 of 1") {
  check_position({}, {0, 1, false, 0});
}

TEST_CASE("under mpirun the rank and the place on the node are told by Open MPI's variables") {
  check_position({{"OMPI_COMM_WORLD_RANK", "5"}, {"OMPI_COMM_WORLD_SIZE", "8"}, {"OMPI_COMM_WORLD_LOCAL_RANK", "1"}},
                 {5, 8, true, 1});
}

TEST_CASE("mpirun inside a Slurm step counts, not the step around it") {
  check_position({{"SLURM_STEP_ID", "0"},
                  {"SLURM_PROCID", "0"},
                  {"SLURM_NTASKS", "1"},
                  {"OMPI_COMM_WORLD_RANK", "2"},
                  {"OMPI_COMM_WORLD_SIZE", "3"}},
                 {2, 3, true, 2});
}

TEST_CASE("under hydra and srun with PMI the rank is told by PMI") {
  check_position({{"PMI_RANK", "3"}, {"PMI_SIZE", "4"}, {"MPI_LOCALRANKID", "1"}}, {3, 4, true, 1});
}

TEST_CASE("under srun the rank is that of the step") {
  check_position({{"SLURM_STEP_ID", "7"}, {"SLURM_PROCID", "6"}, {"SLURM_NTASKS", "8"}, {"SLURM_LOCALID", "2"}},
                 {6, 8, true, 2});
  check_position({{"SLURM_STEP_ID", "7"}, {"PMIX_RANK", "1"}, {"SLURM_NTASKS", "16"}, {"SLURM_STEP_NUM_TASKS", "2"}},
                 {1, 2, true, 1});
}

TEST_CASE("in a batch script, which is no step of srun's, a process is alone") {
  check_position({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}}, {0, 1, false, 0});
  check_position({{"SLURM_STEP_ID", "4294967291"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}}, {0, 1, false, 0});
}

TEST_CASE("variables that can't be meant are passed over") {
  check_position({{"OMPI_COMM_WORLD_RANK", "x"}, {"OMPI_COMM_WORLD_SIZE", "8"}}, {0, 1, false, 0});
  check_position({{"PMI_RANK", "4"}, {"PMI_SIZE", "4"}}, {0, 1, false, 0});
  check_position({{"PMI_RANK", "-1"}, {"PMI_SIZE", "4"}}, {0, 1, false, 0});
}
