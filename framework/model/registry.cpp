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

}  // namespace

std::string architecture_help() {
  std::string text;
  for (const auto* architecture : kArchitectures)
    text += fmt::format("{}{}[:{}]", text.empty() ? "" : "; ", architecture->name, architecture->arguments);
  return text;
}

std::shared_ptr<Model> make_model(const Spec& spec, const ModelShape& shape) {
  if (shape.classes < 2) throw UsageError(fmt::format("a classifier needs at least 2 classes, not {}", shape.classes));
  for (const auto* architecture : kArchitectures)
    if (spec.name() == architecture->name) return architecture->make(spec, shape);
  throw UsageError(fmt::format("unknown model '{}': choose one of {}", spec.name(), architecture_help()));
}

}  // namespace expunge
