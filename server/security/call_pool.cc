#include "server/security/call_pool.h"

namespace glutwatch::security {

CallPool::~CallPool() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    threads.swap(threads_);
    wake_.SignalAll();
  }
  for (std::thread& thread : threads) thread.join();
}

std::shared_ptr<CallTicket> CallPool::Enter() {
  {
    MutexLock lock(&mu_);
    if (at_work_ >= options_.at_work || open_ >= options_.open) return nullptr;
    ++at_work_;
    ++open_;
  }
  return std::make_shared<CallTicket>(this);
}

int CallPool::at_work() const {
  MutexLock lock(&mu_);
  return at_work_;
}

int CallPool::open() const {
  MutexLock lock(&mu_);
  return open_;
}

void CallPool::Run() {
  while (true) {
    Task task;
    {
      MutexLock lock(&mu_);
      ++idle_;
      while (tasks_.empty() && !stopping_) wake_.Wait(&mu_);
      --idle_;
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task.work();
    MutexLock lock(&mu_);
    task.ticket->EndWork();
  }
}

void CallTicket::Work(const std::shared_ptr<CallTicket>& ticket, absl::AnyInvocable<void()> work) {
  const std::shared_ptr<CallTicket> self = ticket;  // the work may end its owner
  CallPool* const pool = self->pool_;
  {
    MutexLock lock(&pool->mu_);
    if (!std::exchange(self->entered_, false)) {
      ++self->works_;
      ++pool->at_work_;
    }
    if (pool->here_ >= pool->options_.here) {
      pool->tasks_.push_back({self, std::move(work)});
      const bool all_busy = static_cast<int>(pool->tasks_.size()) > pool->idle_;
      if (all_busy && static_cast<int>(pool->threads_.size()) < pool->options_.threads) {
        pool->threads_.emplace_back([pool] { pool->Run(); });
      }
      pool->wake_.Signal();
      return;
    }
    ++pool->here_;
  }
  work();
  MutexLock lock(&pool->mu_);
  --pool->here_;
  self->EndWork();
}

void CallTicket::EndWork() {
  if (left_) return;
  --works_;
  --pool_->at_work_;
}

void CallTicket::Leave() {
  MutexLock lock(&pool_->mu_);
  if (std::exchange(left_, true)) return;
  pool_->at_work_ -= works_;
  --pool_->open_;
}

}  // namespace glutwatch::security
