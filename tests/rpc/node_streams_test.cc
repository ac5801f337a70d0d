// Streams of prices: back-pressure, watching, draining; and a national day.
#include <atomic>
#include <cstdio>
#include <thread>

#include "gmock/gmock.h"
#include "tests/rpc/node_fixture.h"

namespace glutwatch {
namespace {

using NodeStreamsTest = testing::NodeTest;
using ::testing::HasSubstr;

v1::ObservationBatch OneRow(const std::string& id, Day day, int64_t price_e4) {
  v1::ObservationBatch batch;
  batch.set_batch_id(id);
  batch.add_series_indexes(0);
  batch.add_market_days(DayNumber(day));
  batch.add_low_prices_e4(price_e4);
  batch.add_modal_prices_e4(price_e4);
  batch.add_high_prices_e4(price_e4);
  return batch;
}

const Day kDay = ToDay(absl::CivilDay(2026, 3, 30));

v1::WatchPricesRequest InYunnan() {
  v1::WatchPricesRequest request;
  request.mutable_selection()->set_region("regions/530000");
  return request;
}

TEST_F(NodeStreamsTest, ManyBatchesAreAnsweredInOrder) {
  std::vector<v1::ObservationBatch> batches;
  for (int i = 0; i < 200; ++i) batches.push_back(OneRow(absl::StrCat("b", i), kDay - i, 15'000));
  const auto answers = Push(batches);
  ASSERT_EQ(answers.size(), batches.size());
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].batch_id(), batches[i].batch_id());
    EXPECT_EQ(answers[i].accepted_count(), 1);
  }
}

TEST_F(NodeStreamsTest, WatcherSeesWhatIsAcceptedFromThenOn) {
  Push({OneRow("before", kDay, 15'000)});
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const auto reader = prices_->WatchPrices(&context, InYunnan());
  reader->WaitForInitialMetadata();  // now it is watching
  Push({OneRow("after", kDay + 1, 15'500)});
  v1::WatchPricesResponse frame;
  ASSERT_TRUE(reader->Read(&frame));
  ASSERT_EQ(frame.blocks_size(), 1);
  EXPECT_EQ(frame.skipped_rows(), 0);
  const auto& block = frame.blocks(0);
  EXPECT_EQ(block.series().market(), "markets/eryuan");
  EXPECT_EQ(block.price_unit(), "CNY/jin");
  ASSERT_EQ(block.market_days_size(), 1);
  EXPECT_EQ(block.market_days(0), DayNumber(kDay + 1));
  EXPECT_EQ(block.modal_prices_e4(0), 15'500);
  EXPECT_EQ(block.source_names(block.sources(0)), "test");
  context.TryCancel();
  (void)reader->Finish();
}

TEST_F(NodeStreamsTest, SeriesOfATableFollowTheWholeSpecsAndShareTheirGoods) {
  auto opening = Opening();
  auto* table = opening.mutable_new_series_table();
  for (const char* product : {"onion", "garlic", ""}) {
    *table->add_goods() = opening.new_series(0);
    table->mutable_goods()->rbegin()->set_product(product);
  }
  // Onions, the garlic that was named before, no such market, no such goods, no goods at all.
  for (const auto& [market, goods] :
       std::vector<std::pair<int, int>>{{0, 0}, {0, 1}, {5, 0}, {0, 9}}) {
    table->add_market_indexes(market);
    table->add_goods_indexes(goods);
  }
  table->add_market_indexes(0);
  v1::ObservationBatch batch;
  batch.set_batch_id("table");
  for (int series = 0; series < 6; ++series) {
    AddRow(kDay, 10'000 + series, &batch);
    batch.set_series_indexes(series, series);
  }
  const auto answers = PushAs(opening, {batch});
  ASSERT_EQ(answers.size(), 1u);
  std::vector<std::string> refused;
  for (const auto& row : answers[0].rows()) {
    refused.push_back(absl::StrCat(row.row(), ":", row.reason()));
  }
  // Rows 0 and 2 are of one series.
  EXPECT_THAT(refused, ::testing::ElementsAre("2:SAME_KEY_TWICE", "3:UNKNOWN_MARKET",
                                              "4:UNKNOWN_GOODS", "5:UNKNOWN_GOODS"));
  EXPECT_EQ(answers[0].accepted_count(), 2);
}

TEST_F(NodeStreamsTest, WatcherOfAnotherProductSeesNothingOfIt) {
  auto opening = Opening();
  auto* onion = opening.add_new_series();
  *onion = opening.new_series(0);
  onion->set_product("onion");
  PushAs(opening, {OneRow("before", kDay, 15'000)});
  v1::WatchPricesRequest request;
  request.mutable_selection()->add_products("products/onion");
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const auto reader = prices_->WatchPrices(&context, request);
  reader->WaitForInitialMetadata();
  auto other = OneRow("onion", kDay, 9'000);
  other.set_series_indexes(0, 1);
  PushAs(opening, {OneRow("garlic", kDay + 1, 15'500), other});
  v1::WatchPricesResponse frame;
  ASSERT_TRUE(reader->Read(&frame)) << reader->Finish().error_message();
  ASSERT_EQ(frame.blocks_size(), 1);
  EXPECT_EQ(frame.blocks(0).series().product(), "products/onion");
  context.TryCancel();
  (void)reader->Finish();
}

TEST_F(NodeStreamsTest, WatchOfWhatDoesNotExistIsNotFound) {
  v1::WatchPricesRequest request;
  request.mutable_selection()->add_markets("markets/nowhere");
  grpc::ClientContext context;
  const auto reader = prices_->WatchPrices(&context, request);
  v1::WatchPricesResponse frame;
  EXPECT_FALSE(reader->Read(&frame));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(NodeStreamsTest, DrainEndsEveryStreamWithUnavailable) {
  Push({OneRow("before", kDay, 15'000)});
  grpc::ClientContext push_context, price_context, warning_context;
  const auto push = prices_->PushObservations(&push_context);
  ASSERT_TRUE(push->Write(Opening()));
  v1::PushObservationsRequest request;
  *request.mutable_batch() = OneRow("last", kDay + 1, 15'500);
  ASSERT_TRUE(push->Write(request));
  v1::PushObservationsResponse answer;
  ASSERT_TRUE(push->Read(&answer));  // and now the stream is idle
  const auto prices = prices_->WatchPrices(&price_context, InYunnan());
  prices->WaitForInitialMetadata();
  const auto warnings = warnings_->WatchWarnings(&warning_context, {});
  warnings->WaitForInitialMetadata();

  const absl::Time begin = absl::Now();
  node_.reset();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(4)) << "waited for a stream to time out";
  EXPECT_FALSE(push->Read(&answer));
  const grpc::Status pushed = push->Finish();
  EXPECT_EQ(pushed.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(pushed.error_message(), HasSubstr("DRAINING"));
  v1::WatchPricesResponse price;
  while (prices->Read(&price)) {
  }
  EXPECT_EQ(prices->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  v1::WatchWarningsResponse warning;
  while (warnings->Read(&warning)) {
  }
  EXPECT_EQ(warnings->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(NodeStreamsTest, DrainInTheMiddleLosesNothingThatWasAnswered) {
  constexpr int kStreams = 4;
  std::vector<std::vector<v1::ObservationBatch>> answered(kStreams);
  std::atomic<int> answers{0};
  std::vector<std::thread> threads;
  for (int stream = 0; stream < kStreams; ++stream) {
    threads.emplace_back([&, stream] {
      grpc::ClientContext context;
      const auto call = prices_->PushObservations(&context);
      call->Write(Opening());
      std::thread sender([&] {
        v1::PushObservationsRequest request;
        for (int i = 0;; ++i) {
          const Day day = kDay - (i * kStreams + stream) % 20'000;
          *request.mutable_batch() = OneRow(absl::StrCat(stream, "-", i), day, 15'000);
          if (!call->Write(request)) return;  // the stream is over
        }
      });
      v1::PushObservationsResponse answer;
      for (int i = 0; call->Read(&answer); ++i, ++answers) {
        EXPECT_EQ(answer.batch_id(), absl::StrCat(stream, "-", i));
        const Day day = kDay - (i * kStreams + stream) % 20'000;
        answered[static_cast<size_t>(stream)].push_back(OneRow(answer.batch_id(), day, 15'000));
      }
      sender.join();
      EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
    });
  }
  while (answers < 200) std::this_thread::yield();
  node_.reset();
  for (std::thread& thread : threads) thread.join();
  Start();
  for (const auto& batches : answered) {
    for (const auto& again : Push(batches)) EXPECT_TRUE(again.replayed()) << again.batch_id();
  }
}

TEST_F(NodeStreamsTest, RowsOfAMalformedMarketAreRefusedAndTheRestIsKept) {
  auto opening = Opening();
  auto* bad = opening.add_new_markets();
  bad->mutable_market()->set_name("not a name");
  auto* series = opening.add_new_series();
  *series = opening.new_series(0);
  series->set_market_index(1);
  auto batch = OneRow("mixed", kDay, 15'000);
  AddRow(kDay, 15'000, &batch);
  batch.set_series_indexes(1, 1);
  const auto answers = PushAs(opening, {batch});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].accepted_count(), 1);
  ASSERT_EQ(answers[0].rows_size(), 1);
  EXPECT_EQ(answers[0].rows(0).row(), 1);
  EXPECT_EQ(answers[0].rows(0).verdict(), v1::ROW_VERDICT_REFUSED);
}

TEST_F(NodeStreamsTest, CancelledPushLeavesTheServerWhole) {
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    const auto push = prices_->PushObservations(&context);
    push->Write(Opening());
    v1::PushObservationsRequest request;
    *request.mutable_batch() = OneRow(absl::StrCat("c", i), kDay - i, 15'000);
    push->Write(request);
    context.TryCancel();
    (void)push->Finish();
  }
  EXPECT_EQ(Push({OneRow("end", kDay + 1, 15'000)}).size(), 1u);
}

// A history that is longer than a response: 20,000 days.
v1::ObservationBatch LongHistory() {
  v1::ObservationBatch batch;
  batch.set_batch_id("long");
  for (int i = 0; i < 20'000; ++i) testing::NodeTest::AddRow(kDay - i, 15'000, &batch);
  return batch;
}

TEST_F(NodeStreamsTest, SeriesNameIsInTheFirstBlockOnly) {
  Push({LongHistory()});
  v1::QueryObservationsRequest request;
  request.mutable_selection()->add_series("series/1");
  grpc::ClientContext context;
  const auto reader = prices_->QueryObservations(&context, request);
  v1::QueryObservationsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  ASSERT_EQ(response.blocks_size(), 1);
  EXPECT_TRUE(response.blocks(0).has_series());
  const int first = response.blocks(0).row_count();
  EXPECT_LT(first, 20'000);
  ASSERT_TRUE(reader->Read(&response));
  ASSERT_EQ(response.blocks_size(), 1);
  EXPECT_FALSE(response.blocks(0).has_series());
  EXPECT_EQ(response.blocks(0).row_count(), 20'000 - first);
  EXPECT_EQ(response.blocks(0).source_names_size(), 1);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(NodeStreamsTest, ReaderThatGoesAwayDoesNotHoldTheServer) {
  Push({LongHistory()});
  v1::QueryObservationsRequest request;
  request.mutable_selection()->add_series("series/1");
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    const auto reader = prices_->QueryObservations(&context, request);
    v1::QueryObservationsResponse response;
    EXPECT_TRUE(reader->Read(&response));
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  Restart();  // waits for every call
}

TEST_F(NodeStreamsTest, DeadlineThatIsPastEndsAQuery) {
  Push({LongHistory()});
  v1::QueryObservationsRequest request;
  request.mutable_selection()->add_series("series/1");
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now());
  const auto reader = prices_->QueryObservations(&context, request);
  v1::QueryObservationsResponse response;
  while (reader->Read(&response)) continue;
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

// One day of `markets` x `products` series in batches of 10,000 rows, with 16 in flight.
TEST_F(NodeStreamsTest, TakesANationalDayOfNewSeries) {
  constexpr int kMarkets = 1000;
  constexpr int kProducts = 500;
  constexpr int kRowsPerBatch = 10'000;
  std::vector<v1::PushObservationsRequest> requests;
  for (int batch = 0; batch < kMarkets * kProducts / kRowsPerBatch; ++batch) {
    v1::PushObservationsRequest request;
    if (batch == 0) request = Opening();
    request.clear_new_series();
    for (int i = 0; i < kRowsPerBatch; ++i) {
      const int row = batch * kRowsPerBatch + i;
      const int market = row / kProducts;
      if (row % kProducts == 0 && market > 0) {
        *request.add_new_markets() = Opening().new_markets(0);
        request.mutable_new_markets()->rbegin()->mutable_market()->set_name(
            absl::StrCat("markets/m", market));
      }
      auto* series = request.add_new_series();
      series->set_market_index(market);
      series->set_product(absl::StrCat("p", row % kProducts));
      series->set_currency_code("CNY");
      series->set_unit("kg");
      AddRow(kDay, 20'000 + row % 100, request.mutable_batch());
      request.mutable_batch()->set_series_indexes(i, row);
    }
    request.mutable_batch()->set_batch_id(absl::StrCat("day-", batch));
    requests.push_back(std::move(request));
  }
  const absl::Time begin = absl::Now();
  grpc::ClientContext context;
  const auto call = prices_->PushObservations(&context);
  std::thread sender([&] {
    for (const auto& request : requests) call->Write(request);
    call->WritesDone();
  });
  int64_t accepted = 0;
  v1::PushObservationsResponse answer;
  while (call->Read(&answer)) accepted += answer.accepted_count();
  sender.join();
  EXPECT_TRUE(call->Finish().ok());
  const absl::Duration took = absl::Now() - begin;
  EXPECT_EQ(accepted, int64_t{kMarkets} * kProducts);

  v1::LatestPricesRequest all;
  all.mutable_selection()->set_region("regions/530000");
  v1::LatestPricesResponse ignored;
  grpc::ClientContext latest;
  const grpc::Status refused = prices_->LatestPrices(&latest, all, &ignored);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), HasSubstr("TOO_MANY_SERIES: selection"));
  RecordProperty("milliseconds", static_cast<int>(absl::ToInt64Milliseconds(took)));
  std::printf("a national day of 500,000 new series took %s\n", absl::FormatDuration(took).c_str());
}

}  // namespace
}  // namespace glutwatch
