// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/measurement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>

#include "aggregation/audit/canary_score.hpp"
#include "aggregation/audit/membership_inference.hpp"
#include "aggregation/metrics/consistency.hpp"
#include "aggregation/metrics/mean.hpp"
#include "framework/comm/agreement.hpp"
#include "framework/core/error.hpp"
#include "launcher/comparison/model_answers.hpp"
#include "launcher/run/shared_jobs.hpp"
#include "shards/verify/parameter_distance.hpp"

namespace expunge {

namespace {

/// ‖θ‖₂, in double.
double norm_of(const ModelState& state) {
  ModelState zero = state;
  for (auto& tensor : zero.parameters) std::ranges::fill(tensor.bytes, std::byte{});
  return parameter_distance(zero, state).l2;
}

/// Collective. Works jobs off, spread over the ranks, each with bytes for an answer, and gives all ranks all answers.
/// Nothing: put down.
std::optional<std::vector<Bytes>> spread(const ComparisonBench& bench, const std::vector<std::uint64_t>& sizes,
                                         const std::function<Bytes(std::size_t)>& one) {
  Communicator& comm = bench.session.comm();
  SharedJobs shared(comm, bench.run, bench.deadline, sizes, "");
  std::vector<Bytes> answers(sizes.size());
  std::vector<std::uint64_t> mine;
  shared.work_off([&](std::size_t job) {
    if (shared.poll() != StopRequest::kGoOn) return;
    answers[job] = one(job);
    mine.push_back(job);
  });
  Bytes sent;
  for (const auto job : mine) {
    const std::uint64_t size = answers[job].size();
    for (const ByteView part : {bytes_of_value(job), bytes_of_value(size), ByteView(answers[job])})
      sent.insert(sent.end(), part.begin(), part.end());
  }
  std::size_t received = 0;
  for (const auto& bytes : comm.gather(sent)) {
    for (std::size_t at = 0; at < bytes.size(); ++received) {
      std::array<std::uint64_t, 2> head{};
      std::memcpy(head.data(), &bytes[at], sizeof(head));
      at += sizeof(head);
      const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      answers[head[0]].assign(begin, begin + static_cast<std::ptrdiff_t>(head[1]));
      at += head[1];
    }
  }
  const std::string reason = shared.stop_reason();
  if (received == sizes.size()) return answers;
  bench.stop_reason = reason;
  return std::nullopt;
}

void append_values(Bytes& bytes, const Probabilities& answers) {
  const auto values = std::as_bytes(std::span(answers.values));
  bytes.insert(bytes.end(), values.begin(), values.end());
}

/// Takes what was appended off the front of `bytes`.
Probabilities take_values(ByteView& bytes, std::int64_t classes, const std::vector<std::int32_t>& labels) {
  Probabilities answers{classes, std::vector<float>(labels.size() * static_cast<std::size_t>(classes)), labels};
  const std::size_t size = answers.values.size() * sizeof(float);
  if (size > bytes.size()) throw Bug("a model has answered for too few samples");
  if (size > 0) std::memcpy(answers.values.data(), bytes.data(), size);
  bytes = bytes.subspan(size);
  return answers;
}

/// Measures one contestant after another, against the same models.
class Judge {
 public:
  Judge(const ComparisonBench& bench, const MeasurementSetting& setting)
      : bench_(bench), setting_(setting), trial_(setting.trial), c_(setting.trial.configuration()) {
    for (std::uint32_t k = 0; k < c_.shards; ++k) {
      const ShardId shard(k);
      if (trial_.after.samples(shard) == 0) continue;  // it abstains
      (trial_.forgotten.contains(shard) ? affected_ : others_).push_back(shard);
    }
    if (trial_.canary && trial_.canary->canary.kind == Canary::Kind::kBackdoor)
      patched_ = std::make_unique<PatchedDataset>(setting_.test, trial_.canary->canary);
  }

  /// Collective: asks the models that every contestant is held against. False: put down.
  bool prepare();
  [[nodiscard]] MethodRepetition judge(const Contestant& contestant) const;
  /// Rows that a contestant is asked for.
  [[nodiscard]] std::uint64_t size() const {
    return affected_.size() * (setting_.test.size() + trial_.retain_rows.size() + trial_.forget_rows.size());
  }

 private:
  void take(const std::vector<Bytes>& answers);
  [[nodiscard]] Distances distances(const Contestant& contestant, const std::vector<const ModelAnswers*>& models) const;
  [[nodiscard]] MembershipReport membership(const Contestant& contestant,
                                            const std::vector<const ModelAnswers*>& models) const;
  [[nodiscard]] std::optional<double> canary(const Contestant& contestant,
                                             const std::vector<const ModelAnswers*>& models) const;
  [[nodiscard]] Probabilities own_retained(const Contestant& contestant, std::size_t i,
                                           const ModelAnswers& answers) const {
    return only(answers.retain, trial_.retain_rows, Trial::rows_of(*contestant.retained, affected_[i]));
  }
  [[nodiscard]] Probabilities own_forgotten(std::size_t i, const ModelAnswers& answers) const {
    return only(answers.forget, trial_.forget_rows, trial_.forgotten.at(affected_[i]));
  }

  const ComparisonBench& bench_;
  const MeasurementSetting& setting_;
  const Trial& trial_;
  const TrainingConfiguration& c_;
  std::vector<ShardId> affected_;            // those that vote
  std::vector<ShardId> others_;              // likewise
  std::unique_ptr<PatchedDataset> patched_;  // of a backdoor
  std::vector<ModelAnswers> of_others_;
  std::vector<Probabilities> of_reference_;  // on the test set, by affected shard
  Probabilities ensemble_;                   // the retrained one, likewise
};

bool Judge::prepare() {
  std::vector<ShardId> shards = others_;
  shards.insert(shards.end(), affected_.begin(), affected_.end());
  std::vector<std::uint64_t> sizes(others_.size(),
                                   setting_.test.size() + trial_.retain_rows.size() + trial_.forget_rows.size());
  sizes.resize(shards.size(), setting_.test.size());
  const auto answers = spread(bench_, sizes, [&](std::size_t job) {
    const bool is_other = job < others_.size();
    const AskModel model(is_other ? setting_.base : setting_.reference.folder, c_, shards[job],
                         bench_.session.device());
    Bytes bytes;
    append_values(bytes, model.all(setting_.test));
    if (!is_other) return bytes;
    append_values(bytes, model.some(*trial_.data, trial_.retain_rows));
    append_values(bytes, model.some(*trial_.data, trial_.forget_rows));
    return bytes;
  });
  if (answers) together(bench_.session.comm(), [&] { take(*answers); });
  return answers.has_value();
}

/// Takes on what the ranks have asked.
void Judge::take(const std::vector<Bytes>& answers) {
  std::vector<std::int32_t> of_test;
  std::vector<std::int32_t> of_retained;
  std::vector<std::int32_t> of_forgotten;
  for (std::uint64_t row = 0; row < setting_.test.size(); ++row) of_test.push_back(setting_.test.label(row));
  for (const auto row : trial_.retain_rows) of_retained.push_back(trial_.data->label(row));
  for (const auto row : trial_.forget_rows) of_forgotten.push_back(trial_.data->label(row));
  std::vector<Probabilities> tests;
  for (std::size_t job = 0; job < answers.size(); ++job) {
    ByteView rest = answers[job];
    Probabilities test = take_values(rest, c_.classes, of_test);
    tests.push_back(test);
    if (job >= others_.size()) {
      of_reference_.push_back(std::move(test));
      continue;
    }
    ModelAnswers& other = of_others_.emplace_back();
    other.test = std::move(test);
    other.retain = take_values(rest, c_.classes, of_retained);
    other.forget = take_values(rest, c_.classes, of_forgotten);
  }
  if (!tests.empty()) ensemble_ = mean_of(tests);
}

Distances Judge::distances(const Contestant& contestant, const std::vector<const ModelAnswers*>& models) const {
  Distances distances;
  Mean same;
  Mean divergence;
  double squares = 0;
  double reference_squares = 0;
  for (std::size_t i = 0; i < affected_.size(); ++i) {
    if (const auto found = consistency(models[i]->test, of_reference_[i])) {
      same.add(found->y);
      divergence.add(found->kl);
    }
    if (contestant.is_single) continue;
    const ModelState reference = served_model(setting_.reference.folder, affected_[i]);
    squares += std::pow(parameter_distance(served_model(contestant.folder, affected_[i]), reference).l2, 2);
    reference_squares += std::pow(norm_of(reference), 2);
  }
  distances.y = same.value();
  distances.kl = divergence.value();
  if (contestant.is_single || affected_.empty()) return distances;
  distances.theta = std::sqrt(squares);
  if (reference_squares > 0) distances.theta_relative = std::sqrt(squares / reference_squares);
  return distances;
}

MembershipReport Judge::membership(const Contestant& contestant, const std::vector<const ModelAnswers*>& models) const {
  std::vector<double> forgotten;
  std::vector<double> retained;
  std::vector<double> test;
  const auto append = [](std::vector<double>& all, const Probabilities& answers) {
    const auto some = losses(answers);
    all.insert(all.end(), some.begin(), some.end());
  };
  for (std::size_t i = 0; i < affected_.size(); ++i) {
    append(forgotten, own_forgotten(i, *models[i]));
    append(retained, own_retained(contestant, i, *models[i]));
    append(test, models[i]->test);
  }
  MembershipExposure exposure =
      membership_exposure(forgotten, retained, test, trial_.seed().derive("expunge/comparison/membership/v1"));
  return {.advantage = exposure.advantage,
          .attack_accuracy = exposure.attack_accuracy,
          .why_null = std::move(exposure.why_null)};
}

std::optional<double> Judge::canary(const Contestant& contestant,
                                    const std::vector<const ModelAnswers*>& models) const {
  if (!trial_.canary) return std::nullopt;
  const Canary& canary = trial_.canary->canary;
  Mean mean;
  for (std::size_t i = 0; i < affected_.size(); ++i) {
    if (!patched_) {
      mean.add(accuracy_on_classes(models[i]->test, trial_.canary->flipped));
      continue;
    }
    const AskModel model(contestant.folder, *contestant.configuration, contestant.is_single ? ShardId(0) : affected_[i],
                         bench_.session.device());
    mean.add(backdoor_success(model.all(*patched_), canary.target));
  }
  return mean.value();
}

MethodRepetition Judge::judge(const Contestant& contestant) const {
  std::vector<ModelAnswers> own;
  std::vector<const ModelAnswers*> models;
  for (const auto shard : affected_) {
    if (contestant.is_single && !own.empty()) break;
    own.push_back(AskModel(contestant.folder, *contestant.configuration, contestant.is_single ? ShardId(0) : shard,
                           bench_.session.device())
                      .answers(trial_, setting_.test));
  }
  for (std::size_t i = 0; i < affected_.size(); ++i) models.push_back(&own[contestant.is_single ? 0 : i]);

  MethodRepetition measured;
  measured.repetition = trial_.repetition;
  std::vector<const ModelAnswers*> voters;
  if (!contestant.is_single)
    for (const auto& other : of_others_) voters.push_back(&other);
  for (const auto& model : own) voters.push_back(&model);
  measured.distances = distances(contestant, models);
  if (const auto ensemble = ensemble_of(voters)) {
    measured.accuracy = {accuracy(ensemble->test), accuracy(ensemble->retain), accuracy(ensemble->forget)};
    if (const auto found = consistency(ensemble->test, ensemble_)) measured.distances.ensemble_y = found->y;
  }
  Mean test;
  Mean retain;
  Mean forget;
  for (std::size_t i = 0; i < models.size(); ++i) {
    test.add(accuracy(models[i]->test));
    retain.add(accuracy(own_retained(contestant, i, *models[i])));
    forget.add(accuracy(own_forgotten(i, *models[i])));
  }
  measured.constituent_accuracy = {test.value(), retain.value(), forget.value()};
  measured.membership = membership(contestant, models);
  if (const auto value = canary(contestant, models)) measured.canary = CanaryScore{*value, std::nullopt};
  return measured;
}

}  // namespace

std::optional<std::vector<MethodRepetition>> measure(const ComparisonBench& bench, const MeasurementSetting& setting,
                                                     std::span<const Contestant> contestants) {
  std::optional<Judge> judge;
  together(bench.session.comm(), [&] { judge.emplace(bench, setting); });
  if (!judge->prepare()) return std::nullopt;
  const auto texts = spread(bench, std::vector<std::uint64_t>(contestants.size(), judge->size()), [&](std::size_t job) {
    const std::string text = to_text(judge->judge(contestants[job]));
    const ByteView bytes = bytes_of(text);
    return Bytes(bytes.begin(), bytes.end());
  });
  if (!texts) return std::nullopt;
  std::vector<MethodRepetition> measured;
  for (const auto& bytes : *texts)
    measured.push_back(measured_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "a rank's answer"));
  return measured;
}

}  // namespace expunge
