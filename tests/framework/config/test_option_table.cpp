// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include <doctest/doctest.h>

#include "framework/config/option_help.hpp"
#include "framework/config/option_table.hpp"
#include "framework/core/error.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using expunge::testing::TemporaryFolder;

namespace {

using Words = std::vector<std::string>;

/// A variable of the environment for the time of a test.
class Environment {
 public:
  Environment(std::string name, const std::string& value) : name_(std::move(name)) {
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~Environment() { ::unsetenv(name_.c_str()); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::string name_;
};

/// A command with an option of every kind.
struct Sample {
  std::string run;
  std::int64_t shards = 4;
  std::optional<std::int64_t> seed;
  std::optional<std::string> note;
  double rate = 0.1;
  double momentum = 0.9;
  std::string slicing = "cumulative";
  Words methods;
  bool dry_run = false;
  OptionTable table{"train", "train every shard"};

  Sample() {
    table.text("run", &run).placeholder("DIR").help("run directory");
    table.integer("shards", &shards).range(1, 1'000'000).help("number of shards S");
    table.optional_integer("seed", &seed).range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max());
    table.optional_text("note", &note);
    table.group("Optimiser");
    table.real("rate", &rate).range(std::nextafter(0.0, 1.0), 10.0).help("learning rate");
    table.real("momentum", &momentum).range(0.0, std::nextafter(1.0, 0.0));
    table.group({});
    table.choice("slicing", &slicing, {"cumulative", "sequential"}).help("what a stage sees");
    table.texts("methods", &methods).placeholder("SPEC");
    table.flag("dry-run", &dry_run).help("touch nothing");
  }

  OptionTable::Outcome parse(const Words& words) { return table.parse(words); }

  /// What the table has against these words; fails the test where it has nothing.
  std::string problems(const Words& words) {
    try {
      table.parse(words);
    } catch (const UsageError& error) {
      return error.what();
    }
    FAIL("no problem was found");
    return {};
  }
};

std::string written(const TemporaryFolder& folder, const std::string& content) {
  const auto path = folder / "run.ini";
  std::ofstream(path) << content;
  return path.string();
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("options fill their variables and the others keep their defaults") {
  Sample sample;

  const auto outcome =
      sample.parse({"--run", "r", "--shards=7", "--rate", "0.5", "--slicing", "sequential", "--dry-run"});

  CHECK(outcome == OptionTable::Outcome::kRun);
  CHECK(sample.run == "r");
  CHECK(sample.shards == 7);
  CHECK(sample.rate == 0.5);
  CHECK(sample.slicing == "sequential");
  CHECK(sample.dry_run);
  CHECK(sample.momentum == 0.9);
  CHECK_FALSE(sample.seed.has_value());
  CHECK(sample.table.given("shards"));
  CHECK_FALSE(sample.table.given("momentum"));
}

TEST_CASE("a list takes every word up to the next option") {
  Sample sample;

  sample.parse({"--methods", "exact", "finetune:epochs=1", "-1", "--shards", "2"});

  CHECK(sample.methods == Words{"exact", "finetune:epochs=1", "-1"});
  CHECK(sample.shards == 2);
}

TEST_CASE("the command line stands before the environment, that before the file, and that before the default") {
  const TemporaryFolder folder;
  const auto file = written(folder, "shards = 2\nrate = 0.2\nmomentum = 0.2\nslicing = sequential\n");
  const Environment shards("EXPUNGE_SHARDS", "3");
  const Environment rate("EXPUNGE_RATE", "0.3");
  const Environment dry_run("EXPUNGE_DRY_RUN", "1");
  Sample sample;

  sample.parse({"--config", file, "--shards", "5"});

  CHECK(sample.shards == 5);
  CHECK(sample.rate == 0.3);
  CHECK(sample.momentum == 0.2);
  CHECK(sample.slicing == "sequential");
  CHECK(sample.dry_run);
  CHECK_FALSE(sample.table.given("run"));
}

TEST_CASE("the file may be named by the environment") {
  const TemporaryFolder folder;
  const Environment config("EXPUNGE_CONFIG", written(folder, "shards = 9  # a comment\n"));
  Sample sample;

  sample.parse({});

  CHECK(sample.shards == 9);
}

TEST_CASE("an empty variable and an empty line of the file give nothing") {
  const TemporaryFolder folder;
  const Environment seed("EXPUNGE_SEED", "");
  Sample sample;

  sample.parse({"--config", written(folder, "note =\n")});

  CHECK_FALSE(sample.seed.has_value());
  CHECK_FALSE(sample.note.has_value());
}

TEST_CASE("a variable of the environment that is no option of this command is left alone") {
  const Environment other("EXPUNGE_REQUESTS", "file.jsonl");
  const Environment help("EXPUNGE_HELP", "1");
  Sample sample;

  CHECK(sample.parse({}) == OptionTable::Outcome::kRun);
}

TEST_CASE("a prefix of a name is not the name, and the nearest name is told") {
  Sample sample;

  const auto problems = sample.problems({"--shard", "5"});

  CHECK(contains(problems, "unknown option --shard: did you mean --shards?"));
  CHECK(contains(problems, "`expunge train --help` lists the options"));
  CHECK_FALSE(contains(problems, "unexpected word"));
  CHECK(sample.shards == 4);
}

TEST_CASE("swapped letters and single dashes are understood as mistakes, nonsense gets no hint") {
  Sample sample;

  CHECK(contains(sample.problems({"--shrads", "5"}), "unknown option --shrads: did you mean --shards?"));
  CHECK(contains(sample.problems({"-shards", "5"}), "unknown option -shards: did you mean --shards?"));
  CHECK(contains(sample.problems({"--xyzzy"}), "unknown option --xyzzy\n"));
  CHECK(contains(sample.problems({"shards"}), "unexpected word shards: did you mean --shards?"));
}

TEST_CASE("a negative number reaches the range check") {
  Sample sample;

  CHECK(sample.problems({"--shards", "-1"}) == "--shards must be from 1 to 1000000: -1 was given");
  CHECK(sample.problems({"--shards=-1"}) == "--shards must be from 1 to 1000000: -1 was given");
  CHECK(sample.problems({"--rate", "-1e-3"}) == "--rate must be more than 0 and at most 10: -1e-3 was given");
}

TEST_CASE("a whole number is read whole, and one too large for 64 bits is out of range") {
  Sample sample;

  CHECK(
      contains(sample.problems({"--shards", "4x"}), "--shards must be a whole number from 1 to 1000000: 4x was given"));
  CHECK(contains(sample.problems({"--shards", "4.0"}), "4.0 was given"));
  CHECK(contains(sample.problems({"--shards", " 4"}), " 4 was given"));
  CHECK(contains(sample.problems({"--shards", "18446744073709551617"}),
                 "--shards must be from 1 to 1000000: 18446744073709551617 was given"));
  CHECK(sample.problems({"--seed", "-1"}) == "--seed must be at least 0: -1 was given");
}

TEST_CASE("bounds that are not allowed themselves are told as such") {
  Sample sample;

  CHECK(sample.problems({"--rate", "0"}) == "--rate must be more than 0 and at most 10: 0 was given");
  CHECK(sample.problems({"--momentum", "1"}) == "--momentum must be at least 0 and less than 1: 1 was given");
  CHECK(contains(sample.problems({"--rate", "nan"}), "--rate must be a number more than 0"));
  CHECK(contains(sample.problems({"--rate", "inf"}), "inf was given"));
  CHECK(contains(sample.problems({"--rate", "0.1,"}), "0.1, was given"));
}

TEST_CASE("every problem of every source is told at once, with where it comes from") {
  const TemporaryFolder folder;
  const auto file = written(folder, "slicing = neither\nshrads = 2\nmomentum = 2\n");
  const Environment shards("EXPUNGE_SHARDS", "0");
  Sample sample;

  const auto problems = sample.problems({"--config", file, "--rate", "fast", "--nonsense", "--seed"});

  CHECK(contains(problems, "unknown option --nonsense"));
  CHECK(contains(problems, "--seed needs a value (N)"));
  CHECK(contains(problems, file + ": unknown option shrads: did you mean shards?"));
  CHECK(contains(problems, "--shards must be from 1 to 1000000: 0 was given (from EXPUNGE_SHARDS)"));
  CHECK(contains(problems, "--rate must be a number more than 0 and at most 10: fast was given\n"));
  CHECK(contains(problems, "--momentum must be at least 0 and less than 1: 2 was given (from " + file + ")"));
  CHECK(contains(problems, "--slicing must be one of cumulative, sequential: neither was given (from " + file + ")"));
}

TEST_CASE("where anything is wrong no variable is touched") {
  Sample sample;

  sample.problems({"--shards", "7", "--rate", "-1"});

  CHECK(sample.shards == 4);
}

TEST_CASE("a value overridden by a stronger source is not judged") {
  const Environment shards("EXPUNGE_SHARDS", "0");
  Sample sample;

  sample.parse({"--shards", "3"});

  CHECK(sample.shards == 3);
}

TEST_CASE("an option given twice is an error that names both values") {
  const TemporaryFolder folder;
  Sample sample;

  CHECK(contains(sample.problems({"--shards", "3", "--shards", "4"}), "--shards was given twice: 3, then 4"));
  const auto file = written(folder, "shards = 3\nshards = 3\n");
  CHECK(contains(sample.problems({"--config", file}), file + ": shards was given twice"));
}

TEST_CASE("an option is never taken for the value of the one before it") {
  Sample sample;

  CHECK(contains(sample.problems({"--run", "--shards", "3"}), "--run needs a value (DIR), but --shards follows"));
  CHECK(contains(sample.problems({"--run="}), "--run needs a value (DIR)"));
  sample.parse({"--run=--odd"});
  CHECK(sample.run == "--odd");
}

TEST_CASE("a flag takes a truth value where one is attached and nothing else") {
  Sample sample;

  CHECK(contains(sample.problems({"--dry-run=maybe"}), "--dry-run must be true, false, 1 or 0: maybe was given"));
  CHECK(contains(sample.problems({"--dry-run", "true"}), "unexpected word true"));
  sample.parse({"--dry-run=false"});
  CHECK_FALSE(sample.dry_run);
}

TEST_CASE("required options and words that are missing are named with what they are") {
  std::string run;
  std::string spec;
  OptionTable table("data info", "what is in a data set");
  table.text("run", &run).required().placeholder("DIR").help("run directory");
  table.positional("spec", &spec).required().help("data set");

  std::string problems;
  try {
    table.parse({});
  } catch (const UsageError& error) {
    problems = error.what();
  }

  CHECK(contains(problems, "--run DIR is missing: run directory"));
  CHECK(contains(problems, "SPEC is missing: data set"));
}

TEST_CASE("words without a dash fill the positions in order, and two dashes end the options") {
  std::string from;
  std::string to;
  OptionTable table("data convert", "");
  table.positional("from", &from);
  table.positional("to", &to);

  table.parse(Words{"a", "--", "--b"});

  CHECK(from == "a");
  CHECK(to == "--b");
  CHECK_THROWS_WITH_AS(table.parse(Words{"a", "b", "c"}), doctest::Contains("unexpected word c"), UsageError);
}

TEST_CASE("a check's finding, returned or thrown, is told with the value") {
  Words specs;
  std::string data;
  OptionTable table("train", "");
  table.texts("specs", &specs).check([](const std::string& word) {
    return word == "bad" ? "not a method" : word == "worse" ? "unknown method 'worse'" : "";
  });
  table.text("data", &data).check([](const std::string& word) -> std::string {
    throw UsageError("no data set " + word);
  });

  CHECK_THROWS_WITH_AS(table.parse(Words{"--specs", "good", "bad"}), "--specs: not a method: bad was given",
                       UsageError);
  CHECK_THROWS_WITH_AS(table.parse(Words{"--data", "x"}), "--data: no data set x: x was given", UsageError);
  CHECK_THROWS_WITH_AS(table.parse(Words{"--specs", "worse"}), "--specs: unknown method 'worse'", UsageError);
}

TEST_CASE("a file that can't be read, is no INI file or holds what no file may hold is refused by name") {
  const TemporaryFolder folder;
  Sample sample;

  CHECK(contains(sample.problems({"--config", (folder / "none.ini").string()}),
                 "none.ini: cannot be read: No such file"));
  CHECK(contains(sample.problems({"--config", folder.path().string()}), "is a folder"));
  const auto nonsense = written(folder, "shards 4\n");
  CHECK(contains(sample.problems({"--config", nonsense}), nonsense + ": not a line NAME = VALUE: shards 4"));
  const auto forbidden = written(folder, "config = other.ini\nhelp = 1\n[train]\nshards = 1\n");
  const auto problems = sample.problems({"--config", forbidden});
  CHECK(contains(problems, forbidden + ": config can't be given in a file"));
  CHECK(contains(problems, forbidden + ": help can't be given in a file"));
  CHECK(contains(problems, "unknown option train.shards: sections ([train]) have no meaning here"));
}

TEST_CASE("help tells of every option with its range, choices and default, within 80 columns") {
  Sample sample;

  const auto outcome = sample.parse({"--help", "--no-such-option"});

  CHECK(outcome == OptionTable::Outcome::kPrinted);
  const auto& help = sample.table.printed();
  CHECK(contains(help, "expunge train: train every shard\n"));
  CHECK(contains(help, "Usage: expunge train [options]\n"));
  CHECK(contains(help, "  --run DIR           run directory\n"));
  CHECK(contains(help, "  --shards N          number of shards S (from 1 to 1000000; default 4)\n"));
  CHECK(contains(help,
                 "  --slicing CHOICE    what a stage sees (one of cumulative, sequential; default\n"
                 "                      cumulative)\n"));
  CHECK(contains(help,
                 "\nOptimiser:\n"
                 "  --rate X            learning rate (more than 0 and at most 10; default 0.1)\n"));
  CHECK(contains(help, "  --methods SPEC ...\n"));
  CHECK(contains(help, "  --dry-run           touch nothing\n"));
  CHECK(help.find("Every command:") > help.find("--dry-run"));
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
  OptionTable wordy("wordy", std::string(38, 'a') + ' ' + std::string(28, 'b') + ' ' + std::string(78, 'c'));
  wordy.parse(Words{"--help"});
  std::istringstream summary(wordy.printed());
  for (std::string line; std::getline(summary, line);) CHECK(line.size() <= 80);
}

TEST_CASE("long help is broken at blanks and goes on under its first line") {
  std::string run;
  OptionTable table("train", "");
  table.text("run", &run)
      .required()
      .placeholder("DIR")
      .help("a folder that is made where it is not there, and whose content decides what is left to do where it is");

  CHECK(contains(table.help(),
                 "Usage: expunge train --run DIR [options]\n\nRequired:\n"
                 "  --run DIR       a folder that is made where it is not there, and whose content\n"
                 "                  decides what is left to do where it is\n"));
}

TEST_CASE("a word of help that is longer than a line is broken after a comma") {
  CHECK(wrapped("one mlp:hidden=128,norm=batch,dropout=0.5; two", 24, 2) ==
        "one mlp:hidden=128,\n"
        "  norm=batch,dropout=0.5;\n"
        "  two");
  CHECK(wrapped("without-any-comma at all", 8, 0) == "without-any-comma\nat all");
}

TEST_CASE("the configuration tells every value with its origin") {
  const TemporaryFolder folder;
  const auto file = written(folder, "momentum = 0.5\n");
  const Environment rate("EXPUNGE_RATE", "0.25");
  Sample sample;

  const auto outcome = sample.parse({"--print-config", "--config", file, "--shards", "8", "--json"});

  CHECK(outcome == OptionTable::Outcome::kPrinted);
  CHECK(sample.table.json());
  CHECK(sample.table.printed() ==
        "json = true            # command line\n"
        "run =                  # default\n"
        "shards = 8             # command line\n"
        "seed =                 # default\n"
        "note =                 # default\n"
        "rate = 0.25            # EXPUNGE_RATE\n"
        "momentum = 0.5         # " +
            file +
            "\n"
            "slicing = cumulative   # default\n"
            "methods =              # default\n"
            "dry-run = false        # default\n");
}

TEST_CASE("a printed configuration is a file that gives the same values") {
  const TemporaryFolder folder;
  Sample first;
  first.parse({"--run", "r", "--rate", "1e-3", "--methods", "a", "b:c=1,d", "--dry-run", "--print-config"});
  Sample second;

  second.parse({"--config", written(folder, first.table.printed())});

  CHECK(second.run == "r");
  CHECK(second.rate == 1e-3);
  CHECK(second.methods == Words{"a", "b:c=1,d"});
  CHECK(second.dry_run);
  CHECK_FALSE(second.seed.has_value());
}

TEST_CASE("a configuration can be printed before everything required is known, but not a wrong one") {
  std::string run;
  std::int64_t shards = 4;
  OptionTable table("train", "");
  table.text("run", &run).required();
  table.integer("shards", &shards).range(1, 8);

  CHECK(table.parse(Words{"--print-config"}) == OptionTable::Outcome::kPrinted);
  CHECK_THROWS_AS(table.parse(Words{"--print-config", "--shards", "9"}), UsageError);
}

TEST_CASE("declaring a name twice or asking for one that is not there is a bug") {
  bool flag = false;
  OptionTable table("train", "");
  table.flag("json-lines", &flag);

  CHECK_THROWS_AS(table.flag("json-lines", &flag), Bug);
  CHECK_THROWS_AS(table.flag("json", &flag), Bug);
  CHECK_THROWS_AS(static_cast<void>(table.given("shards")), Bug);
}
