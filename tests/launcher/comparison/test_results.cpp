// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "launcher/comparison/results.hpp"
#include "tests/support/example_comparison.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;

TEST_CASE("a result comes back from its text as it was, to the last bit and the last null") {
  const ComparisonReport report = example_comparison();
  RepetitionResult result;
  result.batches = 2;
  result.samples_forgotten = 3;
  result.samples_live = 1ULL << 60U;
  result.affected = {1, 4};
  result.canary = CanaryPlace{30, 4, 2};
  result.reference.measured = report.reference.repetitions.front();
  result.reference.course.timeline = report.timeline;
  for (const auto& method : report.methods) {
    MethodOutcome outcome{{.guarantee = method.guarantee, .checked = method.checked, .fallbacks = method.fallbacks},
                          method.repetitions.front(),
                          method.warning};
    outcome.measured.distances.theta = 0.1 + 0.2;
    result.methods.push_back(outcome);
  }
  result.floors = report.floors;

  const std::string text = to_text(result);
  const RepetitionResult again = repetition_of(text, "a text");

  CHECK(to_text(again) == text);
  CHECK(again.samples_live == result.samples_live);
  CHECK(again.canary->shard == 4);
  REQUIRE(again.methods.size() == result.methods.size());
  CHECK(again.methods.front().measured.distances.theta == 0.1 + 0.2);
  CHECK(again.methods.front().measured.membership.why_null == result.methods.front().measured.membership.why_null);
  CHECK(again.floors.size() == report.floors.size());
}

TEST_CASE("a text that is no result is refused with its place and what to do") {
  for (const auto* text : {"", "{", "{}", R"({"batches": "two"})"}) {
    const std::string message = failure_of([&] { (void)repetition_of(text, "comparison/result-0.json"); });
    CHECK(contains(message, "comparison/result-0.json: "));
    CHECK(contains(message, "remove the folder, and compare again"));
  }
}

TEST_CASE("what a later session did is added to what was done, and drawn after it") {
  MethodWork work{.sample_gradients = 5, .seconds = 2};
  std::vector<TimelineEntry> timeline{{0, 1, 0.5, 2, 5}};

  add(timeline, work.seconds, {{1, ShardId(3), 0.25, 1, 7}});
  add(work, {.sample_gradients = 7, .seconds = 1, .bytes_written = 9});

  CHECK(work.sample_gradients == 12);
  CHECK(work.seconds == 3);
  CHECK(work.bytes_written == 9);
  REQUIRE(timeline.size() == 2);
  CHECK(timeline[1].shard == 3);
  CHECK(timeline[1].begin == 2.25);
  CHECK(timeline[1].end == 3);
}
