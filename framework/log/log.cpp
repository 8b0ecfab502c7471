// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/log/log.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include <spdlog/logger.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/version.h>

#include "framework/log/progress_text.hpp"
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

/// Standard error is a terminal that a person looks at: a real one, outside a launcher, NO_COLOR unset, TERM not dumb.
/// Colour and a bar that is rewritten in place belong nowhere else.
bool is_live_terminal() {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  if (term == nullptr || std::string_view(term) == "dumb") return false;
  return ::isatty(STDERR_FILENO) == 1 && !under_a_launcher();
}

/// Standard error, as lines and at most one bar share it. One per process; safe for several threads.
class Screen {
 public:
  static Screen& instance();

  void start(Level least, int rank, int ranks);
  /// Writes a message, each of its lines on one of its own.
  void write(Level level, std::string_view message);

  /// Lines of this level are written here.
  [[nodiscard]] bool shows(Level level);
  /// Draws `text` in place of the bar that is there, cut to the terminal's width.
  void draw_bar(std::string_view text);
  void clear_bar();

 private:
  struct Sink;
  Screen();
  ~Screen();
  void erase();

  std::mutex mutex_;
  std::unique_ptr<Sink> sink_;
  std::string prefix_;
  bool bar_drawn_ = false;
};

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

}  // namespace

void start(Level least, int rank, int ranks) {
  Screen::instance().start(least, rank, ranks);
}

void write(Level level, std::string_view message) {
  Screen::instance().write(level, message);
}

std::string spdlog_version() {
  return fmt::format("{}.{}.{}", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH);
}

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kBarsAnInterval = 10;
constexpr std::chrono::milliseconds kFastestBar{100};

}  // namespace

struct Progress::State {
  ProgressState text;
  Clock::duration interval{};
  bool live = false;
  bool silent = false;
  Clock::time_point begin = Clock::now();
  Clock::time_point next{};
  bool spoken = false;

  void speak(Clock::time_point now) {
    text.seconds = std::chrono::duration<double>(now - begin).count();
    if (live) {
      Screen::instance().draw_bar(progress_bar(text));
      next = now + std::min<Clock::duration>(interval / kBarsAnInterval, kFastestBar);
    } else {
      write(Level::kInfo, progress_line(text));
      next = now + interval;
    }
    spoken = true;
  }
};

Progress::Progress(std::string what, std::string unit, std::uint64_t total, std::chrono::milliseconds interval)
    : state_(std::make_unique<State>()) {
  state_->text.what = std::move(what);
  state_->text.unit = std::move(unit);
  state_->text.total = total;
  state_->interval = interval;
  state_->live = is_live_terminal();
  state_->silent = !Screen::instance().shows(Level::kInfo);
  state_->next = state_->begin + (state_->live ? state_->interval / kBarsAnInterval : state_->interval);
}

Progress::~Progress() {
  if (!state_->spoken) return;
  state_->text.seconds = std::chrono::duration<double>(Clock::now() - state_->begin).count();
  if (state_->live) Screen::instance().clear_bar();
  write(Level::kInfo, progress_summary(state_->text));
}

void Progress::skip(std::uint64_t already_done) {
  state_->text.skipped = already_done;
  state_->text.done = std::max(state_->text.done, already_done);
}

void Progress::update(std::uint64_t done, std::string_view detail) {
  state_->text.done = done;
  if (state_->silent) return;
  const auto now = Clock::now();
  if (now < state_->next) return;
  state_->text.detail = detail;
  state_->speak(now);
}

}  // namespace expunge::log
