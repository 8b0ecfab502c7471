// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "framework/data/dataset.hpp"

namespace expunge {

/// MNIST's format: `idx:IMAGES,LABELS`, each file plain (then it is mapped) or gzip (then it is decompressed as it is
/// read, and nothing of it is kept: ascending gathers are one pass).
///
/// An IDX file is a big-endian header and the elements in row-major order: two zero bytes, the element type (8:
/// unsigned byte, the only one taken), the number of dimensions, each dimension as 32 bits. Images have two dimensions
/// or more, N × …; the shape is {1, H, W} of N × H × W, and what follows N otherwise. Labels have one, N, and lie in 0
/// … 9: the format fixes 10 classes. Opening reads all labels, and passes once over gzip images, so that cut, corrupt
/// or overlong files are refused before work starts.
[[nodiscard]] std::unique_ptr<Dataset> open_idx(const Spec& spec);

}  // namespace expunge
