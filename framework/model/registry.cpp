// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "framework/core/error.hpp"
#include "framework/model/architecture.hpp"
#include "framework/model/architecture_help.hpp"

namespace expunge {

extern const Architecture kLogistic;
extern const Architecture kMlp;
extern const Architecture kLenet;

namespace {

constexpr std::array kArchitectures{&kLogistic, &kMlp, &kLenet};

const Architecture& architecture_of(const Spec& spec, const ModelShape& shape) {
  if (shape.classes < 2) throw UsageError(fmt::format("a classifier needs at least 2 classes, not {}", shape.classes));
  for (const auto* architecture : kArchitectures)
    if (spec.name() == architecture->name) return *architecture;
  throw UsageError(fmt::format("unknown model '{}': choose one of {}", spec.name(), architecture_help()));
}

}  // namespace

std::string architecture_help() {
  std::string text;
  for (const auto* architecture : kArchitectures)
    text += fmt::format("{}{}[:{}]", text.empty() ? "" : "; ", architecture->name, architecture->arguments);
  return text;
}

ModelTraits model_traits(const Spec& spec, const ModelShape& shape) {
  return architecture_of(spec, shape).traits(spec, shape);
}

std::shared_ptr<Model> make_model(const Spec& spec, const ModelShape& shape) {
  return architecture_of(spec, shape).make(spec, shape);
}

}  // namespace expunge
