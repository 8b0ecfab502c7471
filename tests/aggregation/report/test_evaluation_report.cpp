// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/evaluation_report.hpp"
#include "aggregation/report/text_table.hpp"
#include "framework/core/error.hpp"

using namespace expunge;

namespace {

// Two classes, four rows: right, right, wrong, unanswered. Shard 0 voted, shard 1 is empty.
EvaluationReport small_report() {
  const std::array<double, 2> zero = {0.75, 0.25};
  const std::array<double, 2> even = {0.5, 0.5};
  EnsembleScores scores(2);
  scores.add({0, 1.0, 0.75, 1, zero}, 0);
  scores.add({0, 1.0, 0.75, 1, zero}, 0);
  scores.add({0, 1.0, 0.75, 1, zero}, 1);
  scores.add({kNoAnswer, 1.0, 0.5, 1, even}, 1);
  ConstituentScores of_shard_0{.shard = ShardId(0),
                               .weight = 120,
                               .counts = ClassCounts({{2, 2, 4}, {2, 0, 0}}, 0),
                               .log_loss = LogLoss(2.0, 4)};
  return {.vote = VoteRule::kMajority,
          .decision = {.min_agreement = 0, .min_probability = 0.6},
          .models = 1,
          .ensemble = scores,
          .constituents = {{.shard = ShardId(0),
                            .samples_seen = 120,
                            .scores = std::move(of_shard_0),
                            .model_digest = "0123456789abcdef0123",
                            .approximate = "finetune:epochs=1",
                            .abstains = false,
                            .reason = ""},
                           {.shard = ShardId(1),
                            .samples_seen = 0,
                            .scores = std::nullopt,
                            .model_digest = std::nullopt,
                            .approximate = std::nullopt,
                            .abstains = true,
                            .reason = "no live samples"}}};
}

}  // namespace

TEST_CASE("the document tells the ensemble, each class and each constituent") {
  const nlohmann::ordered_json json = to_json(small_report());

  CHECK(json["accuracy"] == 0.5);
  CHECK(json["accuracy_when_answered"].get<double>() == 2.0 / 3.0);
  CHECK(json["abstained"] == 1);
  CHECK(json["samples"] == 4);
  CHECK(json["models"] == 1);
  CHECK(json["vote"] == "majority");
  CHECK(json["min_agreement"] == 0.0);
  CHECK(json["min_probability"] == 0.6);
  CHECK(json["agreement"] == 1.0);
  CHECK(json["log_loss"].is_number());
  CHECK(json["calibration_error"].get<double>() == doctest::Approx(0.75 - 2.0 / 3.0));
  CHECK(json["per_class"].dump() == R"([{"class":0,"samples":2,"correct":2,"accuracy":1.0,"predicted":3},)"
                                    R"({"class":1,"samples":2,"correct":0,"accuracy":0.0,"predicted":0}])");
  CHECK(json["constituents"].dump() ==
        R"([{"shard":0,"accuracy":0.5,"log_loss":0.5,"samples_seen":120,"model_digest":"0123456789abcdef0123",)"
        R"("approximate":"finetune:epochs=1","abstains":false,"per_class_correct":[2,0]},)"
        R"({"shard":1,"accuracy":null,"log_loss":null,"samples_seen":0,"model_digest":null,)"
        R"("approximate":null,"abstains":true,"reason":"no live samples","per_class_correct":null}])");
}

TEST_CASE("what there is nothing to say of is null in the document and a dash in the text") {
  EvaluationReport report{
      .vote = VoteRule::kWeighted, .decision = {}, .models = 0, .ensemble = EnsembleScores(1), .constituents = {}};

  for (const bool rows : {false, true}) {
    if (rows) report.ensemble.add(Answer{}, 0);
    const nlohmann::ordered_json json = to_json(report);
    for (const char* key : {"accuracy", "accuracy_when_answered", "log_loss", "calibration_error", "agreement"}) {
      INFO(key);
      CHECK(json.at(key).is_null());
    }
    CHECK(json["per_class"][0]["accuracy"].is_null());
    CHECK(json["constituents"].is_array());
    CHECK(json["constituents"].empty());
    CHECK(to_text(report).find(rows ? "-  no model voted" : "-  there are no samples") != std::string::npos);
  }
}

TEST_CASE("the text is aligned and short enough to be read at a glance") {
  CHECK(to_text(small_report()) ==
        "accuracy           0.5000  2 of 4\n"
        "  when answered    0.6667  1 unanswered\n"
        "vote               majority, 1 of 2 shards\n"
        "agreement          1.0000\n"
        "log loss           0.6637\n"
        "calibration error  0.0833\n"
        "\n"
        "shard  samples seen  accuracy  log loss  model digest\n"
        "    0           120    0.5000    0.5000  0123456789ab, approximate by finetune:epochs=1\n"
        "    1             0         -         -  abstains: no live samples\n"
        "\n"
        "class  samples  correct  accuracy  predicted\n"
        "    0        2        2    1.0000          3\n"
        "    1        2        0    0.0000          0\n");
}

TEST_CASE("a row with too few cells is a bug") {
  TextTable table({"a", "b"});

  CHECK_THROWS_AS(table.row({"1"}), Bug);
}
