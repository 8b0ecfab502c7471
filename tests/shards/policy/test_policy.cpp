// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <utility>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/policy/policy.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using expunge::testing::contains;

namespace {

using Indices = std::vector<std::size_t>;

Moment at(std::int64_t second) {
  return Moment(std::chrono::seconds(1'000'000'000 + second));
}

Arrival arrival(std::int64_t second, std::set<ShardId> shards = {}) {
  return {at(second), std::nullopt, std::move(shards)};
}

Arrival due(std::int64_t second, std::int64_t due_second) {
  return {at(second), at(due_second), {}};
}

struct Line {
  Indices arrivals;
  std::int64_t triggered;
  std::int64_t started;
  std::int64_t ended;
  bool operator==(const Line&) const = default;
};

std::string to_text(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    for (const std::size_t index : line.arrivals) text += std::to_string(index) + ' ';
    text += "at " + std::to_string(line.triggered) + ", " + std::to_string(line.started) + " to " +
            std::to_string(line.ended) + "; ";
  }
  return text;
}

using Seconds = std::function<double(std::span<const std::size_t>)>;

Seconds constantly(double seconds) {
  return [seconds](std::span<const std::size_t>) { return seconds; };
}

double never_asked(std::span<const std::size_t>) {
  FAIL("only deadlines need an estimate");
  return 0;
}

std::vector<Line> timeline(const std::string& policy, const std::vector<Arrival>& arrivals, const Seconds& run,
                           const Seconds& estimate = never_asked) {
  std::vector<Line> lines;
  for (const ReplayedBatch& batch : replay(Policy::parse(policy), arrivals, estimate, run))
    lines.push_back({batch.arrivals, (batch.triggered - at(0)).count(), (batch.started - at(0)).count(),
                     (batch.ended - at(0)).count()});
  return lines;
}

std::string refusal(const std::string& text) {
  try {
    (void)Policy::parse(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

#define CHECK_TIMELINE(actual, ...)                       \
  do {                                                    \
    const std::vector<Line> expected_lines = __VA_ARGS__; \
    CHECK(to_text(actual) == to_text(expected_lines));    \
  } while (false)

}  // namespace

TEST_CASE("a policy reads back what it says of itself") {
  for (const char* text : {"immediate", "batch:1", "batch:16", "window:90s", "window:15m", "window:24h", "window:36h",
                           "window:7d", "deadline", "shards:3"})
    CHECK(Policy::parse(text).text() == text);
}

TEST_CASE("a policy's number and span are those of its text") {
  CHECK(Policy::parse("batch:16").kind() == Policy::Kind::kBatch);
  CHECK(Policy::parse("batch:16").count() == 16);
  CHECK(Policy::parse("shards:2").kind() == Policy::Kind::kShards);
  CHECK(Policy::parse("shards:2").count() == 2);
  CHECK(Policy::parse("window:90m").window() == std::chrono::seconds(5400));
  CHECK(Policy::parse("window:2d").window() == std::chrono::hours(48));
  CHECK(Policy::parse("window:1d").text() == "window:24h");
  CHECK(Policy::parse("window:120m").text() == "window:2h");
}

TEST_CASE("what is no policy is refused, naming it, the policies, and the nearest") {
  CHECK(contains(refusal("imediate"), "policy 'imediate': did you mean immediate?"));
  CHECK(contains(refusal("windw:24h"), "did you mean window?"));
  CHECK(contains(refusal("whenever"), "immediate, batch:N, window:T"));
  CHECK(contains(refusal("batch"), "batch needs a whole number of at least 1, such as batch:4"));
  CHECK(contains(refusal("window:24"), "a unit, such as window:24h"));
  for (const char* text : {"", ":", "batch:", "batch:0", "batch:-1", "batch:2.5", "batch:4x", "batch: 4",
                           "batch:99999999999999999999", "shards:0", "window:", "window:h", "window:0h", "window:-1h",
                           "window:1w", "window:99999999999d", "immediate:1", "deadline:2026", "Immediate"})
    CHECK_MESSAGE(contains(refusal(text), "policies are"), text);
}

TEST_CASE("immediate: each request is a batch of its own, in order, and waits while one is running") {
  const auto lines = timeline("immediate", {arrival(0), arrival(4), arrival(5), arrival(50)}, constantly(10));

  CHECK_TIMELINE(lines, {{{0}, 0, 0, 10}, {{1}, 4, 10, 20}, {{2}, 5, 20, 30}, {{3}, 50, 50, 60}});
}

TEST_CASE("immediate: requests of the same moment are worked off one by one") {
  const auto lines = timeline("immediate", {arrival(0), arrival(0), arrival(0)}, constantly(1.5));

  CHECK_TIMELINE(lines, {{{0}, 0, 0, 1}, {{1}, 0, 1, 3}, {{2}, 0, 3, 4}});
}

TEST_CASE("batch: the Nth that waits starts a batch, and the end of the list the rest") {
  const auto lines =
      timeline("batch:2", {arrival(0), arrival(10), arrival(20), arrival(30), arrival(40)}, constantly(5));

  CHECK_TIMELINE(lines, {{{0, 1}, 10, 10, 15}, {{2, 3}, 30, 30, 35}, {{4}, 40, 40, 45}});
}

TEST_CASE("batch: what comes while one is running waits, in groups of N") {
  const auto lines =
      timeline("batch:2", {arrival(0), arrival(1), arrival(2), arrival(3), arrival(4), arrival(500)}, constantly(100));

  CHECK_TIMELINE(lines, {{{0, 1}, 1, 1, 101}, {{2, 3}, 3, 101, 201}, {{4, 5}, 500, 500, 600}});
}

TEST_CASE("batch: who comes at the very second of a full batch waits for the next") {
  const auto lines =
      timeline("batch:2", {arrival(0), arrival(1), arrival(1), arrival(11), arrival(11)}, constantly(10));

  CHECK_TIMELINE(lines, {{{0, 1}, 1, 1, 11}, {{2, 3}, 11, 11, 21}, {{4}, 11, 21, 31}});
}

TEST_CASE("batch: requests that all come at once are worked off in groups of N") {
  const auto lines = timeline("batch:2", {arrival(0), arrival(0), arrival(0), arrival(0), arrival(0)}, constantly(10));

  CHECK_TIMELINE(lines, {{{0, 1}, 0, 0, 10}, {{2, 3}, 0, 10, 20}, {{4}, 0, 20, 30}});
}

TEST_CASE("batch: fewer than N wait for the end of the list, also when a batch ends before") {
  const auto lines = timeline("batch:3", {arrival(0), arrival(0), arrival(0), arrival(2), arrival(90)}, constantly(10));

  CHECK_TIMELINE(lines, {{{0, 1, 2}, 0, 0, 10}, {{3, 4}, 90, 90, 100}});
}

TEST_CASE("window: it opens with the first that waits and closes with all that came till then") {
  const auto lines =
      timeline("window:1m", {arrival(0), arrival(59), arrival(60), arrival(61), arrival(200)}, constantly(5));

  CHECK_TIMELINE(lines, {{{0, 1, 2}, 60, 60, 65}, {{3}, 121, 121, 126}, {{4}, 200, 200, 205}});
}

TEST_CASE("window: one that closes while a batch is running starts when that ends, with all that wait by then") {
  const auto lines = timeline("window:10s", {arrival(0), arrival(15), arrival(40), arrival(300)}, constantly(60));

  CHECK_TIMELINE(lines, {{{0}, 10, 10, 70}, {{1, 2}, 25, 70, 130}, {{3}, 300, 300, 360}});
}

TEST_CASE("window: the end of the list closes the last one early") {
  const auto lines = timeline("window:24h", {arrival(0), arrival(100)}, constantly(5));

  CHECK_TIMELINE(lines, {{{0, 1}, 100, 100, 105}});
}

TEST_CASE("deadline: a batch starts at the latest moment at which the earliest due time is met") {
  const auto lines =
      timeline("deadline", {due(0, 1000), due(10, 200), arrival(20), arrival(900)}, constantly(30), constantly(30));

  CHECK_TIMELINE(lines, {{{0, 1, 2}, 170, 170, 200}, {{3}, 900, 900, 930}});
}

TEST_CASE("deadline: each arrival moves the start, by its due time and by what it adds to the cost") {
  const Seconds forty_each = [](std::span<const std::size_t> arrivals) {
    return 40.0 * static_cast<double>(arrivals.size());
  };

  const auto lines = timeline("deadline", {due(0, 200), due(50, 900), arrival(150)}, forty_each, forty_each);

  CHECK_TIMELINE(lines, {{{0, 1}, 120, 120, 200}, {{2}, 150, 200, 240}});
}

TEST_CASE("deadline: too late is at once") {
  const auto lines =
      timeline("deadline", {due(0, 50), due(20, -5), due(300, 310), arrival(900)}, constantly(30), constantly(30));

  CHECK_TIMELINE(lines, {{{0, 1}, 20, 20, 50}, {{2}, 300, 300, 330}, {{3}, 900, 900, 930}});
}

TEST_CASE("deadline: a cost without bounds is at once") {
  const auto lines = timeline("deadline", {due(0, 50), arrival(900)}, constantly(30),
                              constantly(std::numeric_limits<double>::infinity()));

  CHECK_TIMELINE(lines, {{{0}, 0, 0, 30}, {{1}, 900, 900, 930}});
}

TEST_CASE("deadline: requests that are never due wait for the end, and nobody asks what they cost") {
  const auto lines = timeline("deadline", {arrival(0), arrival(100), arrival(700)}, constantly(5));

  CHECK_TIMELINE(lines, {{{0, 1, 2}, 700, 700, 705}});
}

TEST_CASE("deadline: the estimate is asked for all that wait, after what was worked off before") {
  std::vector<Indices> asked;
  const Seconds estimate = [&asked](std::span<const std::size_t> arrivals) {
    asked.emplace_back(arrivals.begin(), arrivals.end());
    return 10.0;
  };

  (void)timeline("deadline", {due(0, 100), due(5, 100), due(200, 300), arrival(400)}, constantly(10), estimate);

  CHECK(asked == std::vector<Indices>{{0}, {0, 1}, {2}});
}

TEST_CASE("deadline: fractions of a second are kept, and a batch that ends within its second is in time") {
  const auto lines = timeline("deadline", {due(0, 100), arrival(900)}, constantly(0.25), constantly(0.25));

  CHECK_TIMELINE(lines, {{{0}, 99, 99, 100}, {{1}, 900, 900, 900}});
}

TEST_CASE("shards: a batch starts when those that wait touch K different shards") {
  const ShardId one(1);
  const ShardId two(2);
  const ShardId three(3);

  const auto lines = timeline("shards:2",
                              {arrival(0, {one}), arrival(1, {one}), arrival(2, {}), arrival(3, {one, two}),
                               arrival(50, {three}), arrival(60, {three})},
                              constantly(10));

  CHECK_TIMELINE(lines, {{{0, 1, 2, 3}, 3, 3, 13}, {{4, 5}, 60, 60, 70}});
}

TEST_CASE("shards: what touched the shards before does not count for the next batch") {
  const ShardId one(1);
  const ShardId two(2);

  const auto lines = timeline("shards:2", {arrival(0, {one}), arrival(1, {two}), arrival(5, {one}), arrival(90, {one})},
                              constantly(10));

  CHECK_TIMELINE(lines, {{{0, 1}, 1, 1, 11}, {{2, 3}, 90, 90, 100}});
}

TEST_CASE("an arrival that is stated too early comes with the one before it") {
  const auto lines = timeline("immediate", {arrival(100), arrival(0), arrival(130)}, constantly(10));

  CHECK_TIMELINE(lines, {{{0}, 100, 100, 110}, {{1}, 100, 110, 120}, {{2}, 130, 130, 140}});
}

TEST_CASE("many fractions of a second add up to whole ones") {
  const std::vector<Arrival> arrivals(30, arrival(0));

  const auto lines = timeline("immediate", arrivals, constantly(0.1));

  CHECK(lines.at(9).ended == 1);
  CHECK(lines.at(29).ended == 3);
}

TEST_CASE("the timelines of POLICIES.md are those that come out") {
  const std::vector<Arrival> arrivals = {{at(0), std::nullopt, {ShardId(1)}},
                                         {at(5), at(60), {ShardId(1)}},
                                         {at(6), at(35), {ShardId(2)}},
                                         {at(40), std::nullopt, {ShardId(3)}},
                                         {at(70), std::nullopt, {ShardId(3)}}};
  const Seconds ten = constantly(10);

  CHECK_TIMELINE(timeline("immediate", arrivals, ten),
                 {{{0}, 0, 0, 10}, {{1}, 5, 10, 20}, {{2}, 6, 20, 30}, {{3}, 40, 40, 50}, {{4}, 70, 70, 80}});
  CHECK_TIMELINE(timeline("batch:2", arrivals, ten), {{{0, 1}, 5, 5, 15}, {{2, 3}, 40, 40, 50}, {{4}, 70, 70, 80}});
  CHECK_TIMELINE(timeline("window:20s", arrivals, ten),
                 {{{0, 1, 2}, 20, 20, 30}, {{3}, 60, 60, 70}, {{4}, 70, 70, 80}});
  CHECK_TIMELINE(timeline("deadline", arrivals, ten, ten), {{{0, 1, 2}, 25, 25, 35}, {{3, 4}, 70, 70, 80}});
  CHECK_TIMELINE(timeline("shards:2", arrivals, ten), {{{0, 1, 2}, 6, 6, 16}, {{3, 4}, 70, 70, 80}});
}

TEST_CASE("nothing that comes is nothing to do") {
  for (const char* policy : {"immediate", "batch:2", "window:1h", "deadline", "shards:1"})
    CHECK(timeline(policy, {}, constantly(1)).empty());
}

TEST_CASE("under every policy each arrival is worked off once, after it came, by one batch at a time") {
  std::vector<Arrival> arrivals;
  std::uint64_t state = 12345;
  std::int64_t second = 0;
  for (int i = 0; i < 300; ++i) {
    state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    second += static_cast<std::int64_t>((state >> 40U) % 30);
    arrivals.push_back({at(second), std::nullopt, {ShardId(static_cast<std::uint32_t>((state >> 50U) % 5))}});
    if ((state >> 60U) % 2 == 0) arrivals.back().due = at(second + 400);
  }
  const Seconds cost = [](std::span<const std::size_t> batch) { return 7.3 + 2.1 * static_cast<double>(batch.size()); };

  for (const char* policy : {"immediate", "batch:4", "window:2m", "deadline", "shards:3"}) {
    CAPTURE(policy);
    const auto batches = replay(Policy::parse(policy), arrivals, cost, cost);

    std::size_t next = 0;
    Moment free = at(0);
    for (const ReplayedBatch& batch : batches) {
      for (const std::size_t index : batch.arrivals) {
        CHECK(index == next++);
        CHECK(arrivals[index].at <= batch.started);
      }
      CHECK(batch.triggered <= batch.started);
      CHECK(free <= batch.started);
      CHECK(batch.seconds == cost(batch.arrivals));
      free = batch.ended;
    }
    CHECK(next == arrivals.size());
  }
}

TEST_CASE("a batch that takes no number of seconds is a bug, not a schedule") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();

  CHECK_THROWS_AS(timeline("immediate", {arrival(0)}, constantly(nan)), Bug);
  CHECK_THROWS_AS(timeline("immediate", {arrival(0)}, constantly(-1)), Bug);
  CHECK_THROWS_AS(timeline("immediate", {arrival(0)}, constantly(infinity)), Bug);
  CHECK_THROWS_AS(timeline("deadline", {due(0, 9)}, constantly(1), constantly(nan)), Bug);
}
