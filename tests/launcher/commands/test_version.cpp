// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "launcher/commands/commands.hpp"

using namespace expunge;

TEST_CASE("the version as JSON names every library, with null for what was not built in") {
  const auto report = nlohmann::json::parse(version_json());

  for (const char* key : {"version", "git", "compiler", "build_type", "flags"}) CHECK(report.at(key).is_string());
  CHECK(report.at("numeric_version").is_number_integer());
  const auto& libraries = report.at("libraries");
  for (const char* key : {"libtorch", "mpi", "hdf5", "libsodium", "zlib", "boost", "spdlog", "fmt", "nlohmann_json"}) {
    CAPTURE(key);
    CHECK_FALSE(libraries.at(key).get<std::string>().empty());
  }
  for (const char* key : {"cuda", "nccl"}) CHECK((libraries.at(key).is_null() || libraries.at(key).is_string()));
}

TEST_CASE("the version for people tells each library on a line of its own") {
  const auto text = version_text();

  CHECK(text.starts_with("expunge "));
  for (const char* name : {"LibTorch", "CUDA", "NCCL", "MPI", "HDF5", "Boost"}) {
    CHECK(text.find(std::string("\n  ") + name + ' ') != std::string::npos);
  }
}
