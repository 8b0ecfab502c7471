// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/config/setting_table.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using expunge::testing::failure_of;

namespace {

enum class Roast : std::uint8_t { kLight, kDark };

struct Brew {
  std::uint32_t cups = 2;
  double strength = 0.5;
  Roast roast = Roast::kLight;
  bool sugar = false;
  std::string filter = "paper";
  std::int64_t beans = 0;
  double milk = 0.25;  // what a new brew has
};

std::vector<Setting<Brew>> first_rows() {
  return {setting::number("cups", &Brew::cups).option("Brew", "how many").range(std::int64_t{1}, std::int64_t{9}),
          setting::number("strength", &Brew::strength).option("Brew", "how strong").range(0.0, 1.0),
          setting::choice<Brew, Roast>("roast", &Brew::roast, {{Roast::kLight, "light"}, {Roast::kDark, "dark"}})
              .option("Brew", "how roasted"),
          setting::flag("sugar", &Brew::sugar).option("Brew", "sweet").listed_after("cups"),
          setting::text("filter", &Brew::filter)
              .option("Brew", "through what")
              .choices({"any", "paper", "cloth"})
              .undecided("any"),
          setting::number("beans", &Brew::beans)};
}

const SettingTable<Brew>& first_format() {
  static const SettingTable<Brew> kTable(first_rows());
  return kTable;
}

/// The first format and a setting that came later, under which nothing changes where it is 0.
const SettingTable<Brew>& second_format() {
  static const SettingTable<Brew> kTable = [] {
    auto rows = first_rows();
    rows.push_back(setting::number("milk", &Brew::milk).option("Brew", "how white").range(0.0, 1.0).since(2, "0"));
    return SettingTable<Brew>(std::move(rows));
  }();
  return kTable;
}

struct Parsed {
  Brew brew;
  OptionTable table{"brew", "makes coffee"};
};

void parse(Parsed& parsed, const std::vector<std::string>& arguments) {
  second_format().declare(parsed.table, "Brew", parsed.brew);
  parsed.table.parse(arguments);
}

}  // namespace

TEST_CASE("what is stored is read back") {
  const Brew brew{
      .cups = 7, .strength = 0.1 + 0.2, .roast = Roast::kDark, .sugar = true, .filter = "cloth", .beans = 5};

  const SettingTexts stored = first_format().texts(brew);

  CHECK(stored == SettingTexts{{"cups", "7"},
                               {"strength", "0.30000000000000004"},
                               {"roast", "dark"},
                               {"sugar", "true"},
                               {"filter", "cloth"},
                               {"beans", "5"}});
  CHECK(first_format().texts(first_format().read(stored)) == stored);
}

TEST_CASE("a setting that came later leaves text and digest of what was there as they were") {
  Brew brew;
  brew.milk = 0;

  CHECK(second_format().texts(brew) == first_format().texts(brew));
  CHECK(second_format().digest("coffee", brew) == first_format().digest("coffee", brew));
  brew.milk = 0.5;
  CHECK(second_format().texts(brew).back() == std::pair<std::string, std::string>("milk", "0.5"));
  CHECK(second_format().digest("coffee", brew) != first_format().digest("coffee", brew));
  CHECK(second_format().read(second_format().texts(brew)).milk == 0.5);
}

TEST_CASE("what was stored before a setting was there has its value at introduction, not today's default") {
  const Brew old = second_format().read(first_format().texts(Brew{}));

  CHECK(old.milk == 0);
  CHECK(Brew{}.milk == 0.25);
}

TEST_CASE("a setting that only a later program knows is refused by its name") {
  const auto newer = second_format().texts(Brew{});

  const std::string refusal = failure_of([&] { (void)first_format().read(newer); });

  CHECK(testing::contains(refusal, "the setting 'milk' is not known here"));
  CHECK(testing::contains(refusal, "made by a later expunge"));
}

TEST_CASE("a setting of the first format that is missing, repeated or elsewhere is refused by its name") {
  const auto refusal = [](const SettingTexts& stored) {
    return failure_of([&] { (void)second_format().read(stored); });
  };
  auto missing = second_format().texts(Brew{});
  missing.erase(missing.begin() + 1);
  auto swapped = second_format().texts(Brew{});
  std::swap(swapped[1], swapped[2]);
  auto repeated = second_format().texts(Brew{});
  repeated.push_back(repeated.back());

  CHECK(testing::contains(refusal(missing), "'strength' is missing"));
  CHECK(testing::contains(refusal(swapped), "'strength' is missing, or not in its place"));
  CHECK(testing::contains(refusal(repeated), "'milk' is there twice"));
  CHECK(testing::contains(refusal({}), "'cups' is missing"));
}

TEST_CASE("a row declares its option with range, choices, default and help, in the place that it asks for") {
  Parsed parsed;
  parse(parsed, {"--cups", "4", "--roast=dark", "--sugar", "--milk", "0.75"});

  CHECK(parsed.brew.cups == 4);
  CHECK(parsed.brew.roast == Roast::kDark);
  CHECK(parsed.brew.sugar);
  CHECK(parsed.brew.milk == 0.75);
  const std::string help = parsed.table.help();
  CHECK(testing::contains(help, "how many (from 1 to 9; default 2)"));
  CHECK(testing::contains(help, "(one of light, dark; default light)"));
  CHECK(help.find("--sugar") < help.find("--strength"));
  CHECK_FALSE(contains(help, "beans"));
}

TEST_CASE("only what was given contradicts what is there; what comes from the data is compared in any case") {
  Parsed parsed;
  parse(parsed, {"--cups", "4", "--roast", "light", "--filter", "any"});
  Brew there;
  there.strength = 0.75;
  there.beans = 3;

  CHECK(second_format().conflicts(parsed.table, parsed.brew, there) ==
        std::vector<std::string>{"--cups is 4 and the run has 2", "the data's beans is 0 and the run's is 3"});
}
