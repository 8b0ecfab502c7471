// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/due_date.hpp"

namespace expunge {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

std::optional<Moment> due_by_regulation(Moment received, std::string_view regulation) {
  constexpr days kByCcpa{45};
  if (regulation == "CCPA") return only_writable(received + kByCcpa);
  if (regulation != "GDPR") return std::nullopt;
  const auto day = std::chrono::floor<days>(received);
  const year_month_day next = year_month_day(day) + std::chrono::months(1);
  const sys_days due = next.ok() ? sys_days(next) : sys_days(next.year() / next.month() / std::chrono::last);
  return only_writable(due + (received - day));
}

std::optional<Moment> parse_due(std::string_view text) {
  return parse_moment(text, std::chrono::hours(23) + std::chrono::minutes(59) + std::chrono::seconds(59));
}

}  // namespace expunge
