#include "gmock/gmock.h"
#include "tests/rpc/node_fixture.h"

namespace glutwatch {
namespace {

using NodePricesTest = testing::NodeTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<v1::PriceBlock> Query(v1::ObservationService::Stub* stub,
                                  const v1::QueryObservationsRequest& request,
                                  grpc::Status* status) {
  grpc::ClientContext context;
  const auto reader = stub->QueryObservations(&context, request);
  std::vector<v1::PriceBlock> blocks;
  v1::QueryObservationsResponse response;
  while (reader->Read(&response)) {
    blocks.insert(blocks.end(), response.blocks().begin(), response.blocks().end());
  }
  *status = reader->Finish();
  return blocks;
}

TEST_F(NodePricesTest, PushedPricesComeBackAsQuoted) {
  v1::ObservationBatch batch;
  batch.set_batch_id("b1");
  const Day day = ToDay(absl::CivilDay(2026, 3, 30));
  AddRow(day, 15'500, &batch);
  AddRow(day + 1, 16'000, &batch);
  const auto answers = Push({batch});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].batch_id(), "b1");
  EXPECT_EQ(answers[0].status().code(), 0) << answers[0].status().message();
  EXPECT_EQ(answers[0].accepted_count(), 2);

  v1::QueryObservationsRequest request;
  request.mutable_selection()->add_markets("markets/eryuan");
  request.set_unit_view(v1::UNIT_VIEW_PER_KILOGRAM);
  grpc::Status status;
  const auto blocks = Query(prices_.get(), request, &status);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(blocks[0].series().product(), "products/garlic");
  EXPECT_EQ(blocks[0].price_unit(), "CNY/kg");
  ASSERT_EQ(blocks[0].row_count(), 2);
  EXPECT_EQ(blocks[0].modal_prices_e4(0), 15'500);
  EXPECT_DOUBLE_EQ(blocks[0].modal_prices(0), 3.1);  // 1.55 yuan per 斤
}

TEST_F(NodePricesTest, ResendingABatchChangesNothing) {
  v1::ObservationBatch batch;
  batch.set_batch_id("b1");
  AddRow(ToDay(absl::CivilDay(2026, 3, 30)), 15'500, &batch);
  const auto first = Push({batch});
  const auto again = Push({batch});
  ASSERT_EQ(again.size(), 1u);
  EXPECT_FALSE(first[0].replayed());
  EXPECT_TRUE(again[0].replayed());
  EXPECT_EQ(again[0].accepted_count(), 1);
  EXPECT_EQ(again[0].record_time().nanos(), first[0].record_time().nanos());

  v1::ObservationBatch other = batch;
  other.set_modal_prices_e4(0, 15'000);
  other.set_low_prices_e4(0, 15'000);
  const auto refused = Push({other});
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].status().code(), static_cast<int>(absl::StatusCode::kAlreadyExists));
}

TEST_F(NodePricesTest, BadRowsAreRefusedByNumberAndTheRestIsKept) {
  v1::ObservationBatch batch;
  batch.set_batch_id("b1");
  const Day day = ToDay(absl::CivilDay(2026, 3, 30));
  AddRow(day, 15'500, &batch);
  AddRow(day + 1, -1, &batch);
  AddRow(Day{day - 1}, 15'000, &batch);
  batch.set_low_prices_e4(2, 20'000);  // above high
  const auto answers = Push({batch});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].accepted_count(), 1);
  EXPECT_EQ(answers[0].refused_count(), 2);
  ASSERT_EQ(answers[0].rows_size(), 2);
  EXPECT_EQ(answers[0].rows(0).row(), 1);
  EXPECT_EQ(answers[0].rows(1).row(), 2);
  EXPECT_THAT(answers[0].rows(1).message(), HasSubstr("2"));
}

TEST_F(NodePricesTest, AsOfShowsWhatWasKnownThen) {
  const Day day = ToDay(absl::CivilDay(2026, 3, 30));
  v1::ObservationBatch first;
  first.set_batch_id("b1");
  AddRow(day, 15'500, &first);
  v1::ObservationBatch correction;
  correction.set_batch_id("b2");
  AddRow(day, 15'000, &correction);
  const auto answers = Push({first, correction});
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[1].corrected_count(), 1);

  v1::QueryObservationsRequest request;
  request.mutable_selection()->add_series("series/1");
  *request.mutable_as_of() = answers[0].record_time();
  grpc::Status status;
  const auto then = Query(prices_.get(), request, &status);
  ASSERT_EQ(then.size(), 1u) << status.error_message();
  EXPECT_EQ(then[0].modal_prices_e4(0), 15'500);
  request.clear_as_of();
  EXPECT_EQ(Query(prices_.get(), request, &status)[0].modal_prices_e4(0), 15'000);
  request.set_all_versions(true);
  EXPECT_EQ(Query(prices_.get(), request, &status)[0].row_count(), 2);

  v1::LatestPricesRequest latest;
  latest.mutable_selection()->add_series("series/1");
  for (const auto& answer : answers) {
    *latest.mutable_as_of() = answer.record_time();
    v1::LatestPricesResponse response;
    grpc::ClientContext context;
    ASSERT_TRUE(prices_->LatestPrices(&context, latest, &response).ok());
    ASSERT_EQ(response.prices_size(), 1);
    EXPECT_EQ(response.prices(0).modal_price_e4(), answer.corrected_count() == 0 ? 15'500 : 15'000);
  }
}

// With a gap and a closed day.
v1::ObservationBatch MixedBatch() {
  v1::ObservationBatch batch;
  batch.set_batch_id("mixed");
  const Day day = ToDay(absl::CivilDay(2026, 3, 20));
  for (const int offset : {0, 1, 4}) {
    const bool closed = offset == 1;
    batch.add_series_indexes(0);
    batch.add_market_days(DayNumber(day) + offset);
    batch.add_day_statuses(closed ? v1::DAY_STATUS_CLOSED : v1::DAY_STATUS_TRADED);
    batch.add_presences(closed ? 0 : 7);
    batch.add_low_prices_e4(closed ? 0 : 14'000);
    batch.add_modal_prices_e4(closed ? 0 : 15'000);
    batch.add_high_prices_e4(closed ? 0 : 16'000);
  }
  return batch;
}

TEST_F(NodePricesTest, OnlyTheColumnsThatAreAskedForCome) {
  Push({MixedBatch()});
  v1::QueryObservationsRequest request;
  request.mutable_selection()->add_series("series/1");
  request.add_columns(v1::PRICE_COLUMN_MODAL);
  grpc::Status status;
  auto blocks = Query(prices_.get(), request, &status);
  ASSERT_EQ(blocks.size(), 1u) << status.error_message();
  EXPECT_THAT(blocks[0].modal_prices_e4(), ElementsAre(15'000, 0, 15'000));
  EXPECT_THAT(blocks[0].presences(), ElementsAre(2, 0, 2));
  const int first = DayNumber(ToDay(absl::CivilDay(2026, 3, 20)));
  EXPECT_THAT(blocks[0].market_days(), ElementsAre(first, first + 1, first + 4));
  EXPECT_EQ(blocks[0].low_prices_e4_size() + blocks[0].high_prices_e4_size(), 0);
  EXPECT_EQ(blocks[0].day_statuses_size() + blocks[0].record_times_us_size(), 0);
  EXPECT_EQ(blocks[0].source_names_size() + blocks[0].modal_prices_size(), 0);

  request.add_columns(v1::PRICE_COLUMN_DAY_STATUS);
  request.add_columns(v1::PRICE_COLUMN_RECORD_TIME);
  request.add_columns(v1::PRICE_COLUMN_SOURCE);
  blocks = Query(prices_.get(), request, &status);
  EXPECT_THAT(blocks[0].day_statuses(),
              ElementsAre(v1::DAY_STATUS_TRADED, v1::DAY_STATUS_CLOSED, v1::DAY_STATUS_TRADED));
  EXPECT_EQ(blocks[0].record_times_us_size(), 3);
  EXPECT_THAT(blocks[0].source_names(), ElementsAre("test"));

  request.add_columns(static_cast<v1::PriceColumn>(77));
  Query(prices_.get(), request, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("columns[4] is 77"));
}

TEST_F(NodePricesTest, ColumnsAtTheirDefaultStayEmpty) {
  v1::ObservationBatch batch;
  batch.set_batch_id("b1");
  AddRow(ToDay(absl::CivilDay(2026, 3, 30)), 15'500, &batch);
  Push({batch});
  v1::QueryObservationsRequest request;
  request.mutable_selection()->add_series("series/1");
  grpc::Status status;
  const auto blocks = Query(prices_.get(), request, &status);
  ASSERT_EQ(blocks.size(), 1u) << status.error_message();
  EXPECT_EQ(blocks[0].first_market_day(), DayNumber(ToDay(absl::CivilDay(2026, 3, 30))));
  EXPECT_EQ(blocks[0].row_count(), 1);
  EXPECT_EQ(blocks[0].market_days_size(), 0);
  EXPECT_EQ(blocks[0].day_statuses_size() + blocks[0].lots_size() + blocks[0].flags_size(), 0);
  EXPECT_EQ(blocks[0].sources_size() + blocks[0].arrivals_e4_size(), 0);
  EXPECT_THAT(blocks[0].presences(), ElementsAre(7));  // no arrivals
  EXPECT_THAT(blocks[0].source_names(), ElementsAre("test"));
}

TEST_F(NodePricesTest, SeriesOfAProductShareResponses) {
  v1::PushObservationsRequest opening = Opening();
  auto* other = opening.add_new_series();
  *other = opening.new_series(0);
  other->set_grade("5.0cm");
  v1::ObservationBatch batch;
  batch.set_batch_id("b1");
  for (int i = 0; i < 10; ++i) {
    AddRow(ToDay(absl::CivilDay(2026, 3, 1)) + i, 15'500, &batch);
    AddRow(ToDay(absl::CivilDay(2026, 3, 1)) + i, 16'500, &batch);
    batch.set_series_indexes(2 * i + 1, 1);
  }
  PushAs(opening, {batch});
  v1::QueryObservationsRequest request;
  request.mutable_selection()->add_products("products/garlic");
  grpc::ClientContext context;
  const auto reader = prices_->QueryObservations(&context, request);
  v1::QueryObservationsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  ASSERT_EQ(response.blocks_size(), 2);
  EXPECT_EQ(response.blocks(0).series().grade(), "");
  EXPECT_EQ(response.blocks(0).row_count(), 10);
  EXPECT_EQ(response.blocks(1).series().grade(), "5.0cm");
  EXPECT_EQ(response.blocks(1).modal_prices_e4(9), 16'500);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(NodePricesTest, StreamWithoutOpenIsRefused) {
  grpc::ClientContext context;
  const auto call = prices_->PushObservations(&context);
  v1::PushObservationsRequest request;
  request.mutable_batch()->set_batch_id("b");
  call->Write(request);
  v1::PushObservationsResponse answer;
  EXPECT_FALSE(call->Read(&answer));
  const grpc::Status status = call->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("open"));
}

TEST_F(NodePricesTest, LatestIsTheNewestPrice) {
  v1::ObservationBatch batch;
  batch.set_batch_id("b1");
  const Day day = ToDay(absl::CivilDay(2026, 3, 28));
  AddRow(day, 15'500, &batch);
  AddRow(day + 2, 16'000, &batch);
  Push({batch});
  grpc::ClientContext context;
  v1::LatestPricesRequest request;
  request.mutable_selection()->set_region("regions/530000");
  request.set_unit_view(v1::UNIT_VIEW_PER_QUINTAL);
  v1::LatestPricesResponse response;
  const grpc::Status status = prices_->LatestPrices(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.prices_size(), 1);
  EXPECT_EQ(response.prices(0).price_date().day(), 30);
  EXPECT_DOUBLE_EQ(response.prices(0).modal_price(), 320);
}

TEST_F(NodePricesTest, SelectionThatMatchesNothingIsNotFound) {
  v1::QueryObservationsRequest request;
  request.mutable_selection()->add_markets("markets/nowhere");
  grpc::Status status;
  Query(prices_.get(), request, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  request.mutable_selection()->clear_markets();
  Query(prices_.get(), request, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(NodePricesTest, PricesSurviveARestart) {
  v1::ObservationBatch batch;
  batch.set_batch_id("b1");
  AddRow(ToDay(absl::CivilDay(2026, 3, 30)), 15'500, &batch);
  Push({batch});
  Restart();
  v1::QueryObservationsRequest request;
  request.mutable_selection()->add_series("series/1");
  grpc::Status status;
  const auto blocks = Query(prices_.get(), request, &status);
  ASSERT_EQ(blocks.size(), 1u) << status.error_message();
  EXPECT_EQ(blocks[0].modal_prices_e4(0), 15'500);
  EXPECT_TRUE(Push({batch})[0].replayed());
}

}  // namespace
}  // namespace glutwatch
