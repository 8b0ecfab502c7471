// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "framework/log/log.hpp"
#include "framework/log/progress_text.hpp"
#include "framework/log/screen.hpp"

namespace expunge::log {

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
