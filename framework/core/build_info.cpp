// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/core/build_info.hpp"

namespace expunge {

const BuildInfo& build_info() {
  static constexpr BuildInfo kInfo{EXPUNGE_VERSION, EXPUNGE_GIT, EXPUNGE_COMPILER, EXPUNGE_FLAGS, EXPUNGE_BUILD_TYPE};
  return kInfo;
}

}  // namespace expunge
