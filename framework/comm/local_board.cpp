// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/comm/local_board.hpp"

#include <fmt/core.h>

#include "framework/core/error.hpp"

namespace expunge {

void require_slot(std::size_t slot, std::size_t slots) {
  if (slot >= slots) throw Bug(fmt::format("slot {} of a board that has {}", slot, slots));
}

std::atomic<std::int64_t>& LocalBoard::at(std::size_t slot) {
  require_slot(slot, slots_->size());
  return (*slots_)[slot];
}

std::int64_t LocalBoard::fetch_add(std::size_t slot, std::int64_t amount) {
  return at(slot).fetch_add(amount);
}

void LocalBoard::raise(std::size_t slot, std::int64_t value) {
  auto& place = at(slot);
  std::int64_t seen = place.load();
  while (seen < value && !place.compare_exchange_weak(seen, value)) {
  }
}

std::int64_t LocalBoard::read(std::size_t slot) {
  return at(slot).load();
}

}  // namespace expunge
