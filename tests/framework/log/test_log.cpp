// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <optional>
#include <regex>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "framework/log/log.hpp"

using namespace expunge;
using namespace std::chrono_literals;

namespace {

using Settings = std::vector<std::pair<const char*, const char*>>;

/// Sets or removes variables for the time of a test.
class Environment {
 public:
  explicit Environment(const Settings& settings) {
    for (const auto& [name, value] : settings) {
      const char* const before = std::getenv(name);
      before_.emplace_back(name, before == nullptr ? std::nullopt : std::optional<std::string>(before));
      set(name, value);
    }
  }
  ~Environment() {
    for (const auto& [name, value] : before_) set(name, value ? value->c_str() : nullptr);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  static void set(const char* name, const char* value) {
    if (value == nullptr) {
      ::unsetenv(name);
    } else {
      ::setenv(name, value, 1);
    }
  }
  std::vector<std::pair<const char*, std::optional<std::string>>> before_;
};

Settings friendly_terminal() {
  return {
      {"TERM", "xterm"},         {"NO_COLOR", nullptr},  {"OMPI_COMM_WORLD_SIZE", nullptr}, {"PMI_SIZE", nullptr},
      {"PMI_RANK", nullptr},     {"PMIX_RANK", nullptr}, {"MPI_LOCALNRANKS", nullptr},      {"PALS_RANKID", nullptr},
      {"SLURM_STEP_ID", nullptr}};
}

/// What `work` writes to standard error while that is `to`, as read from `from`.
std::string written_to(int from, int to, const std::function<void()>& work) {
  const int before = ::dup(STDERR_FILENO);
  ::dup2(to, STDERR_FILENO);
  ::close(to);
  work();
  std::fflush(stderr);
  std::string text;
  std::array<char, 4096> piece{};
  ::fcntl(from, F_SETFL, O_NONBLOCK);
  for (ssize_t got = 0; (got = ::read(from, piece.data(), piece.size())) > 0;) {
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  ::close(from);
  return text;
}

std::string written_to_pipe(const std::function<void()>& work) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  return written_to(ends[0], ends[1], work);
}

/// Nothing where this machine has no pseudo-terminals.
std::optional<std::string> written_to_terminal(const std::function<void()>& work) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) return std::nullopt;
  const int slave = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
  if (slave < 0) return std::nullopt;
  return written_to(master, slave, work);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void say_all() {
  log::debug("detail {}", 1);
  log::info("news {}", 2);
  log::warning("worry {}", 3);
  log::error("trouble {}", 4);
}

/// Progress over 30 ms that speaks every 5 ms.
void work_for_a_while() {
  log::Progress progress("training", "samples", 30, 5ms);
  for (std::uint64_t done = 1; done <= 30; ++done) {
    std::this_thread::sleep_for(1ms);
    progress.update(done, "shard 3");
  }
}

}  // namespace

TEST_CASE("rank 0 writes every line from the level asked, with time and level, without a rank") {
  const auto text = written_to_pipe([] {
    log::start(log::Level::kDebug, 0, 2);
    say_all();
  });

  const std::string time = R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d )";
  CHECK(std::regex_match(text, std::regex(time + "debug   detail 1\n" + time + "info    news 2\n" + time +
                                          "warning worry 3\n" + time + "error   trouble 4\n")));
}

TEST_CASE("other ranks write warnings and errors alone, with their rank") {
  const auto text = written_to_pipe([] {
    log::start(log::Level::kDebug, 3, 4);
    say_all();
  });

  CHECK_FALSE(contains(text, "news"));
  CHECK(contains(text, "warning [rank 3] worry 3\n"));
  CHECK(contains(text, "error   [rank 3] trouble 4\n"));
}

TEST_CASE("a level leaves out what is below it and off leaves out all") {
  CHECK(written_to_pipe([] {
          log::start(log::Level::kOff, 0, 1);
          say_all();
        }).empty());
  const auto errors = written_to_pipe([] {
    log::start(log::Level::kError, 1, 2);
    say_all();
  });
  CHECK_FALSE(contains(errors, "worry"));
  CHECK(contains(errors, "trouble"));
}

TEST_CASE("each line of a message is a line of the log") {
  const auto text = written_to_pipe([] {
    log::start(log::Level::kInfo, 1, 2);
    log::warning("one\ntwo\n");
  });

  CHECK(contains(text, "[rank 1] one\n"));
  CHECK(contains(text, "[rank 1] two\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("into a pipe go plain lines of progress, no colour and no carriage return") {
  const Environment friendly(friendly_terminal());

  const auto text = written_to_pipe([] {
    log::start(log::Level::kInfo, 0, 1);
    say_all();
    work_for_a_while();
  });

  CHECK(contains(text, " of 30 samples ("));
  CHECK(contains(text, "; shard 3\n"));
  CHECK(contains(text, "training: 30 samples in 1 s, "));
  CHECK_FALSE(contains(text, "\r"));
  CHECK_FALSE(contains(text, "\033"));
}

TEST_CASE("short work stays silent") {
  const auto text = written_to_pipe([] {
    log::start(log::Level::kInfo, 0, 1);
    log::Progress progress("training", "samples", 3);
    for (std::uint64_t done = 1; done <= 3; ++done) progress.update(done);
  });

  CHECK(text.empty());
}

TEST_CASE("other ranks than 0 are silent about progress") {
  const auto text = written_to_pipe([] {
    log::start(log::Level::kInfo, 1, 2);
    work_for_a_while();
  });

  CHECK(text.empty());
}

TEST_CASE("what was there before does not count into the rate") {
  const auto text = written_to_pipe([] {
    log::start(log::Level::kInfo, 0, 1);
    log::Progress progress("training", "samples", 1'000'010, 1ms);
    progress.skip(1'000'000);
    std::this_thread::sleep_for(5ms);
    progress.update(1'000'005);
  });

  CHECK(contains(text, "1000005 of 1000010 samples (99 %)"));
  CHECK(contains(text, "training: 5 samples in 1 s"));
}

TEST_CASE("on a terminal there is a bar in place, colour, and a clean line at the end") {
  const Environment friendly(friendly_terminal());

  const auto text = written_to_terminal([] {
    log::start(log::Level::kInfo, 0, 1);
    log::warning("worry");
    work_for_a_while();
  });

  if (!text) {
    MESSAGE("this machine has no pseudo-terminals");
    return;
  }
  CHECK(contains(*text, "\r\033[K"));
  CHECK(contains(*text, "training ["));
  CHECK(contains(*text, "\033[33m"));
  CHECK(contains(*text, "training: 30 samples in 1 s, "));
  CHECK(text->rfind("\033[K") < text->rfind("training: 30 samples"));
}

TEST_CASE("a terminal under a launcher, without colour or dumb is treated as a file") {
  for (const auto& setting : Settings{{"OMPI_COMM_WORLD_SIZE", "2"},
                                      {"PMI_SIZE", "1"},
                                      {"SLURM_STEP_ID", "0"},
                                      {"NO_COLOR", "1"},
                                      {"TERM", "dumb"},
                                      {"TERM", nullptr}}) {
    const char* const name = setting.first;
    CAPTURE(name);
    const Environment friendly(friendly_terminal());
    const Environment but(Settings{setting});

    const auto text = written_to_terminal([] {
      log::start(log::Level::kInfo, 0, 1);
      log::error("trouble");
      work_for_a_while();
    });

    if (!text) {
      MESSAGE("this machine has no pseudo-terminals");
      return;
    }
    CHECK(contains(*text, " of 30 samples ("));
    CHECK_FALSE(contains(*text, "\033"));
    // A terminal's own line ends are "\r\n": any other carriage return would be ours.
    CHECK_FALSE(std::regex_search(*text, std::regex("\r[^\n]")));
  }
}

TEST_CASE("the library behind the log tells its version") {
  CHECK(std::regex_match(log::spdlog_version(), std::regex(R"(\d+\.\d+\.\d+)")));
}
