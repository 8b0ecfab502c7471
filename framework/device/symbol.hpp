// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlfcn.h>

namespace expunge {

/// The function `name` of any library of this process, or null: libraries that may or may not be there are asked this
/// way. `Function` is a function type, `int(void)`.
template <class Function>
[[nodiscard]] Function* loaded_function(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}

}  // namespace expunge
