// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/core/bytes.hpp"
#include "framework/core/digest.hpp"

namespace expunge {

/// One named tensor of a state, as plain bytes: no tensor library is needed to store, hash or compare it.
struct StateTensor {
  enum class Type : std::uint8_t { kF32 = 0, kI64 = 1 };  // stored in files: the values never change
  std::string name;                                       ///< "conv1.weight"
  Type type = Type::kF32;
  std::vector<std::int64_t> dims;  ///< empty: a scalar
  Bytes bytes;                     ///< row-major, little-endian
  bool operator==(const StateTensor&) const = default;
};

/// The logical state of a constituent after a stage: all that the next stage starts from.
struct ModelState {
  std::vector<StateTensor> parameters;  ///< in the model's canonical order
  std::vector<StateTensor> buffers;     ///< likewise
  std::vector<StateTensor>
      optimizer;                    ///< "momentum/conv1.weight", …; slots in the optimiser's order; empty under reset
  std::int64_t optimizer_step = 0;  ///< updates made so far (Adam's t); 0 under reset
  bool operator==(const ModelState&) const = default;
};

/// `model_digest`: BLAKE2b-256 over names, types, dimensions and bytes in canonical order, of parameters, buffers and
/// optimiser state. Nothing else enters: no paths, no provenance, no data specification.
[[nodiscard]] Digest model_digest(const ModelState& state);

}  // namespace expunge
