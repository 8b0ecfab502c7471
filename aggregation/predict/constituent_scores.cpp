// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/predict/constituent_scores.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

// On the wire a constituent is a fixed number of 64-bit words: shard, weight, loss, samples of the loss, abstentions,
// then three a class.
constexpr std::size_t kHead = 5;

void append(std::vector<std::uint64_t>& words, const ConstituentScores& scores) {
  words.insert(words.end(), {scores.shard.value(), static_cast<std::uint64_t>(scores.weight),
                             std::bit_cast<std::uint64_t>(scores.log_loss.sum()), scores.log_loss.samples(),
                             scores.counts.abstained()});
  for (const ClassCount& count : scores.counts.classes())
    words.insert(words.end(), {count.samples, count.correct, count.predicted});
}

ConstituentScores read(std::span<const std::uint64_t> words) {
  std::vector<ClassCount> classes;
  for (std::size_t at = kHead; at < words.size(); at += 3)
    classes.push_back({.samples = words[at], .correct = words[at + 1], .predicted = words[at + 2]});
  return {.shard = ShardId(static_cast<std::uint32_t>(words[0])),
          .weight = static_cast<std::int64_t>(words[1]),
          .counts = ClassCounts(std::move(classes), words[4]),
          .log_loss = LogLoss(std::bit_cast<double>(words[2]), words[3])};
}

}  // namespace

std::vector<ConstituentScores> gather_scores(Communicator& comm, std::span<const ConstituentScores> mine,
                                             std::int64_t classes) {
  const std::size_t width = kHead + 3 * static_cast<std::size_t>(classes);
  std::vector<std::uint64_t> words;
  for (const ConstituentScores& scores : mine) append(words, scores);
  std::vector<ConstituentScores> all;
  for (const Bytes& bytes : comm.gather(std::as_bytes(std::span(words)))) {
    if (bytes.size() % (width * sizeof(std::uint64_t)) != 0) throw Bug("ranks disagree on the number of classes");
    std::vector<std::uint64_t> theirs(bytes.size() / sizeof(std::uint64_t));
    if (!bytes.empty()) std::memcpy(theirs.data(), bytes.data(), bytes.size());
    for (std::size_t at = 0; at < theirs.size(); at += width) all.push_back(read(std::span(theirs).subspan(at, width)));
  }
  std::sort(all.begin(), all.end(),
            [](const ConstituentScores& a, const ConstituentScores& b) { return a.shard < b.shard; });
  return all;
}

}  // namespace expunge
