// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/predict/ensemble.hpp"

#include <algorithm>
#include <cstddef>

#include "framework/comm/agreement.hpp"
#include "framework/comm/stop_flag.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

// Rows summed over ranks in one collective call: many enough to make calls rare, few enough to keep the tally around
// 8 MiB whatever the number of classes. It decides no bit of any answer.
std::uint64_t rows_per_group(std::int64_t classes) {
  constexpr std::uint64_t kMostIntegers = std::uint64_t{1} << 20;
  constexpr std::uint64_t kMostBatches = 16;
  const std::uint64_t integers_per_batch = kPredictionBatch * (1 + 2 * static_cast<std::uint64_t>(classes));
  return kPredictionBatch * std::clamp<std::uint64_t>(kMostIntegers / integers_per_batch, 1, kMostBatches);
}

// One rank's part of the work.
class Walk {
 public:
  Walk(const Dataset& data, std::span<const std::unique_ptr<Constituent>> mine, const EnsembleOptions& options,
       const AnswerSink& sink)
      : data_(data), mine_(mine), options_(options), sink_(sink), tally_(options.rule, options.classes) {
    for (const auto& constituent : mine_)
      scores_.push_back({.shard = constituent->shard(),
                         .weight = constituent->weight(),
                         .counts = ClassCounts(options.classes),
                         .log_loss = LogLoss()});
  }

  // Hands out the answers of the rows the tally covers, which have been summed over ranks.
  void deliver() {
    const std::vector<Answer> answers = tally_.decide(options_.decision);
    std::vector<SampleId> ids(answers.size());
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = data_.id(tally_.first_row() + i);
    sink_({.first_row = tally_.first_row(), .ids = ids, .answers = answers});
  }

  void fill(std::uint64_t first_row, std::uint64_t rows) {
    tally_.restart(first_row, rows);
    for (std::uint64_t done = 0; done < rows; done += kPredictionBatch)
      add_batch(first_row + done, std::min(kPredictionBatch, rows - done));
  }

  [[nodiscard]] std::span<std::int64_t> counts() { return tally_.counts(); }
  [[nodiscard]] std::span<const ConstituentScores> scores() const { return scores_; }

 private:
  void add_batch(std::uint64_t first_row, std::uint64_t rows) {
    if (const int signal = stop_signal(); signal != 0)
      throw Stopped(fmt::format("stopped by signal {} at row {} of {}: nothing was kept, run again", signal, first_row,
                                data_.size()));
    if (mine_.empty()) return;
    features_.resize(rows * data_.row_bytes());
    data_.gather_range(first_row, rows, features_);
    for (std::size_t k = 0; k < mine_.size(); ++k) {
      // A constituent that leaves a value out is caught by the tally.
      probabilities_.assign(rows * static_cast<std::size_t>(options_.classes), -1.0F);
      mine_[k]->predict(first_row, features_, rows, probabilities_);
      tally_.add(first_row, probabilities_, mine_[k]->weight(), mine_[k]->shard());
      if (options_.score) score(scores_[k], first_row, rows);
    }
  }

  void score(ConstituentScores& scores, std::uint64_t first_row, std::uint64_t rows) {
    const auto classes = static_cast<std::size_t>(options_.classes);
    for (std::uint64_t i = 0; i < rows; ++i) {
      const std::span<const float> outputs = std::span<const float>(probabilities_).subspan(i * classes, classes);
      const std::int32_t label = data_.label(first_row + i);
      scores.counts.add(label, most_probable(outputs));
      scores.log_loss.add(static_cast<double>(outputs[static_cast<std::size_t>(label)]));
    }
  }

  const Dataset& data_;
  std::span<const std::unique_ptr<Constituent>> mine_;
  const EnsembleOptions& options_;
  const AnswerSink& sink_;
  Tally tally_;
  std::vector<ConstituentScores> scores_;
  std::vector<std::byte> features_;
  std::vector<float> probabilities_;
};

void check_shards(const std::vector<ConstituentScores>& all, std::int64_t models) {
  if (models > Tally::kMostModels)
    throw UsageError(fmt::format("{} models are more than one vote can hold ({})", models, Tally::kMostModels));
  if (static_cast<std::int64_t>(all.size()) != models)
    throw Bug(fmt::format("ranks hold {} constituents where {} were to vote", all.size(), models));
  const auto twice =
      std::adjacent_find(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.shard == b.shard; });
  if (twice != all.end()) throw Bug(fmt::format("shard {} is held twice", twice->shard.value()));
}

}  // namespace

std::vector<ConstituentScores> run_ensemble(Communicator& comm, const Dataset& data,
                                            std::span<const std::unique_ptr<Constituent>> mine,
                                            const EnsembleOptions& options, const AnswerSink& sink) {
  Walk walk(data, mine, options, sink);
  check_shards(gather_scores(comm, walk.scores(), options.classes), options.models);

  const std::uint64_t group = rows_per_group(options.classes);
  for (std::uint64_t first = 0; first < data.size(); first += group) {
    // The answers of the group before are handed out here, so that a sink that fails needs no agreement of its own.
    together(comm, [&] {
      if (first > 0 && comm.is_root()) walk.deliver();
      walk.fill(first, std::min(group, data.size() - first));
    });
    if (options.reduce) {
      options.reduce(walk.counts());
    } else {
      comm.sum(walk.counts());
    }
  }
  together(comm, [&] {
    if (data.size() > 0 && comm.is_root()) walk.deliver();
  });
  return options.score ? gather_scores(comm, walk.scores(), options.classes) : std::vector<ConstituentScores>();
}

}  // namespace expunge
