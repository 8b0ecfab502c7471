// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/core/ids.hpp"
#include "framework/data/dataset.hpp"
#include "framework/random/key.hpp"

namespace expunge {

/// Names samples and subjects by digests that only the holder of the run's seed can make: a reference in a journal, a
/// proof or a certificate says nothing to others, and can't be guessed from a list of e-mail addresses. A sample and a
/// subject never share a reference.
class References {
 public:
  explicit References(const Key& seed);

  [[nodiscard]] Digest of_sample(SampleId id) const;
  [[nodiscard]] Digest of_subject(std::string_view subject) const;

 private:
  Key key_;
};

}  // namespace expunge
