#include "server/security/call_pool.h"

#include <atomic>
#include <thread>

#include "gtest/gtest.h"

namespace glutwatch::security {
namespace {

// Opened once; whoever waits goes on.
class Gate {
 public:
  void Open() {
    MutexLock lock(&mu_);
    open_ = true;
    opened_.SignalAll();
  }
  void Wait() {
    MutexLock lock(&mu_);
    while (!open_) opened_.Wait(&mu_);
  }

 private:
  Mutex mu_;
  CondVar opened_;
  bool open_ ABSL_GUARDED_BY(mu_) = false;
};

CallPool::Options Options(int at_work, int open, int threads, int here) {
  return {.at_work = at_work, .open = open, .threads = threads, .here = here};
}

TEST(CallPoolTest, RefusesWhoeverComesBeyondTheBoundAndTakesThemAfterwards) {
  CallPool pool(Options(2, 10, 1, 0));
  auto first = pool.Enter();
  auto second = pool.Enter();
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(pool.Enter(), nullptr);
  first->Leave();
  first->Leave();  // counts once
  EXPECT_NE(pool.Enter(), nullptr);
  second.reset();
  EXPECT_EQ(pool.at_work(), 0);
  EXPECT_EQ(pool.open(), 0);
}

TEST(CallPoolTest, WorksHereAsLongAsATurnIsFreeAndElsewhereBesides) {
  CallPool pool(Options(8, 8, 1, 1));
  const auto here = std::this_thread::get_id();
  const auto outer = pool.Enter();
  const auto inner = pool.Enter();
  Gate done;
  bool outer_here = false;
  bool inner_here = true;
  CallTicket::Work(outer, [&] {
    outer_here = std::this_thread::get_id() == here;
    CallTicket::Work(inner, [&] {
      inner_here = std::this_thread::get_id() == here;
      done.Open();
    });
    done.Wait();
  });
  EXPECT_TRUE(outer_here);
  EXPECT_FALSE(inner_here);
}

TEST(CallPoolTest, AStreamThatWaitsForItsReaderIsOpenAndNotAtWork) {
  CallPool pool(Options(1, 2, 1, 1));
  const auto stream = pool.Enter();
  CallTicket::Work(stream, [&] { EXPECT_EQ(pool.at_work(), 1); });
  EXPECT_EQ(pool.at_work(), 0);
  EXPECT_EQ(pool.open(), 1);
  const auto other = pool.Enter();
  ASSERT_NE(other, nullptr) << "nobody is at work";
  // The stream goes on although the bound is taken: it is not refused in its middle.
  bool went_on = false;
  CallTicket::Work(stream, [&] { went_on = pool.at_work() == 2; });
  EXPECT_TRUE(went_on);
  other->Leave();
  const auto second_stream = pool.Enter();
  CallTicket::Work(second_stream, [] {});
  EXPECT_EQ(pool.Enter(), nullptr) << "two are open";
}

TEST(CallPoolTest, LeavingWithinTheWorkFreesThePlaceBeforeItEnds) {
  CallPool pool(Options(1, 1, 1, 1));
  const auto ticket = pool.Enter();
  CallTicket::Work(ticket, [&] {
    ticket->Leave();
    EXPECT_NE(pool.Enter(), nullptr);
  });
  EXPECT_EQ(pool.at_work(), 0);
  EXPECT_EQ(pool.open(), 0);
}

TEST(CallPoolTest, WorksOffWhatIsLeftBeforeItGoes) {
  std::atomic<int> done{0};
  {
    CallPool pool(Options(100, 100, 2, 0));
    for (int i = 0; i < 100; ++i) {
      const auto ticket = pool.Enter();
      ASSERT_NE(ticket, nullptr);
      CallTicket::Work(ticket, [&done] { ++done; });
    }
  }
  EXPECT_EQ(done, 100);
}

TEST(CallPoolTest, ManyCallersNeverExceedTheBound) {
  constexpr int kAtWork = 3;
  std::atomic<int> working{0};
  std::atomic<int> most{0};
  std::atomic<int> finished{0};
  std::atomic<int> refused{0};
  constexpr int kCallers = 6;
  constexpr int kCalls = 500;
  {
    CallPool pool(Options(kAtWork, 100, 4, 1));
    std::vector<std::jthread> callers;
    for (int c = 0; c < kCallers; ++c) {
      callers.emplace_back([&] {
        for (int i = 0; i < kCalls; ++i) {
          const auto ticket = pool.Enter();
          if (ticket == nullptr) {
            ++refused;
            continue;
          }
          CallTicket::Work(ticket, [&working, &most, &finished] {
            const int now = ++working;
            int before = most;
            while (now > before && !most.compare_exchange_weak(before, now)) {
            }
            std::this_thread::yield();
            --working;
            ++finished;
          });
        }
      });
    }
    callers.clear();
  }
  EXPECT_EQ(finished + refused, kCallers * kCalls);
  EXPECT_LE(most, kAtWork);
  EXPECT_GT(finished, 0);
}

}  // namespace
}  // namespace glutwatch::security
