// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/comm/mpi_communicator.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include <fmt/core.h>
#include <mpi.h>

#include "framework/comm/communicator.hpp"
#include "framework/comm/pieces.hpp"
#include "framework/core/error.hpp"

namespace expunge {

void mpi_check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) length = 0;
  throw Failure(
      fmt::format("{} failed: {} (code {}); the other ranks can't be reached, end the job and run it again", call,
                  length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "unknown error", code));
}

namespace {

/// A board in rank 0's memory, which the others reach by one-sided calls. Its construction and its end are collective.
class MpiBoard final : public Board {
 public:
  /// `comm` must outlive the board.
  MpiBoard(MPI_Comm comm, std::size_t slots);
  MpiBoard(const MpiBoard&) = delete;
  MpiBoard& operator=(const MpiBoard&) = delete;
  ~MpiBoard() override;

  std::int64_t fetch_add(std::size_t slot, std::int64_t amount) override;
  void raise(std::size_t slot, std::int64_t value) override;
  [[nodiscard]] std::int64_t read(std::size_t slot) override;

 private:
  [[nodiscard]] std::int64_t fetch(std::size_t slot, std::int64_t amount, MPI_Op how);
  void let_others_through();

  MPI_Comm comm_;
  std::size_t slots_;
  MPI_Win window_ = MPI_WIN_NULL;
};

MpiBoard::MpiBoard(MPI_Comm comm, std::size_t slots) : comm_(comm), slots_(slots) {
  int rank = 0;
  mpi_check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank");
  const std::size_t mine = rank == 0 ? slots : 0;
  std::int64_t* memory = nullptr;
  mpi_check(MPI_Win_allocate(static_cast<MPI_Aint>(mine * sizeof(std::int64_t)), sizeof(std::int64_t), MPI_INFO_NULL,
                             comm, static_cast<void*>(&memory), &window_),
            "MPI_Win_allocate");
  MPI_Win_set_errhandler(window_, MPI_ERRORS_RETURN);
  mpi_check(MPI_Win_lock_all(0, window_), "MPI_Win_lock_all");
  std::fill_n(memory, mine, std::int64_t{0});
  mpi_check(MPI_Win_sync(window_), "MPI_Win_sync");
  mpi_check(MPI_Barrier(comm), "MPI_Barrier");
}

MpiBoard::~MpiBoard() {
  int finalized = 0;
  if (MPI_Finalized(&finalized) != MPI_SUCCESS || finalized != 0 || window_ == MPI_WIN_NULL) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

std::int64_t MpiBoard::fetch_add(std::size_t slot, std::int64_t amount) {
  return fetch(slot, amount, MPI_SUM);
}

std::int64_t MpiBoard::read(std::size_t slot) {
  return fetch(slot, 0, MPI_NO_OP);
}

std::int64_t MpiBoard::fetch(std::size_t slot, std::int64_t amount, MPI_Op how) {
  require_slot(slot, slots_);
  let_others_through();
  std::int64_t before = 0;
  mpi_check(MPI_Fetch_and_op(&amount, &before, MPI_INT64_T, 0, static_cast<MPI_Aint>(slot), how, window_),
            "MPI_Fetch_and_op");
  mpi_check(MPI_Win_flush(0, window_), "MPI_Win_flush");
  return before;
}

void MpiBoard::raise(std::size_t slot, std::int64_t value) {
  require_slot(slot, slots_);
  let_others_through();
  mpi_check(MPI_Accumulate(&value, 1, MPI_INT64_T, 0, static_cast<MPI_Aint>(slot), 1, MPI_INT64_T, MPI_MAX, window_),
            "MPI_Accumulate");
  mpi_check(MPI_Win_flush(0, window_), "MPI_Win_flush");
}

// Where the network has no remote atomics, rank 0 serves the others' requests from inside its own calls. One-sided
// calls to itself may skip that; a probe does not.
void MpiBoard::let_others_through() {
  int ignored = 0;
  mpi_check(MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, comm_, &ignored, MPI_STATUS_IGNORE), "MPI_Iprobe");
}

class MpiCommunicator final : public Communicator {
 public:
  explicit MpiCommunicator(std::size_t largest_message) : largest_(largest_message) {
    mpi_check(MPI_Comm_dup(MPI_COMM_WORLD, &comm_), "MPI_Comm_dup");
    MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN);
    MPI_Comm_rank(comm_, &rank_);
    MPI_Comm_size(comm_, &size_);
  }
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;
  ~MpiCommunicator() override {
    int finalized = 0;
    if (MPI_Finalized(&finalized) == MPI_SUCCESS && finalized == 0) MPI_Comm_free(&comm_);
  }

  [[nodiscard]] int rank() const override { return rank_; }
  [[nodiscard]] int size() const override { return size_; }
  [[nodiscard]] std::string name() const override { return "mpi"; }

  void barrier() override { mpi_check(MPI_Barrier(comm_), "MPI_Barrier"); }
  void sum(std::span<std::int64_t> values) override { reduce(values, MPI_INT64_T, MPI_SUM); }
  void sum(std::span<std::uint64_t> values) override { reduce(values, MPI_UINT64_T, MPI_SUM); }
  void maximum(std::span<std::int64_t> values) override { reduce(values, MPI_INT64_T, MPI_MAX); }

  void broadcast(Bytes& bytes, int root) override {
    if (root < 0 || root >= size_) throw Bug(fmt::format("broadcast from rank {} among {}", root, size_));
    std::uint64_t length = bytes.size();
    mpi_check(MPI_Bcast(&length, 1, MPI_UINT64_T, root, comm_), "MPI_Bcast");
    bytes.resize(length);
    broadcast_in_place(bytes, root);
  }

  [[nodiscard]] std::vector<Bytes> gather(ByteView bytes) override {
    const std::uint64_t length = bytes.size();
    std::vector<std::uint64_t> lengths(static_cast<std::size_t>(size_));
    mpi_check(MPI_Allgather(&length, 1, MPI_UINT64_T, lengths.data(), 1, MPI_UINT64_T, comm_), "MPI_Allgather");
    std::vector<Bytes> all;
    all.reserve(lengths.size());
    for (const auto each : lengths) all.emplace_back(each);
    const auto total = std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0});
    if (total <= largest_) {
      gather_at_once(bytes, all, total);
    } else {
      std::copy(bytes.begin(), bytes.end(), all[static_cast<std::size_t>(rank_)].begin());
      for (int root = 0; root < size_; ++root) broadcast_in_place(all[static_cast<std::size_t>(root)], root);
    }
    return all;
  }

  [[nodiscard]] std::unique_ptr<Board> make_board(std::size_t slots) override {
    return std::make_unique<MpiBoard>(comm_, slots);
  }

 private:
  template <class Number>
  void reduce(std::span<Number> values, MPI_Datatype type, MPI_Op how) {
    const std::size_t longest = std::max<std::size_t>(1, largest_ / sizeof(Number));
    in_pieces(values.size(), longest, [&](std::size_t begin, std::size_t end) {
      mpi_check(MPI_Allreduce(MPI_IN_PLACE, values.data() + begin, static_cast<int>(end - begin), type, how, comm_),
                "MPI_Allreduce");
    });
  }

  void broadcast_in_place(Bytes& bytes, int root) {
    in_pieces(bytes.size(), largest_, [&](std::size_t begin, std::size_t end) {
      mpi_check(MPI_Bcast(bytes.data() + begin, static_cast<int>(end - begin), MPI_BYTE, root, comm_), "MPI_Bcast");
    });
  }

  void gather_at_once(ByteView bytes, std::vector<Bytes>& all, std::uint64_t total) {
    std::vector<int> counts;
    std::vector<int> offsets;
    int offset = 0;
    for (const auto& part : all) {
      counts.push_back(static_cast<int>(part.size()));
      offsets.push_back(offset);
      offset += counts.back();
    }
    Bytes joined(total);
    mpi_check(MPI_Allgatherv(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, joined.data(), counts.data(),
                             offsets.data(), MPI_BYTE, comm_),
              "MPI_Allgatherv");
    auto from = joined.cbegin();
    for (auto& part : all) {
      const auto to = from + static_cast<std::ptrdiff_t>(part.size());
      std::copy(from, to, part.begin());
      from = to;
    }
  }

  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
  std::size_t largest_;
};

}  // namespace

MpiEnvironment::MpiEnvironment() {
  int initialized = 0;
  MPI_Initialized(&initialized);
  if (initialized != 0) throw Bug("MPI is initialised twice in one process");
  int provided = MPI_THREAD_SINGLE;
  mpi_check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  if (provided < MPI_THREAD_FUNNELED) {
    MPI_Finalize();
    throw Failure(
        fmt::format("{} gives no thread support (level {}, needed: MPI_THREAD_FUNNELED, {}); use an MPI built with it",
                    mpi_version(), provided, static_cast<int>(MPI_THREAD_FUNNELED)));
  }
}

MpiEnvironment::~MpiEnvironment() {
  MPI_Finalize();
}

std::unique_ptr<Communicator> MpiEnvironment::world(std::size_t largest_message) const {
  if (largest_message < 1 || largest_message > kLargestMessage) {
    throw Bug(fmt::format("messages of {} bytes: from 1 to {}", largest_message, kLargestMessage));
  }
  return std::make_unique<MpiCommunicator>(largest_message);
}

std::string mpi_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  if (MPI_Get_library_version(text.data(), &length) != MPI_SUCCESS) return "unknown";
  // Open MPI goes on with its packager after a comma, MPICH with its configuration on further lines.
  const std::string whole(text.data());
  return whole.substr(0, whole.find_first_of(",\n"));
}

}  // namespace expunge
