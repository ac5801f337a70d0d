#pragma once
#include <functional>
#include <utility>

#include "base/mutex.h"

namespace glutwatch::client {

// Where Ctrl-C goes. Thread-safe.
class Interrupt {
 public:
  // Until Clear, `handler` is called on an interrupt, on another thread; at once if there was one.
  void SetHandler(std::function<void()> handler) {
    MutexLock lock(&mu_);
    handler_ = std::move(handler);
    if (fired_) handler_();
  }
  // After this, the handler is not running and will not be called.
  void Clear() {
    MutexLock lock(&mu_);
    handler_ = nullptr;
  }
  // Interrupts. False if nobody handles it.
  bool Fire() {
    MutexLock lock(&mu_);
    fired_ = true;
    if (handler_ == nullptr) return false;
    handler_();
    return true;
  }
  bool fired() const {
    MutexLock lock(&mu_);
    return fired_;
  }

 private:
  mutable Mutex mu_;
  bool fired_ ABSL_GUARDED_BY(mu_) = false;
  std::function<void()> handler_ ABSL_GUARDED_BY(mu_);
};

}  // namespace glutwatch::client
