// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <limits>
#include <utility>

#include <doctest/doctest.h>

#include "tests/support/faulty_files.hpp"

namespace expunge::testing {

/// Ends something at every call on files, in every way: a call that fails, a process that ends between two calls or
/// within one, and the power that is cut then. `attempt` begins anew each time, and says whether it came to the call at
/// all. Returns how many calls there were, in the way that had the fewest.
[[nodiscard]] inline std::size_t end_at_every_call(
    const std::function<bool(const Fault& fault, bool power_cut)>& attempt) {
  constexpr std::array<std::pair<Fault::What, bool>, 4> kEnds{
      {{Fault::kFail, false}, {Fault::kCrashAfter, false}, {Fault::kCrashAfter, true}, {Fault::kCrashWithin, true}}};
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const auto& end : kEnds) {
    const auto what = end.first;
    const bool power_cut = end.second;
    std::size_t k = 0;
    for (;; ++k) {
      CAPTURE(int{what});
      CAPTURE(power_cut);
      CAPTURE(k);
      if (!attempt({.at = k, .what = what}, power_cut)) break;
    }
    fewest = std::min(fewest, k);
  }
  return fewest;
}

}  // namespace expunge::testing
