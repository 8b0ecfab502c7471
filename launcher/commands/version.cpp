// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string_view>
#include <utility>

#include <boost/version.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sodium.h>
#include <zlib.h>

#include "framework/comm/mpi_communicator.hpp"
#include "framework/comm/nccl_sum.hpp"
#include "framework/config/option_table.hpp"
#include "framework/core/build_info.hpp"
#include "framework/device/numerics.hpp"
#include "framework/io/hdf5.hpp"
#include "framework/log/log.hpp"
#include "launcher/commands/commands.hpp"

namespace expunge {

namespace {

/// A library as people call it, its key in JSON, and its version; empty where it was not built in.
struct Library {
  std::string_view name;
  std::string_view key;
  std::string version;
};

std::array<Library, 11> libraries() {
  return {{{"LibTorch", "libtorch", torch_version()},
           {"CUDA", "cuda", cuda_version()},
           {"NCCL", "nccl", nccl_built() ? nccl_version() : std::string()},
           {"MPI", "mpi", mpi_version()},
           {"HDF5", "hdf5", hdf5::library_version()},
           {"libsodium", "libsodium", sodium_version_string()},
           {"zlib", "zlib", zlibVersion()},
           {"Boost", "boost",
            fmt::format("{}.{}.{}", BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)},
           {"spdlog", "spdlog", log::spdlog_version()},
           {"fmt", "fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10'000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
           {"nlohmann-json", "nlohmann_json",
            fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                        NLOHMANN_JSON_VERSION_PATCH)}}};
}

}  // namespace

std::string version_text() {
  const auto& build = build_info();
  std::string text = fmt::format("expunge {} ({})\n", build.version, build.git);
  const auto line = [&](std::string_view name, std::string_view value) {
    text += fmt::format("  {:<15}{}\n", name, value);
  };
  line("compiler", fmt::format("{}, {}", build.compiler, build.build_type));
  line("flags", build.flags);
  line("numeric code", fmt::format("version {}", kNumericVersion));
  for (const auto& library : libraries())
    line(library.name, library.version.empty() ? "not built in" : library.version);
  return text;
}

std::string version_json() {
  const auto& build = build_info();
  nlohmann::ordered_json report{{"version", build.version},
                                {"git", build.git},
                                {"compiler", build.compiler},
                                {"build_type", build.build_type},
                                {"flags", build.flags},
                                {"numeric_version", kNumericVersion},
                                {"libraries", nlohmann::ordered_json::object()}};
  for (const auto& library : libraries()) {
    auto& value = report["libraries"][std::string(library.key)];
    if (!library.version.empty()) value = library.version;
  }
  return report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

Exit run_version(std::span<const std::string> arguments) {
  OptionTable table("version", "what this program was built from, and the libraries it runs with");
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
  } else {
    fmt::print("{}", table.json() ? version_json() + '\n' : version_text());
  }
  return Exit::kDone;
}

}  // namespace expunge
