#include <functional>
#include <ostream>

#include "base/decimal.h"
#include "tests/observe/intake_fixture.h"

// What becomes of rows.
namespace glutwatch::observe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

class IntakeRowsTest : public IntakeFixture {
 protected:
  void SetUp() override {
    IntakeFixture::SetUp();
    session_ = GarlicSession();
  }
};

TEST_F(IntakeRowsTest, CleanRowsAreKeptExactly) {
  TestBatch batch{.id = "b1"};
  batch.Price(0, today_, 10'000, 12'345, 15'000).Price(1, today_, 1, 1, 2);
  const auto verdict = Send(session_.get(), batch);
  EXPECT_EQ(Summary(verdict), "");
  EXPECT_EQ(verdict->accepted, 2);
  EXPECT_EQ(verdict->corrected, 0);
  EXPECT_FALSE(verdict->replayed);
  const auto versions = ReadAll(1);
  ASSERT_EQ(versions.size(), 1U);
  EXPECT_EQ(versions[0].recorded_us, verdict->recorded_us);
  EXPECT_EQ(versions[0].observation.modal_e4, 12'345);
  EXPECT_EQ(versions[0].observation.flags, 0);
  EXPECT_EQ(store_->SourceName(versions[0].observation.source), "test");
  EXPECT_EQ(intake_->stats().accepted, 2);
}

struct HardRuleCase {
  std::string name;
  std::function<void(TestBatch*)> spoil;  // a batch of rows 0 and 1 with every column
  std::string want_reason;
  std::string want_message;
};
void PrintTo(const HardRuleCase& c, std::ostream* os) { *os << c.name; }
class HardRuleTest : public IntakeRowsTest, public ::testing::WithParamInterface<HardRuleCase> {};

TEST_P(HardRuleTest, RefusesTheRowAndKeepsTheOthers) {
  TestBatch batch{.id = "b1"};
  batch.Price(0, today_, 10'000, 12'000, 15'000).Price(1, today_, 10'000, 12'000, 15'000);
  batch.statuses = {1, 1};
  batch.presences = {15, 15};
  batch.arrivals = {5'000, 5'000};
  batch.lots = {0, 0};
  GetParam().spoil(&batch);
  const auto verdict = Send(session_.get(), batch);
  ASSERT_EQ(Summary(verdict), "0:refused:" + GetParam().want_reason);
  EXPECT_THAT(verdict->rows[0].message, HasSubstr(GetParam().want_message));
  EXPECT_EQ(verdict->accepted, 1);
  EXPECT_EQ(verdict->refused, 1);
  EXPECT_EQ(ReadAll(1).size(), 0U);
  EXPECT_EQ(ReadAll(2).size(), 1U);
}
INSTANTIATE_TEST_SUITE_P(
    Intake, HardRuleTest,
    ::testing::ValuesIn(std::vector<HardRuleCase>{
        {"SeriesBeyondTheSession", [](TestBatch* b) { b->series[0] = 2; }, "UNKNOWN_SERIES",
         "series index is 2, the stream has named 2"},
        {"NegativeSeries", [](TestBatch* b) { b->series[0] = -1; }, "UNKNOWN_SERIES", "-1"},
        {"DayBefore1900", [](TestBatch* b) { b->days[0] = -30'000; }, "DAY_OUT_OF_RANGE",
         "-30000, expected 1900-01-01"},
        {"DayAfterTomorrow", [](TestBatch* b) { b->days[0] += 2; }, "FUTURE_DAY",
         "2026-03-03, the market's today is 2026-03-01"},
        {"UnknownStatus", [](TestBatch* b) { b->statuses[0] = 6; }, "UNKNOWN_STATUS", "is 6"},
        {"UnspecifiedStatus", [](TestBatch* b) { b->statuses[0] = 0; }, "UNKNOWN_STATUS", "is 0"},
        {"PriceOfAClosedDay", [](TestBatch* b) { b->statuses[0] = 2; }, "PRICE_WITHOUT_TRADE",
         "modal 1.2"},
        {"TradedWithoutNumbers", [](TestBatch* b) { b->presences[0] = 0; }, "NOTHING_REPORTED", ""},
        {"Presence16", [](TestBatch* b) { b->presences[0] = 16; }, "BAD_PRESENCE", "16"},
        {"PriceOfZero", [](TestBatch* b) { b->low[0] = 0; }, "PRICE_NOT_POSITIVE", "low 0,"},
        {"NegativePrice", [](TestBatch* b) { b->modal[0] = -1; }, "PRICE_NOT_POSITIVE", "-0.0001"},
        {"PriceTooLarge", [](TestBatch* b) { b->high[0] = kMaxE4 + 1; }, "PRICE_NOT_POSITIVE", ""},
        {"LowAboveHigh", [](TestBatch* b) { b->low[0] = 16'000; }, "LOW_ABOVE_HIGH",
         "low is 1.6, high is 1.5"},
        {"NegativeArrivals", [](TestBatch* b) { b->arrivals[0] = -1; }, "BAD_ARRIVALS", "-0.0001"},
        {"LotTooLarge", [](TestBatch* b) { b->lots[0] = 1'000; }, "BAD_LOT", "1000"},
    }),
    [](const auto& test) { return test.param.name; });

TEST_F(IntakeRowsTest, StatusWithoutPriceIsKept) {
  TestBatch batch{.id = "b1"};
  for (int i = 0; i < 4; ++i) batch.Price(0, today_ - i, 0, 0, 0);
  batch.statuses = {2, 3, 4, 5};
  batch.presences = {0, 0, 0, 0};
  EXPECT_EQ(Summary(Send(session_.get(), batch)), "");
  EXPECT_EQ(ReadAll(1)[0].observation.status, storage::DayStatus::kNotReported);
}

TEST_F(IntakeRowsTest, NumberThatIsNotPresentIsStoredAsZero) {
  TestBatch batch{.id = "b1"};
  batch.Price(0, today_, 77, 12'000, 99);
  batch.presences = {storage::kHasModal};
  EXPECT_EQ(Summary(Send(session_.get(), batch)), "");
  EXPECT_EQ(ReadAll(1)[0].observation.low_e4, 0);
  EXPECT_EQ(ReadAll(1)[0].observation.high_e4, 0);
}

TEST_F(IntakeRowsTest, ImplausibleRowsAreKeptAndFlagged) {
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_ - 10, 10'000)
      .Modal(0, today_ - 9, 70'000)                  // x7
      .Modal(0, today_ - 8, 1'000)                   // a tenth
      .Modal(0, today_ - 7, 20'000)                  // the double, three days later: believed
      .Modal(0, today_ - 6, 10'000)                  // half of yesterday's: 斤 for 公斤?
      .Price(0, today_ - 5, 11'000, 10'500, 12'000)  // modal below low
      .Modal(0, today_ + 1, 21'000);                 // tomorrow's
  const auto verdict = Send(session_.get(), batch);
  EXPECT_EQ(Summary(verdict),
            "1:suspicious:PRICE_JUMP 2:suspicious:UNIT_SLIP 4:suspicious:UNIT_SLIP "
            "5:suspicious:MODAL_OUTSIDE 6:suspicious:FUTURE_DAY");
  EXPECT_EQ(verdict->accepted, 2);
  EXPECT_EQ(verdict->suspicious, 5);
  std::vector<int> flags;
  for (const auto& version : ReadAll(1)) flags.push_back(version.observation.flags);
  EXPECT_THAT(flags, ElementsAre(0, 1, 1 | 8, 0, 8, 2, 4));
  EXPECT_THAT(verdict->rows[0].message, HasSubstr("modal is 7, was 1 on 2026-02-19"));
}

TEST_F(IntakeRowsTest, OldPriceDoesNotMakeANewOneSuspicious) {
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_ - 61, 10'000).Modal(0, today_, 100'000);
  EXPECT_EQ(Summary(Send(session_.get(), batch)), "");
}

TEST_F(IntakeRowsTest, FileThatComesAgainIsAllDuplicatesAndKeepsItsDoubts) {
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_ - 3, 10'000).Modal(0, today_ - 2, 90'000).Modal(0, today_ - 1, 11'000);
  EXPECT_EQ(Summary(Send(session_.get(), batch)), "1:suspicious:PRICE_JUMP");
  session_ = GarlicSession();
  batch.id = "b2";
  const auto again = Send(session_.get(), batch);
  EXPECT_EQ(Summary(again), "0:duplicate 1:duplicate 2:duplicate");
  EXPECT_EQ(again->duplicate, 3);
  EXPECT_EQ(again->suspicious, 0);
  EXPECT_EQ(ReadAll(1)[1].observation.flags, storage::kPriceJump);
}

TEST_F(IntakeRowsTest, CorrectionIsComparedWithThePriceBeforeIt) {
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_ - 2, 10'000).Modal(0, today_ - 1, 11'000).Modal(0, today_, 11'500);
  ASSERT_THAT(Send(session_.get(), batch), IsOk());
  session_ = GarlicSession();
  TestBatch correction{.id = "b2"};
  correction.Modal(0, today_ - 1, 110'000);
  EXPECT_EQ(Summary(Send(session_.get(), correction)), "0:suspicious:PRICE_JUMP");
  session_ = GarlicSession();
  TestBatch good{.id = "b3"};
  good.Modal(0, today_ - 1, 11'100);
  const auto verdict = Send(session_.get(), good);
  EXPECT_EQ(Summary(verdict), "");
  EXPECT_EQ(verdict->corrected, 1);
  EXPECT_EQ(store_->ReadVersions(storage::SeriesId{1}, today_ - 1, today_ - 1)->size(), 3U);
}

TEST_F(IntakeRowsTest, SameKeyTwiceIsADuplicateIfEqualAndRefusedIfNot) {
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_, 10'000)
      .Modal(1, today_, 10'000)
      .Modal(0, today_, 10'000)
      .Modal(0, today_, 11'000)
      .Modal(0, today_ - 1, 10'000);
  const auto verdict = Send(session_.get(), batch);
  EXPECT_EQ(Summary(verdict), "2:duplicate 3:refused:SAME_KEY_TWICE");
  EXPECT_THAT(verdict->rows[1].message, HasSubstr("2026-03-01 lot 0 of this series is row 0"));
}

TEST_F(IntakeRowsTest, SecondLotIsKeptAndMarkedButNotSuspicious) {
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_, 10'000).Modal(0, today_, 12'000);
  batch.lots = {0, 1};
  const auto verdict = Send(session_.get(), batch);
  EXPECT_EQ(Summary(verdict), "");
  ASSERT_EQ(ReadAll(1).size(), 2U);
  EXPECT_EQ(ReadAll(1)[1].observation.flags, storage::kSecondLot);
}

TEST_F(IntakeRowsTest, ReplayGivesTheSameAnswerAndChangesNothing) {
  TestBatch first{.id = "b0"};
  first.Modal(1, today_, 10'000);
  ASSERT_THAT(Send(session_.get(), first), IsOk());
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_ + 5, 1)
      .Modal(1, today_, 10'000)
      .Price(0, today_, 3, 1, 2)
      .Modal(0, today_ - 1, 10'000)
      .Modal(1, today_ - 1, 900'000);
  const auto sent = Send(session_.get(), batch);
  ASSERT_EQ(Summary(sent),
            "0:refused:FUTURE_DAY 1:duplicate 2:refused:LOW_ABOVE_HIGH 4:suspicious:PRICE_JUMP");
  // Long after, on another stream that numbers its series otherwise, in another state of the store.
  clock_.Advance(absl::Hours(24 * 30));
  Reopen();
  session_ = OpenSession();
  session_->AddMarkets({ExistingMarket("eryuan"), ExistingMarket("xinfadi")});
  AddSeries(session_.get(), {Garlic(0), Garlic(1)});
  for (int32_t& index : batch.series) index = 1 - index;
  const auto replayed = Send(session_.get(), batch);
  ASSERT_THAT(replayed, IsOk());
  EXPECT_TRUE(replayed->replayed);
  EXPECT_EQ(replayed->recorded_us, sent->recorded_us);
  EXPECT_EQ(Summary(replayed), Summary(sent));
  EXPECT_EQ(replayed->rows[0].message, sent->rows[0].message);
  EXPECT_EQ(replayed->accepted, sent->accepted);
  EXPECT_EQ(ReadAll(1).size(), 1U);
}

TEST_F(IntakeRowsTest, ReplayWithLotsCountedAnotherWayIsStillTheSameBatch) {
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_, 10'000).Modal(0, today_, 12'000);
  batch.lots = {0, 1};
  ASSERT_THAT(Send(session_.get(), batch), IsOk());
  batch.lots = {1, 2};
  const auto replayed = Send(session_.get(), batch);
  ASSERT_THAT(replayed, IsOk());
  EXPECT_TRUE(replayed->replayed);
  EXPECT_EQ(ReadAll(1).size(), 2U);
}

TEST_F(IntakeRowsTest, BatchOfRefusedRowsOnlyIsAnsweredAndReplayed) {
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_, 0);
  EXPECT_EQ(Summary(Send(session_.get(), batch)), "0:refused:PRICE_NOT_POSITIVE");
  const auto again = Send(session_.get(), batch);
  EXPECT_EQ(Summary(again), "0:refused:PRICE_NOT_POSITIVE");
  EXPECT_TRUE(again->replayed);
  const auto stats = intake_->stats();
  EXPECT_EQ(stats.refused, 1);
  EXPECT_EQ(stats.batches, 2);
}

TEST_F(IntakeRowsTest, SameIdWithOtherContentIsRefused) {
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_, 10'000);
  ASSERT_THAT(Send(session_.get(), batch), IsOk());
  batch.modal[0] = 10'001;
  EXPECT_THAT(Send(session_.get(), batch),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("BATCH_ID_REUSED")));
  batch.modal[0] = 10'000;
  batch.series[0] = 1;
  EXPECT_THAT(Send(session_.get(), batch),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("BATCH_ID_REUSED")));
  EXPECT_EQ(intake_->stats().failed_batches, 2);
}

TEST_F(IntakeRowsTest, BatchOfWrongShapeIsRefusedAsAWhole) {
  TestBatch batch{.id = ""};
  batch.Modal(0, today_, 10'000);
  EXPECT_THAT(Send(session_.get(), batch),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("batch_id has 0 bytes")));
  batch.id = "b1";
  batch.high.push_back(1);
  EXPECT_THAT(Send(session_.get(), batch),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("column high_prices_e4 has 2 values, expected 1")));
  batch.high.pop_back();
  batch.arrivals = {1};
  EXPECT_THAT(Send(session_.get(), batch),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("column presences is empty")));
}

TEST_F(IntakeRowsTest, AnswersComeInTheOrderOfTheBatchesEvenWithErrors) {
  std::vector<int> order;
  absl::Notification done;
  constexpr int kBatches = 20;
  for (int i = 0; i < kBatches; ++i) {
    TestBatch batch{.id = i % 3 == 1 ? "" : "b" + std::to_string(i)};
    batch.Modal(0, today_ - i, 10'000);
    session_->Submit(batch.Columns(), [&, i](absl::StatusOr<BatchVerdict>) {
      order.push_back(i);
      if (order.size() == kBatches) done.Notify();
    });
  }
  done.WaitForNotification();
  for (int i = 0; i < kBatches; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST_F(IntakeRowsTest, TodayIsTheMarketsOwn) {
  // 17:00 UTC on 1 March is 01:00 on 2 March in China.
  clock_.Advance(absl::Hours(17));
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_ + 1, 10'000).Modal(0, today_ + 2, 10'000).Modal(0, today_ + 3, 10'000);
  EXPECT_EQ(Summary(Send(session_.get(), batch)), "1:suspicious:FUTURE_DAY 2:refused:FUTURE_DAY");
}

TEST_F(IntakeRowsTest, WatchersSeeWhatIsNewAndNothingTwice) {
  const auto watch = hub_.Subscribe(
      {.wanted = [](storage::SeriesId id) { return id == storage::SeriesId{1}; }, .on_ready = {}});
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_ - 1, 10'000).Modal(1, today_, 10'000).Modal(0, today_, 0);
  ASSERT_THAT(Send(session_.get(), batch), IsOk());
  ASSERT_THAT(Send(session_.get(), batch), IsOk());  // replayed
  TestBatch next{.id = "b2"};
  next.Modal(0, today_ - 1, 10'000).Modal(0, today_, 11'000);
  ASSERT_THAT(Send(session_.get(), next), IsOk());
  const PriceSubscription::Frame frame = watch->Take(100);
  ASSERT_EQ(frame.rows.size(), 2U);
  EXPECT_EQ(frame.rows[0].version.observation.day, today_ - 1);
  EXPECT_EQ(frame.rows[1].version.observation.modal_e4, 11'000);
  EXPECT_EQ(*frame.rows[1].source, "test");
}

}  // namespace
}  // namespace glutwatch::observe
