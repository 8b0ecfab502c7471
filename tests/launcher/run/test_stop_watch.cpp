// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <utility>

#include <doctest/doctest.h>

#include "framework/comm/stop_flag.hpp"
#include "framework/core/error.hpp"
#include "launcher/run/halt_file.hpp"
#include "launcher/run/stop_watch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using Clock = std::chrono::system_clock;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// 2026-03-01, a quarter past ten in the morning, local time.
Clock::time_point quarter_past_ten() {
  std::tm time{};
  time.tm_year = 126;
  time.tm_mon = 2;
  time.tm_mday = 1;
  time.tm_hour = 10;
  time.tm_min = 15;
  time.tm_isdst = -1;
  return Clock::from_time_t(std::mktime(&time));
}

Clock::duration ahead(const char* text) {
  return parse_stop_before(text, quarter_past_ten()) - quarter_past_ten();
}

}  // namespace

TEST_CASE("a length counts from now") {
  CHECK(ahead("90s") == seconds(90));
  CHECK(ahead("30m") == minutes(30));
  CHECK(ahead("2h") == hours(2));
  CHECK(ahead("0s") == seconds(0));
}

TEST_CASE("a clock time is its next occurrence") {
  CHECK(ahead("10:20") == minutes(5));
  CHECK(ahead("10:15:30") == seconds(30));
  CHECK(ahead("10:15") == hours(24));
  CHECK(ahead("23:40") == hours(13) + minutes(25));
}

TEST_CASE("a date with a time is that moment, also one that has passed") {
  CHECK(ahead("2026-03-01T10:16") == minutes(1));
  CHECK(ahead("2026-03-01T10:14:59") == -seconds(1));
}

TEST_CASE("what is no time, or farther off than a clock can count, is refused with what is taken") {
  for (const char* text : {"", "soon", "-5m", "5", "5 m", "5mm", "5d", "25:00", "10:15x", "2026-03-01", "999999999999h",
                           "999999999999999999999s", "9999-03-01T10:15"}) {
    INFO(text);
    CHECK_THROWS_WITH_AS((void)parse_stop_before(text, quarter_past_ten()),
                         doctest::Contains("--stop-before takes a length (90s, 30m, 2h)"), UsageError);
  }
}

TEST_CASE("Slurm's end of the job leaves a minute, and nonsense for one leaves no deadline") {
  ::setenv("SLURM_JOB_END_TIME", "1000000060", 1);
  CHECK(slurm_deadline() == Clock::from_time_t(1'000'000'000));
  for (const char* text : {"", "never", "-3", "99999999999999999"}) {
    INFO(text);
    ::setenv("SLURM_JOB_END_TIME", text, 1);
    CHECK_FALSE(slurm_deadline().has_value());
  }
  ::unsetenv("SLURM_JOB_END_TIME");
  CHECK_FALSE(slurm_deadline().has_value());
}

TEST_CASE("nothing to stop for: go on") {
  const testing::TemporaryFolder run;
  const auto comm = make_self_communicator();
  JobBoard board(*comm, {1});
  StopWatch watch(run.path(), std::nullopt, board);

  CHECK(watch.poll() == StopRequest::kGoOn);
  CHECK(watch.reason().empty());
}

TEST_CASE("a deadline that has passed stops now, and tells the other ranks") {
  const testing::TemporaryFolder run;
  const auto comm = make_self_communicator();
  JobBoard board(*comm, {1});
  StopWatch watch(run.path(), Clock::from_time_t(86400), board);

  CHECK(watch.poll() == StopRequest::kNow);
  CHECK(watch.reason() == "the deadline 1970-01-02 00:00:00 UTC");
  CHECK(board.stop_asked() == StopRequest::kNow);
}

TEST_CASE("a halt file stops as it asks to") {
  const auto comm = make_self_communicator();
  for (const auto& [asked, meant] : {std::pair{HaltRequest::kAfterSlice, StopRequest::kAfterStage},
                                     std::pair{HaltRequest::kNow, StopRequest::kNow}}) {
    const testing::TemporaryFolder run;
    JobBoard board(*comm, {1});
    write_halt_file(system_files(), run.path(), asked);
    StopWatch watch(run.path(), std::nullopt, board);

    CHECK(watch.poll() == meant);
    CHECK(watch.reason() == "expunge halt");
    CHECK(board.stop_asked() == meant);
  }
}

TEST_CASE("what another rank asks for is obeyed, without a reason of this rank's own") {
  const testing::TemporaryFolder run;
  const auto comm = make_self_communicator();
  JobBoard board(*comm, {1});
  board.ask_to_stop(StopRequest::kAfterStage);
  StopWatch watch(run.path(), std::nullopt, board);

  CHECK(watch.poll() == StopRequest::kAfterStage);
  CHECK(watch.reason().empty());
}

TEST_CASE("a signal is seen at once and called by its name") {
  const testing::TemporaryFolder run;
  const auto comm = make_self_communicator();
  JobBoard board(*comm, {1});
  StopWatch watch(run.path(), std::nullopt, board);
  catch_stop_signals();
  REQUIRE(watch.poll() == StopRequest::kGoOn);

  std::raise(SIGUSR2);

  CHECK(watch.poll() == StopRequest::kNow);
  CHECK(watch.reason() == "SIGUSR2");
  clear_stop_signal();
}
