// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "framework/data/dataset.hpp"

namespace expunge {

/// Writes a data set as the HDF5 file that `hdf5:FILE` reads: /x in blocks of bounded size and as it is stored, /y with
/// its attribute `classes` where they are fixed, /ids, and /subjects where there are some. Equal data gives equal
/// files.
///
/// It is written under another name beside `path`, fsynced and renamed, so `path` is there whole or not at all. Throws
/// Failure where `path` exists, unless `replace`.
void write_hdf5(const Dataset& data, const std::filesystem::path& path, bool replace);

}  // namespace expunge
