// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/comm/broadcast_text.hpp"

namespace expunge {

std::string broadcast_text(Communicator& comm, const std::string& text) {
  const ByteView view = bytes_of(text);
  Bytes bytes(view.begin(), view.end());
  comm.broadcast(bytes, 0);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace expunge
