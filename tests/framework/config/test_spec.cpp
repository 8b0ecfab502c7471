// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/config/spec.hpp"
#include "framework/core/error.hpp"

using namespace expunge;

TEST_CASE("a spec is a name, values in order and options by key") {
  const Spec spec = Spec::parse("idx:images.gz,labels.gz,limit=10", "data");

  CHECK(spec.kind() == "data");
  CHECK(spec.name() == "idx");
  CHECK(spec.text() == "idx:images.gz,labels.gz,limit=10");
  CHECK(spec.values() == std::vector<std::string>{"images.gz", "labels.gz"});
  CHECK(spec.find("limit") == "10");
  CHECK_FALSE(spec.find("subjects").has_value());
}

TEST_CASE("a name alone is a spec") {
  const Spec spec = Spec::parse("lenet", "model");

  CHECK(spec.name() == "lenet");
  CHECK(spec.values().empty());
  CHECK(spec.options().empty());
}

TEST_CASE("a path keeps its colons and equals signs") {
  const Spec spec = Spec::parse("idx:C:/a=b/images,./lr=1,subjects=/x/a=b:c", "data");

  CHECK(spec.name() == "idx");
  CHECK(spec.values() == std::vector<std::string>{"C:/a=b/images", "./lr=1"});
  CHECK(spec.find("subjects") == "/x/a=b:c");
}

TEST_CASE("a spec that can't be meant is refused with what is wrong") {
  CHECK_THROWS_WITH_AS((void)Spec::parse("", "data"), "data '': it has no name; write name[:argument,argument,...]",
                       UsageError);
  CHECK_THROWS_WITH_AS((void)Spec::parse(":7", "data"), "data ':7': it has no name; write name[:argument,argument,...]",
                       UsageError);
  CHECK_THROWS_WITH_AS((void)Spec::parse("digits:", "data"), "data 'digits:': argument 1 is empty", UsageError);
  CHECK_THROWS_WITH_AS((void)Spec::parse("digits:5,,seed=1", "data"), "data 'digits:5,,seed=1': argument 2 is empty",
                       UsageError);
  CHECK_THROWS_WITH_AS((void)Spec::parse("digits:5,", "data"), "data 'digits:5,': argument 2 is empty", UsageError);
  CHECK_THROWS_WITH_AS((void)Spec::parse("digits:=5", "data"),
                       "data 'digits:=5': argument 1 ('=5') has no key before its '='", UsageError);
  CHECK_THROWS_WITH_AS((void)Spec::parse("digits:seed=", "data"), "data 'digits:seed=': 'seed' is given no value",
                       UsageError);
  CHECK_THROWS_WITH_AS((void)Spec::parse("mlp:norm=none,norm=none", "model"),
                       "model 'mlp:norm=none,norm=none': 'norm' is given twice", UsageError);
}

TEST_CASE("what is not given is the default") {
  const Spec spec = Spec::parse("mlp", "model");

  CHECK(spec.text_or("a", "b") == "b");
  CHECK(spec.choice_or("activation", "relu", {"relu", "tanh"}) == "relu");
  CHECK(spec.integer_or("n", -3, 0, 5) == -3);
  CHECK(spec.real_or("dropout", 0.25, 0, 1) == 0.25);
  CHECK(spec.integers_or("hidden", {128}, 1, 10) == std::vector<std::int64_t>{128});
}

TEST_CASE("what is given is read as its type, ends of the range included") {
  const Spec spec = Spec::parse("mlp:7,hidden=1x64,activation=tanh,n=-2,dropout=0.5,one=9,low=0,high=1e0", "model");

  CHECK(spec.value_as_integer(0, "N", 7, 7) == 7);
  CHECK(spec.integers_or("hidden", {}, 1, 64) == std::vector<std::int64_t>{1, 64});
  CHECK(spec.integers_or("one", {}, 1, 9) == std::vector<std::int64_t>{9});
  CHECK(spec.choice_or("activation", "relu", {"relu", "tanh"}) == "tanh");
  CHECK(spec.integer_or("n", 0, -2, 5) == -2);
  CHECK(spec.real_or("dropout", 0, 0, 1) == 0.5);
  CHECK(spec.real_or("low", 1, 0, 1) == 0.0);
  CHECK(spec.real_or("high", 0, 0, 1) == 1.0);
}

TEST_CASE("a value outside its type or range is refused with the range and what was given") {
  const auto spec = [](const char* text) { return Spec::parse(text, "model"); };

  CHECK_THROWS_WITH_AS((void)spec("m:n=6").integer_or("n", 0, 1, 5),
                       "model 'm:n=6': n must be an integer from 1 to 5, not '6'", UsageError);
  for (const char* text : {"m:n=0", "m:n=-1", "m:n=3x", "m:n=0x3", "m:n=+3", "m:n= 3", "m:n=99999999999999999999"})
    CHECK_THROWS_AS((void)spec(text).integer_or("n", 0, 1, 5), UsageError);
  CHECK_THROWS_WITH_AS((void)spec("m:p=1.5").real_or("p", 0, 0, 1),
                       "model 'm:p=1.5': p must be a number from 0 to 1, not '1.5'", UsageError);
  for (const char* text : {"m:p=nan", "m:p=inf", "m:p=-0.1", "m:p=1e999", "m:p=x"})
    CHECK_THROWS_AS((void)spec(text).real_or("p", 0, 0, 1), UsageError);
  CHECK_THROWS_WITH_AS((void)spec("m:h=8x0").integers_or("h", {}, 1, 9),
                       "model 'm:h=8x0': h must be integers from 1 to 9 separated by 'x' (128x64), not '8x0'",
                       UsageError);
  for (const char* text : {"m:h=x", "m:h=8x", "m:h=x8", "m:h=8xx8", "m:h=8X8"})
    CHECK_THROWS_AS((void)spec(text).integers_or("h", {}, 1, 9), UsageError);
  CHECK_THROWS_WITH_AS((void)spec("m:a=Tanh").choice_or("a", "relu", {"relu", "tanh"}),
                       "model 'm:a=Tanh': a must be one of relu, tanh, not 'Tanh'", UsageError);
  CHECK_THROWS_WITH_AS((void)spec("m").value_as_integer(0, "N", 1, 5), "model 'm': N is missing", UsageError);
  CHECK_THROWS_WITH_AS((void)spec("m:six").value_as_integer(0, "N", 1, 5),
                       "model 'm:six': N must be an integer from 1 to 5, not 'six'", UsageError);
}

TEST_CASE("what a reader does not know is refused, with the nearest key it knows") {
  const auto expect = [](const char* text) {
    Spec::parse(text, "model").expect(0, "", {"hidden", "activation", "norm"});
  };

  CHECK_NOTHROW(expect("mlp:hidden=8,norm=none"));
  CHECK_THROWS_WITH_AS(
      expect("mlp:hiden=8"),
      "model 'mlp:hiden=8': unknown option 'hiden' (did you mean 'hidden'?); mlp takes hidden, activation, norm",
      UsageError);
  CHECK_THROWS_WITH_AS(expect("mlp:zzzzzz=8"),
                       "model 'mlp:zzzzzz=8': unknown option 'zzzzzz'; mlp takes hidden, activation, norm", UsageError);
  CHECK_THROWS_WITH_AS(expect("mlp:8"), "model 'mlp:8': '8' is not a key=value, and mlp takes nothing else",
                       UsageError);
  CHECK_THROWS_WITH_AS(Spec::parse("exact:n=1", "method").expect(0, "", {}),
                       "method 'exact:n=1': unknown option 'n'; exact takes none", UsageError);
}

TEST_CASE("the number of values is checked") {
  const auto expect = [](const char* text) { Spec::parse(text, "data").expect(2, "IMAGES,LABELS", {"limit"}); };

  CHECK_NOTHROW(expect("idx:a,b,limit=1"));
  CHECK_THROWS_WITH_AS(expect("idx:a"),
                       "data 'idx:a': idx takes 2 values (IMAGES,LABELS) before its options, and 1 is given",
                       UsageError);
  CHECK_THROWS_WITH_AS(
      expect("idx:a,b,c"),
      "data 'idx:a,b,c': idx takes 2 values (IMAGES,LABELS) before its options, and 3 are given; a ',' "
      "ends a value, so no path here can hold one",
      UsageError);
}
