// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/recorder.hpp"

#include <fmt/format.h>

#include "framework/config/registry.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

Registry<RecorderEntry>& recorders() {
  static Registry<RecorderEntry> registry("recorder", {});
  return registry;
}

}  // namespace

std::unique_ptr<Recorder> make_recorder(const Spec& spec) {
  if (const auto* entry = recorders().find(spec.name())) return entry->make(spec);
  throw UsageError(fmt::format("unknown recorder '{}': there {}", spec.name(),
                               recorders().rows().empty()
                                   ? std::string("are none")
                                   : fmt::format("are {}", fmt::join(recorders().names(), ", "))));
}

void register_recorder(const RecorderEntry& entry) {
  recorders().add(entry);
}

}  // namespace expunge
