// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/text/rfc3339.hpp"

namespace expunge {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr int kLastYear = 9999;  // RFC 3339 writes years in four digits

/// Takes a text apart from its front; once something is missing, all that follows is missing too.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  /// Exactly `digits` decimal digits.
  int number(std::size_t digits) {
    if (rest_.size() < digits) return miss();
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const char digit = rest_[i];
      if (digit < '0' || digit > '9') return miss();
      value = 10 * value + (digit - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  /// One of these characters; zero where it is none.
  char any_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) {
      miss();
      return '\0';
    }
    const char found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }

  /// Passes over "." and at least one digit, where it stands here.
  void fraction() {
    if (!rest_.starts_with('.')) return;
    rest_.remove_prefix(1);
    number(1);
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') rest_.remove_prefix(1);
  }

  [[nodiscard]] bool is_sound() const { return sound_; }
  [[nodiscard]] bool is_done() const { return sound_ && rest_.empty(); }

 private:
  int miss() {
    sound_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool sound_ = true;
};

std::optional<sys_days> scan_date(Scanner& text) {
  const int year = text.number(4);
  text.any_of("-");
  const int month = text.number(2);
  text.any_of("-");
  const int day = text.number(2);
  const year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day)));
  if (!text.is_sound() || !date.ok()) return std::nullopt;
  return sys_days(date);
}

/// What follows the date, from its "T" on: since midnight in UTC, and so perhaps negative or more than a day.
std::optional<seconds> scan_time(Scanner& text) {
  text.any_of("Tt");
  const int hour = text.number(2);
  text.any_of(":");
  const int minute = text.number(2);
  text.any_of(":");
  const int second = text.number(2);
  text.fraction();
  const char zone = text.any_of("Zz+-");
  seconds ahead{0};
  if (zone == '+' || zone == '-') {
    const int zone_hours = text.number(2);
    text.any_of(":");
    const int zone_minutes = text.number(2);
    if (zone_hours > 23 || zone_minutes > 59) return std::nullopt;
    ahead = hours(zone_hours) + minutes(zone_minutes);
    if (zone == '-') ahead = -ahead;
  }
  if (!text.is_done() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return hours(hour) + minutes(minute) + seconds(second) - ahead;
}

bool is_writable(Moment moment) {
  const auto year = static_cast<int>(year_month_day(std::chrono::floor<days>(moment)).year());
  return year >= 0 && year <= kLastYear;
}

}  // namespace

std::optional<Moment> only_writable(Moment moment) {
  return is_writable(moment) ? std::optional(moment) : std::nullopt;
}

std::optional<Moment> parse_moment(std::string_view text, seconds time_of_a_date) {
  constexpr std::size_t kDateLength = 10;
  Scanner scanner(text);
  const auto date = scan_date(scanner);
  if (!date) return std::nullopt;
  if (text.size() == kDateLength) return *date + time_of_a_date;
  const auto time = scan_time(scanner);
  return time ? only_writable(*date + *time) : std::nullopt;
}

std::string to_text(Moment moment) {
  const auto day = std::chrono::floor<days>(moment);
  const year_month_day date(day);
  const std::chrono::hh_mm_ss<seconds> time(moment - day);
  std::string text = "0000-00-00T00:00:00Z";
  const auto put = [&](std::size_t end, std::size_t digits, long value) {
    for (; digits > 0; --digits, value /= 10) text[--end] = static_cast<char>('0' + value % 10);
  };
  put(4, 4, static_cast<int>(date.year()));
  put(7, 2, static_cast<long>(static_cast<unsigned>(date.month())));
  put(10, 2, static_cast<long>(static_cast<unsigned>(date.day())));
  put(13, 2, time.hours().count());
  put(16, 2, time.minutes().count());
  put(19, 2, time.seconds().count());
  return text;
}

Moment now() {
  return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

}  // namespace expunge
