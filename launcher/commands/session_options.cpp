// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/commands/session_options.hpp"

namespace expunge {

void declare(OptionTable& table, SessionOptions& options) {
  table.group("Machine");
  table.integer("threads", &options.threads)
      .range(std::int64_t{1}, std::int64_t{1024})
      .help("threads of each rank; another number computes other bits");
  table.choice("device", &options.device, {"cpu", "cuda", "auto"})
      .help("where tensors live; auto: on a GPU where there is one");
}

}  // namespace expunge
