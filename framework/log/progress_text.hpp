// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace expunge::log {

/// How far a piece of work has come, and how fast this process went.
struct ProgressState {
  std::string what;
  std::string unit;
  std::uint64_t total = 0;    ///< 0: not known
  std::uint64_t skipped = 0;  ///< of `done`, what was there before this process
  std::uint64_t done = 0;
  double seconds = 0;  ///< since this process began
  std::string detail;
};

/// "training: 12000 of 60000 samples (20 %), 3450 samples/s, 14 s left; shard 3"
[[nodiscard]] std::string progress_line(const ProgressState& state);
/// The same behind a bar of fixed width.
[[nodiscard]] std::string progress_bar(const ProgressState& state);
/// "training: 48000 samples in 14 s, 3450 samples/s": what this process did.
[[nodiscard]] std::string progress_summary(const ProgressState& state);

/// "12 s", "2 min 5 s", "3 h 12 min": the two largest units.
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace expunge::log
