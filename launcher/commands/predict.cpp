// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "aggregation/predict/ensemble.hpp"
#include "aggregation/predict/prediction_writer.hpp"
#include "framework/comm/agreement.hpp"
#include "framework/log/log.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/commands/common_options.hpp"
#include "launcher/process/standard_output.hpp"
#include "launcher/run/data_spec.hpp"
#include "launcher/serving/ensemble.hpp"

namespace expunge {

Exit run_predict(std::span<const std::string> arguments) {
  OptionTable table("predict", "the ensemble's answer for every sample of a data set");
  std::string run;
  std::string data_text;
  std::string out = "-";
  std::string format = "auto";
  PredictionFileOptions file;
  VoteOptions vote;
  SessionOptions session_options;
  table.text("run", &run).required().placeholder("DIR").help("run directory");
  table.text("data", &data_text)
      .required()
      .placeholder("SPEC")
      .help("data, as `train --data` takes it; its labels are not looked at");
  table.text("out", &out)
      .placeholder("FILE")
      .help("file to write: .csv, .jsonl or .h5; - is standard output, as CSV unless --format says otherwise");
  table.choice("format", &format, {"auto", "csv", "jsonl", "hdf5"}).help("auto: by the file's extension");
  table.flag("labels-only", &file.labels_only).help("id and label alone, which tells less about the training samples");
  table.flag("force", &file.force).help("replace FILE where it exists");
  declare(table, vote);
  declare(table, session_options);
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  file.path = out;
  if (format != "auto") file.format = parse_prediction_format(format);
  if (table.json() && out == "-")
    throw UsageError(
        "--json puts one JSON document on standard output, and the predictions go there: name a file for them with "
        "--out, or give --format jsonl instead of --json");

  Session session(session_options);
  return run_together(session, [&] {
    Communicator& comm = session.comm();
    const RunDirectory directory{run};
    const Ensemble ensemble = open_ensemble(session, directory);
    const auto& c = ensemble.run.manifest.configuration;
    std::unique_ptr<Dataset> data;
    std::unique_ptr<PredictionWriter> writer;
    together(comm, [&] {
      if (ensemble.models == 0) throw Failure(ensemble.nobody_votes(directory));
      data = open_dataset(Spec::parse(data_text, "data"));
      require_fit(*data, data_text, c, false);
      if (!comm.is_root()) return;
      file.rows = data->size();
      file.classes = c.classes;
      file.model_version = ensemble.version.hex();
      writer = make_prediction_writer(file);
    });

    EnsembleOptions options = vote.ensemble_options(ensemble.models, c.classes);
    options.score = false;
    options.reduce = vote_reduction(session);
    log::Progress progress("predicting", "samples", data->size());
    run_ensemble(comm, *data, ensemble.mine, options, [&](const AnsweredBlock& block) {
      writer->write(block);
      progress.update(block.first_row + block.answers.size());
    });
    together(comm, [&] {
      if (comm.is_root()) writer->finish();
    });
    if (!comm.is_root()) return Exit::kDone;
    if (table.json())
      fmt::print("{}", document_text({{"run", directory.path().string()},
                                      {"data", with_absolute_paths(Spec::parse(data_text, "data"))},
                                      {"out", out},
                                      {"samples", data->size()},
                                      {"models", ensemble.models},
                                      {"approximate_models", ensemble.approximate},
                                      {"vote", vote.vote},
                                      {"model_version", ensemble.version.hex()}}));
    else
      log::info("{} samples answered by {} of {} models{}", data->size(), ensemble.models, c.shards,
                ensemble.approximate == 0 ? "" : fmt::format(", {} of them approximate", ensemble.approximate));
    return Exit::kDone;
  });
}

}  // namespace expunge
