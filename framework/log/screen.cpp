// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/log/screen.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

#include <spdlog/logger.h>
#include <spdlog/sinks/ansicolor_sink.h>

#include "framework/text/utf8.hpp"

namespace expunge::log {

namespace {

constexpr const char* kPattern = "%Y-%m-%d %H:%M:%S %^%-7l%$ %v";

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kOff:
      break;
  }
  return spdlog::level::off;
}

/// Any launcher at all: its pipes are merged and kept, whatever isatty says.
bool under_a_launcher() {
  constexpr std::array kVariables{"OMPI_COMM_WORLD_SIZE", "PMI_SIZE",      "PMI_RANK",   "PMIX_RANK",
                                  "MPI_LOCALNRANKS",      "SLURM_STEP_ID", "PALS_RANKID"};
  return std::ranges::any_of(kVariables, [](const char* name) { return std::getenv(name) != nullptr; });
}

std::size_t terminal_columns() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

/// At most `width` characters, never half of one.
std::string_view cut(std::string_view text, std::size_t width) {
  std::size_t shown = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool continues = continues_character(text[at]);
    if (!continues && shown++ == width) return text.substr(0, at);
  }
  return text;
}

}  // namespace

bool is_live_terminal() {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  if (term == nullptr || std::string_view(term) == "dumb") return false;
  return ::isatty(STDERR_FILENO) == 1 && !under_a_launcher();
}

struct Screen::Sink {
  explicit Sink(Level least)
      : sink(std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(is_live_terminal() ? spdlog::color_mode::always
                                                                                          : spdlog::color_mode::never)),
        logger("expunge", sink) {
    sink->set_pattern(kPattern);
    logger.set_level(spdlog_level(least));
    logger.flush_on(spdlog::level::trace);
  }

  std::shared_ptr<spdlog::sinks::ansicolor_stderr_sink_mt> sink;
  spdlog::logger logger;
};

Screen& Screen::instance() {
  static Screen screen;
  return screen;
}

Screen::Screen() : sink_(std::make_unique<Sink>(Level::kInfo)) {}
Screen::~Screen() = default;

void Screen::start(Level least, int rank, int ranks) {
  const std::lock_guard lock(mutex_);
  sink_ = std::make_unique<Sink>(rank == 0 ? least : std::max(least, Level::kWarning));
  prefix_ = rank == 0 || ranks == 1 ? "" : fmt::format("[rank {}] ", rank);
}

void Screen::write(Level level, std::string_view message) {
  const std::lock_guard lock(mutex_);
  if (level == Level::kOff || !sink_->logger.should_log(spdlog_level(level))) return;
  erase();
  while (true) {
    const auto end = message.find('\n');
    sink_->logger.log(spdlog_level(level), prefix_ + std::string(message.substr(0, end)));
    if (end == std::string_view::npos || end + 1 == message.size()) return;
    message.remove_prefix(end + 1);
  }
}

bool Screen::shows(Level level) {
  const std::lock_guard lock(mutex_);
  return sink_->logger.should_log(spdlog_level(level));
}

void Screen::draw_bar(std::string_view text) {
  const std::lock_guard lock(mutex_);
  const auto shown = cut(text, terminal_columns() - 1);
  erase();
  std::fwrite(shown.data(), 1, shown.size(), stderr);
  std::fflush(stderr);
  bar_drawn_ = true;
}

void Screen::clear_bar() {
  const std::lock_guard lock(mutex_);
  erase();
}

void Screen::erase() {
  if (!bar_drawn_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  bar_drawn_ = false;
}

}  // namespace expunge::log
