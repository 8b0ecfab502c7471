// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

#include <doctest/doctest.h>

#include "framework/core/cost.hpp"
#include "framework/core/guarantee.hpp"

using namespace expunge;
using Kind = Guarantee::Kind;

TEST_CASE("costs add up counter by counter") {
  Cost cost{1, 2, 3, 4};

  cost += {10, 20, 30, 40};

  CHECK(cost == Cost{11, 22, 33, 44});
}

TEST_CASE("a guarantee is certified only while every assumption holds") {
  const Guarantee sound = Guarantee::certified(0.5, 1e-6, {{"convex", true}});
  const Guarantee broken = Guarantee::certified(0.5, 1e-6, {{"convex", true}, {"gradient residual", false, 2.0, 1.0}});

  CHECK(sound.kind == Kind::kCertified);
  CHECK(sound.text() == "certified (epsilon 0.5, delta 1e-06)");
  CHECK(broken.kind == Kind::kHeuristic);
  CHECK(!broken.epsilon.has_value());
  CHECK(broken.assumptions.size() == 2);
  CHECK(broken.contradiction().empty());
}

TEST_CASE("guarantees are ordered by kind, from none to exact") {
  const std::array ascending{Guarantee::none(), Guarantee::heuristic(), Guarantee::certified(9, 0.1, {}),
                             Guarantee::exact()};

  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      CHECK((ascending[i] < ascending[j]) == (i < j));
      CHECK(guarantee_kind(ascending[i].name()) == ascending[i].kind);
    }
  CHECK(!guarantee_kind("sure").has_value());
}

TEST_CASE("of two certified guarantees the stronger has no larger number, and some can't be compared") {
  const auto certified = [](double epsilon, double delta) { return Guarantee::certified(epsilon, delta, {}); };

  CHECK(certified(3, 1e-3) < certified(0.1, 1e-5));
  CHECK(certified(3, 1e-5) < certified(0.1, 1e-5));
  CHECK(certified(0.1, 1e-3) < certified(0.1, 1e-5));
  CHECK((certified(0.1, 1e-5) <=> certified(0.1, 1e-5)) == std::partial_ordering::equivalent);
  CHECK((certified(0.1, 1e-3) <=> certified(3, 1e-5)) == std::partial_ordering::unordered);
}

TEST_CASE("epsilons and deltas of certified guarantees add, an exact one is neutral, a weaker kind prevails") {
  const Guarantee one{.kind = Kind::kCertified, .epsilon = 0.5, .delta = 0.25, .sigma = 2.0, .budget_left = 1.0};
  const Guarantee two{.kind = Kind::kCertified, .epsilon = 0.25, .delta = 0.125, .sigma = 3.0, .budget_left = 0.5};

  const Guarantee both = composed(one, two);
  CHECK(both == Guarantee{.kind = Kind::kCertified, .epsilon = 0.75, .delta = 0.375, .budget_left = 0.5});
  CHECK(composed(one, Guarantee::exact()) == one);
  CHECK(composed(Guarantee::exact(), one) == one);
  CHECK(composed(one, Guarantee::heuristic()).kind == Kind::kHeuristic);
  CHECK(!composed(one, Guarantee::heuristic()).epsilon.has_value());
  CHECK(composed(Guarantee::none(), one).kind == Kind::kNone);
  CHECK(composed(std::array{one, two, Guarantee::exact()}) == both);
  CHECK(composed(std::span<const Guarantee>()) == Guarantee::exact());
}

TEST_CASE("a composition keeps every assumption once") {
  const Guarantee one = Guarantee::certified(1, 0.1, {{"convex"}, {"smooth"}});
  const Guarantee two = Guarantee::certified(1, 0.1, {{"convex"}, {"Lipschitz Hessian"}});

  CHECK(composed(one, two).assumptions == std::vector<Assumption>{{"convex"}, {"smooth"}, {"Lipschitz Hessian"}});
}

TEST_CASE("a guarantee that contradicts itself says how") {
  CHECK(Guarantee::exact().contradiction().empty());
  CHECK(!Guarantee{.kind = Kind::kCertified}.contradiction().empty());
  CHECK(!Guarantee{.kind = Kind::kCertified, .epsilon = 1}.contradiction().empty());
  CHECK(!Guarantee{.kind = Kind::kHeuristic, .epsilon = 1}.contradiction().empty());
  CHECK(!Guarantee::certified(-1, 0.1, {}).contradiction().empty());
  CHECK(!Guarantee::certified(1, 1.5, {}).contradiction().empty());
  CHECK(!Guarantee::certified(NAN, 0.5, {}).contradiction().empty());
  CHECK(!Guarantee::certified(1, 0.5, {{""}}).contradiction().empty());
  CHECK(!Guarantee{.kind = Kind::kHeuristic, .sigma = -1}.contradiction().empty());
}
