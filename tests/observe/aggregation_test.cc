#include "server/observe/aggregation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "tests/observe/column_rows.h"
#include "tests/observe/intake_fixture.h"

namespace glutwatch::observe {
namespace {

using catalog::SeriesKey;
using glutwatch::testing::ModalRow;
using storage::SeriesId;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kFirstDay = 20'454;  // 2026-01-01

// A real store, behind series of garlic in as many grades as a test wants.
class AggregationTest : public IntakeFixture {
 protected:
  SeriesId Garlic(const std::string& market, const std::string& grade = "") {
    const SeriesKey key{market, "garlic", grade, "CNY", "jin"};
    return registry_->Resolve({&key, 1}).value().front();
  }
  int64_t Append(std::vector<storage::BatchRow> rows, const std::string& source = "test") {
    storage::Batch batch;
    batch.batch_id = absl::StrCat("b", ++batches_);
    batch.digest = batches_;
    batch.source = source;
    batch.rows = std::move(rows);
    return store_->Append(std::move(batch)).value().recorded_us;
  }
  absl::StatusOr<Aggregation> Begin(const AggregateQuestion& question) {
    return Aggregation::Begin(question, *catalog_, *registry_, store_.get());
  }
  std::vector<AggregatedGroup> Answer(const AggregateQuestion& question) {
    auto aggregation = Begin(question);
    EXPECT_THAT(aggregation, glutwatch::testing::IsOk());
    std::vector<AggregatedGroup> groups;
    while (!aggregation->done()) {
      const absl::Status status = aggregation->Step([] { return false; }, &groups);
      EXPECT_THAT(status, glutwatch::testing::IsOk());
      if (!status.ok()) break;
    }
    return groups;
  }
  AggregateQuestion Monthly() {
    return {.grouping = {.selection = {.products = {"garlic"}}},
            .options = {.period = Period::kMonth}};
  }

  uint64_t batches_ = 0;
};

TEST_F(AggregationTest, AveragesWhatTheStoreHas) {
  const SeriesId eryuan = Garlic("eryuan");
  const SeriesId xinfadi = Garlic("xinfadi");
  Append({{eryuan, ModalRow(kFirstDay, 10'000)},
          {eryuan, ModalRow(kFirstDay + 1, 20'000)},
          {xinfadi, ModalRow(kFirstDay, 40'000)},
          {xinfadi, ModalRow(kFirstDay + 31, 40'000)}});
  const auto groups = Answer(Monthly());
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].group.price_unit, "CNY/kg");
  EXPECT_THAT(groups[0].figures.period_starts, ElementsAre(Day{kFirstDay}, Day{kFirstDay + 31}));
  // Eryuan's 1.5 and Beijing's 4 yuan per 斤.
  EXPECT_THAT(groups[0].figures.means, ElementsAre(DoubleEq(5.5), DoubleEq(8)));
  EXPECT_THAT(groups[0].figures.markets, ElementsAre(2, 1));
  EXPECT_FALSE(groups[0].simulated);
}

TEST_F(AggregationTest, FoldedAndFreshRowsAverageAlike) {
  const SeriesId eryuan = Garlic("eryuan");
  Append({{eryuan, ModalRow(kFirstDay, 10'000)}});
  GLUTWATCH_ASSERT_OK(store_->Fold());
  Append({{eryuan, ModalRow(kFirstDay + 1, 30'000)}});
  EXPECT_THAT(Answer(Monthly())[0].figures.means, ElementsAre(DoubleEq(4)));
}

TEST_F(AggregationTest, AsOfShowsWhatWasKnownThen) {
  const SeriesId eryuan = Garlic("eryuan");
  const int64_t first_us = Append({{eryuan, ModalRow(kFirstDay, 10'000)}});
  Append({{eryuan, ModalRow(kFirstDay, 15'000)}});
  AggregateQuestion question = Monthly();
  EXPECT_THAT(Answer(question)[0].figures.means, ElementsAre(DoubleEq(3)));
  question.grouping.selection.as_of_us = first_us;
  EXPECT_THAT(Answer(question)[0].figures.means, ElementsAre(DoubleEq(2)));
  question.grouping.selection.as_of_us = first_us - 1;
  EXPECT_THAT(Answer(question), IsEmpty());
}

TEST_F(AggregationTest, OnlyTheDaysOfTheRangeCount) {
  const SeriesId eryuan = Garlic("eryuan");
  Append({{eryuan, ModalRow(kFirstDay, 10'000)},
          {eryuan, ModalRow(kFirstDay + 5, 20'000)},
          {eryuan, ModalRow(kFirstDay + 9, 90'000)}});
  AggregateQuestion question = Monthly();
  question.from = Day{kFirstDay + 5};
  question.to = Day{kFirstDay + 8};
  const auto groups = Answer(question);
  EXPECT_THAT(groups[0].figures.period_starts, ElementsAre(Day{kFirstDay}));
  EXPECT_THAT(groups[0].figures.means, ElementsAre(DoubleEq(4)));
}

// The first read has modal prices only: what a series needs besides is read for it.
TEST_F(AggregationTest, SeriesThatQuoteLowAndHighOrSeveralLotsAreReadAgain) {
  const SeriesId eryuan = Garlic("eryuan");
  const SeriesId xinfadi = Garlic("xinfadi");
  storage::Observation range;
  range.day = Day{kFirstDay};
  range.presence = storage::kHasLow | storage::kHasHigh;
  range.low_e4 = 10'000;
  range.high_e4 = 20'000;
  Append({{eryuan, range},
          {xinfadi, ModalRow(kFirstDay, 10'000, 300'000)},
          {xinfadi, ModalRow(kFirstDay, 50'000, 100'000, 1)}});
  // 1.5 and (1 * 30 + 5 * 10) / 40 = 2 yuan per 斤.
  EXPECT_THAT(Answer(Monthly())[0].figures.means, ElementsAre(DoubleEq(3.5)));
}

TEST_F(AggregationTest, ArrivalsAreInTonnes) {
  const SeriesId eryuan = Garlic("eryuan");
  GLUTWATCH_ASSERT_OK(registry_->SetArrivalsUnit(eryuan, "jin"));
  Append({{eryuan, ModalRow(kFirstDay, 10'000, 40'000'000)},
          {eryuan, ModalRow(kFirstDay + 1, 20'000, 120'000'000)}});
  AggregateQuestion question = Monthly();
  question.options.weighting = Weighting::kVolume;
  const AggregateFigures figures = Answer(question)[0].figures;
  EXPECT_THAT(figures.arrivals, ElementsAre(DoubleEq(8)));  // 16,000 斤
  EXPECT_THAT(figures.means, ElementsAre(DoubleEq(3.5)));
}

TEST_F(AggregationTest, SimulatedPricesMarkTheirGroupAndNoOther) {
  const SeriesId eryuan = Garlic("eryuan");
  const SeriesId xinfadi = Garlic("xinfadi");
  Append({{eryuan, ModalRow(kFirstDay, 10'000)}});
  Append({{eryuan, ModalRow(kFirstDay + 1, 10'000)}}, "simulated:test");
  Append({{xinfadi, ModalRow(kFirstDay, 10'000)}});
  AggregateQuestion question = Monthly();
  question.grouping.group_by = kByMarket;
  const auto groups = Answer(question);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_TRUE(groups[0].simulated);
  EXPECT_FALSE(groups[1].simulated);
}

// More series than one step reads, one group across the steps.
TEST_F(AggregationTest, StepsDoNotChangeTheAnswer) {
  const int count = static_cast<int>(Aggregation::kSeriesPerStep) * 2 + 7;
  std::vector<storage::BatchRow> rows;
  for (int i = 0; i < count; ++i) {
    rows.push_back({Garlic(i < count / 2 ? "eryuan" : "xinfadi", absl::StrCat("g", i)),
                    ModalRow(kFirstDay, i < count / 2 ? 10'000 : 30'000)});
  }
  Append(rows);
  const auto groups = Answer(Monthly());
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_THAT(groups[0].figures.means, ElementsAre(DoubleEq(4)));
  EXPECT_THAT(groups[0].figures.observations, ElementsAre(count));
}

TEST_F(AggregationTest, SeriesWithoutPricesLeaveNoGroup) {
  Garlic("eryuan");
  EXPECT_THAT(Answer(Monthly()), IsEmpty());
}

TEST_F(AggregationTest, StopsBetweenSeriesWhenNobodyWaits) {
  Append({{Garlic("eryuan"), ModalRow(kFirstDay, 10'000)},
          {Garlic("xinfadi"), ModalRow(kFirstDay, 10'000)}});
  auto aggregation = Begin(Monthly());
  GLUTWATCH_ASSERT_OK(aggregation);
  int asked = 0;
  std::vector<AggregatedGroup> groups;
  const absl::Status status = aggregation->Step([&] { return ++asked == 2; }, &groups);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(asked, 2);
  EXPECT_THAT(groups, IsEmpty());
}

struct BadQuestion {
  std::string name;
  AggregateQuestion question;
  std::string want;
};
void PrintTo(const BadQuestion& c, std::ostream* os) { *os << c.name; }

class AggregationErrorTest : public AggregationTest,
                             public ::testing::WithParamInterface<BadQuestion> {};

TEST_P(AggregationErrorTest, NamesTheField) {
  const auto refused = Begin(GetParam().question);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(GetParam().want));
}

INSTANTIATE_TEST_SUITE_P(
    Questions, AggregationErrorTest,
    ::testing::ValuesIn(std::vector<BadQuestion>{
        {"DaysTheWrongWayRound",
         {.from = Day{kFirstDay + 1}, .to = Day{kFirstDay}},
         "start_date is 2026-01-02, after end_date 2026-01-01"},
        {"QuantileAbove1", {.options = {.quantiles = {0.5, 1.5}}}, "quantiles[1] is 1.5"},
        {"QuantileBelow0", {.options = {.quantiles = {-0.1}}}, "quantiles[0] is -0.1"},
        {"QuantileNotANumber", {.options = {.quantiles = {std::nan("")}}}, "quantiles[0]"},
        {"TooManyQuantiles",
         {.options = {.quantiles = std::vector<double>(21, 0.5)}},
         "expected at most 20"}}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace glutwatch::observe
