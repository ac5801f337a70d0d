#include "server/security/token_bucket.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace glutwatch::security {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'770'000'000);

absl::Time At(int64_t ms) { return kStart + absl::Milliseconds(ms); }

// 10 a second, 20 at once.
TokenBucket Bucket() { return TokenBucket(10, absl::Seconds(1), 20); }

TEST(TokenBucketTest, IsFullAtFirstAndFillsAtItsRate) {
  TokenBucket bucket = Bucket();
  EXPECT_EQ(bucket.Take(20, At(0)), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(1, At(0)), absl::Milliseconds(100));
  EXPECT_EQ(bucket.Take(1, At(100)), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(5, At(100)), absl::Milliseconds(500));
  EXPECT_EQ(bucket.Take(5, At(600)), absl::ZeroDuration());
}

TEST(TokenBucketTest, IsNeverFullerThanItsCapacity) {
  TokenBucket bucket = Bucket();
  EXPECT_EQ(bucket.Available(At(3'600'000)), 20);
  EXPECT_EQ(bucket.Take(20, At(3'600'000)), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(1, At(3'600'000)), absl::Milliseconds(100));
}

TEST(TokenBucketTest, AWaitThatIsNotWholeIsRoundedUp) {
  TokenBucket bucket(3, absl::Seconds(1), 3);
  EXPECT_EQ(bucket.Take(3, At(0)), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(1, At(0)), absl::Microseconds(333'334));
  EXPECT_EQ(bucket.Take(1, At(0) + absl::Microseconds(333'333)), absl::Microseconds(1));
  EXPECT_EQ(bucket.Take(1, At(0) + absl::Microseconds(333'334)), absl::ZeroDuration());
}

TEST(TokenBucketTest, WhatIsLargerThanTheBucketWaitsForAFullOneAndIsPaidForLater) {
  TokenBucket bucket = Bucket();
  EXPECT_EQ(bucket.Take(1, At(0)), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(100, At(0)), absl::Milliseconds(100));
  EXPECT_EQ(bucket.Take(100, At(100)), absl::ZeroDuration());
  EXPECT_EQ(bucket.Available(At(100)), 0);
  EXPECT_EQ(bucket.Take(1, At(100)), absl::Milliseconds(8'100));  // 80 below zero
}

TEST(TokenBucketTest, SmallRequestsDoNotOvertakeALargeOneThatWasRefused) {
  TokenBucket bucket = Bucket();
  EXPECT_EQ(bucket.Take(15, At(0)), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(20, At(0)), absl::Milliseconds(1'500));
  EXPECT_EQ(bucket.Take(1, At(500)), absl::Milliseconds(1'000)) << "there are ten";
  EXPECT_EQ(bucket.Take(20, At(1'500)), absl::ZeroDuration());
}

TEST(TokenBucketTest, TakesUpToWhatIsThereAndPutsBack) {
  TokenBucket bucket = Bucket();
  EXPECT_EQ(bucket.TakeUpTo(12, At(0)), 12);
  EXPECT_EQ(bucket.TakeUpTo(12, At(0)), 8);
  EXPECT_EQ(bucket.TakeUpTo(12, At(0)), 0);
  bucket.Return(5);
  EXPECT_EQ(bucket.Available(At(0)), 5);
  bucket.Return(1'000'000'000'000);
  EXPECT_EQ(bucket.Available(At(0)), 20);
}

TEST(TokenBucketTest, AClockThatIsSetBackNeitherFillsNorStops) {
  TokenBucket bucket = Bucket();
  EXPECT_EQ(bucket.Take(20, At(0)), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(5, At(0)), absl::Milliseconds(500));
  EXPECT_EQ(bucket.Take(5, At(-86'400'000)), absl::Milliseconds(500));
  EXPECT_EQ(bucket.Take(5, At(-86'400'000 + 500)), absl::ZeroDuration());
}

TEST(TokenBucketTest, AThreadThatComesLateWithAnOlderTimeGainsNothing) {
  TokenBucket bucket = Bucket();
  EXPECT_EQ(bucket.Take(20, At(1'000)), absl::ZeroDuration());
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(bucket.TakeUpTo(20, At(0)), 0);
    EXPECT_EQ(bucket.TakeUpTo(20, At(1'000)), 0);
  }
}

TEST(TokenBucketTest, TheLargestQuotasDoNotOverflow) {
  TokenBucket rows(1'000'000'000, absl::Seconds(1), 100'000'000'000);
  EXPECT_EQ(rows.Take(100'000'000'000, absl::UnixEpoch()), absl::ZeroDuration());
  EXPECT_EQ(rows.Available(absl::FromUnixSeconds(4'000'000'000)), 100'000'000'000);
  TokenBucket series(20'000'000, absl::Hours(24), 20'000'000);
  EXPECT_EQ(series.TakeUpTo(20'000'000, kStart), 20'000'000);
  EXPECT_EQ(series.Available(kStart + absl::Hours(12)), 10'000'000);
}

struct Taken {
  int64_t ms;
  int64_t count;
};

// In no window more than max(capacity, the largest) + rate * its length; and who asks again when
// it was told gets through.
TEST(TokenBucketTest, NoWindowHoldsMoreThanTheBurstAndTheRate) {
  std::mt19937 random(20260301);
  const auto upto = [&random](int64_t most) {
    return std::uniform_int_distribution<int64_t>(0, most)(random);
  };
  for (int round = 0; round < 200; ++round) {
    const int64_t rate = 1 + upto(50);
    const int64_t capacity = 1 + upto(200);
    TokenBucket bucket(rate, absl::Seconds(1), capacity);
    std::vector<Taken> taken;
    int64_t largest = capacity;
    int64_t ms = 0;
    for (int i = 0; i < 100; ++i) {
      ms += upto(2'000);
      const int64_t count = 1 + upto(upto(4) == 0 ? 3 * capacity : capacity);
      const absl::Duration wait = bucket.Take(count, At(ms));
      if (wait > absl::ZeroDuration()) {
        if (upto(1) == 0) continue;
        ms += absl::ToInt64Milliseconds(absl::Ceil(wait, absl::Milliseconds(1)));
        ASSERT_EQ(bucket.Take(count, At(ms)), absl::ZeroDuration()) << "was told when";
      }
      taken.push_back({ms, count});
      largest = std::max(largest, count);
    }
    for (size_t first = 0; first < taken.size(); ++first) {
      int64_t sum = 0;
      for (size_t last = first; last < taken.size(); ++last) {
        sum += taken[last].count;
        const int64_t window_ms = taken[last].ms - taken[first].ms;
        ASSERT_LE((sum - largest) * 1000, rate * window_ms)
            << "round " << round << ", from " << first << " to " << last;
      }
    }
  }
}

}  // namespace
}  // namespace glutwatch::security
