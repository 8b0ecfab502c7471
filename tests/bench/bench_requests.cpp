// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// What stands between a request file and its acceptance: reading it and finding what it means, for a million sample
// ids out of 1.2 million rows, over hashing as many bytes.

#include <cstring>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "framework/core/error.hpp"
#include "shards/requests/request_file.hpp"
#include "shards/requests/resolution.hpp"
#include "tests/bench/paired_timing.hpp"

namespace expunge {
namespace {

constexpr std::uint64_t kRows = 1'200'000;
constexpr std::uint64_t kIds = 1'000'000;

/// Ids, labels and subjects of samples without features.
class RowsOnly final : public Dataset {
 public:
  RowsOnly(bool own_ids, bool by_subject) {
    shape_ = {1};
    classes_ = 10;
    labels_.resize(kRows);
    for (std::uint64_t row = 0; row < kRows; ++row) {
      labels_[row] = static_cast<std::int32_t>(row % 10);
      if (own_ids) ids_.emplace_back(id_of(row));
      if (by_subject) subject_of_.push_back(static_cast<std::uint32_t>(row / 3));
    }
    if (by_subject)
      for (std::uint64_t i = 0; i < (kRows + 2) / 3; ++i) subjects_.push_back(fmt::format("somebody-{}@example", i));
    finish_opening("rows");
  }
  void gather(std::span<const std::uint64_t> /*rows*/, std::span<std::byte> out) const override {
    std::memset(out.data(), 0, out.size());
  }
  /// Distinct, and in no order.
  static std::uint64_t id_of(std::uint64_t row) { return row * 7'919 % 1'300'021; }  // a prime modulus
};

std::vector<std::uint64_t> million_ids(const Dataset& data) {
  std::vector<std::uint64_t> ids;
  for (std::uint64_t i = 0; i < kIds; ++i) ids.push_back(data.id(i * 524'287 % kRows).value());
  return ids;
}

std::string one_request(const std::vector<std::uint64_t>& ids) {
  return fmt::format("{{\"request_id\":\"r-1\",\"sample_ids\":[{}]}}\n", fmt::join(ids, ","));
}

std::string a_request_each(const std::vector<std::uint64_t>& ids) {
  std::string text;
  for (std::size_t i = 0; i < ids.size(); ++i)
    text += fmt::format(
        "{{\"request_id\":\"r-{:07}\",\"received_at\":\"2026-03-01T09:30:00Z\",\"sample_ids\":[{}],"
        "\"regulation\":\"GDPR\"}}\n",
        i, ids[i]);
  return text;
}

std::string table(const std::vector<std::uint64_t>& ids, std::size_t rows_a_request) {
  std::string text = "request_id,received_at,sample_id,regulation\n";
  for (std::size_t i = 0; i < ids.size(); ++i)
    text += fmt::format("r-{:07},2026-03-01T09:30:00Z,{},GDPR\n", i / rows_a_request, ids[i]);
  return text;
}

using Parse = std::vector<Request> (*)(std::string_view, const std::string&);

void validate(benchmark::State& state, const RowsOnly& data, const std::string& text, Parse parse, JournalIds ids) {
  const Key seed = Key::random();
  const Partitioner partitioner(seed, 8, 8);
  const History history(Journal{}, seed);
  bench::compare(
      state, bench::Clock::kProcessor,
      [&] {
        const auto requests = parse(text, "requests");
        const auto resolved =
            resolve_requests(requests, "requests", data, partitioner, history, seed, UnknownPolicy::kFail, ids);
        std::uint64_t rows = 0;
        for (const auto& one : resolved) rows += one.rows.size();
        if (rows != kIds) throw Bug(fmt::format("{} rows were found", rows));
      },
      [&] { benchmark::DoNotOptimize(digest_of_bytes(bytes_of(text))); });
}

void register_all() {
  static const RowsOnly plain(false, false);
  static const RowsOnly rich(true, true);
  const auto add = [](const std::string& name, auto function) {
    benchmark::RegisterBenchmark(name.c_str(), function)->UseManualTime()->Iterations(3);
  };
  for (const auto& [kind, data] : {std::pair{"", &plain}, std::pair{"/own-ids-and-subjects", &rich}}) {
    const RowsOnly& rows = *data;
    const auto add_all = [&, name = std::string(kind)](const std::string& suffix, JournalIds ids) {
      const auto one = [&rows, ids](Parse parse, auto write) {
        return [&rows, ids, parse, write](benchmark::State& state) {
          validate(state, rows, write(million_ids(rows)), parse, ids);
        };
      };
      add("requests/json-one" + name + suffix, one(parse_json_requests, one_request));
      add("requests/json-million" + name + suffix, one(parse_json_requests, a_request_each));
      add("requests/csv-million-rows-million-requests" + name + suffix,
          one(parse_csv_requests, [](const auto& list) { return table(list, 1); }));
      add("requests/csv-million-rows-one-request" + name + suffix,
          one(parse_csv_requests, [](const auto& list) { return table(list, kIds); }));
    };
    add_all("", JournalIds::kPlain);
    if (data == &rich) add_all("/digest", JournalIds::kDigest);
  }
}

}  // namespace
}  // namespace expunge

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  expunge::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
