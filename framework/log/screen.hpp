// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "framework/log/log.hpp"

namespace expunge::log {

/// Standard error is a terminal that a person looks at: a real one, outside a launcher, NO_COLOR unset, TERM not dumb.
/// Colour and a bar that is rewritten in place belong nowhere else.
[[nodiscard]] bool is_live_terminal();

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

}  // namespace expunge::log
