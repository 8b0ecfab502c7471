// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/process/failure_text.hpp"

#include <cstdio>
#include <sstream>

namespace expunge {

std::string failure_text(const Outcome& outcome) {
  std::istringstream message(outcome.message);
  std::string text;
  for (std::string line; std::getline(message, line);) text += "expunge: " + line + '\n';
  if (!text.empty() && outcome.exit == Exit::kBug) {
    text += "expunge: this is a bug in expunge: please report it, with what `expunge --version` prints\n";
  }
  return text;
}

void tell_failure(const Outcome& outcome) {
  // One write, so that the lines of several processes do not mix.
  const auto text = failure_text(outcome);
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace expunge
