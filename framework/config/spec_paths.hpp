// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "framework/config/spec.hpp"

namespace expunge {

/// Which words of a SPEC name files.
struct PathWords {
  bool values = false;                   ///< the arguments without a key
  std::vector<std::string_view> keys{};  ///< the arguments with one of these keys

  [[nodiscard]] bool any() const { return values || !keys.empty(); }
};

/// The SPEC with every path in it absolute, so that it means the same from any folder: values first, then keys.
///
///   idx:a.gz,b.gz,limit=5  in /data, values naming files, is  idx:/data/a.gz,/data/b.gz,limit=5
[[nodiscard]] std::string with_absolute_paths(const Spec& spec, const PathWords& words);

/// The paths in a SPEC, in the order of its arguments, values before keys.
[[nodiscard]] std::vector<std::string> paths_in(const Spec& spec, const PathWords& words);

}  // namespace expunge
