#include <cmath>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/rpc/node_fixture.h"

namespace glutwatch {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Day kFirst = ToDay(absl::CivilDay(2026, 3, 1));

class NodeAggregateTest : public testing::NodeTest {
 protected:
  // Two counties: garlic in Eryuan per 斤 (0) and, arrivals in kg, in Midu per kg (1).
  static v1::PushObservationsRequest TwoMarkets() {
    v1::PushObservationsRequest request = Opening();
    request.mutable_new_series(0)->set_arrivals_unit("kg");
    v1::MarketSpec* midu = request.add_new_markets();
    *midu = request.new_markets(0);
    midu->mutable_market()->set_name("markets/midu");
    midu->mutable_market()->set_region("regions/532925");
    midu->mutable_regions(2)->set_name("regions/532925");
    midu->mutable_regions(2)->set_display_name("弥渡县");
    v1::SeriesSpec* series = request.add_new_series();
    *series = request.new_series(0);
    series->set_market_index(1);
    series->set_unit("kg");
    return request;
  }

  static void AddPrice(int series, Day day, int64_t price_e4, int64_t arrivals_kg,
                       v1::ObservationBatch* batch) {
    batch->add_series_indexes(series);
    batch->add_market_days(DayNumber(day));
    batch->add_presences(15);
    batch->add_low_prices_e4(price_e4);
    batch->add_modal_prices_e4(price_e4);
    batch->add_high_prices_e4(price_e4);
    batch->add_arrivals_e4(arrivals_kg * 10'000);
  }

  // March: Eryuan 2 and 4 yuan per 斤 with 30 and 10 tonnes; Midu 10 yuan per kg with 60.
  v1::PushObservationsResponse PushMarch() {
    v1::ObservationBatch batch;
    batch.set_batch_id("march");
    AddPrice(0, kFirst, 20'000, 30'000, &batch);
    AddPrice(0, kFirst + 10, 40'000, 10'000, &batch);
    AddPrice(1, kFirst + 1, 100'000, 60'000, &batch);
    const auto answers = PushAs(TwoMarkets(), {batch});
    EXPECT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].accepted_count() + answers[0].suspicious_count(), 3);
    return answers[0];
  }

  static v1::AggregateObservationsRequest Monthly() {
    v1::AggregateObservationsRequest request;
    request.mutable_selection()->add_products("products/garlic");
    request.set_period(v1::AGGREGATE_PERIOD_MONTH);
    return request;
  }

  std::vector<v1::AggregateBlock> Aggregate(const v1::AggregateObservationsRequest& request) {
    grpc::ClientContext context;
    const auto reader = prices_->AggregateObservations(&context, request);
    std::vector<v1::AggregateBlock> blocks;
    v1::AggregateObservationsResponse frame;
    while (reader->Read(&frame)) {
      blocks.insert(blocks.end(), frame.blocks().begin(), frame.blocks().end());
      ++frames_;
    }
    status_ = reader->Finish();
    return blocks;
  }

  grpc::Status status_;
  int frames_ = 0;
};

TEST_F(NodeAggregateTest, EveryMarketCountsOnce) {
  PushMarch();
  auto request = Monthly();
  request.add_quantiles(0.5);
  const auto blocks = Aggregate(request);
  ASSERT_TRUE(status_.ok()) << status_.error_message();
  ASSERT_THAT(blocks, SizeIs(1));
  EXPECT_EQ(blocks[0].group().price_unit(), "CNY/kg");
  EXPECT_EQ(blocks[0].group().arrivals_unit(), "t");
  EXPECT_EQ(blocks[0].group().market_count(), 2);
  EXPECT_EQ(blocks[0].group().product_count(), 1);
  EXPECT_FALSE(blocks[0].group().simulated());
  EXPECT_THAT(blocks[0].period_start_days(), ElementsAre(DayNumber(kFirst)));
  EXPECT_THAT(blocks[0].means(), ElementsAre(DoubleEq(8)));  // (6 + 10) / 2 per kg
  EXPECT_THAT(blocks[0].minima(), ElementsAre(DoubleEq(4)));
  EXPECT_THAT(blocks[0].maxima(), ElementsAre(DoubleEq(10)));
  EXPECT_THAT(blocks[0].arrivals(), ElementsAre(DoubleEq(100)));
  EXPECT_THAT(blocks[0].market_counts(), ElementsAre(2));
  EXPECT_THAT(blocks[0].observation_counts(), ElementsAre(3));
  ASSERT_EQ(blocks[0].quantiles_size(), 1);
  EXPECT_EQ(blocks[0].quantiles(0).quantile(), 0.5);
  EXPECT_THAT(blocks[0].quantiles(0).values(), ElementsAre(DoubleEq(8)));
}

TEST_F(NodeAggregateTest, VolumeWeighsByTonnes) {
  PushMarch();
  auto request = Monthly();
  request.set_weighting(v1::AGGREGATE_WEIGHTING_VOLUME);
  request.set_unit_view(v1::UNIT_VIEW_PER_JIN);
  const auto blocks = Aggregate(request);
  ASSERT_THAT(blocks, SizeIs(1)) << status_.error_message();
  EXPECT_EQ(blocks[0].group().price_unit(), "CNY/jin");
  ASSERT_EQ(blocks[0].means_size(), 1);
  EXPECT_DOUBLE_EQ(blocks[0].means(0), (2.0 * 30 + 4 * 10 + 5 * 60) / 100);
}

TEST_F(NodeAggregateTest, OnlyTheColumnsThatAreAskedForAreSent) {
  PushMarch();
  auto request = Monthly();
  request.add_columns(v1::AGGREGATE_COLUMN_MEAN);
  const auto blocks = Aggregate(request);
  ASSERT_THAT(blocks, SizeIs(1)) << status_.error_message();
  EXPECT_THAT(blocks[0].means(), SizeIs(1));
  EXPECT_THAT(blocks[0].market_counts(), ElementsAre(2));
  EXPECT_THAT(blocks[0].minima(), IsEmpty());
  EXPECT_THAT(blocks[0].arrivals(), IsEmpty());
  EXPECT_THAT(blocks[0].unweighed_counts(), IsEmpty());
}

TEST_F(NodeAggregateTest, GroupsByCountyAndTenDays) {
  PushMarch();
  auto request = Monthly();
  request.set_period(v1::AGGREGATE_PERIOD_TEN_DAYS);
  request.add_group_by(v1::AGGREGATE_DIMENSION_REGION);
  request.add_group_by(v1::AGGREGATE_DIMENSION_PRODUCT);
  request.set_region_level(v1::REGION_LEVEL_COUNTY);
  const auto blocks = Aggregate(request);
  ASSERT_THAT(blocks, SizeIs(2)) << status_.error_message();
  EXPECT_EQ(blocks[0].group().region(), "regions/532925");
  EXPECT_EQ(blocks[0].group().product(), "products/garlic");
  EXPECT_EQ(blocks[1].group().region(), "regions/532930");
  EXPECT_THAT(blocks[1].period_start_days(),
              ElementsAre(DayNumber(kFirst), DayNumber(kFirst + 10)));
  EXPECT_THAT(blocks[1].means(), ElementsAre(DoubleEq(4), DoubleEq(8)));
}

TEST_F(NodeAggregateTest, SuspiciousRowsAreCountedNotAveraged) {
  PushMarch();
  v1::ObservationBatch batch;
  batch.set_batch_id("slip");
  AddPrice(0, kFirst + 11, 4'000'000, 1, &batch);
  ASSERT_EQ(PushAs(TwoMarkets(), {batch})[0].suspicious_count(), 1);
  const auto blocks = Aggregate(Monthly());
  ASSERT_THAT(blocks, SizeIs(1));
  EXPECT_THAT(blocks[0].suspicious_counts(), ElementsAre(1));
  EXPECT_THAT(blocks[0].means(), ElementsAre(DoubleEq(8)));
}

TEST_F(NodeAggregateTest, AsOfShowsWhatWasKnownThen) {
  const auto before = PushMarch();
  v1::ObservationBatch correction;
  correction.set_batch_id("correction");
  AddPrice(1, kFirst + 1, 90'000, 60'000, &correction);
  PushAs(TwoMarkets(), {correction});
  auto request = Monthly();
  EXPECT_THAT(Aggregate(request)[0].means(), ElementsAre(DoubleEq(7.5)));
  *request.mutable_as_of() = before.record_time();
  EXPECT_THAT(Aggregate(request)[0].means(), ElementsAre(DoubleEq(8)));
}

TEST_F(NodeAggregateTest, SimulatedPricesMarkTheirGroup) {
  v1::ObservationBatch batch;
  batch.set_batch_id("made-up");
  AddPrice(0, kFirst, 20'000, 1, &batch);
  auto opening = TwoMarkets();
  opening.mutable_open()->set_simulated(true);
  PushAs(opening, {batch});
  const auto blocks = Aggregate(Monthly());
  ASSERT_THAT(blocks, SizeIs(1)) << status_.error_message();
  EXPECT_TRUE(blocks[0].group().simulated());
}

// More rows than a frame holds: the group is in the first block only, and nothing is lost.
TEST_F(NodeAggregateTest, LongAnswersComeInSeveralFrames) {
  constexpr int kDays = 9'000;
  v1::ObservationBatch batch;
  batch.set_batch_id("long");
  for (int i = 0; i < kDays; ++i) AddPrice(0, kFirst - i, 20'000, 1, &batch);
  PushAs(TwoMarkets(), {batch});
  auto request = Monthly();
  request.set_period(v1::AGGREGATE_PERIOD_DAY);
  const auto blocks = Aggregate(request);
  ASSERT_THAT(blocks, SizeIs(2)) << status_.error_message();
  EXPECT_EQ(frames_, 2);
  EXPECT_TRUE(blocks[0].has_group());
  EXPECT_FALSE(blocks[1].has_group());
  ASSERT_EQ(blocks[0].means_size() + blocks[1].means_size(), kDays);
  EXPECT_EQ(blocks[0].period_start_days(0), DayNumber(kFirst - kDays + 1));
  EXPECT_EQ(*(blocks[1].period_start_days().end() - 1), DayNumber(kFirst));
}

TEST_F(NodeAggregateTest, ADeadlineInThePastReadsNothing) {
  PushMarch();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() - std::chrono::seconds(1));
  const auto reader = prices_->AggregateObservations(&context, Monthly());
  v1::AggregateObservationsResponse frame;
  EXPECT_FALSE(reader->Read(&frame));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(NodeAggregateTest, WrongRequestsNameTheField) {
  PushMarch();
  struct Case {
    std::string field;
    std::function<void(v1::AggregateObservationsRequest*)> change;
  };
  for (const Case& c : std::vector<Case>{
           {"period", [](auto* r) { r->clear_period(); }},
           {"period", [](auto* r) { r->set_period(static_cast<v1::AggregatePeriod>(9)); }},
           {"group_by[0]", [](auto* r) { r->add_group_by(v1::AGGREGATE_DIMENSION_UNSPECIFIED); }},
           {"region_level", [](auto* r) { r->add_group_by(v1::AGGREGATE_DIMENSION_REGION); }},
           {"region_level", [](auto* r) { r->set_region_level(static_cast<v1::RegionLevel>(7)); }},
           {"columns[0]", [](auto* r) { r->add_columns(v1::AGGREGATE_COLUMN_UNSPECIFIED); }},
           {"weighting", [](auto* r) { r->set_weighting(static_cast<v1::AggregateWeighting>(7)); }},
           {"unit_view", [](auto* r) { r->set_unit_view(static_cast<v1::UnitView>(7)); }},
           {"quantiles[0]", [](auto* r) { r->add_quantiles(2); }},
           {"selection", [](auto* r) { r->clear_selection(); }},
           {"start_date", [](auto* r) {
              r->mutable_start_date()->set_year(2026);
              r->mutable_start_date()->set_month(13);
            }}}) {
    auto request = Monthly();
    c.change(&request);
    EXPECT_THAT(Aggregate(request), IsEmpty());
    EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << c.field;
    EXPECT_THAT(status_.error_message(), HasSubstr(c.field));
  }
}

TEST_F(NodeAggregateTest, WhatDoesNotExistIsNotFound) {
  PushMarch();
  auto request = Monthly();
  request.set_category("no such category");
  Aggregate(request);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::NOT_FOUND);
  request = Monthly();
  request.mutable_selection()->add_markets("markets/nowhere");
  Aggregate(request);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace glutwatch
