// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/verification/verification_report.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launcher/process/standard_output.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

std::string count_of(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

Json number_or_null(double number) {
  return std::isfinite(number) ? Json(number) : Json(nullptr);
}

Json name_json(const StageName& name) {
  return {{"shard", name.shard.value()}, {"stage", name.stage.value()}};
}

double fraction_of(const ChallengeReport& challenge) {
  return challenge.fraction.millionths / 1e6;
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kEqual:
      return "equal";
    case Verdict::kApproximate:
      return "approximate";
    case Verdict::kRefuted:
      return "refuted";
    case Verdict::kNotComparable:
      return "not comparable";
    case Verdict::kStopped:
      return "stopped";
  }
  return "";
}

Json equal_json(Verdict verdict) {
  if (verdict == Verdict::kEqual) return true;
  if (verdict == Verdict::kRefuted) return false;
  return nullptr;
}

Json challenge_json(const VerificationReport& report) {
  if (!report.challenge) return nullptr;
  Json stages = Json::array();
  for (const auto& stage : report.challenge->stages) stages.push_back(name_json(stage));
  return {{"hex", report.challenge->hex},
          {"drawn_here", report.challenge->drawn},
          {"sample_fraction", fraction_of(*report.challenge)},
          {"stages", std::move(stages)}};
}

Json distance_json(const std::optional<ParameterDistance>& distance) {
  if (!distance) return nullptr;
  return {{"l2", number_or_null(distance->l2)},
          {"relative", number_or_null(distance->relative)},
          {"largest", number_or_null(distance->largest)}};
}

Json approximate_json(const std::vector<ApproximateShard>& shards) {
  Json list = Json::array();
  for (const auto& one : shards)
    list.push_back({{"shard", one.shard.value()},
                    {"method", one.method},
                    {"guarantee", one.guarantee},
                    {"batches", one.batches},
                    {"distance", distance_json(one.distance)},
                    {"kept_files", one.kept_files}});
  return list;
}

Json document_of(const VerificationReport& report) {
  Json selected = Json::array();
  for (const auto shard : report.selected) selected.push_back(shard.value());
  Json incomplete = Json::array();
  for (const auto& one : report.incomplete)
    incomplete.push_back({{"shard", one.shard.value()}, {"stages", one.stages}, {"reason", one.reason}});
  Json differences = Json::array();
  for (const auto& one : report.differences) {
    Json json = name_json(one.stage);
    json["file"] = one.file;
    json["message"] = one.message;
    differences.push_back(std::move(json));
  }
  Json findings = Json::array();
  for (const auto& one : report.findings)
    findings.push_back({{"what", one.what}, {"file", one.file}, {"message", one.message}});
  const Verdict verdict = report.verdict();
  return {{"run", report.run},
          {"equal", equal_json(verdict)},
          {"verdict", verdict_name(verdict)},
          {"message", report.sentence()},
          {"selection", report.selection},
          {"shards_selected", std::move(selected)},
          {"challenge", challenge_json(report)},
          {"shards", report.shards},
          {"stages", report.stages_on_record},
          {"shards_checked", report.shards_checked},
          {"stages_checked", report.stages_checked},
          {"journal_ok", report.journal_ok},
          {"journal", {{"length", report.journal_length}, {"head", report.journal_head.hex()}}},
          {"differences", std::move(differences)},
          {"findings", std::move(findings)},
          {"stale_files", report.stale_files()},
          {"approximate_shards", approximate_json(report.approximate)},
          {"not_erased", report.not_erased},
          {"unfinished", report.unfinished},
          {"pending_batches", report.pending_batches},
          {"incomplete_shards", std::move(incomplete)},
          {"not_comparable", report.not_comparable},
          {"stopped_by", report.stopped_by.empty() ? Json(nullptr) : Json(report.stopped_by)},
          {"sample_gradients", report.sample_gradients},
          {"ranks", report.ranks},
          {"seconds", report.seconds}};
}

/// A message, after the file that it is about where it does not name it itself.
std::string about_file(const std::string& file, const std::string& message) {
  return file.empty() || message.find(file) != std::string::npos ? message : fmt::format("{}: {}", file, message);
}

std::string first_problem(const VerificationReport& report) {
  if (!report.differences.empty())
    return about_file(report.differences.front().file, report.differences.front().message);
  return about_file(report.findings.front().file, report.findings.front().message);
}

/// "2 stages have other bits, and 1 finding".
std::string what_is_wrong(const VerificationReport& report) {
  const auto stages = report.differences.size();
  std::string findings = count_of(report.findings.size(), "finding");
  if (stages == 0) return findings;
  const auto other = fmt::format("{} {} other bits", count_of(stages, "stage"), stages == 1 ? "has" : "have");
  return report.findings.empty() ? other : fmt::format("{}, and {}", other, findings);
}

/// "shard 3 serves what 'neggrad' made of batch 2, 0.51 in l2 from what retraining gives (12.3 % of it, …)".
std::string in_words(const ApproximateShard& shard) {
  const std::string head =
      fmt::format("shard {} serves what '{}' made of batch{} {}", shard.shard.value(), shard.method,
                  shard.batches.size() == 1 ? "" : "es", fmt::join(shard.batches, ", "));
  if (!shard.distance) return head + ", at a distance that was not measured";
  constexpr double kPercent = 100;
  return fmt::format("{}, {:.4g} in l2 from what retraining gives ({:.3g} % of it, {:.3g} at most in one parameter)",
                     head, shard.distance->l2, kPercent * shard.distance->relative, shard.distance->largest);
}

std::string which_are_approximate(const std::vector<ApproximateShard>& shards) {
  std::string words;
  for (const auto& shard : shards) words += (words.empty() ? "" : "; ") + in_words(shard);
  return words;
}

std::string how_checked(const VerificationReport& report) {
  const std::string stages = count_of(report.stages_checked, "stage");
  const std::string shards = count_of(report.shards_checked, "shard");
  if (report.challenge)
    return fmt::format("{} of {}, picked by the challenge and replayed from the checkpoints before them", stages,
                       shards);
  return fmt::format("{} of {}, retrained from scratch", stages, shards);
}

}  // namespace

Exit exit_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kEqual:
      return Exit::kDone;
    case Verdict::kRefuted:
      return Exit::kRefuted;
    case Verdict::kApproximate:
    case Verdict::kNotComparable:
      return Exit::kFailed;
    case Verdict::kStopped:
      return Exit::kStopped;
  }
  return Exit::kBug;
}

Verdict VerificationReport::verdict() const {
  if (!findings.empty() || !differences.empty()) return Verdict::kRefuted;
  if (!stopped_by.empty()) return Verdict::kStopped;
  if (!not_comparable.empty()) return Verdict::kNotComparable;
  return approximate.empty() ? Verdict::kEqual : Verdict::kApproximate;
}

std::string VerificationReport::sentence() const {
  switch (verdict()) {
    case Verdict::kRefuted:
      return fmt::format("not equal: {}; the first: {}", what_is_wrong(*this), first_problem(*this));
    case Verdict::kStopped:
      return fmt::format("stopped ({}) before the end, nothing found so far: run it again", stopped_by);
    case Verdict::kNotComparable:
      return fmt::format("not comparable here: {}; verify where the run was trained{}{}",
                         fmt::join(not_comparable, "; "), approximate.empty() ? "" : "; besides, ",
                         approximate.empty() ? "" : which_are_approximate(approximate));
    case Verdict::kApproximate:
      return fmt::format(
          "approximate: {}: deleted samples may still show in {}, until 'expunge unlearn --run {} --heal' retrains {} "
          "exactly{}",
          which_are_approximate(approximate), approximate.size() == 1 ? "it" : "them", run,
          approximate.size() == 1 ? "it" : "them",
          stages_checked == 0 ? "" : fmt::format("; {}, have the bits of their checkpoints", how_checked(*this)));
    case Verdict::kEqual:
      break;
  }
  if (stages_checked == 0)
    return "nothing was asked for that can be replayed; files, their lineage and the journal are as they should be";
  return fmt::format(
      "equal: {}, have the bits of their checkpoints, and no file is left in the run that saw a deleted sample{}",
      how_checked(*this),
      incomplete.empty() ? "" : fmt::format("; {} not complete", count_of(incomplete.size(), "shard")));
}

std::vector<std::string> VerificationReport::stale_files() const {
  std::vector<std::string> files;
  for (const auto& finding : findings)
    if (finding.what == "stale-file") files.push_back(finding.file);
  return files;
}

std::string to_json_text(const VerificationReport& report) {
  return document_text(document_of(report));
}

std::string to_json_text(const VerificationReport& report, Moment at) {
  Json document{{"at", to_text(at)}};
  document.update(document_of(report));
  return document_text(document);
}

std::string to_text(const VerificationReport& report) {
  constexpr std::size_t kShownDigits = 16;
  std::string text = fmt::format("run         {}\n", report.run);
  text += fmt::format("journal     {}{}\n", count_of(report.journal_length, "line"),
                      report.journal_length == 0
                          ? std::string()
                          : fmt::format(", head {}…, its chain {}", report.journal_head.hex().substr(0, kShownDigits),
                                        report.journal_ok ? "holds" : "does not hold"));
  if (report.challenge) {
    text += fmt::format("challenge   {}{}, {} of the stages:", report.challenge->hex,
                        report.challenge->drawn ? " (drawn here)" : "", fraction_of(*report.challenge));
    for (const auto& stage : report.challenge->stages)
      text += fmt::format(" {}/{}", stage.shard.value(), stage.stage.value());
    text += "\n";
  }
  text +=
      fmt::format("replayed    {} of {} on {}: {} of {}, {} sample-gradients in {:.1f} s\n",
                  count_of(report.shards_checked, "shard"), report.shards,
                  count_of(static_cast<std::uint64_t>(report.ranks), "rank"), count_of(report.stages_checked, "stage"),
                  report.stages_on_record, report.sample_gradients, report.seconds);
  for (const auto& one : report.incomplete)
    text += fmt::format("incomplete  shard {} serves stage {}: {}\n", one.shard.value(), one.stages, one.reason);
  if (!report.pending_batches.empty())
    text += fmt::format("pending     deletion batches {}\n", fmt::join(report.pending_batches, ", "));
  for (const auto& one : report.approximate)
    text += fmt::format("approximate {}; keeps {}\n", in_words(one), fmt::join(one.kept_files, " "));
  for (const auto& file : report.unfinished) text += fmt::format("unfinished  {}\n", file);
  for (const auto& file : report.not_erased) text += fmt::format("not erased  {}\n", file);
  for (const auto& one : report.findings)
    text += fmt::format("found       {}: {}\n", one.what, about_file(one.file, one.message));
  for (const auto& one : report.differences)
    text += fmt::format("differs     shard {}, stage {}: {}: {}\n", one.stage.shard.value(), one.stage.stage.value(),
                        one.file, one.message);
  return text + report.sentence() + "\n";
}

}  // namespace expunge
