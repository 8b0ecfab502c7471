// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "shards/requests/request.hpp"
#include "tests/support/random_training.hpp"
#include "tests/support/trained_run.hpp"

namespace expunge::testing {

/// Draws requests of every kind for one data set, and knows whom they mean.
class RandomRequests {
 public:
  RandomRequests(const RandomTraining& training, const FreshTraining& fresh) : training_(training), fresh_(fresh) {}

  /// One to three requests; what they name is added to `deleted`.
  [[nodiscard]] std::vector<Request> batch(Choices& choices, Ids& deleted) {
    std::vector<Request> requests;
    for (std::uint64_t count = 1 + choices.below(3); requests.size() < count;) {
      if (!earlier_.empty() && choices.below(8) == 0) {
        add_once(requests, earlier_[choices.below(earlier_.size())]);
        --count;
        continue;
      }
      Request request = draw(choices, deleted);
      request.id = "request " + std::to_string(earlier_.size() + 1);
      request.requested_by = choices.one_of<std::string>({"", "somebody", "somebody else"});
      earlier_.push_back(request);
      requests.push_back(std::move(request));
    }
    if (requests.empty()) requests.push_back(earlier_.back());
    return requests;
  }

 private:
  static void add_once(std::vector<Request>& requests, const Request& request) {
    if (std::ranges::none_of(requests, [&](const Request& other) { return other.id == request.id; }))
      requests.push_back(request);
  }

  [[nodiscard]] Request draw(Choices& choices, Ids& deleted) const {
    const auto& samples = training_.data.samples();
    const MemorySample& chosen = samples[choices.below(samples.size())];
    const Cell cell = fresh_.cell_of(chosen);
    Request request;
    const auto by_ids = [&](auto matches) {
      std::vector<SampleId> ids;
      for (const auto& sample : samples)
        if (sample.id == chosen.id || matches(sample)) ids.emplace_back(sample.id);
      request.selector = ids;
    };
    const Ids before = deleted;
    switch (choices.below(24)) {
      case 0:
        by_ids([](const MemorySample&) { return true; });
        break;
      case 1:
      case 2:
        by_ids([&](const MemorySample& sample) { return fresh_.cell_of(sample).shard == cell.shard; });
        break;
      case 3:
      case 4:
      case 5:
        by_ids([&](const MemorySample& sample) { return fresh_.cell_of(sample) == cell; });
        break;
      case 6:
        request.selector = LabelSelector{chosen.label};
        break;
      case 7:
      case 8:
      case 9:
        // Over ids that nobody has, too.
        request.selector = std::vector<IdRange>{{chosen.id, chosen.id + 1 + choices.below(30'000)}};
        break;
      case 10:
        by_ids([&](const MemorySample& sample) { return before.contains(sample.id); });
        break;
      case 11:
      case 12:
      case 13:
      case 14:
        if (training_.data.has_subjects()) {
          request.selector = SubjectSelector{chosen.subject};
          break;
        }
        [[fallthrough]];
      default: {
        const Key coin({choices.below(1'000'000'000), 3});
        by_ids([&](const MemorySample& sample) { return coin.draw(sample.id) % 32 == 0; });
      }
    }
    for (const auto& sample : samples)
      if (means(request, sample)) deleted.insert(sample.id);
    return request;
  }

  static bool means(const Request& request, const MemorySample& sample) {
    if (const auto* ids = std::get_if<std::vector<SampleId>>(&request.selector))
      return std::ranges::find(*ids, SampleId(sample.id)) != ids->end();
    if (const auto* ranges = std::get_if<std::vector<IdRange>>(&request.selector))
      return std::ranges::any_of(
          *ranges, [&](const IdRange& range) { return sample.id >= range.first && sample.id < range.end; });
    if (const auto* subject = std::get_if<SubjectSelector>(&request.selector))
      return sample.subject == subject->subject;
    return std::get<LabelSelector>(request.selector).label == sample.label;
  }

  const RandomTraining& training_;
  const FreshTraining& fresh_;
  std::vector<Request> earlier_;
};

}  // namespace expunge::testing
