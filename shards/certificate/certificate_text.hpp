// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "shards/certificate/certificate.hpp"

namespace expunge {

/// A certificate as the person reads it who asked to be forgotten: plain English on one page of 78 columns, with a
/// line's end. It names the request and nobody else: no sample, no subject, no reference. It is not itself signed, and
/// says so.
[[nodiscard]] std::string certificate_text(const Certificate& certificate);

}  // namespace expunge
