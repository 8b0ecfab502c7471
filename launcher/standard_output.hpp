// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace expunge {

/// Standard output is rank 0's: on the other ranks of a launch it goes nowhere from here on, so that what all ranks say
/// alike (help, a configuration) is said once.
void leave_output_to_rank_0();

/// Writes out what is still in memory. Throws Failure where that, or anything written before, did not arrive. A rank
/// that ends with another code than 0 makes the launcher end the others: flush before it can.
void flush_output();

}  // namespace expunge
