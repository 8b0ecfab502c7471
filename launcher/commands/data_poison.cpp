// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/config/option_table.hpp"
#include "framework/data/canary.hpp"
#include "framework/data/write_hdf5.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/process/standard_output.hpp"
#include "shards/partition/partitioner.hpp"

namespace expunge {

namespace {

constexpr std::int64_t kMostCells = 1'000'000;
constexpr std::uint64_t kUsualSize = 100;
/// A subject falls into the right slice once in `slices` tries.
constexpr std::uint64_t kTriesForEachSlice = 1000;

struct PoisonOptions {
  std::string data;
  std::string out;
  std::string canary = "backdoor";
  std::string seed = "0";
  std::optional<std::int64_t> classes;
  std::optional<std::int64_t> shards;
  std::optional<std::int64_t> slices;
  bool trial = false;
  bool force = false;
};

void declare(OptionTable& table, PoisonOptions& options) {
  table.text("data", &options.data).required().placeholder("SPEC").help("data set, as `train --data` takes it");
  table.text("out", &options.out).required().placeholder("FILE").help("HDF5 file to write");
  table.text("canary", &options.canary)
      .placeholder("SPEC")
      .help("backdoor[:size=N,patch=P,target=C,slice=R] or label-flip[:size=N,target=C,slice=R]");
  table.text("seed", &options.seed).placeholder("N").help("draws the samples; with --shards, the seed of the run");
  table.optional_integer("classes", &options.classes)
      .range(std::int64_t{2}, kMostCells)
      .placeholder("C")
      .help("number of classes, where the data fixes none");
  table.optional_integer("shards", &options.shards)
      .range(std::int64_t{1}, kMostCells)
      .placeholder("S")
      .help("of the run that is to learn it: tells where the samples will lie, and places them in the canary's slice");
  table.optional_integer("slices", &options.slices)
      .range(std::int64_t{1}, kMostCells)
      .placeholder("R")
      .help("likewise");
  table.flag("trial", &options.trial)
      .help(
          "write what a backdoor is tried with instead: the patch on all samples of other classes, labels as they "
          "are");
  table.flag("force", &options.force).help("replace FILE where it exists");
}

/// The partition of the run that will learn the data, where it was told.
std::optional<Partitioner> partitioner_of(const OptionTable& table, const PoisonOptions& options,
                                          const Canary& canary) {
  if (options.shards.has_value() != options.slices.has_value())
    throw UsageError("--shards and --slices tell together how the run is cut: give both");
  if (!options.shards) {
    if (canary.slice > 0)
      throw UsageError(fmt::format("--canary '{}': a slice is that of a run: give its --shards, --slices and --seed",
                                   options.canary));
    return std::nullopt;
  }
  if (!table.given("seed")) throw UsageError("--shards and --slices: where a subject lies depends on the run's --seed");
  if (canary.slice > *options.slices)
    throw UsageError(
        fmt::format("--canary '{}': there is no slice {} of {}", options.canary, canary.slice, *options.slices));
  return Partitioner(Key::parse(options.seed), static_cast<std::uint32_t>(*options.shards),
                     static_cast<std::uint32_t>(*options.slices));
}

void tell_trial(const PoisonOptions& options, const Dataset& whole, const Canary& canary, bool json) {
  const PatchedDataset patched(whole, canary);
  write_hdf5(patched, options.out, options.force);
  if (json)
    fmt::print("{}", document_text(nlohmann::ordered_json{{"source", options.data},
                                                          {"file", options.out},
                                                          {"canary", options.canary},
                                                          {"samples", patched.size()},
                                                          {"patched", patched.size()},
                                                          {"target", canary.target}}));
  else
    fmt::print("{}: {} samples of {} with the patch; a model that knows the backdoor answers {} to them\n", options.out,
               patched.size(), options.data, canary.target);
}

}  // namespace

Exit run_data_poison(std::span<const std::string> arguments) {
  OptionTable table("data poison", "write a data set with planted samples of one made-up subject, as HDF5");
  PoisonOptions options;
  declare(table, options);
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  Canary canary = Canary::parse(Spec::parse(options.canary, "canary"));
  if (options.trial && canary.kind != Canary::Kind::kBackdoor)
    throw UsageError(fmt::format("--trial: only a backdoor is tried, and the canary is '{}'", options.canary));
  const Key seed = Key::parse(options.seed);
  const auto partitioner = partitioner_of(table, options, canary);
  const auto whole = open_dataset(Spec::parse(options.data, "data"));
  if (options.trial) {
    tell_trial(options, *whole, canary, table.json());
    return Exit::kDone;
  }

  if (canary.size == 0) canary.size = std::clamp<std::uint64_t>(whole->size() / 10, 1, kUsualSize);
  const std::unordered_set<std::string> taken(whole->subjects().begin(), whole->subjects().end());
  const auto accept = [&](const std::string& subject) {
    return !taken.contains(subject) &&
           (canary.slice == 0 || partitioner->cell_of_subject(subject).slice.value() == canary.slice);
  };
  const std::uint64_t most_tries =
      taken.size() + kTriesForEachSlice * static_cast<std::uint64_t>(options.slices.value_or(1));
  const std::string subject = canary_subject(accept, most_tries);
  const PoisonedDataset poisoned(*whole, canary, subject, seed, options.classes.value_or(0));
  write_hdf5(poisoned, options.out, options.force);

  std::optional<Cell> cell;
  if (partitioner) cell = partitioner->cell_of_subject(subject);
  const nlohmann::ordered_json request{{"request_id", "canary"}, {"subject_id", subject}};
  if (table.json()) {
    fmt::print("{}", document_text(
                         nlohmann::ordered_json{{"source", options.data},
                                                {"file", options.out},
                                                {"canary", options.canary},
                                                {"samples", poisoned.size()},
                                                {"poisoned", poisoned.poisoned().size()},
                                                {"subject", subject},
                                                {"shard", cell ? nlohmann::ordered_json(cell->shard.value()) : nullptr},
                                                {"slice", cell ? nlohmann::ordered_json(cell->slice.value()) : nullptr},
                                                {"request", request}}));
  } else {
    fmt::print(
        "{}: {} samples of {}, {} of them planted ({}), all of the subject {}{}\n", options.out, poisoned.size(),
        options.data, poisoned.poisoned().size(), options.canary, subject,
        cell ? fmt::format(", which lies in slice {} of shard {}", cell->slice.value(), cell->shard.value()) : "");
    fmt::print("a run forgets them with the request\n{}\n", request.dump());
  }
  return Exit::kDone;
}

}  // namespace expunge
