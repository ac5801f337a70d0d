// Quotas and bounds of a whole server, as its clients meet them.
#include "base/http_client.h"
#include "client/status.h"
#include "gmock/gmock.h"
#include "tests/rpc/node_fixture.h"

namespace glutwatch {
namespace {

using ::testing::HasSubstr;

const Day kDay = ToDay(absl::CivilDay(2026, 3, 30));

class NodeGuardsTest : public testing::NodeTest {
 protected:
  void Adjust(config::v1::ServerConfig* config) override {
    auto* quota = config->mutable_quotas()->mutable_default_();
    quota->set_rows_per_second(100);
    quota->set_burst_rows(100);
    quota->set_new_series_per_day(24);
  }
  // 100 rows of days that no other `piece` has.
  static v1::ObservationBatch Piece(int piece) {
    v1::ObservationBatch batch;
    batch.set_batch_id(absl::StrCat("piece-", piece));
    for (int i = 0; i < 100; ++i) AddRow(kDay - (piece * 100 + i), 15'000, &batch);
    return batch;
  }
  int64_t StoredVersions() {
    v1::QueryObservationsRequest request;
    request.mutable_selection()->add_series("series/1");
    request.set_all_versions(true);
    grpc::ClientContext context;
    const auto reader = prices_->QueryObservations(&context, request);
    v1::QueryObservationsResponse response;
    int64_t rows = 0;
    while (reader->Read(&response)) {
      for (const v1::PriceBlock& block : response.blocks()) rows += block.row_count();
    }
    EXPECT_TRUE(reader->Finish().ok());
    return rows;
  }
};

TEST_F(NodeGuardsTest, FeederOverItsQuotaIsToldTheDelayAndEveryRowIsKeptOnce) {
  const auto answers = Push({Piece(0), Piece(1), Piece(2)});
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].accepted_count(), 100);
  for (const int refused : {1, 2}) {
    const absl::Status status = client::FromProto(answers[static_cast<size_t>(refused)].status());
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_EQ(client::ReasonOf(status), "QUOTA_ROWS");
    EXPECT_EQ(client::RetryDelayOf(status), absl::Seconds(1));
    EXPECT_THAT(std::string(status.message()), HasSubstr("\"local\" may send 100 rows/s"));
  }
  for (const int piece : {1, 2}) {
    clock_.Advance(absl::Seconds(1));
    EXPECT_EQ(Push({Piece(piece)})[0].accepted_count(), 100);
  }
  EXPECT_EQ(StoredVersions(), 300);
}

TEST_F(NodeGuardsTest, RowsOfSeriesBeyondTheQuotaAreRefusedWithTheirReason) {
  auto opening = Opening();
  v1::ObservationBatch batch;
  batch.set_batch_id("many");
  for (int i = 0; i < 26; ++i) {
    if (i > 0) *opening.add_new_series() = opening.new_series(0);
    opening.mutable_new_series(i)->set_grade(absl::StrCat("grade ", i));
    AddRow(kDay, 15'000, &batch);
    batch.set_series_indexes(i, i);
  }
  const auto answers = PushAs(opening, {batch});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].accepted_count(), 24);
  ASSERT_EQ(answers[0].rows_size(), 2);
  EXPECT_EQ(answers[0].rows(0).reason(), "QUOTA_SERIES");
}

TEST_F(NodeGuardsTest, MetricsCountWhatIsRefusedByReason) {
  Push({Piece(0), Piece(1)});
  HttpClient client;
  const auto metrics =
      client.Send({.url = absl::StrCat("http://", node_->addresses().http, "/metrics")});
  GLUTWATCH_ASSERT_OK(metrics);
  EXPECT_THAT(metrics->body, HasSubstr("glutwatch_refused_total{reason=\"QUOTA_ROWS\"} 1\n"));
  EXPECT_THAT(metrics->body, HasSubstr("glutwatch_refused_total{reason=\"OVERLOADED_READS\"} 0\n"));
}

}  // namespace
}  // namespace glutwatch
