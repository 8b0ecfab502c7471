// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/coordinator/replay_run.hpp"

#include <array>

#include <fmt/format.h>

#include "framework/comm/agreement.hpp"
#include "framework/log/log.hpp"
#include "launcher/coordinator/pass_outcome.hpp"
#include "shards/requests/request_file.hpp"

namespace expunge {

namespace {

/// How rank 0, which alone follows the simulated clock, tells the others to take part in a batch, or that it is over.
class BatchCalls {
 public:
  explicit BatchCalls(Communicator& comm) : comm_(comm) {}
  void call() { (void)say(1); }
  void end() { (void)say(0); }
  [[nodiscard]] bool called() { return say(0); }

 private:
  bool say(std::int64_t word) {
    std::array<std::int64_t, 1> words{word};
    comm_.maximum(words);
    return words[0] == 1;
  }
  Communicator& comm_;
};

/// Ends a replay whose batch was put down. Nobody else throws it.
struct PutDown {};

class Replay {
 public:
  Replay(Session& session, const UnlearningJob& job, const Policy& policy)
      : comm_(session.comm()),
        job_(job),
        policy_(policy),
        source_(job.requests.string()),
        requests_(requests_of(session, job)),
        coordinator_(session, system_files(), RunDirectory(job.run), job.coordinator) {}

  Exit run(bool json) {
    coordinator_.open();
    coordinator_.check_data();
    coordinator_.check_numerics();
    finish_what_is_pending();
    together(comm_, [&] { resolve(); });
    const Outcome ended = outcome_of([&] { comm_.is_root() ? lead() : follow(); });
    const Outcome agreed = agree(comm_, ended);
    if (agreed.exit != Exit::kDone) throw Error(agreed.exit, agreed.message);
    together(comm_, [&] {
      if (comm_.is_root()) tell(json);
    });
    return coordinator_.records().history.pending().empty() ? Exit::kDone : Exit::kStopped;
  }

 private:
  /// What an earlier job left is nobody's cost but its own.
  void finish_what_is_pending() {
    if (coordinator_.records().history.pending().empty()) return;
    if (comm_.is_root()) log::info("finishing what was accepted before the replay begins");
    if (coordinator_.recover().stopped)
      throw Stopped("put down while finishing what was accepted before: run the same command again");
  }

  void resolve() {
    if (!comm_.is_root()) return;
    using Kind = Policy::Kind;
    const bool by_time = policy_.kind() == Kind::kWindow || policy_.kind() == Kind::kDeadline;
    std::vector<RequestFault> faults;
    for (const auto& request : requests_)
      if (by_time && !request.received_at)
        faults.push_back({request.line, request.id,
                          fmt::format("'received_at' is missing: the policy {} needs it", policy_.text())});
    if (!faults.empty()) refuse_requests(source_, faults);
    resolved_ = coordinator_.resolve(requests_, source_);
    for (const auto& request : resolved_) {
      Arrival arrival;
      arrival.at = request.request.received_at.value_or(arrivals_.empty() ? Moment{} : arrivals_.back().at);
      arrival.due = request.request.due();
      for (const auto& cell : request.accepted.cells) arrival.shards.insert(cell.cell.shard);
      arrivals_.push_back(std::move(arrival));
    }
  }

  void lead() {
    BatchCalls calls(comm_);
    const Outcome ended = outcome_of([&] {
      try {
        times_ = replay(
            policy_, arrivals_, [&](std::span<const std::size_t> batch) { return estimate(batch); },
            [&](std::span<const std::size_t> batch) {
              calls.call();
              return run_batch(batch);
            });
      } catch (const PutDown&) {
        put_down_ = true;
      }
    });
    // The others that failed together with this rank wait for no further word.
    if (!in_batch_) calls.end();
    if (ended.exit != Exit::kDone) throw Error(ended.exit, ended.message);
  }

  void follow() {
    BatchCalls calls(comm_);
    while (calls.called()) (void)run_batch({});
  }

  [[nodiscard]] double estimate(std::span<const std::size_t> batch) const {
    Impact impact;
    for (const auto index : batch) add_impact(impact, resolved_[index].accepted.cells);
    const double speed = training_speed(coordinator_.records().shards);
    if (speed <= 0) return 0;
    return plan_unlearning(coordinator_.records().manifest.configuration, coordinator_.live(), impact)
        .seconds(speed, comm_.size());
  }

  /// Collective; `batch` is rank 0's.
  double run_batch(std::span<const std::size_t> batch) {
    std::vector<Request> requests;
    for (const auto index : batch) requests.push_back(requests_[index]);
    const std::uint64_t live_before = coordinator_.records().live();
    in_batch_ = true;
    const Acceptance acceptance = coordinator_.accept(requests, source_);
    const Forgetting forgetting = job_.forget_now ? coordinator_.forget() : Forgetting{};
    const Recovery recovery = coordinator_.recover();
    in_batch_ = false;
    if (comm_.is_root()) {
      const std::size_t batches = outcome_.batches.size();
      add_pass(outcome_, coordinator_, acceptance, forgetting, recovery, live_before, comm_.size(), {});
      batch_of_pass_.push_back(outcome_.batches.size() > batches ? std::optional(batches) : std::nullopt);
    }
    if (recovery.stopped && comm_.is_root()) throw PutDown{};
    return pass_seconds(acceptance, forgetting, recovery);
  }

  /// The simulated clock's times are known once the whole replay is.
  void set_times() {
    std::size_t request = 0;
    for (std::size_t i = 0; i < times_.size(); ++i) {
      for (std::size_t n = 0; n < times_[i].arrivals.size(); ++n, ++request) {
        outcome_.requests[request].started_at = times_[i].started;
        outcome_.requests[request].completed_at = times_[i].ended;
      }
      if (!batch_of_pass_[i]) continue;
      auto& batch = outcome_.batches[*batch_of_pass_[i]];
      batch.triggered_at = times_[i].triggered;
      batch.started_at = times_[i].started;
      batch.completed_at = times_[i].ended;
    }
  }

  void tell(bool json) {
    outcome_.policy = policy_.text();
    if (!put_down_) set_times();
    if (!job_.out.empty()) write_outcome(job_.out, outcome_);
    if (json) {
      fmt::print("{}", to_json_text(outcome_));
      return;
    }
    std::uint64_t cost = 0;
    std::uint64_t full = 0;
    double seconds = 0;
    for (const auto& batch : outcome_.batches) {
      cost += batch.sample_gradients;
      full += batch.baseline_sample_gradients.value_or(0);
      seconds += batch.wall_seconds.value_or(0);
    }
    fmt::print("{}: {} requests under policy {} in {} batches\n", coordinator_.directory().path().string(),
               outcome_.requests.size(), policy_.text(), outcome_.batches.size());
    fmt::print("  {} sample-gradients in {:.1f} s on {} rank{}\n", cost, seconds, comm_.size(),
               comm_.size() == 1 ? "" : "s");
    if (cost > 0)
      fmt::print("  training everything from scratch each time would have been {}: {:.1f} times as many\n", full,
                 static_cast<double>(full) / static_cast<double>(cost));
    std::string guarantee = "exact";
    for (const auto& shard : coordinator_.records().shards) guarantee = weaker(guarantee, guarantee_of(shard));
    if (guarantee != "exact")
      fmt::print("  the result is APPROXIMATE (guarantee: {}): 'expunge unlearn --run {} --heal' retrains exactly\n",
                 guarantee, coordinator_.directory().path().string());
    if (put_down_)
      fmt::print("  stopped: {} of {} requests were worked on; run the same command again to go on\n",
                 outcome_.requests.size(), requests_.size());
  }

  Communicator& comm_;
  const UnlearningJob& job_;
  const Policy& policy_;
  std::string source_;
  std::vector<Request> requests_;  // on rank 0, as all that follows
  Coordinator coordinator_;
  std::vector<ResolvedRequest> resolved_;
  std::vector<Arrival> arrivals_;
  std::vector<ReplayedBatch> times_;
  std::vector<std::optional<std::size_t>> batch_of_pass_;
  ReplayOutcome outcome_;
  bool put_down_ = false;
  bool in_batch_ = false;  // in what ranks do, and fail, together
};

}  // namespace

Exit replay_requests(Session& session, const UnlearningJob& job, const Policy& policy, bool json) {
  return Replay(session, job, policy).run(json);
}

}  // namespace expunge
