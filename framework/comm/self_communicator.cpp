// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "framework/comm/communicator.hpp"
#include "framework/comm/local_board.hpp"
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

}  // namespace expunge
