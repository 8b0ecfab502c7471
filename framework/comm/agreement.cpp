// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/comm/agreement.hpp"

#include <algorithm>
#include <new>
#include <system_error>

#include <fmt/core.h>

namespace expunge {

namespace {

/// LibTorch reports memory that it does not get by an exception of its own kind, known by its text alone.
bool says_out_of_memory(std::string_view text) {
  return text.find("out of memory") != std::string_view::npos || text.find("allocate memory") != std::string_view::npos;
}

Outcome out_of_memory(std::string_view detail) {
  return {Exit::kFailed,
          fmt::format("out of memory ({}): give each rank more of it, run fewer ranks on a node, or use more "
                      "shards, so that each is smaller",
                      detail)};
}

Bytes packed(const Outcome& outcome) {
  Bytes bytes{static_cast<std::byte>(outcome.exit)};
  const auto message = bytes_of(outcome.message);
  bytes.insert(bytes.end(), message.begin(), message.end());
  return bytes;
}

Outcome unpacked(const Bytes& bytes) {
  Outcome outcome{static_cast<Exit>(bytes.at(0)), {}};
  std::transform(bytes.begin() + 1, bytes.end(), std::back_inserter(outcome.message),
                 [](std::byte byte) { return static_cast<char>(byte); });
  return outcome;
}

[[noreturn]] void raise_as_error(const Outcome& outcome) {
  switch (outcome.exit) {
    case Exit::kFailed:
      throw Failure(outcome.message);
    case Exit::kUsage:
      throw UsageError(outcome.message);
    case Exit::kStopped:
      throw Stopped(outcome.message);
    case Exit::kBug:
      throw Bug(outcome.message);
    case Exit::kDone:
    case Exit::kRefuted:
      break;
  }
  throw Error(outcome.exit, outcome.message);
}

}  // namespace

Outcome outcome_of(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const Error& error) {
    return {error.exit(), error.what()};
  } catch (const std::bad_alloc& error) {
    return out_of_memory(error.what());
  } catch (const std::system_error& error) {
    return {Exit::kFailed, error.what()};
  } catch (const std::exception& error) {
    if (says_out_of_memory(error.what())) return out_of_memory(error.what());
    return {Exit::kBug, error.what()};
  } catch (...) {
    return {Exit::kBug, "something was thrown that is no exception"};
  }
}

Outcome agree(Communicator& comm, const Outcome& mine) {
  std::vector<Outcome> all;
  for (const auto& bytes : comm.gather(packed(mine))) all.push_back(unpacked(bytes));
  Exit worst = Exit::kDone;
  for (const auto& outcome : all) worst = worse(worst, outcome.exit);
  if (worst == Exit::kDone) return {};
  const auto has_it = [&](const Outcome& outcome) { return outcome.exit == worst; };
  const auto first = std::find_if(all.begin(), all.end(), has_it);
  const bool said_by_all = std::all_of(all.begin(), all.end(), [&](const Outcome& outcome) {
    return outcome.exit == worst && outcome.message == first->message;
  });
  if (said_by_all) return *first;
  return {worst, fmt::format("rank {}: {}", first - all.begin(), first->message)};
}

void together(Communicator& comm, const std::function<void()>& work) {
  const Outcome agreed = agree(comm, outcome_of(work));
  if (agreed.exit != Exit::kDone) raise_as_error(agreed);
}

}  // namespace expunge
