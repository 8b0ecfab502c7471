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

std::string library_versions() {
  return fmt::format("spdlog {}.{}.{}, fmt {}.{}.{}", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH,
                     FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
}

}  // namespace expunge::log
