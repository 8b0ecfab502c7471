// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "framework/data/dataset.hpp"

namespace expunge {

/// Any samples in one HDF5 file: `hdf5:FILE`.
///
///   /x         N × …, unsigned bytes or float32, at least two dimensions; the shape is what follows N
///   /y         N integers, the labels; its attribute `classes` fixes the number of classes (without it: 0, not fixed)
///   /ids       optional: N unsigned integers, unique
///   /subjects  optional: N strings in UTF-8, of fixed or variable length, none empty
///
/// /x is mapped where it is contiguous and uncompressed, and read row by row elsewhere. Features are checked to be
/// finite as they are gathered. `write_hdf5` writes such files.
[[nodiscard]] std::unique_ptr<Dataset> open_hdf5(const Spec& spec);

}  // namespace expunge
