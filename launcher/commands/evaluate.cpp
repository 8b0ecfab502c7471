// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "aggregation/predict/ensemble.hpp"
#include "aggregation/report/evaluation_report.hpp"
#include "framework/comm/agreement.hpp"
#include "framework/log/log.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/commands/common_options.hpp"
#include "launcher/process/standard_output.hpp"
#include "launcher/run/data_spec.hpp"
#include "launcher/serving/constituent_model.hpp"
#include "launcher/serving/ensemble.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

EvaluationReport report_of(const Ensemble& ensemble, const EnsembleOptions& options, EnsembleScores scores,
                           const std::vector<ConstituentScores>& of_shards) {
  EvaluationReport report{options.rule, options.decision, ensemble.models, std::move(scores), {}};
  std::size_t next = 0;
  for (const auto& record : ensemble.run.shards) {
    ConstituentReport shard;
    shard.shard = record.shard;
    shard.samples_seen = static_cast<std::int64_t>(samples_seen(ensemble.run, record));
    if (record.served() != nullptr) shard.model_digest = record.served()->model.hex();
    if (record.approximation) shard.approximate = record.approximation->method;
    shard.reason = ensemble.abstention(record);
    shard.abstains = !shard.reason.empty();
    if (!shard.abstains) shard.scores = of_shards.at(next++);
    report.constituents.push_back(std::move(shard));
  }
  return report;
}

/// `inspect` shows it later. A run that may only be read is evaluated all the same.
void keep_in_run(const RunDirectory& directory, const Json& document) {
  try {
    publish(system_files(), directory.evaluation_path(), bytes_of(document_text(document)));
  } catch (const Failure& failure) {
    log::info("the result is not kept in the run: {}", failure.what());
  }
}

}  // namespace

Exit run_evaluate(std::span<const std::string> arguments) {
  OptionTable table("evaluate", "the accuracy of the ensemble and of each of its constituents on labelled data");
  std::string run;
  std::string data_text;
  VoteOptions vote;
  SessionOptions session_options;
  table.text("run", &run).required().placeholder("DIR").help("run directory");
  table.text("data", &data_text).required().placeholder("SPEC").help("labelled data, as `train --data` takes it");
  declare(table, vote);
  declare(table, session_options);
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }

  Session session(session_options);
  return run_together(session, [&] {
    Communicator& comm = session.comm();
    const RunDirectory directory{run};
    const Ensemble ensemble = open_ensemble(session, directory);
    const auto& c = ensemble.run.manifest.configuration;
    std::unique_ptr<Dataset> data;
    std::string spec;
    together(comm, [&] {
      const Spec parsed = Spec::parse(data_text, "data");
      data = open_dataset(parsed);
      spec = with_absolute_paths(parsed);
      require_fit(*data, data_text, c, true);
    });

    EnsembleScores scores(c.classes);
    log::Progress progress("evaluating", "samples", data->size());
    EnsembleOptions options = vote.ensemble_options(ensemble.models, c.classes);
    options.reduce = vote_reduction(session);
    const auto of_shards = run_ensemble(comm, *data, ensemble.mine, options, [&](const AnsweredBlock& block) {
      for (std::size_t i = 0; i < block.answers.size(); ++i)
        scores.add(block.answers[i], data->label(block.first_row + i));
      progress.update(block.first_row + block.answers.size());
    });

    together(comm, [&] {
      if (!comm.is_root()) return;
      const EvaluationReport report = report_of(ensemble, options, std::move(scores), of_shards);
      Json document{{"run", directory.path().string()}, {"data", spec}, {"model_version", ensemble.version.hex()}};
      document.update(to_json(report));
      keep_in_run(directory, document);
      if (table.json())
        fmt::print("{}", document_text(document));
      else
        fmt::print("{}", to_text(report));
    });
    if (ensemble.models == 0) throw Failure(ensemble.nobody_votes(directory));
    return Exit::kDone;
  });
}

}  // namespace expunge
