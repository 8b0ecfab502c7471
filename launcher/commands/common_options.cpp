// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/commands/common_options.hpp"

namespace expunge {

void declare(OptionTable& table, SessionOptions& options) {
  table.group("Machine");
  table.integer("threads", &options.threads)
      .range(std::int64_t{1}, std::int64_t{1024})
      .help("threads of each rank; another number computes other bits");
  table.choice("device", &options.device, {"cpu", "cuda", "auto"})
      .help("where tensors live; auto: on a GPU where there is one");
}

EnsembleOptions VoteOptions::ensemble_options(std::int64_t models, std::int64_t classes) const {
  EnsembleOptions options;
  options.classes = classes;
  options.models = models;
  options.rule = parse_vote_rule(vote);
  options.decision = {min_agreement, min_probability};
  return options;
}

void declare(OptionTable& table, VoteOptions& options) {
  table.group("Vote");
  table.choice("vote", &options.vote, {"majority", "mean-probability", "weighted"})
      .help("how the constituents' outputs become one answer");
  table.real("min-agreement", &options.min_agreement)
      .range(0.0, 1.0)
      .help("answer -1 where a smaller share of the votes agrees");
  table.real("min-probability", &options.min_probability)
      .range(0.0, 1.0)
      .help("answer -1 where the winner's mean probability is smaller");
}

}  // namespace expunge
