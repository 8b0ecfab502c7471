// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/comm/communicator.hpp"

#include <fmt/core.h>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

class SelfCommunicator final : public Communicator {
 public:
  [[nodiscard]] int rank() const override { return 0; }
  [[nodiscard]] int size() const override { return 1; }
  [[nodiscard]] std::string name() const override { return "self"; }
  void barrier() override {}
  void sum(std::span<std::int64_t>) override {}
  void sum(std::span<std::uint64_t>) override {}
  void maximum(std::span<std::int64_t>) override {}
  void broadcast(Bytes&, int root) override {
    if (root != 0) throw Bug(fmt::format("broadcast from rank {} among 1", root));
  }
  [[nodiscard]] std::vector<Bytes> gather(ByteView bytes) override { return {Bytes(bytes.begin(), bytes.end())}; }
  [[nodiscard]] std::unique_ptr<Board> make_board(std::size_t slots) override {
    return std::make_unique<LocalBoard>(std::make_shared<LocalBoard::Slots>(slots));
  }
};

}  // namespace

std::unique_ptr<Communicator> make_self_communicator() {
  return std::make_unique<SelfCommunicator>();
}

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

std::string broadcast_text(Communicator& comm, const std::string& text) {
  const ByteView view = bytes_of(text);
  Bytes bytes(view.begin(), view.end());
  comm.broadcast(bytes, 0);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace expunge
