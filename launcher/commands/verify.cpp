// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "framework/config/option_declaration.hpp"
#include "framework/config/option_table.hpp"
#include "framework/core/bytes.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/commands/common_options.hpp"
#include "launcher/process/environment.hpp"
#include "launcher/verification/verification.hpp"

namespace expunge {

namespace {

/// "0", "2,3".
std::optional<std::vector<std::uint32_t>> shard_numbers(const std::string& word) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t begin = 0; begin <= word.size();) {
    const std::size_t end = std::min(word.find(',', begin), word.size());
    const auto number = whole_number(std::string_view(word).substr(begin, end - begin)).value;
    if (!number || *number < 0 || *number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    numbers.push_back(static_cast<std::uint32_t>(*number));
    begin = end + 1;
  }
  return numbers;
}

std::string challenge_problem(const std::string& text) {
  try {
    const std::size_t bytes = from_hex(text).size();
    if (bytes >= kShortestChallenge && bytes <= kLongestChallenge) return {};
  } catch (const Failure&) {  // the one message says what is wanted
  }
  return fmt::format("must be {} to {} hexadecimal digits, an even number of them", 2 * kShortestChallenge,
                     2 * kLongestChallenge);
}

}  // namespace

Exit run_verify(std::span<const std::string> arguments) {
  OptionTable table("verify",
                    "retrain from scratch, in memory, and compare bit for bit; check the journal, every file and what "
                    "it comes from, and that nothing is left that saw a deleted sample");
  VerificationOptions options;
  std::string run;
  std::vector<std::string> shards;
  double fraction = 1;
  SessionOptions session_options;
  table.text("run", &run).required().placeholder("DIR").help("run directory");
  table.text("data", &options.data)
      .placeholder("SPEC")
      .help("the run's data, where it has moved; or the same without the deleted samples");
  table.group("What is retrained (all shards unless one of these is given; all is checked otherwise)");
  table.texts("shard", &shards)
      .placeholder("K")
      .check([](const std::string& word) {
        return shard_numbers(word) ? "" : "must be numbers of shards, with blanks or commas between them";
      })
      .help("these shards");
  table.flag("touched", &options.touched).help("the shards that an accepted deletion touched");
  table.real("sample-fraction", &fraction)
      .range(1e-6, 1.0)
      .placeholder("F")
      .help("replay only this part of the stages, each from the checkpoint before it; the challenge decides which");
  table.text("challenge", &options.challenge)
      .placeholder("HEX")
      .check(challenge_problem)
      .help("with --sample-fraction: at least 32 hexadecimal digits that the auditor chose (default: drawn at random)");
  declare(table, session_options);
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  if (table.given("challenge") && !table.given("sample-fraction"))
    throw UsageError("--challenge picks the stages that are replayed: give --sample-fraction with it");
  options.run = run;
  options.json = table.json();
  for (const auto& word : shards)
    if (const auto numbers = shard_numbers(word))
      options.shards.insert(options.shards.end(), numbers->begin(), numbers->end());
  if (table.given("sample-fraction"))
    options.sample = Fraction{static_cast<std::uint32_t>(std::max(std::llround(fraction * 1e6), 1LL))};

  Session session(session_options);
  return run_together(session, [&] { return Verification(session, options).run(); });
}

}  // namespace expunge
