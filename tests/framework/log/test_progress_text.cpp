// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/log/progress_text.hpp"

using namespace expunge::log;

TEST_CASE("the rate and the time left come from this process's part alone") {
  const ProgressState state{"training", "samples", 1000, 400, 700, 10.0, "shard 3"};

  CHECK(progress_line(state) == "training: 700 of 1000 samples (70 %), 30 samples/s, 10 s left; shard 3");
  CHECK(progress_bar(state) == "training [================        ]  70 %  30 samples/s, 10 s left; shard 3");
  CHECK(progress_summary(state) == "training: 300 samples in 10 s, 30 samples/s");
}

TEST_CASE("work without a known end tells neither percent nor time left") {
  const ProgressState state{"reading", "rows", 0, 0, 50, 20.0, ""};

  CHECK(progress_line(state) == "reading: 50 rows, 2.50 rows/s");
  CHECK(progress_bar(state) == progress_line(state));
}

TEST_CASE("nothing done yet, or nothing by this process, promises no end") {
  CHECK(progress_line({"training", "samples", 10, 0, 0, 5.0, ""}) == "training: 0 of 10 samples (0 %), 0.00 samples/s");
  CHECK(progress_line({"training", "samples", 10, 4, 4, 0.0, ""}) ==
        "training: 4 of 10 samples (40 %), 0.00 samples/s");
}

TEST_CASE("a hundred percent is said of finished work alone") {
  CHECK(progress_line({"training", "samples", 1000, 0, 999, 1.0, ""}).find("(99 %)") != std::string::npos);
  CHECK(progress_line({"training", "samples", 1000, 0, 1000, 1.0, ""}).find("(100 %)") != std::string::npos);
  CHECK(progress_line({"training", "samples", 1000, 0, 1200, 1.0, ""}).find("(100 %)") != std::string::npos);
}

TEST_CASE("a duration is told in its two largest units") {
  CHECK(duration_text(-1) == "0 s");
  CHECK(duration_text(0.2) == "1 s");
  CHECK(duration_text(59) == "59 s");
  CHECK(duration_text(125) == "2 min 5 s");
  CHECK(duration_text(3 * 3600 + 12 * 60 + 5) == "3 h 12 min");
  CHECK(duration_text(50 * 3600) == "2 d 2 h");
}
