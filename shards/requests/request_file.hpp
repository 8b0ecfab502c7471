// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "shards/requests/request.hpp"

namespace expunge {

/// One thing wrong with a request file.
struct RequestFault {
  std::size_t line = 0;    ///< from 1; 0: the file as a whole
  std::string request_id;  ///< empty where it isn't known
  std::string message;     ///< "'ranges' holds [200, 100): it ends before it begins"
};

/// A Failure that lists every fault with its line: "requests.jsonl: 3 faults, nothing was accepted:\n  line 7 (r-12):
/// …". After the first hundred it says how many more there are.
[[noreturn]] void refuse_requests(const std::string& source, const std::vector<RequestFault>& faults);

/// Reads a request file: CSV where its name ends in `.csv`, JSON lines otherwise; REQUESTS.md is the specification.
/// Requests come in the order in which they begin in the file. The same request stated twice with the same content is
/// one; with other content it is a fault. Throws what `refuse_requests` throws where anything is wrong with any of
/// them: a file is read whole or not at all. A file without requests is refused too.
[[nodiscard]] std::vector<Request> read_requests(const std::filesystem::path& path);

/// The same from memory; `source` is what messages call it.
[[nodiscard]] std::vector<Request> parse_json_requests(std::string_view text, const std::string& source);
[[nodiscard]] std::vector<Request> parse_csv_requests(std::string_view text, const std::string& source);

}  // namespace expunge
