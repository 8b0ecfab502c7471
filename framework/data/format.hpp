// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "framework/config/spec.hpp"
#include "framework/data/dataset.hpp"

namespace expunge {

/// The argument of every format that names a file with each row's subject.
inline constexpr std::string_view kSubjectsKey = "subjects";

/// A data format: what the name of a data SPEC means. Those of expunge are listed in `dataset.cpp`.
struct DataFormat {
  std::string_view name;
  std::string_view usage;  ///< for help: "digits:N,seed=K,writers=W"
  /// Opens the data. Leaves `limit` and `subjects` to `open_dataset`. Throws UsageError for arguments it does not know,
  /// Failure naming file and position for malformed data.
  std::unique_ptr<Dataset> (*open)(const Spec& spec);
  bool values_are_paths = false;                  ///< the arguments without a key name files
  std::span<const std::string_view> path_keys{};  ///< so do those with one of these keys; `subjects` always does
};

/// The format of a data SPEC. Throws UsageError naming all of them where there is none.
[[nodiscard]] const DataFormat& format_of(const Spec& spec);

/// What `--data` may be given: "digits:N,seed=K,writers=W; idx:IMAGES,LABELS; hdf5:FILE".
[[nodiscard]] std::string format_help();

/// Adds a format of a program's own. To be called at the start of main, before any data is opened; `format` must live
/// as long as the program. Throws Bug where its name is taken.
void register_format(const DataFormat& format);

}  // namespace expunge
