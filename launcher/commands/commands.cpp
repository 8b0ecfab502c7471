// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/commands/commands.hpp"

#include <array>

namespace expunge {

std::span<const Command> all_commands() {
  static constexpr std::array kCommands{
      Command{"data", "make, look at and convert data sets", run_data, false},
      Command{"train", "train every shard to the end; goes on from what is there", run_train, true},
      Command{"unlearn", "forget what requests name, retraining only what saw it", run_unlearn, true},
      Command{"verify", "retrain from scratch, compare bit for bit, check the files", run_verify, true},
      Command{"evaluate", "the ensemble's accuracy, and each constituent's", run_evaluate, true},
      Command{"predict", "the ensemble's answer for every sample", run_predict, true},
      Command{"compare", "exact against approximate forgetting: cost, and what is left", run_compare, true},
      Command{"methods", "how samples can be forgotten: what each way needs and promises", run_methods, false},
      Command{"inspect", "what is in a run, where a sample lives, what it costs", run_inspect, false},
      Command{"keygen", "make a key pair for signing certificates", run_keygen, false},
      Command{"certify", "a signed certificate of what one request deleted", run_certify, false},
      Command{"check-certificate", "check a certificate; needs no run", run_check_certificate, false},
      Command{"halt", "ask the job that works on a run to stop cleanly", run_halt, false},
      Command{"version", "what this program was built from, and with which libraries", run_version, false},
  };
  return kCommands;
}

}  // namespace expunge
