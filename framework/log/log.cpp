// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/log/log.hpp"

#include <spdlog/version.h>

#include "framework/log/screen.hpp"

namespace expunge::log {

void start(Level least, int rank, int ranks) {
  Screen::instance().start(least, rank, ranks);
}

void write(Level level, std::string_view message) {
  Screen::instance().write(level, message);
}

std::string spdlog_version() {
  return fmt::format("{}.{}.{}", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH);
}

}  // namespace expunge::log
