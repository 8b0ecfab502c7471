// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// The number of threads is part of the fingerprint: with any number, but the same one, the same bits.
#include <doctest/doctest.h>

#include "tests/support/small_training.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const Key kSeed({61, 0});

Digest trained(const TrainingConfiguration& c, const Dataset& data, int threads) {
  SmallTraining training(c, kSeed, ShardId(0), data);
  set_numerics(threads);
  const Digest digest = model_digest(training.all().back());
  set_numerics(1);
  return digest;
}

}  // namespace

TEST_CASE("two threads give the same bits every time, and leave those of one thread as they are") {
  // Large enough that work is split among threads.
  const MemoryDataset data = make_samples(128, {{1, 28, 28}, 10, FeatureType::kU8, false}, 3);
  for (const std::string model : {"mlp:hidden=300x200", "lenet:norm=batch,dropout=0.2"}) {
    CAPTURE(model);
    TrainingConfiguration c = small_configuration(data, model, 1, 2);
    c.batch_size = 64;
    const Digest one = trained(c, data, 1);
    const Digest two = trained(c, data, 2);

    for (int i = 0; i < 3; ++i) CHECK(trained(c, data, 2) == two);
    CHECK(trained(c, data, 1) == one);
  }
}
