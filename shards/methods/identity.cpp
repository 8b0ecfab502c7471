// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/workbench.hpp"

namespace expunge {

namespace {

/// Nothing is done: what every other method must be better than.
class Identity : public Method {
 public:
  explicit Identity(const Spec& spec) { spec.expect(0, "", {}); }
  MethodResult unlearn(Workbench& /*bench*/) const override { return {.guarantee = Guarantee::none()}; }
};

}  // namespace

extern const MethodEntry kIdentityMethod;
const MethodEntry kIdentityMethod{
    .name = "identity",
    .arguments = "",
    .summary = "do nothing: the mark that every method is held against",
    .guarantee = Guarantee::Kind::kNone,
    .make = [](const Spec& spec) -> std::unique_ptr<Method> { return std::make_unique<Identity>(spec); }};

}  // namespace expunge
