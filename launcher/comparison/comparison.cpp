// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/comparison.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/comm/agreement.hpp"
#include "framework/comm/communicator.hpp"
#include "framework/core/build_info.hpp"
#include "framework/core/elapsed.hpp"
#include "framework/log/log.hpp"
#include "launcher/comparison/bench.hpp"
#include "launcher/comparison/gather_report.hpp"
#include "launcher/comparison/planned_methods.hpp"
#include "launcher/comparison/repetition.hpp"
#include "launcher/comparison/report_place.hpp"
#include "launcher/process/standard_output.hpp"
#include "launcher/run/data_spec.hpp"
#include "launcher/run/halt_file.hpp"
#include "launcher/run/run_directory.hpp"
#include "launcher/serving/ensemble.hpp"
#include "shards/requests/request_file.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormatVersion = 1;

}  // namespace

class Comparison::Work {
 public:
  Work(Session& session, ComparisonOptions options)
      : session_(session), comm_(session.comm()), options_(std::move(options)), directory_(options_.run) {}

  Exit run() {
    plan();
    open_run();
    open_data();
    require_trained();
    require_numerics_of_run(comm_, session_.fingerprint(), directory_, records_->manifest, false);
    check_samples(comm_, options_.data.empty() ? records_->manifest.data : options_.data, *data_->data, *records_);
    std::optional<Trial> first;
    together(comm_, [&] {
      first.emplace(trial(0));
      if (comm_.is_root()) make_report_place(options_.out);
    });
    return compare(std::move(*first));
  }

 private:
  void plan();
  void open_run();
  void open_data();
  void require_trained() const;
  [[nodiscard]] std::string asked() const;
  [[nodiscard]] Trial trial(std::uint32_t repetition) const {
    return make_trial(*records_, data_->data, task_, repetition, session_.fingerprint());
  }
  Exit compare(Trial first);
  Exit report(const ComparisonWorkspace& workspace, const std::vector<RepetitionResult>& results);
  Exit tell_put_down(const std::string& reason, std::size_t done) const;

  Session& session_;
  Communicator& comm_;
  ComparisonOptions options_;
  RunDirectory directory_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::vector<PlannedMethod> methods_;
  ForgetTask task_;
  std::unique_ptr<RunLock> lock_;  // on rank 0
  std::optional<RunRecords> records_;
  std::optional<RunData> data_;
  std::unique_ptr<Dataset> test_;
  std::string test_spec_;
};

/// What can be refused without looking at the run.
void Comparison::Work::plan() {
  if (options_.requests.empty() == options_.canary.empty())
    throw UsageError("give one of --requests FILE, what is to be forgotten, and --canary SPEC, to plant that first");
  if (options_.test.empty()) throw UsageError("--test is missing: labelled data that answers are compared on");
  if (options_.out.empty()) throw UsageError("--out is missing: a folder for the report");
  methods_ = plan_methods(options_.methods);
  task_.as_sequence = options_.as_sequence;
  if (!options_.canary.empty()) task_.canary = Canary::parse(Spec::parse(options_.canary, "canary"));
  task_.source = options_.canary.empty() ? options_.requests.string() : options_.canary;
}

void Comparison::Work::open_run() {
  together(comm_, [&] {
    const Manifest manifest = directory_.manifest();
    require_slicing(methods_, manifest.configuration);
    require_report_place(options_.out, directory_.path());
    if (!comm_.is_root()) return;
    lock_ = std::make_unique<RunLock>(directory_);
    clear_stale_halt_file(system_files(), directory_.path());
    if (lock_->died())
      log::warning("the job before this one ended without finishing ({}): going on from what it did", *lock_->died());
  });
  together(comm_, [&] {
    records_.emplace(RunRecords::read(directory_));
    refuse_old_copies(directory_, *records_);
  });
}

void Comparison::Work::open_data() {
  together(comm_, [&] {
    if (!task_.canary) task_.requests = read_requests(options_.requests);
    const Spec spec = Spec::parse(options_.test, "test");
    test_ = open_dataset(spec);
    test_spec_ = with_absolute_paths(spec);
    require_fit(*test_, options_.test, records_->manifest.configuration, true);
    data_.emplace(RunData::open(options_.data, *records_));
  });
}

/// Every shard serves what training on the live samples gives.
void Comparison::Work::require_trained() const {
  const std::string path = directory_.path().string();
  if (!records_->history.pending().empty())
    throw Failure(
        fmt::format("{}: deletion requests are not worked off: finish them with 'expunge unlearn --run {} "
                    "--recover', then compare",
                    path, path));
  for (const auto& record : records_->shards) {
    if (record.approximation)
      throw Failure(
          fmt::format("{}: shard {} is served approximately: heal it with 'expunge unlearn --run {} --heal', "
                      "then compare",
                      path, record.shard.value(), path));
    if (record.slices.size() < records_->manifest.configuration.slices)
      throw Failure(
          fmt::format("{}: shard {} is trained to stage {} of {}: finish that with 'expunge train --run {}', "
                      "then compare",
                      path, record.shard.value(), record.slices.size(), records_->manifest.configuration.slices, path));
  }
}

/// All that decides results, as `comparison.json` has it: what was put down is gone on with for the same alone.
std::string Comparison::Work::asked() const {
  const auto& manifest = records_->manifest;
  std::string text;
  if (comm_.is_root()) {
    std::vector<std::string> methods;
    for (const auto& planned : methods_) methods.push_back(planned.name);
    Json json{{"format", "expunge-comparison"},
              {"format_version", kFormatVersion},
              {"journal_length", manifest.journal_length},
              {"journal_head", manifest.journal_head.hex()},
              {"program", build_info().version},
              {"numerics", fingerprint_digest(session_.fingerprint()).hex()},
              {"replay", options_.as_sequence ? "sequence" : "batch"},
              {"methods", methods},
              {"test", test_spec_},
              {"test_samples", set_digest(*test_, 0, test_->size(), data_key(manifest.seed)).hex()},
              {"repeats", options_.repeats},
              {"floors", options_.floors}};
    if (task_.canary)
      json["canary"] = options_.canary;
    else
      json["requests"] = digest_of_bytes(read_file(options_.requests)).hex();
    text = document_text(json);
  }
  return text;
}

Exit Comparison::Work::compare(Trial first) {
  std::string text;
  together(comm_, [&] { text = asked(); });
  const ComparisonWorkspace workspace(comm_, directory_.path(), broadcast_text(comm_, text));
  std::string stop_reason;
  const ComparisonBench bench{session_, workspace, directory_.path(), options_.deadline, stop_reason};
  if (comm_.is_root())
    log::info("{} {}: {} methods, {} repetition{}, on {} rank{}",
              workspace.resumed() ? "going on comparing on" : "comparing on", directory_.path().string(),
              methods_.size(), options_.repeats, options_.repeats == 1 ? "" : "s", comm_.size(),
              comm_.size() == 1 ? "" : "s");
  std::vector<RepetitionResult> results;
  for (std::uint32_t i = 0; i < options_.repeats; ++i) {
    std::optional<Trial> next;
    together(comm_, [&] { next.emplace(i == 0 ? std::move(first) : trial(i)); });
    const RepetitionSetting setting{*next, directory_.path(), *test_, methods_, options_.floors};
    auto result = run_repetition(bench, setting);
    if (!result) return tell_put_down(stop_reason, results.size());
    results.push_back(std::move(*result));
  }
  return report(workspace, results);
}

Exit Comparison::Work::tell_put_down(const std::string& reason, std::size_t done) const {
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    remove_halt_file(system_files(), directory_.path());
    const Json json{{"run", directory_.path().string()},
                    {"complete", false},
                    {"repetitions_complete", done},
                    {"stopped_by", reason}};
    fmt::print("{}", options_.json ? document_text(json)
                                   : fmt::format("put down ({}): the same command again goes on with it\n", reason));
  });
  return Exit::kStopped;
}

Exit Comparison::Work::report(const ComparisonWorkspace& workspace, const std::vector<RepetitionResult>& results) {
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    const ComparedRun compared{
        options_,
        records_->manifest,
        session_.fingerprint(),
        directory_.path().string(),
        task_.canary ? "" : std::filesystem::absolute(options_.requests).lexically_normal().string(),
        test_spec_,
        comm_.size(),
        seconds_since(start_)};
    const ComparisonReport report = gather_report(compared, methods_, results);
    const Json document = to_json(report);
    const auto page = write_report(options_.out, document);
    if (options_.json)
      fmt::print("{}", document_text(document));
    else
      fmt::print("{}\nreport: {}\n", to_text(report), page.string());
  });
  workspace.finish();
  return Exit::kDone;
}

Comparison::Comparison(Session& session, ComparisonOptions options)
    : work_(std::make_unique<Work>(session, std::move(options))) {}

Comparison::~Comparison() = default;

Exit Comparison::run() {
  return work_->run();
}

}  // namespace expunge
