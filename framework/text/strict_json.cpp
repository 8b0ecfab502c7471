// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/text/strict_json.hpp"

#include <set>
#include <vector>

#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"

namespace expunge {

nlohmann::ordered_json parse_strict_json(std::string_view text, const std::string& source) {
  using Json = nlohmann::ordered_json;
  constexpr int kDeepest = 32;
  std::vector<std::set<std::string>> names;  // of the objects that are open
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > kDeepest) throw Failure(fmt::format("{}: it nests more than {} deep", source, kDeepest));
    if (event == Json::parse_event_t::object_start) {
      names.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      names.pop_back();
    } else if (event == Json::parse_event_t::key) {
      const auto& name = value.get_ref<const std::string&>();
      if (!names.back().insert(name).second)
        throw Failure(fmt::format("{}: the field '{}' stands twice in one object", source, name));
    }
    return true;
  };
  try {
    return Json::parse(text, watch);
  } catch (const Json::parse_error& error) {
    throw Failure(fmt::format("{} is not JSON, from byte {} on", source, error.byte));
  } catch (const Json::exception& error) {
    throw Failure(fmt::format("{} is not JSON: {}", source, error.what()));
  }
}

}  // namespace expunge
