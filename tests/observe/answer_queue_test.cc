#include "server/observe/answer_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace glutwatch::observe {
namespace {

using ::testing::ElementsAre;

BatchVerdict Numbered(int64_t number) {
  BatchVerdict verdict;
  verdict.recorded_us = number;
  return verdict;
}

TEST(AnswerQueueTest, AnswersComeInTheOrderOfTheBatches) {
  AnswerQueue queue;
  std::vector<int64_t> given;
  const auto note = [&](AnswerQueue::Answer answer) {
    given.push_back(answer.ok() ? answer->recorded_us : -1);
  };
  const uint64_t a = queue.Add(note);
  const uint64_t b = queue.Add(note);
  const uint64_t c = queue.Add(note);
  queue.Complete(c, Numbered(3));
  queue.Complete(b, absl::InvalidArgumentError("bad"));
  EXPECT_THAT(given, ElementsAre());
  queue.Complete(a, Numbered(1));
  EXPECT_THAT(given, ElementsAre(1, -1, 3));
  queue.Complete(queue.Add(note), Numbered(4));
  EXPECT_THAT(given, ElementsAre(1, -1, 3, 4));
}

TEST(AnswerQueueTest, AnAnswerMayAddTheNextBatch) {
  AnswerQueue queue;
  std::vector<int64_t> given;
  const uint64_t a = queue.Add([&](AnswerQueue::Answer) {
    given.push_back(1);
    queue.Complete(queue.Add([&](AnswerQueue::Answer) { given.push_back(2); }), Numbered(2));
  });
  queue.Complete(a, Numbered(1));
  EXPECT_THAT(given, ElementsAre(1, 2));
}

TEST(AnswerQueueTest, ManyThreadsCompleteAndNoneIsLostOrOutOfOrder) {
  AnswerQueue queue;
  constexpr int kBatches = 4'000;
  std::vector<int64_t> given;  // not guarded: the queue never gives two at a time
  for (int i = 0; i < kBatches; ++i) {
    queue.Add([&](AnswerQueue::Answer answer) { given.push_back(answer->recorded_us); });
  }
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&queue, t] {
        for (int i = t; i < kBatches; i += 4) queue.Complete(static_cast<uint64_t>(i), Numbered(i));
      });
    }
  }
  ASSERT_EQ(given.size(), static_cast<size_t>(kBatches));
  for (int i = 0; i < kBatches; ++i) ASSERT_EQ(given[static_cast<size_t>(i)], i);
}

}  // namespace
}  // namespace glutwatch::observe
