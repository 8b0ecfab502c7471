// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/report/evaluation_report.hpp"

#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/text_table.hpp"

namespace expunge {

namespace {

using nlohmann::ordered_json;

ordered_json or_null(std::optional<double> value) {
  return value ? ordered_json(*value) : ordered_json();
}

// Where nobody voted there is no accuracy to tell, of a class no more than of the whole.
std::optional<double> accuracy_of(const ClassCount& count, const EnsembleScores& ensemble) {
  return ensemble.voted() == 0 ? std::nullopt : count.accuracy();
}

ordered_json class_json(std::size_t index, const ClassCount& count, const EnsembleScores& ensemble) {
  return {{"class", index},
          {"samples", count.samples},
          {"correct", count.correct},
          {"accuracy", or_null(accuracy_of(count, ensemble))},
          {"predicted", count.predicted}};
}

std::optional<double> accuracy_of(const ConstituentReport& line) {
  return line.scores ? line.scores->counts.accuracy() : std::nullopt;
}

std::optional<double> log_loss_of(const ConstituentReport& line) {
  return line.scores ? line.scores->log_loss.mean() : std::nullopt;
}

ordered_json constituent_json(const ConstituentReport& line) {
  ordered_json json = {{"shard", line.shard.value()},
                       {"accuracy", or_null(accuracy_of(line))},
                       {"log_loss", or_null(log_loss_of(line))},
                       {"samples_seen", line.samples_seen},
                       {"model_digest", line.model_digest ? ordered_json(*line.model_digest) : ordered_json()},
                       {"approximate", line.approximate ? ordered_json(*line.approximate) : ordered_json()},
                       {"abstains", line.abstains}};
  if (line.abstains) json["reason"] = line.reason;
  ordered_json correct = nullptr;
  if (line.scores) {
    correct = ordered_json::array();
    for (const ClassCount& count : line.scores->counts.classes()) correct.push_back(count.correct);
  }
  json["per_class_correct"] = std::move(correct);
  return json;
}

std::string number(std::optional<double> value) {
  return value ? fmt::format("{:.4f}", *value) : "-";
}

std::string ensemble_text(const EvaluationReport& report) {
  const EnsembleScores& ensemble = report.ensemble;
  const ClassCounts& counts = ensemble.counts();
  std::string text;
  const auto line = [&](std::string_view name, const std::string& value) {
    fmt::format_to(std::back_inserter(text), "{:<19}{}\n", name, value);
  };
  if (ensemble.accuracy()) {
    line("accuracy", fmt::format("{}  {} of {}", number(ensemble.accuracy()), counts.correct(), counts.samples()));
  } else {
    line("accuracy", counts.samples() == 0 ? "-  there are no samples" : "-  no model voted");
  }
  if (ensemble.voted() > 0 && counts.abstained() > 0)
    line("  when answered",
         fmt::format("{}  {} unanswered", number(ensemble.accuracy_when_answered()), counts.abstained()));
  line("vote", fmt::format("{}, {} of {} shard{}", to_string(report.vote), report.models, report.constituents.size(),
                           report.constituents.size() == 1 ? "" : "s"));
  line("agreement", number(ensemble.agreement()));
  line("log loss", number(ensemble.log_loss()));
  line("calibration error", number(ensemble.calibration_error()));
  return text;
}

std::string class_table(const EnsembleScores& ensemble) {
  const ClassCounts& counts = ensemble.counts();
  TextTable table({"class", "samples", "correct", "accuracy", "predicted"});
  for (std::size_t c = 0; c < counts.classes().size(); ++c) {
    const ClassCount& count = counts.classes()[c];
    table.row({fmt::to_string(c), fmt::to_string(count.samples), fmt::to_string(count.correct),
               number(accuracy_of(count, ensemble)), fmt::to_string(count.predicted)});
  }
  return table.text();
}

std::string constituent_table(const std::vector<ConstituentReport>& lines) {
  constexpr std::size_t kShownDigits = 12;
  TextTable table({"shard", "samples seen", "accuracy", "log loss", "model digest"}, TextTable::Last::kWords);
  for (const ConstituentReport& line : lines) {
    std::string model = line.model_digest ? line.model_digest->substr(0, kShownDigits) : "-";
    if (line.approximate) model += ", approximate by " + *line.approximate;
    table.row({fmt::to_string(line.shard.value()), fmt::to_string(line.samples_seen), number(accuracy_of(line)),
               number(log_loss_of(line)), line.abstains ? "abstains: " + line.reason : model});
  }
  return table.text();
}

}  // namespace

ordered_json to_json(const EvaluationReport& report) {
  const EnsembleScores& ensemble = report.ensemble;
  ordered_json per_class = ordered_json::array();
  const std::vector<ClassCount>& classes = ensemble.counts().classes();
  for (std::size_t c = 0; c < classes.size(); ++c) per_class.push_back(class_json(c, classes[c], ensemble));
  ordered_json constituents = ordered_json::array();
  for (const ConstituentReport& line : report.constituents) constituents.push_back(constituent_json(line));
  return {{"accuracy", or_null(ensemble.accuracy())},
          {"accuracy_when_answered", or_null(ensemble.accuracy_when_answered())},
          {"abstained", ensemble.counts().abstained()},
          {"samples", ensemble.counts().samples()},
          {"models", report.models},
          {"vote", to_string(report.vote)},
          {"min_agreement", report.decision.min_agreement},
          {"min_probability", report.decision.min_probability},
          {"log_loss", or_null(ensemble.log_loss())},
          {"calibration_error", or_null(ensemble.calibration_error())},
          {"agreement", or_null(ensemble.agreement())},
          {"per_class", std::move(per_class)},
          {"constituents", std::move(constituents)}};
}

std::string to_text(const EvaluationReport& report) {
  return fmt::format("{}\n{}\n{}", ensemble_text(report), constituent_table(report.constituents),
                     class_table(report.ensemble));
}

}  // namespace expunge
