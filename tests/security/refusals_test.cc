#include "server/security/refusals.h"

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace glutwatch::security {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kStart = absl::FromUnixSeconds(1'770'000'000);

class RefusalsTest : public ::testing::Test {
 protected:
  // "principal REASON count message" of each line since the last call.
  std::vector<std::string> Lines() { return std::exchange(lines_, {}); }

  std::vector<std::string> lines_;
  Refusals refusals_{[this](const Refusals::Line& line) {
    lines_.push_back(absl::StrCat(line.principal, " ", RefusalName(line.reason), " ", line.count,
                                  " ", line.message));
  }};
};

TEST_F(RefusalsTest, LogsOneLineAMinuteForEachPrincipalAndReason) {
  using enum RefusalReason;
  refusals_.Add("a", kQuotaRows, "m1", 1, kStart);
  refusals_.Add("b", kQuotaRows, "m2", 1, kStart);
  refusals_.Add("a", kQuotaSeries, "m3", 7, kStart);
  EXPECT_THAT(Lines(),
              ElementsAre("a QUOTA_ROWS 1 m1", "b QUOTA_ROWS 1 m2", "a QUOTA_SERIES 7 m3"));
  for (int s = 1; s < 60; ++s) {
    refusals_.Add("a", kQuotaRows, "again", 1, kStart + absl::Seconds(s));
  }
  EXPECT_THAT(Lines(), IsEmpty());
  refusals_.Add("a", kQuotaRows, "newest", 1, kStart + absl::Minutes(1));
  EXPECT_THAT(Lines(), ElementsAre("a QUOTA_ROWS 60 newest"));
  EXPECT_EQ(refusals_.count(kQuotaRows), 62);
  EXPECT_EQ(refusals_.count(kQuotaSeries), 7);
  EXPECT_EQ(refusals_.count(kTooLate), 0);
}

TEST_F(RefusalsTest, AClockThatIsSetBackDoesNotSilenceTheLog) {
  refusals_.Add("a", RefusalReason::kTooLate, "m", 1, kStart);
  refusals_.Add("a", RefusalReason::kTooLate, "m", 1, kStart - absl::Hours(24));
  EXPECT_THAT(Lines(), ElementsAre("a TOO_LATE 1 m", "a TOO_LATE 1 m"));
}

TEST_F(RefusalsTest, EveryReasonHasAName) {
  for (int i = 0; i < kRefusalReasons; ++i) {
    EXPECT_FALSE(RefusalName(static_cast<RefusalReason>(i)).empty()) << i;
  }
}

TEST(RefusalsThreadsTest, CountsWhatManyThreadsAdd) {
  std::atomic<int64_t> logged{0};
  Refusals refusals([&logged](const Refusals::Line& line) { logged += line.count; });
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&refusals, t] {
        for (int i = 0; i < 1000; ++i) {
          refusals.Add(absl::StrCat("p", (t + i) % 3), RefusalReason::kOverloadedReads, "m", 1,
                       kStart + absl::Seconds(i));
        }
      });
    }
  }
  EXPECT_EQ(refusals.count(RefusalReason::kOverloadedReads), 4000);
  EXPECT_LE(logged, 4000);
  EXPECT_GE(logged, 3);
}

}  // namespace
}  // namespace glutwatch::security
