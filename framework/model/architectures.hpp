// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "framework/config/spec.hpp"

namespace expunge {

// What the registry of architectures says to whom LibTorch is no concern.

/// Names of the architectures, each with its arguments, for `--help` and messages.
[[nodiscard]] std::string architecture_help();

/// A model's SPEC with every path in it absolute; as it was written where none of its words names a file, and where
/// there is no such architecture (then `make_model` refuses it).
[[nodiscard]] std::string model_with_absolute_paths(const Spec& spec);

/// The digest, in hexadecimal, of the files that a model's SPEC names, where their content decides bits; empty where
/// it names none of that kind, as all architectures of expunge do. Throws Failure for a file that can't be read.
[[nodiscard]] std::string digest_of_model_files(const Spec& spec);

}  // namespace expunge
