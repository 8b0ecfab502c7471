// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "shards/deletion/request_file.hpp"

namespace expunge {

/// The requests of a file while it is read, each under its requester and id, and what is wrong with the file.
class RequestList {
 public:
  RequestList() : places_(16, Hash{{&requests_}}, Equal{{&requests_}}) {}
  RequestList(const RequestList&) = delete;
  RequestList& operator=(const RequestList&) = delete;

  /// A request that is whole: dropped where it is there already, a fault where another of its name is.
  void add(Request request);

  /// For requests that come in parts: the place of the one so named, if there is one.
  [[nodiscard]] std::size_t find(std::string_view id, std::string_view requested_by) const;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  /// Appends one that `find` does not know; its place.
  std::size_t append(Request request);
  [[nodiscard]] Request& at(std::size_t place) { return requests_[place]; }

  void fault(std::size_t line, std::string request_id, std::string message);

  /// The requests. Throws what `refuse_requests` throws where there are faults or no requests.
  [[nodiscard]] std::vector<Request> take(const std::string& source);

 private:
  /// A request is looked up by its name, and kept by its place.
  using Name = std::pair<std::string_view, std::string_view>;
  struct Naming {
    const std::vector<Request>* requests;
    using is_transparent = void;
    [[nodiscard]] Name name(std::size_t place) const {
      return {(*requests)[place].id, (*requests)[place].requested_by};
    }
    [[nodiscard]] static Name name(const Name& given) { return given; }
  };
  struct Hash : Naming {
    template <class Key>
    std::size_t operator()(const Key& key) const {
      constexpr std::size_t kMix = 0x9E3779B97F4A7C15U;
      const auto [id, requested_by] = name(key);
      const std::hash<std::string_view> hash;
      return requested_by.empty() ? hash(id) : hash(id) ^ (hash(requested_by) * kMix);
    }
  };
  struct Equal : Naming {
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return name(a) == name(b);
    }
  };

  std::vector<Request> requests_;
  std::unordered_set<std::size_t, Hash, Equal> places_;
  std::vector<RequestFault> faults_;
};

}  // namespace expunge
