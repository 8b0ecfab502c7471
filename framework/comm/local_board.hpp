// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "framework/comm/communicator.hpp"

namespace expunge {

/// A board in this process's memory, for ranks that are threads of it (or one rank alone). Each rank holds its own
/// LocalBoard over the same slots.
class LocalBoard final : public Board {
 public:
  using Slots = std::vector<std::atomic<std::int64_t>>;

  explicit LocalBoard(std::shared_ptr<Slots> slots) : slots_(std::move(slots)) {}
  std::int64_t fetch_add(std::size_t slot, std::int64_t amount) override;
  void raise(std::size_t slot, std::int64_t value) override;
  [[nodiscard]] std::int64_t read(std::size_t slot) override;

 private:
  [[nodiscard]] std::atomic<std::int64_t>& at(std::size_t slot);
  std::shared_ptr<Slots> slots_;
};

/// Throws Bug where `slot` is not one of a board's `slots`.
void require_slot(std::size_t slot, std::size_t slots);

}  // namespace expunge
