// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/request_file.hpp"

#include <algorithm>
#include <string_view>

#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"

namespace expunge {

void refuse_requests(const std::string& source, const std::vector<RequestFault>& faults) {
  constexpr std::size_t kListed = 100;
  std::vector<const RequestFault*> listed;
  listed.reserve(faults.size());
  for (const RequestFault& fault : faults) listed.push_back(&fault);
  std::ranges::stable_sort(listed, {}, [](const RequestFault* fault) { return fault->line; });
  std::string message =
      fmt::format("{}: {} fault{}, nothing was accepted:", source, faults.size(), faults.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < std::min(kListed, listed.size()); ++i) {
    const RequestFault& fault = *listed[i];
    message += "\n  ";
    if (fault.line > 0) message += fmt::format("line {}", fault.line);
    if (!fault.request_id.empty()) message += fmt::format("{}({})", fault.line > 0 ? " " : "", fault.request_id);
    if (fault.line > 0 || !fault.request_id.empty()) message += ": ";
    message += fault.message;
  }
  if (listed.size() > kListed) message += fmt::format("\n  and {} more", listed.size() - kListed);
  throw Failure(message);
}

namespace {

/// One fault says more of a file that is something else altogether than one for each of its lines.
void require_some_json(std::string_view text, const std::string& source) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first == std::string_view::npos || text[first] == '{' || text[first] == '[' ||
      text.find("\n{") != std::string_view::npos)
    return;
  refuse_requests(source, {{0, "",
                            "none of its lines begins with '{', so it holds no JSON lines; requests as CSV need a name "
                            "that ends in .csv"}});
}

}  // namespace

std::vector<Request> read_requests(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (path.extension() == ".csv") return parse_csv_requests(text, path.string());
  require_some_json(text, path.string());
  return parse_json_requests(text, path.string());
}

}  // namespace expunge
