// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/data_spec.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "framework/config/spec_paths.hpp"
#include "framework/core/error.hpp"
#include "framework/data/format.hpp"

namespace expunge {

std::string with_absolute_paths(const Spec& spec) {
  const DataFormat& format = format_of(spec);
  PathWords words{format.values_are_paths, {format.path_keys.begin(), format.path_keys.end()}};
  words.keys.push_back(kSubjectsKey);
  return with_absolute_paths(spec, words);
}

std::string data_for_manifest(const Spec& spec) {
  std::string text = with_absolute_paths(spec);
  const auto arguments = spec.values().size() + spec.options().size();
  if (static_cast<std::size_t>(std::ranges::count(text, ',')) + 1 > std::max<std::size_t>(arguments, 1))
    throw UsageError(
        fmt::format("--data {}: a ',' in the path of the folder can't be kept in the run's manifest: rename it, or "
                    "give a link to it",
                    text));
  try {
    (void)nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    throw UsageError(fmt::format(
        "--data {}: the name is not UTF-8, and the run's manifest can't hold it: rename the file, or give a "
        "link to it",
        text));
  }
  return text;
}

std::unique_ptr<Dataset> open_data_of_run(const std::string& given, const std::string& of_manifest) {
  if (!given.empty()) return open_dataset(Spec::parse(given, "data"));
  try {
    return open_dataset(Spec::parse(of_manifest, "data"));
  } catch (const Failure& failure) {
    throw Failure(fmt::format("{}: these are the data that the run was made with: where they have moved, give --data",
                              failure.what()));
  }
}

}  // namespace expunge
