// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/browser/browser.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sodium.h>

namespace expunge::testing {

namespace {

using nlohmann::json;

// Where the browser looks for its pipes.
constexpr int kReads = 3;
constexpr int kWrites = 4;
constexpr std::chrono::seconds kPatience{30};

// What both sides of a pair of pipes hold, each above what dup2 is about to fill.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe can be made");
  for (int& end : ends) {
    const int higher = ::fcntl(end, F_DUPFD_CLOEXEC, 10);
    ::close(end);
    end = higher;
  }
  return ends;
}

std::vector<std::string> arguments(const std::string& program, const std::filesystem::path& profile) {
  std::vector<std::string> words = {program,
                                    "--headless=new",
                                    "--remote-debugging-pipe",
                                    "--user-data-dir=" + profile.string(),
                                    "--host-resolver-rules=MAP * ~NOTFOUND",
                                    "--disable-dev-shm-usage",  // containers have little of it
                                    "--disable-gpu",
                                    "--no-first-run",
                                    "--no-default-browser-check",
                                    "--disable-background-networking",
                                    "--disable-component-update",
                                    "--disable-breakpad",
                                    "--disable-sync",
                                    "--disable-extensions",
                                    "--hide-scrollbars",
                                    "--force-color-profile=srgb",
                                    "about:blank"};
  // Root has no sandbox to give, and containers often none to anybody: what is opened here is our own page.
  words.insert(words.begin() + 1, "--no-sandbox");
  return words;
}

void write_decoded(const std::string& base64, const std::filesystem::path& file) {
  std::string bytes(base64.size(), '\0');
  std::size_t length = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), base64.data(), base64.size(),
                        nullptr, &length, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
    throw std::runtime_error("the browser sent no base64");
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(length));
}

}  // namespace

Browser::Browser(const std::string& program) : deadline_(std::chrono::steady_clock::now() + kPatience) {
  std::signal(SIGPIPE, SIG_IGN);  // a browser that dies is an error to report
  const std::array<int, 2> out = make_pipe();
  const std::array<int, 2> in = make_pipe();
  const std::vector<std::string> words = arguments(program, profile_.path());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const std::string home = profile_.path().string();
  const std::string log = home + "/stderr";
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("no process can be made");
  if (process_ == 0) {
    ::setpgid(0, 0);
    const int errors = ::open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ::dup2(errors, STDERR_FILENO);
    ::dup2(errors, STDOUT_FILENO);
    ::dup2(out[0], kReads);
    ::dup2(in[1], kWrites);
    ::setenv("HOME", home.c_str(), 1);
    ::unsetenv("DBUS_SESSION_BUS_ADDRESS");
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(out[0]);
  ::close(in[1]);
  to_ = out[1];
  from_ = in[0];
  try {
    const std::string target = call("Target.createTarget", {{"url", "about:blank"}}).at("targetId");
    const std::string session =
        call("Target.attachToTarget", {{"targetId", target}, {"flatten", true}}).at("sessionId");
    session_ = session;
    for (const char* domain : {"Page.enable", "Runtime.enable", "Log.enable", "Network.enable"})
      call(domain, json::object());
  } catch (...) {
    stop();
    throw;
  }
}

Browser::~Browser() {
  stop();
}

void Browser::stop() const {
  // Without its pipes it ends by itself, and with it all that it has started: nothing then writes into its profile.
  ::close(to_);
  ::close(from_);
  constexpr int kTenths = 50;
  constexpr std::chrono::milliseconds kTenth{100};
  for (int i = 0; i < kTenths; ++i) {
    if (::waitpid(process_, nullptr, WNOHANG) != 0) return;
    std::this_thread::sleep_for(kTenth);
  }
  ::kill(-process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

void Browser::open(const std::filesystem::path& page, const Look& look) {
  deadline_ = std::chrono::steady_clock::now() + kPatience;
  look_ = look;
  call("Page.navigate", {{"url", "about:blank"}});
  call("Emulation.setDeviceMetricsOverride",
       {{"width", look.width}, {"height", look.height}, {"deviceScaleFactor", 1}, {"mobile", false}});
  call("Emulation.setEmulatedMedia",
       {{"media", look.paper ? "print" : ""},
        {"features", json::array({{{"name", "prefers-color-scheme"}, {"value", look.dark ? "dark" : "light"}}})}});
  requests_.clear();
  complaints_.clear();
  page_ = "file://" + page.string();
  loaded_ = false;
  call("Page.navigate", {{"url", page_}});
  while (!loaded_) receive();
  // What the page does right after loading belongs to it.
  static_cast<void>(evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))"));
}

json Browser::evaluate(const std::string& expression) {
  const json answer =
      call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
  if (answer.contains("exceptionDetails")) throw std::runtime_error("in the page: " + answer.dump());
  return answer.at("result").value("value", json());
}

void Browser::picture(const std::filesystem::path& file, int top, int height) {
  const json clip = {{"x", 0}, {"y", top}, {"width", look_.width}, {"height", height}, {"scale", 1}};
  write_decoded(call("Page.captureScreenshot", {{"captureBeyondViewport", true}, {"clip", clip}}).at("data"), file);
}

void Browser::print(const std::filesystem::path& file) {
  write_decoded(call("Page.printToPDF", {{"preferCSSPageSize", true}, {"printBackground", false}}).at("data"), file);
}

json Browser::call(const std::string& method, const json& parameters) {
  deadline_ = std::chrono::steady_clock::now() + kPatience;
  json message = {{"id", ++last_call_}, {"method", method}, {"params", parameters}};
  if (!session_.empty()) message["sessionId"] = session_;
  send(message.dump());
  while (true) {
    const json answer = receive();
    if (answer.value("id", 0) != last_call_) continue;
    if (answer.contains("error")) throw std::runtime_error(method + ": " + answer.at("error").dump());
    return answer.at("result");
  }
}

void Browser::send(const std::string& text) const {
  const std::string message = text + '\0';
  for (std::size_t at = 0; at < message.size();) {
    const ssize_t written = ::write(to_, message.data() + at, message.size() - at);
    if (written < 0 && errno != EINTR) throw std::runtime_error("the browser has gone");
    if (written > 0) at += static_cast<std::size_t>(written);
  }
}

json Browser::receive() {
  while (true) {
    const std::size_t end = buffer_.find('\0');
    if (end != std::string::npos) {
      json message = json::parse(buffer_.substr(0, end));
      buffer_.erase(0, end + 1);
      if (message.contains("method")) note(message);
      return message;
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now()).count();
    pollfd waiting{from_, POLLIN, 0};
    const int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    std::array<char, 65536> bytes{};
    const ssize_t read = ready > 0 ? ::read(from_, bytes.data(), bytes.size()) : 0;
    if (read <= 0) {
      std::ifstream log(profile_ / "stderr");
      const std::string said{std::istreambuf_iterator<char>(log), std::istreambuf_iterator<char>()};
      throw std::runtime_error(
          (ready == 0 ? "the browser does not answer; it says: " : "the browser has gone; it said: ") + said);
    }
    buffer_.append(bytes.data(), static_cast<std::size_t>(read));
  }
}

void Browser::note(const json& event) {
  const std::string method = event.at("method");
  const json& parameters = event.at("params");
  if (method == "Page.loadEventFired") {
    loaded_ = true;
  } else if (method == "Network.requestWillBeSent") {
    const std::string url = parameters.at("request").at("url");
    if (url != page_) requests_.push_back(url);
  } else if (method == "Log.entryAdded") {
    complaints_.push_back(parameters.at("entry").value("text", "?"));
  } else if (method == "Runtime.exceptionThrown" || method == "Runtime.consoleAPICalled") {
    complaints_.push_back(parameters.dump());
  }
}

}  // namespace expunge::testing
