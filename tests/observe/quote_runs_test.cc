#include "server/observe/quote_runs.h"

#include <algorithm>
#include <random>

#include "tests/observe/intake_fixture.h"

namespace glutwatch::observe {
namespace {

using storage::kFlatQuote;
using storage::kFrozenQuote;
using testing::IsOk;

constexpr QuoteRunOptions kShort{.frozen_days = 4, .flat_days = 3, .max_gap_days = 5};

storage::Observation Quote(int day, int64_t low, int64_t modal, int64_t high) {
  storage::Observation o;
  o.day = Day{day};
  o.presence = storage::kHasLow | storage::kHasModal | storage::kHasHigh;
  o.low_e4 = low;
  o.modal_e4 = modal;
  o.high_e4 = high;
  return o;
}

// The flags of quotes, one after another.
std::vector<int> FlagsOf(const std::vector<storage::Observation>& quotes) {
  QuoteRun run;
  std::vector<int> flags;
  for (const auto& quote : quotes) flags.push_back(ExtendRun(quote, kShort, &run));
  return flags;
}

TEST(QuoteRunTest, FrozenFromTheFourthEqualReportedDayUntilItMoves) {
  EXPECT_EQ(
      FlagsOf({Quote(1, 9, 10, 11), Quote(2, 9, 10, 11), Quote(3, 9, 10, 11), Quote(4, 9, 10, 11),
               Quote(5, 9, 10, 11), Quote(6, 9, 10, 12), Quote(7, 9, 10, 12)}),
      (std::vector<int>{0, 0, 0, kFrozenQuote, kFrozenQuote, 0, 0}));
}

TEST(QuoteRunTest, EachOfLowModalHighAndPresenceBreaksARun) {
  storage::Observation no_high = Quote(4, 9, 10, 0);
  no_high.presence = storage::kHasLow | storage::kHasModal;
  for (const auto& other :
       {Quote(4, 8, 10, 11), Quote(4, 9, 11, 11), Quote(4, 9, 10, 12), no_high}) {
    EXPECT_EQ(FlagsOf({Quote(1, 9, 10, 11), Quote(2, 9, 10, 11), Quote(3, 9, 10, 11), other}),
              (std::vector<int>{0, 0, 0, 0}));
  }
}

TEST(QuoteRunTest, DaysWithoutAReportDoNotBreakARunButALongSilenceDoes) {
  EXPECT_EQ(FlagsOf({Quote(1, 9, 10, 11), Quote(6, 9, 10, 11), Quote(11, 9, 10, 11),
                     Quote(16, 9, 10, 11)}),
            (std::vector<int>{0, 0, 0, kFrozenQuote}));
  EXPECT_EQ(
      FlagsOf({Quote(1, 9, 10, 11), Quote(2, 9, 10, 11), Quote(3, 9, 10, 11), Quote(9, 9, 10, 11)}),
      (std::vector<int>{0, 0, 0, 0}));
}

TEST(QuoteRunTest, FlatOnlyIfTheSeriesHadASpreadBefore) {
  EXPECT_EQ(FlagsOf({Quote(1, 9, 10, 11), Quote(2, 10, 10, 10), Quote(3, 11, 11, 11),
                     Quote(4, 12, 12, 12), Quote(5, 13, 13, 13), Quote(6, 9, 10, 11)}),
            (std::vector<int>{0, 0, 0, kFlatQuote, kFlatQuote, 0}));
  EXPECT_EQ(FlagsOf({Quote(2, 10, 10, 10), Quote(3, 11, 11, 11), Quote(4, 12, 12, 12),
                     Quote(5, 13, 13, 13)}),
            (std::vector<int>{0, 0, 0, 0}));
}

TEST(QuoteRunTest, AQuoteThatNeitherMovesNorSpreadsIsBoth) {
  EXPECT_EQ(FlagsOf({Quote(1, 9, 10, 11), Quote(2, 10, 10, 10), Quote(3, 10, 10, 10),
                     Quote(4, 10, 10, 10), Quote(5, 10, 10, 10)})
                .back(),
            kFlatQuote | kFrozenQuote);
}

TEST(QuoteRunTest, OnlyTradedFirstLotsWithAPriceAreQuotes) {
  storage::Observation o = Quote(1, 9, 10, 11);
  EXPECT_TRUE(IsQuote(o));
  o.lot = 1;
  EXPECT_FALSE(IsQuote(o));
  o.lot = 0;
  o.flags = storage::kPriceJump;  // doubtful, but it moved
  EXPECT_TRUE(IsQuote(o));
  o.flags = storage::kDiscarded;
  EXPECT_FALSE(IsQuote(o));
  EXPECT_FALSE(IsQuote({.day = Day{1}, .status = storage::DayStatus::kClosed}));
  EXPECT_FALSE(IsQuote({.day = Day{1}, .presence = storage::kHasArrivals}));
}

class QuoteRunIntakeTest : public IntakeFixture {
 protected:
  void SetUp() override {
    IntakeFixture::SetUp();
    UseShortRuns();
  }
  void UseShortRuns() {
    intake_ = Intake::Create(catalog_.get(), registry_.get(), store_.get(), &clock_,
                             {.quote_runs = kShort}, &hub_);
    session_ = GarlicSession();
  }
  std::vector<int> StoredFlags(uint32_t series) {
    std::vector<int> flags;
    for (const auto& version : ReadAll(series)) flags.push_back(version.observation.flags);
    return flags;
  }
};

TEST_F(QuoteRunIntakeTest, AFrozenQuoteIsKeptAndAccepted) {
  TestBatch batch{"b"};
  for (int day = 10; day > 0; --day) batch.Price(0, today_ - day, 19'000, 20'000, 21'000);
  const auto verdict = Send(session_.get(), batch);
  ASSERT_THAT(verdict, IsOk());
  EXPECT_EQ(verdict->accepted, 10);
  EXPECT_EQ(Summary(verdict), "");
  EXPECT_EQ(StoredFlags(1), (std::vector<int>{0, 0, 0, 16, 16, 16, 16, 16, 16, 16}));
  EXPECT_EQ(store_->Tip(storage::SeriesId{1})->newest_price_day, today_ - 1);
}

TEST_F(QuoteRunIntakeTest, LateRowsAreNotJudgedAndACorrectionOfTheNewestDayIs) {
  TestBatch run{"run"};
  for (int day = 8; day >= 6; --day) run.Modal(0, today_ - day, 20'000);
  EXPECT_EQ(Summary(Send(session_.get(), run)), "");
  TestBatch late{"late"};
  late.Modal(0, today_ - 9, 20'000);
  EXPECT_EQ(Summary(Send(session_.get(), late)), "");
  EXPECT_EQ(StoredFlags(1), (std::vector<int>{0, 0, 0, 0}));
  TestBatch moved{"moved"};
  moved.Modal(0, today_ - 5, 21'000);
  EXPECT_EQ(Summary(Send(session_.get(), moved)), "");
  TestBatch corrected{"corrected"};
  corrected.Modal(0, today_ - 5, 20'000);
  EXPECT_EQ(Summary(Send(session_.get(), corrected)), "");
  EXPECT_EQ(StoredFlags(1).back(), kFrozenQuote);
}

TEST_F(QuoteRunIntakeTest, ASecondSenderGoesOnWithWhatTheFirstSent) {
  auto other = GarlicSession();
  TestBatch first{"first"};
  first.Modal(0, today_ - 9, 20'000);
  EXPECT_EQ(Summary(Send(session_.get(), first)), "");
  TestBatch between{"between"};
  for (int day = 8; day >= 6; --day) between.Modal(0, today_ - day, 20'000);
  EXPECT_EQ(Summary(Send(other.get(), between)), "");
  TestBatch last{"last"};
  last.Modal(0, today_ - 5, 20'000);
  EXPECT_EQ(Summary(Send(session_.get(), last)), "");
  EXPECT_EQ(StoredFlags(1), (std::vector<int>{0, 0, 0, 16, 16}));
}

TEST_F(QuoteRunIntakeTest, TheNextSessionGoesOnFromTheTableAlsoBehindAClosedDay) {
  TestBatch first{"first"};
  for (int day = 9; day >= 7; --day) first.Modal(0, today_ - day, 20'000);
  EXPECT_EQ(Summary(Send(session_.get(), first)), "");
  TestBatch closed{"closed"};
  closed.Modal(0, today_ - 6, 0);
  closed.statuses = {2};
  closed.presences = {0};
  EXPECT_EQ(Summary(Send(session_.get(), closed)), "");
  session_.reset();
  session_ = GarlicSession();
  TestBatch next{"next"};
  next.Modal(0, today_ - 5, 20'000);
  EXPECT_EQ(Summary(Send(session_.get(), next)), "");
  EXPECT_EQ(StoredFlags(1), (std::vector<int>{0, 0, 0, 0, 16}));
}

TEST_F(QuoteRunIntakeTest, ABatchThatFailedAndComesAgainIsJudgedAsTheFirstTime) {
  TestBatch run{"run"};
  for (int day = 9; day >= 7; --day) run.Modal(0, today_ - day, 20'000);
  EXPECT_EQ(Summary(Send(session_.get(), run)), "");
  TestBatch reused{"run"};  // another content under the same id: refused as a whole
  for (int day = 6; day >= 5; --day) reused.Modal(0, today_ - day, 20'000);
  EXPECT_TRUE(absl::IsAlreadyExists(Send(session_.get(), reused).status()));
  reused.id = "new";
  EXPECT_EQ(Summary(Send(session_.get(), reused)), "");
  EXPECT_EQ(StoredFlags(1), (std::vector<int>{0, 0, 0, 16, 16}));
}

// Random quotes of two series: cut into batches, sessions, restarts and folds anywhere, the flags
// are those of one pass.
TEST_F(QuoteRunIntakeTest, FlagsDoNotDependOnCuts) {
  const uint32_t seed = 20'261'127;
  std::mt19937 random(seed);
  const auto below = [&](int limit) {
    return static_cast<int>(random() % static_cast<uint32_t>(limit));
  };
  std::vector<int> want[2];
  QuoteRun runs[2];
  TestBatch batch{"b0"};
  Day day = today_ - 900;
  for (int i = 0; i < 260; ++i) {
    day = day + (below(12) == 0 ? 4 + below(4) : 1);
    for (int series = 0; series < 2; ++series) {
      const int64_t modal = 20'000 + 100 * (below(4) == 0 ? below(3) : 0);
      const int64_t spread = below(5) == 0 ? 100 : 0;
      batch.Price(series, day, modal - spread, modal, modal + spread);
      want[series].push_back(ExtendRun(Quote(DayNumber(day), modal - spread, modal, modal + spread),
                                       kShort, &runs[series]));
    }
    if (below(3) != 0) continue;
    EXPECT_EQ(Summary(Send(session_.get(), batch)), "");
    batch = TestBatch{"b" + std::to_string(i + 1)};
    const int cut = below(20);
    if (cut < 6) session_ = GarlicSession();
    if (cut == 6) {
      ASSERT_THAT(store_->Fold(), IsOk());
    }
    if (cut == 7) {
      Reopen();
      UseShortRuns();
    }
  }
  EXPECT_EQ(Summary(Send(session_.get(), batch)), "");
  EXPECT_EQ(StoredFlags(1), want[0]) << "seed " << seed;
  EXPECT_EQ(StoredFlags(2), want[1]) << "seed " << seed;
  EXPECT_GT(std::count(want[0].begin(), want[0].end(), kFrozenQuote), 5);
  EXPECT_GT(std::count_if(want[0].begin(), want[0].end(),
                          [](int flags) { return (flags & kFlatQuote) != 0; }),
            5);
}

}  // namespace
}  // namespace glutwatch::observe
