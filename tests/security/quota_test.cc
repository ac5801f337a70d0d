#include "server/security/quota.h"

#include <atomic>
#include <limits>
#include <thread>
#include <vector>

#include "base/retry_after.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::security {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

const absl::Time kStart = absl::FromUnixSeconds(1'770'000'000);

class QuotaTest : public ::testing::Test {
 protected:
  Refusals refusals_;
  Quotas quotas_{{.rows_per_second = 100, .new_series_per_day = 24, .bytes_in_flight = 1000},
                 {{"big", {.rows_per_second = 5000, .burst_rows = 6000}}, {"free", {}}},
                 &refusals_};
};

TEST_F(QuotaTest, ARefusalNamesPrincipalQuotaAndRequestAndSaysWhenToComeAgain) {
  QuotaAccount* account = quotas_.Of("dali");
  EXPECT_THAT(account->AdmitRows(1000, kStart), IsOk());  // ten seconds' worth
  const absl::Status refused = account->AdmitRows(50, kStart);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted,
                                AllOf(HasSubstr("QUOTA_ROWS: \"dali\" may send 100 rows/s (1000 at "
                                                "once after a rest)"),
                                      HasSubstr("asked for 50, may be tried again in 500ms"))));
  EXPECT_EQ(RetryAfterOf(refused), absl::Milliseconds(500));
  EXPECT_EQ(refusals_.count(RefusalReason::kQuotaRows), 1);
  EXPECT_THAT(account->AdmitRows(50, kStart + absl::Milliseconds(500)), IsOk());
}

TEST_F(QuotaTest, PrincipalsHaveTheirOwnAccounts) {
  EXPECT_THAT(quotas_.Of("dali")->AdmitRows(1000, kStart), IsOk());
  EXPECT_FALSE(quotas_.Of("dali")->AdmitRows(1, kStart).ok());
  EXPECT_THAT(quotas_.Of("lijiang")->AdmitRows(1000, kStart), IsOk());
  EXPECT_THAT(quotas_.Of("big")->AdmitRows(6000, kStart), IsOk());
  EXPECT_FALSE(quotas_.Of("big")->AdmitRows(1, kStart).ok());
  EXPECT_EQ(quotas_.Of("dali"), quotas_.Of("dali"));
}

TEST_F(QuotaTest, ZeroIsNoLimit) {
  QuotaAccount* account = quotas_.Of("free");
  EXPECT_THAT(account->AdmitRows(int64_t{1} << 40, kStart), IsOk());
  EXPECT_THAT(account->AdmitRows(int64_t{1} << 40, kStart), IsOk());
  EXPECT_EQ(account->NewSeriesLeft(kStart), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(account->TakeNewSeries(1'000'000, kStart), 1'000'000);
  account->TakeBytes(int64_t{1} << 50);
  EXPECT_TRUE(account->HasRoomForBytes());
  EXPECT_FALSE(account->ReleaseBytes(int64_t{1} << 50));
}

TEST_F(QuotaTest, SeriesAreGivenAsFarAsTheyGoAndComeBackOverTheDay) {
  QuotaAccount* account = quotas_.Of("dali");
  EXPECT_EQ(account->TakeNewSeries(20, kStart), 20);
  EXPECT_EQ(account->TakeNewSeries(20, kStart), 4);
  EXPECT_EQ(account->NewSeriesLeft(kStart + absl::Minutes(59)), 0);
  EXPECT_EQ(account->NewSeriesLeft(kStart + absl::Hours(5)), 5);
  account->ReturnNewSeries(4);
  EXPECT_EQ(account->NewSeriesLeft(kStart + absl::Hours(5)), 9);
  EXPECT_THAT(account->RefuseNewSeries(16, kStart), HasSubstr("\"dali\" may add 24 series a day"));
  EXPECT_EQ(refusals_.count(RefusalReason::kQuotaSeries), 16);
}

TEST_F(QuotaTest, BytesLetOneBatchOverAndSayWhenThereIsRoomAgain) {
  QuotaAccount* account = quotas_.Of("dali");
  account->TakeBytes(999);
  EXPECT_TRUE(account->HasRoomForBytes());
  account->TakeBytes(500);
  EXPECT_FALSE(account->HasRoomForBytes());
  EXPECT_FALSE(account->ReleaseBytes(499)) << "1000 are in flight";
  EXPECT_TRUE(account->ReleaseBytes(1));
  EXPECT_TRUE(account->HasRoomForBytes());
  EXPECT_FALSE(account->ReleaseBytes(999)) << "there was room before";
}

TEST_F(QuotaTest, ManyThreadsGetNoMoreThanOne) {
  std::atomic<int64_t> rows{0};
  std::atomic<int64_t> series{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 2000; ++i) {
          QuotaAccount* account = quotas_.Of("dali");
          const absl::Time now = kStart + absl::Milliseconds(i);  // two seconds in all
          if (account->AdmitRows(7, now).ok()) rows += 7;
          series += account->TakeNewSeries(1, now);
          account->TakeBytes(10);
          account->ReleaseBytes(10);
        }
      });
    }
  }
  EXPECT_GT(rows, 900);
  EXPECT_LE(rows, 1000 + 200);
  EXPECT_EQ(series, 24);
  EXPECT_TRUE(quotas_.Of("dali")->HasRoomForBytes());
}

}  // namespace
}  // namespace glutwatch::security
