// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/config/option_table.hpp"
#include "framework/data/dataset_subset.hpp"
#include "framework/data/write_hdf5.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/process/standard_output.hpp"
#include "launcher/run/opened_run.hpp"

namespace expunge {

Exit run_data_scrub(std::span<const std::string> arguments) {
  OptionTable table("data scrub", "write a run's data without the samples whose deletion was accepted, as HDF5");
  std::string run;
  std::string out;
  std::string given;
  bool force = false;
  table.text("run", &run).required().placeholder("DIR").help("run directory");
  table.text("out", &out).required().placeholder("FILE").help("HDF5 file to write");
  table.text("data", &given).placeholder("SPEC").help("the run's data, where it has moved");
  table.flag("force", &force).help("replace FILE where it exists");
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  const RunRecords records = RunRecords::read(RunDirectory(run));
  const RunData opened = RunData::open(given, records);
  const std::string source = given.empty() ? records.manifest.data : given;
  check_samples(*make_self_communicator(), source, *opened.data, records);
  std::vector<std::uint64_t> rows;
  for (std::uint64_t row = 0; row < opened.data->size(); ++row)
    if (!records.history.is_deleted(opened.data->id(row))) rows.push_back(row);
  if (rows.empty()) throw Failure(fmt::format("{}: every sample was deleted: there is nothing left to write", source));
  const std::uint64_t left_out = opened.data->size() - rows.size();
  write_hdf5(DatasetSubset(*opened.data, std::move(rows), source), out, force);
  if (table.json())
    fmt::print("{}", document_text(nlohmann::ordered_json{{"run", run},
                                                          {"source", source},
                                                          {"file", out},
                                                          {"samples", opened.data->size() - left_out},
                                                          {"left_out", left_out}}));
  else
    fmt::print("{}: {} samples, {} deleted ones left out; {} still holds them\n", out, opened.data->size() - left_out,
               left_out, source);
  return Exit::kDone;
}

}  // namespace expunge
