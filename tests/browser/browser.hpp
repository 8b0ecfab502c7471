// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tests/support/temporary_folder.hpp"

namespace expunge::testing {

/// How a reader looks at a page.
struct Look {
  int width = 1200;
  int height = 900;
  bool dark = false;
  bool paper = false;
};

/// A Chromium without a window and with a profile of its own, which this process talks to over a pair of pipes (the
/// DevTools protocol). It resolves no name, so nothing that a page asks for can come from anywhere but this machine.
/// Throws std::runtime_error where the browser does not answer within half a minute.
class Browser {
 public:
  explicit Browser(const std::string& program);
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  /// Opens a file and waits until it has been loaded. What the page before asked and complained is forgotten.
  void open(const std::filesystem::path& page, const Look& look);
  /// What the open page asked for, itself not counted.
  [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }
  /// What the console says: errors, warnings, refusals of the page's own policy.
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
  /// The value of an expression of JavaScript in the open page. The page's policy binds the page alone.
  [[nodiscard]] nlohmann::json evaluate(const std::string& expression);
  /// The page from `top` on, as much of it as `height`, as a picture (PNG).
  void picture(const std::filesystem::path& file, int top, int height);
  /// The page as it is printed (PDF).
  void print(const std::filesystem::path& file);

 private:
  nlohmann::json call(const std::string& method, const nlohmann::json& parameters);
  void stop() const;
  void send(const std::string& text) const;
  /// The next message; handles what the page reports of itself.
  nlohmann::json receive();
  void note(const nlohmann::json& event);

  TemporaryFolder profile_;
  int to_ = -1;
  int from_ = -1;
  int process_ = -1;
  int last_call_ = 0;
  std::string session_;
  std::string page_;
  Look look_;
  std::string buffer_;
  bool loaded_ = false;
  std::chrono::steady_clock::time_point deadline_;
  std::vector<std::string> requests_;
  std::vector<std::string> complaints_;
};

}  // namespace expunge::testing
