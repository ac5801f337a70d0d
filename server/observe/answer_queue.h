#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "server/observe/intake.h"

namespace glutwatch::observe {

// Gives the answers of one session in the order of its batches, whatever order they come in.
//
// Thread-safe. An answer is given on the thread that completes it, or on the one that completes an
// earlier one; never two at a time, and without a lock held.
class AnswerQueue {
 public:
  using Answer = absl::StatusOr<BatchVerdict>;
  using Done = std::function<void(Answer)>;

  // Takes the next place. Complete it exactly once.
  uint64_t Add(Done done) {
    MutexLock lock(&mu_);
    waiting_.push_back({std::move(done), std::nullopt});
    return first_ + waiting_.size() - 1;
  }

  void Complete(uint64_t place, Answer answer) {
    mu_.Lock();
    waiting_[place - first_].answer = std::move(answer);
    while (!giving_ && !waiting_.empty() && waiting_.front().answer.has_value()) {
      Entry next = std::move(waiting_.front());
      waiting_.pop_front();
      ++first_;
      giving_ = true;
      mu_.Unlock();
      next.done(*std::move(next.answer));
      mu_.Lock();
      giving_ = false;
    }
    mu_.Unlock();
  }

 private:
  struct Entry {
    Done done;
    std::optional<Answer> answer;
  };

  Mutex mu_;
  std::deque<Entry> waiting_ ABSL_GUARDED_BY(mu_);
  uint64_t first_ ABSL_GUARDED_BY(mu_) = 0;  // the place of waiting_.front()
  bool giving_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace glutwatch::observe
