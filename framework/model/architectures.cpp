// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/model/architectures.hpp"

#include <string>

#include "framework/config/registry.hpp"
#include "framework/config/spec_paths.hpp"
#include "framework/core/digest.hpp"
#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"
#include "framework/model/architecture.hpp"

namespace expunge {

extern const Architecture kLogistic;
extern const Architecture kMlp;
extern const Architecture kLenet;

namespace {

Registry<Architecture>& architectures() {
  static Registry<Architecture> registry("model", {&kLogistic, &kMlp, &kLenet});
  return registry;
}

PathWords path_words(const Architecture& architecture) {
  return {architecture.values_are_paths, {architecture.path_keys.begin(), architecture.path_keys.end()}};
}

const Architecture& architecture_of(const Spec& spec, const ModelShape& shape) {
  if (shape.classes < 2) throw UsageError(fmt::format("a classifier needs at least 2 classes, not {}", shape.classes));
  if (const auto* architecture = architectures().find(spec.name())) return *architecture;
  throw UsageError(fmt::format("unknown model '{}': choose one of {}", spec.name(), architecture_help()));
}

}  // namespace

std::string architecture_help() {
  std::string text;
  for (const auto* architecture : architectures().rows())
    text += fmt::format("{}{}[:{}]", text.empty() ? "" : "; ", architecture->name, architecture->arguments);
  return text;
}

ModelTraits model_traits(const Spec& spec, const ModelShape& shape) {
  return architecture_of(spec, shape).traits(spec, shape);
}

std::shared_ptr<Model> make_model(const Spec& spec, const ModelShape& shape) {
  return architecture_of(spec, shape).make(spec, shape);
}

void register_architecture(const Architecture& architecture) {
  architectures().add(architecture);
}

std::string model_with_absolute_paths(const Spec& spec) {
  const Architecture* architecture = architectures().find(spec.name());
  if (architecture == nullptr || !path_words(*architecture).any()) return spec.text();
  return with_absolute_paths(spec, path_words(*architecture));
}

std::string digest_of_model_files(const Spec& spec) {
  const Architecture* architecture = architectures().find(spec.name());
  if (architecture == nullptr || !architecture->files_decide_bits) return {};
  Hasher hasher("expunge/model-files/v1");
  for (const auto& path : paths_in(spec, path_words(*architecture))) hasher.add(ByteView(read_file(path)));
  return hasher.finish().hex();
}

}  // namespace expunge
