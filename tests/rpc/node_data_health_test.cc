#include "glutwatch/v1/health.grpc.pb.h"
#include "gmock/gmock.h"
#include "tests/rpc/node_fixture.h"

// The health of data and reviews over gRPC, against a real server. It is 2026-04-01, 16:00 in
// China.
namespace glutwatch {
namespace {

using ::testing::HasSubstr;

class NodeDataHealthTest : public testing::NodeTest {
 protected:
  void SetUp() override {
    NodeTest::SetUp();
    Connect();
  }
  void Connect() { stub_ = v1::DataHealthService::NewStub(channel_); }

  template <typename Request, typename Response>
  grpc::Status Ask(grpc::Status (v1::DataHealthService::Stub::*method)(grpc::ClientContext*,
                                                                       const Request&, Response*),
                   const Request& request, Response* response) {
    grpc::ClientContext context;
    response->Clear();
    return ((*stub_).*method)(&context, request, response);
  }

  static google::type::Date DateOf(Day day) {
    const absl::CivilDay civil = ToCivil(day);
    google::type::Date date;
    date.set_year(static_cast<int>(civil.year()));
    date.set_month(civil.month());
    date.set_day(civil.day());
    return date;
  }

  // Each day's garlic at 10:00 of the day, to `last`; the last one at ten times the price.
  void PushDays(Day first, Day last) {
    const absl::Time now = clock_.Now();
    for (Day day = first; day <= last; day = day + 1) {
      clock_.Set(absl::FromCivil(ToCivil(day), absl::FixedTimeZone(8 * 3600)) + absl::Hours(10));
      v1::ObservationBatch batch;
      batch.set_batch_id("day" + std::to_string(DayNumber(day)));
      AddRow(day, day == last ? 400'000 : 40'000 + DayNumber(day) % 5 * 100, &batch);
      ASSERT_EQ(Push({batch})[0].status().code(), 0);
    }
    clock_.Set(now);
    ASSERT_TRUE(node_->WaitJudged(absl::Seconds(30)));
  }

  const Day today_ = ToDay(absl::CivilDay(2026, 4, 1));
  std::unique_ptr<v1::DataHealthService::Stub> stub_;
};

TEST_F(NodeDataHealthTest, AMarketThatDidNotReportTodayIsMissingAndItsSeriesNamed) {
  PushDays(today_ - 30, today_ - 1);
  v1::ListMarketHealthRequest request;
  request.set_with_missing_series(true);
  v1::ListMarketHealthResponse list;
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ListMarketHealth, request, &list).ok());
  ASSERT_EQ(list.markets_size(), 1);
  const v1::MarketHealth& market = list.markets(0);
  EXPECT_EQ(market.market(), "markets/eryuan");
  EXPECT_EQ(market.state(), v1::MARKET_DAY_STATE_MISSING);
  EXPECT_EQ(market.expected_count(), 1);
  EXPECT_EQ(market.missing_series(0), "series/1");
  EXPECT_EQ(list.series(0).product(), "products/garlic");
  EXPECT_EQ(market.usual_delay().seconds(), 10 * 3600);
  EXPECT_EQ(market.lateness().seconds(), 6 * 3600);
  EXPECT_EQ(market.days_since_newest(), 1);
  EXPECT_FALSE(market.stale());

  v1::GetRegionHealthRequest region;
  region.set_region("regions/530000");
  v1::GetRegionHealthResponse total;
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::GetRegionHealth, region, &total).ok());
  EXPECT_EQ(total.market_count(), 1);
  EXPECT_EQ(total.states(0).state(), v1::MARKET_DAY_STATE_MISSING);
  EXPECT_FALSE(total.blind());
  *region.mutable_date() = DateOf(today_ + 9);
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::GetRegionHealth, region, &total).ok());
  EXPECT_TRUE(total.blind());

  *request.mutable_date() = DateOf(today_ - 1);
  request.set_only_gaps(true);
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ListMarketHealth, request, &list).ok());
  EXPECT_EQ(list.markets_size(), 0);  // yesterday was complete
  request.set_region("regions/999999");
  EXPECT_EQ(Ask(&v1::DataHealthService::Stub::ListMarketHealth, request, &list).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(NodeDataHealthTest, ASuspiciousRowIsListedConfirmedAndJudgedAgain) {
  PushDays(today_ - 30, today_ - 1);
  v1::ListSuspiciousRequest list_request;
  list_request.mutable_selection()->set_region("regions/CN");
  v1::ListSuspiciousResponse list;
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ListSuspicious, list_request, &list).ok());
  ASSERT_EQ(list.rows_size(), 1);
  const v1::SuspiciousRow row = list.rows(0);
  EXPECT_EQ(row.row().modal_price_e4(), 400'000);
  EXPECT_EQ(row.row().source(), "test");
  EXPECT_EQ(row.previous_modal_price_e4(), 40'000 + DayNumber(today_ - 2) % 5 * 100);

  v1::ReviewObservationRequest review;
  review.set_series(row.series());
  *review.mutable_date() = row.date();
  review.set_decision(v1::REVIEW_DECISION_CONFIRM);
  review.set_note("电话核实");
  review.set_request_id("r1");
  *review.mutable_record_time() = row.row().record_time();
  v1::ReviewObservationResponse answer;
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ReviewObservation, review, &answer).ok());
  EXPECT_TRUE(answer.changed());
  EXPECT_EQ(answer.row().flags(), 0);
  EXPECT_TRUE(node_->WaitJudged(absl::Seconds(30)));
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ListSuspicious, list_request, &list).ok());
  EXPECT_EQ(list.rows_size(), 0);

  Restart();
  Connect();
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ReviewObservation, review, &answer).ok());
  EXPECT_TRUE(answer.replayed());
  EXPECT_FALSE(answer.changed());
  review.set_request_id("r2");  // the version that it was of is no longer the newest
  EXPECT_EQ(Ask(&v1::DataHealthService::Stub::ReviewObservation, review, &answer).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);

  v1::ListCorrectionsRequest corrections;
  corrections.mutable_selection()->add_series("series/1");
  v1::ListCorrectionsResponse corrected;
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ListCorrections, corrections, &corrected).ok());
  ASSERT_EQ(corrected.corrections_size(), 1);
  EXPECT_EQ(corrected.corrections(0).kind(), v1::Correction::KIND_CONFIRMED);
  EXPECT_EQ(corrected.corrections(0).note(), "电话核实");
  EXPECT_FALSE(corrected.corrections(0).author().empty());
  EXPECT_EQ(corrected.corrections(0).batch_id(), "review/r1");
}

TEST_F(NodeDataHealthTest, ACorrectionSaysWhoWhenFromAndToPageByPage) {
  PushDays(today_ - 5, today_ - 1);
  v1::ObservationBatch batch;
  batch.set_batch_id("fix");
  AddRow(today_ - 4, 50'000, &batch);
  AddRow(today_ - 3, 51'000, &batch);
  ASSERT_EQ(Push({batch})[0].corrected_count(), 2);
  v1::ListCorrectionsRequest request;
  request.mutable_selection()->add_products("products/garlic");
  request.set_page_size(1);
  v1::ListCorrectionsResponse page;
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ListCorrections, request, &page).ok());
  ASSERT_EQ(page.corrections_size(), 1);
  EXPECT_EQ(page.corrections(0).kind(), v1::Correction::KIND_QUOTE);
  EXPECT_EQ(page.corrections(0).after().modal_price_e4(), 50'000);
  EXPECT_EQ(page.corrections(0).batch_id(), "fix");
  EXPECT_EQ(page.corrections(0).after().source(), "test");
  EXPECT_EQ(page.series_size(), 1);
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ListCorrections, request, &page).ok());
  EXPECT_EQ(page.corrections(0).after().modal_price_e4(), 51'000);
  EXPECT_EQ(page.next_page_token(), "");
  request.set_page_token("nonsense");
  EXPECT_EQ(Ask(&v1::DataHealthService::Stub::ListCorrections, request, &page).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(NodeDataHealthTest, SourceDaysCountRefusedRowsOnceAlsoAfterARestart) {
  v1::ObservationBatch batch;
  batch.set_batch_id("b1");
  AddRow(today_ - 2, 40'000, &batch);
  AddRow(today_ - 1, -1, &batch);
  Push({batch});
  Push({batch});
  for (int round = 0; round < 2; ++round) {
    v1::ListSourceDaysRequest request;
    v1::ListSourceDaysResponse days;
    ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ListSourceDays, request, &days).ok());
    ASSERT_EQ(days.days_size(), 1);
    EXPECT_EQ(days.days(0).source(), "test");
    EXPECT_EQ(days.days(0).date().day(), 1);
    EXPECT_EQ(days.days(0).batch_count(), 1);
    EXPECT_EQ(days.days(0).added_count(), 1);
    EXPECT_EQ(days.days(0).refused_count(), 1);
    request.set_source("another");
    ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ListSourceDays, request, &days).ok());
    EXPECT_EQ(days.days_size(), 0);
    Restart();
    Connect();
  }
  v1::ListSourceDaysRequest request;
  v1::ListSourceDaysResponse days;
  *request.mutable_start_date() = DateOf(today_ - 100);
  const grpc::Status too_long = Ask(&v1::DataHealthService::Stub::ListSourceDays, request, &days);
  EXPECT_EQ(too_long.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(too_long.error_message(), HasSubstr("1 to 92 days"));
}

TEST_F(NodeDataHealthTest, SeriesHealthShowsTheRunOfAQuoteThatDoesNotMove) {
  v1::ObservationBatch batch;
  batch.set_batch_id("still");
  for (int ago = 40; ago >= 1; --ago) AddRow(today_ - ago, 40'000, &batch);
  EXPECT_EQ(Push({batch})[0].accepted_count(), 40);
  v1::GetSeriesHealthRequest request;
  request.set_series("series/1");
  v1::GetSeriesHealthResponse health;
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::GetSeriesHealth, request, &health).ok());
  EXPECT_EQ(health.same_quote_days(), 40);
  EXPECT_EQ(health.rows().frozen(), 11);  // from the thirtieth on
  EXPECT_EQ(health.rows().flat(), 0);     // it never had a spread
  EXPECT_EQ(health.answered_days(), 40);
  v1::ListSuspiciousRequest unmoved;
  unmoved.mutable_selection()->add_series("series/1");
  unmoved.set_filter(v1::DOUBT_FILTER_UNMOVED);
  v1::ListSuspiciousResponse rows;
  ASSERT_TRUE(Ask(&v1::DataHealthService::Stub::ListSuspicious, unmoved, &rows).ok());
  EXPECT_EQ(rows.rows_size(), 11);
  request.set_series("series/9");
  EXPECT_EQ(Ask(&v1::DataHealthService::Stub::GetSeriesHealth, request, &health).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(NodeDataHealthTest, BadReviewsNameTheField) {
  PushDays(today_ - 5, today_ - 1);
  v1::ReviewObservationRequest request;
  request.set_series("series/1");
  *request.mutable_date() = DateOf(today_ - 1);
  request.set_request_id("r");
  v1::ReviewObservationResponse answer;
  EXPECT_THAT(
      Ask(&v1::DataHealthService::Stub::ReviewObservation, request, &answer).error_message(),
      HasSubstr("decision is 0"));
  request.set_decision(v1::REVIEW_DECISION_DISCARD);
  request.set_lot(-1);
  EXPECT_THAT(
      Ask(&v1::DataHealthService::Stub::ReviewObservation, request, &answer).error_message(),
      HasSubstr("lot is -1"));
  request.set_lot(0);
  request.mutable_date()->set_month(13);
  EXPECT_THAT(
      Ask(&v1::DataHealthService::Stub::ReviewObservation, request, &answer).error_message(),
      HasSubstr("date: is 2026-13"));
}

}  // namespace
}  // namespace glutwatch
