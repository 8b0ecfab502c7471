// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "framework/model/model.hpp"

namespace expunge {

/// One entry of the registry. A new architecture is one file in `architectures/` that defines a constant of this type,
/// and its line in `registry.cpp`.
struct Architecture {
  std::string_view name;
  std::string_view arguments;  ///< for help: "hidden=128x64,activation=relu|tanh"
  /// Reads the SPEC's arguments and checks the shape, at no cost: `make` builds what this has accepted. Throws
  /// UsageError.
  ModelTraits (*traits)(const Spec& spec, const ModelShape& shape);
  std::shared_ptr<Model> (*make)(const Spec& spec, const ModelShape& shape);
  bool values_are_paths = false;                  ///< the arguments without a key name files
  std::span<const std::string_view> path_keys{};  ///< so do those with one of these keys
  /// What these files hold decides bits (weights, a graph): the configuration of a run carries their digest.
  bool files_decide_bits = false;
};

/// Adds an architecture of a program's own. To be called at the start of main, before any model is made;
/// `architecture` must live as long as the program. Throws Bug where its name is taken.
void register_architecture(const Architecture& architecture);

}  // namespace expunge
