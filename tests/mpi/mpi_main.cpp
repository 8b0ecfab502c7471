// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#define DOCTEST_CONFIG_IMPLEMENT
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include <doctest/doctest.h>

#include "tests/mpi/mpi_world.hpp"
#include "tests/mpi/watchdog.hpp"

// Every rank runs the same tests in the same order. A test that fails on one rank fails; the output of rank 0, and of
// every rank that failed, is printed at the end by rank 0, each line behind its rank. EXPUNGE_TEST_DEADLINE is in
// seconds a test.

namespace expunge::testing {

namespace {

const MpiEnvironment* environment = nullptr;
Communicator* world = nullptr;
Watchdog* watchdog = nullptr;

/// Tells the watchdog what runs.
struct Watching : doctest::IReporter {
  explicit Watching(const doctest::ContextOptions&) {}
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats&) override {}
  void test_case_start(const doctest::TestCaseData& test) override { watchdog->watch(test.m_name); }
  void test_case_reenter(const doctest::TestCaseData& test) override { watchdog->watch(test.m_name); }
  void test_case_end(const doctest::CurrentTestCaseStats&) override { watchdog->watch("what comes between tests"); }
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};
REGISTER_LISTENER("watching", 1, Watching);

std::chrono::seconds deadline() {
  const char* text = std::getenv("EXPUNGE_TEST_DEADLINE");
  return std::chrono::seconds(std::max(1, text == nullptr ? 60 : std::atoi(text)));
}

void print_of_rank(std::size_t rank, const Bytes& output) {
  std::istringstream lines(std::string(reinterpret_cast<const char*>(output.data()), output.size()));
  for (std::string line; std::getline(lines, line);) std::cout << "[rank " << rank << "] " << line << '\n';
}

int run(int argc, char** argv) {
  std::ostringstream output;
  doctest::Context context(argc, argv);
  context.setOption("no-colors", true);
  context.setCout(&output);
  const int mine = context.run();

  watchdog->watch("gathering the ranks' results");
  std::vector<std::int64_t> worst{mine};
  world->maximum(worst);
  const std::string text = std::move(output).str();
  const auto outputs = world->gather(mine != 0 || world->is_root() ? bytes_of(text) : ByteView{});
  if (world->is_root()) {
    for (std::size_t rank = 0; rank < outputs.size(); ++rank) print_of_rank(rank, outputs[rank]);
    std::cout.flush();
  }
  return static_cast<int>(worst[0]);
}

}  // namespace

const MpiEnvironment& mpi_environment() {
  return *environment;
}

Communicator& mpi_world() {
  return *world;
}

}  // namespace expunge::testing

int main(int argc, char** argv) {
  using namespace expunge;
  using namespace expunge::testing;
  const MpiEnvironment mpi;
  const auto comm = mpi.world();
  Watchdog dog(comm->rank(), deadline());
  environment = &mpi;
  world = comm.get();
  watchdog = &dog;
  return run(argc, argv);
}
