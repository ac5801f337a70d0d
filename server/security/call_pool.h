#pragma once
#include <deque>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "base/mutex.h"

namespace glutwatch::security {

class CallTicket;

// The calls of one class: how many may be at work, and the threads that work for them.
//
// gRPC runs every handler on the few threads that also read the wire (two on a small machine). A
// call that works there keeps everything behind it from being seen, even from being refused. So
// only `here` calls may work on the thread that brought them, and the others go to threads of the
// pool. Nobody waits outside a bound: whoever finds `at_work` taken is refused at once.
//
// Thread-safe. Tickets and their work end before the pool: it is destroyed after the server.
class CallPool {
 public:
  struct Options {
    int at_work = 1;  // calls that work or wait for a thread of the pool
    int open = 1;     // those, and streams that wait for their reader
    int threads = 1;  // of the pool, started when they are first needed
    int here = 0;     // calls that may work on the thread of their caller
  };
  explicit CallPool(const Options& options) : options_(options) {}
  // Works off what is left.
  ~CallPool();

  // Nullptr if the pool is full. Cost: a lock and an allocation.
  std::shared_ptr<CallTicket> Enter();

  int at_work() const;
  int open() const;

 private:
  friend class CallTicket;
  struct Task {
    std::shared_ptr<CallTicket> ticket;
    absl::AnyInvocable<void()> work;
  };
  void Run();

  const Options options_;
  mutable Mutex mu_;
  CondVar wake_;
  int at_work_ ABSL_GUARDED_BY(mu_) = 0;
  int open_ ABSL_GUARDED_BY(mu_) = 0;
  int here_ ABSL_GUARDED_BY(mu_) = 0;
  int idle_ ABSL_GUARDED_BY(mu_) = 0;  // threads that wait and are not woken yet
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mu_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mu_);
};

// A call's place in its pool, given back with Leave or when the last owner goes. Thread-safe.
class CallTicket {
 public:
  explicit CallTicket(CallPool* pool) : pool_(pool) {}
  CallTicket(const CallTicket&) = delete;
  CallTicket& operator=(const CallTicket&) = delete;
  ~CallTicket() { Leave(); }

  // Does `work`, before it returns or on a thread of the pool. The call is at work from Enter, or
  // from here, to the end of `work` or Leave; between two works (a stream whose reader is slow) it
  // is open only. A stream that was admitted is not refused in its middle, so the bound counts new
  // calls; works that wait are never more than calls that are open.
  static void Work(const std::shared_ptr<CallTicket>& ticket, absl::AnyInvocable<void()> work);

  // Gives the place back, before the answer, so that whoever has the answer finds it free. Calls
  // after the first do nothing.
  void Leave();

 private:
  friend class CallPool;
  void EndWork();  // under the pool's lock

  CallPool* const pool_;
  // Under the pool's lock, which the analysis of locks cannot follow from here.
  bool entered_ = true;  // at work since Enter, without a work yet
  bool left_ = false;
  int works_ = 1;
};

}  // namespace glutwatch::security
