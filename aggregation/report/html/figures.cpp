// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/report/html/figures.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "aggregation/report/html/markup.hpp"

namespace expunge::html {

namespace {

std::string with_thousands(double value) {
  const std::string digits = fmt::format("{:.0f}", std::abs(value));
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return value < 0 ? "−" + text : text;
}

std::string signed_text(double value, std::string_view text) {
  return fmt::format("{}{}", value < 0 ? "−" : "", text);
}

// Three digits that count, as people write them: 0.0312, 3.12, 31.2, 312, 3,120.
std::string short_number(double value) {
  const double size = std::abs(value);
  if (size >= 1000) return with_thousands(value);
  if (size >= 100) return signed_text(value, fmt::format("{:.0f}", size));
  if (size >= 10) return signed_text(value, fmt::format("{:.1f}", size));
  if (size >= 1) return signed_text(value, fmt::format("{:.2f}", size));
  return signed_text(value, fmt::format("{:.3g}", size));
}

std::string duration(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  const double whole = std::round(seconds);
  if (whole < 2 * kMinute) return short_number(seconds) + " s";
  if (whole < 2 * kHour)
    return fmt::format("{:.0f} min {:02.0f} s", std::floor(whole / kMinute), std::fmod(whole, kMinute));
  return fmt::format("{} h {:02.0f} min", with_thousands(std::floor(whole / kHour)),
                     std::floor(std::fmod(whole, kHour) / kMinute));
}

std::string bytes(double value) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; unit + 1 < kUnits.size() && std::abs(value) >= 1000; ++unit) value /= 1000;
  return fmt::format("{} {}", short_number(value), kUnits[unit]);
}

std::string plain(double value) {
  const double size = std::abs(value);
  if (size >= 10'000 && size < 1e9) return with_thousands(value);
  return signed_text(value, fmt::format("{:.4g}", size));
}

}  // namespace

std::string figure(std::optional<double> value, Figure kind) {
  if (!value) return "–";
  switch (kind) {
    case Figure::kCount:
      return with_thousands(*value);
    case Figure::kTimes:
      return short_number(*value) + "×";
    case Figure::kSeconds:
      return duration(*value);
    case Figure::kPercent:
      return signed_text(*value, fmt::format("{:.2f} %", std::abs(*value) * 100));
    case Figure::kShare:
      return signed_text(*value, fmt::format("{:.2f}", std::abs(*value) * 100));
    case Figure::kBytes:
      return bytes(*value);
    case Figure::kRough:
      return std::abs(*value) < 100 ? signed_text(*value, fmt::format("{:.2g}", std::abs(*value)))
                                    : with_thousands(*value);
    case Figure::kPlain:
      break;
  }
  return plain(*value);
}

std::string data(std::optional<double> value, Figure kind) {
  if (!value) return "<span class=\"nothing\">–</span>";
  return fmt::format("<data value=\"{}\">{}</data>", *value, figure(value, kind));
}

std::string DataTable::html() const {
  std::string text = fmt::format(
      "<div class=\"scrolls\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"{0}\"><table>\n<caption><span>{0}</span></caption>\n<thead><tr>",
      escaped(caption));
  for (const std::string& name : header) text += fmt::format("<th scope=\"col\">{}</th>", escaped(name));
  text += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    text += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      text += i == 0 ? fmt::format("<th scope=\"row\">{}</th>", row[i]) : fmt::format("<td>{}</td>", row[i]);
    text += "</tr>\n";
  }
  return text + "</tbody>\n</table></div>\n";
}

std::string DataTable::folded(std::string_view summary) const {
  return fmt::format("<details class=\"numbers\"><summary>{}</summary>\n{}</details>\n", escaped(summary), html());
}

}  // namespace expunge::html
