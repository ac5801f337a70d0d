#include "gmock/gmock.h"
#include "tests/rpc/node_fixture.h"

namespace glutwatch {
namespace {

using NodePricesTest = testing::NodeTest;
using ::testing::HasSubstr;

std::vector<v1::QueryObservationsResponse> Query(v1::ObservationService::Stub* stub,
                                                 const v1::QueryObservationsRequest& request,
                                                 grpc::Status* status) {
  grpc::ClientContext context;
  const auto reader = stub->QueryObservations(&context, request);
  std::vector<v1::QueryObservationsResponse> blocks;
  v1::QueryObservationsResponse block;
  while (reader->Read(&block)) blocks.push_back(block);
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
  ASSERT_EQ(blocks[0].market_days_size(), 2);
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
  EXPECT_EQ(Query(prices_.get(), request, &status)[0].market_days_size(), 2);
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
