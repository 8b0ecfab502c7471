// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/config/option_table.hpp"
#include "framework/data/write_hdf5.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/commands/data_summary.hpp"
#include "launcher/process/standard_output.hpp"

namespace expunge {

namespace {

/// Prints what `--help` or `--print-config` asked for. True where there is nothing left to do.
bool only_printed(OptionTable& table, std::span<const std::string> arguments) {
  if (table.parse(arguments) == OptionTable::Outcome::kRun) return false;
  fmt::print("{}", table.printed());
  return true;
}

Exit run_info(std::span<const std::string> arguments) {
  std::string spec;
  OptionTable table("data info", "show what a data set holds: samples, shape, classes, subjects, digest");
  table.positional("data", &spec).required().placeholder("SPEC").help("data set, as `train --data` takes it");
  if (only_printed(table, arguments)) return Exit::kDone;
  const DataSummary summary = summarise(*open_dataset(Spec::parse(spec, "data")), spec);
  if (table.json())
    fmt::print("{}", document_text(to_json(summary)));
  else
    fmt::print("{}", to_text(summary));
  return Exit::kDone;
}

/// Writes the data set to `out` and says what was written.
void write_and_tell(const std::string& spec, const std::string& out, bool force, bool json) {
  const auto data = open_dataset(Spec::parse(spec, "data"));
  write_hdf5(*data, out, force);
  if (json) {
    nlohmann::ordered_json told;
    told["spec"] = spec;
    told["file"] = out;
    told["samples"] = data->size();
    fmt::print("{}", document_text(told));
  } else {
    fmt::print("{}: {} samples of {}\n", out, data->size(), spec);
  }
}

Exit run_digits(std::span<const std::string> arguments) {
  std::string out;
  std::int64_t samples = 12000;
  std::int64_t seed = 7;
  std::optional<std::int64_t> writers;
  bool force = false;
  OptionTable table("data digits", "write the embedded data set, procedural handwritten digits, as HDF5");
  table.text("out", &out).required().placeholder("FILE").help("HDF5 file to write");
  table.integer("samples", &samples).range(1, 100'000'000).placeholder("N").help("number of samples");
  table.integer("digits-seed", &seed)
      .range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max())
      .placeholder("K")
      .help("another one gives other writers and samples");
  table.optional_integer("writers", &writers)
      .range(1, 100'000'000)
      .placeholder("W")
      .help("number of writers, at most N (default: N/20, but at least 20)");
  table.flag("force", &force).help("replace FILE where it exists");
  if (only_printed(table, arguments)) return Exit::kDone;
  std::string spec = fmt::format("digits:{},seed={}", samples, seed);
  if (writers) spec += fmt::format(",writers={}", *writers);
  write_and_tell(spec, out, force, table.json());
  return Exit::kDone;
}

Exit run_convert(std::span<const std::string> arguments) {
  std::string spec;
  std::string out;
  bool force = false;
  OptionTable table("data convert", "write any data set as HDF5");
  table.positional("data", &spec).required().placeholder("SPEC").help("data set, as `train --data` takes it");
  table.text("out", &out).required().placeholder("FILE").help("HDF5 file to write");
  table.flag("force", &force).help("replace FILE where it exists");
  if (only_printed(table, arguments)) return Exit::kDone;
  write_and_tell(spec, out, force, table.json());
  return Exit::kDone;
}

struct Word {
  std::string_view name;
  std::string_view usage;
  std::string_view summary;
  Exit (*run)(std::span<const std::string>);
};
constexpr Word kWords[] = {
    {"info", "data info SPEC", "show what a data set holds", run_info},
    {"digits", "data digits --out FILE", "write the embedded data set as HDF5", run_digits},
    {"convert", "data convert SPEC --out FILE", "write any data set as HDF5", run_convert},
    {"scrub", "data scrub --run DIR --out FILE", "write a run's data without what was deleted", run_data_scrub},
    {"poison", "data poison --data SPEC --out FILE", "plant samples that are to be forgotten", run_data_poison},
};

std::string list_of_words() {
  std::string list;
  for (const Word& word : kWords) list += fmt::format("\n  expunge {:<34} {}", word.usage, word.summary);
  return list;
}

}  // namespace

Exit run_data(std::span<const std::string> arguments) {
  if (arguments.empty()) throw UsageError("data needs a word that says what to do:" + list_of_words());
  if (arguments[0] == "--help") {
    fmt::print(
        "expunge data: look at data sets, make them, convert them\n{}\n\n"
        "`expunge data WORD --help` lists the options of each.\n",
        list_of_words());
    return Exit::kDone;
  }
  for (const Word& word : kWords)
    if (arguments[0] == word.name) return word.run(arguments.subspan(1));
  throw UsageError(fmt::format("data knows no word '{}':{}", arguments[0], list_of_words()));
}

}  // namespace expunge
