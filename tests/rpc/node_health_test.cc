// What the server says of itself: grpc.health.v1, /readyz, and while it takes no writes.
#include "base/http_client.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/rpc/health_check.h"
#include "tests/rpc/node_fixture.h"

namespace glutwatch {
namespace {

using NodeHealthTest = testing::NodeTest;
using ::testing::HasSubstr;
using testing::kNotServing;
using testing::kServing;

TEST_F(NodeHealthTest, ServesOnBothPorts) {
  for (const std::string& address : {node_->addresses().grpc, node_->addresses().admin}) {
    for (const char* service :
         {"", "glutwatch.liveness", "glutwatch.readiness", "glutwatch.write"}) {
      EXPECT_EQ(testing::CheckHealth(address, service), kServing) << service;
    }
    EXPECT_EQ(testing::CheckHealth(address, "glutwatch.nothing"), "NOT_FOUND");
  }
}

// Everything that a server without room on its disk owes to those who use it.
class FullDiskTest : public NodeHealthTest {
 protected:
  void SetUp() override {
    Start();
    const Day day = ToDay(absl::CivilDay(2026, 3, 30));
    v1::ObservationBatch kept;
    kept.set_batch_id("kept");
    AddRow(day, 15'500, &kept);
    Push({kept});
    node_.reset();
    reserve_mib_ = 1 << 30;  // no disk has as much
    Start();
    v1::ObservationBatch refused;
    refused.set_batch_id("refused");
    AddRow(day + 1, 15'600, &refused);
    answers_ = Push({refused});
  }
  std::vector<v1::PushObservationsResponse> answers_;
};

TEST_F(FullDiskTest, PushIsAnsweredResourceExhaustedWithReasonAndRetry) {
  ASSERT_EQ(answers_.size(), 1u);
  const google::rpc::Status& status = answers_[0].status();
  EXPECT_EQ(status.code(), static_cast<int>(absl::StatusCode::kResourceExhausted));
  ASSERT_EQ(status.details_size(), 2);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(status.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "DISK_FULL");
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(status.details(1).UnpackTo(&retry));
  EXPECT_EQ(answers_[0].refused_count(), 0) << "the batch is to come again, not to be dropped";
}

TEST_F(FullDiskTest, ReadsGoOn) {
  grpc::ClientContext context;
  v1::LatestPricesRequest request;
  request.mutable_selection()->add_series("series/1");
  v1::LatestPricesResponse response;
  ASSERT_TRUE(prices_->LatestPrices(&context, request, &response).ok());
  ASSERT_EQ(response.prices_size(), 1);
  EXPECT_EQ(response.prices(0).modal_price_e4(), 15'500);
}

TEST_F(FullDiskTest, OnlyWritingIsNotServed) {
  const std::string& address = node_->addresses().grpc;
  // Told once a second.
  const absl::Time until = absl::Now() + absl::Seconds(20);
  while (testing::CheckHealth(address, "glutwatch.write") != kNotServing && absl::Now() < until) {
  }
  EXPECT_EQ(testing::CheckHealth(address, "glutwatch.write"), kNotServing);
  EXPECT_EQ(testing::CheckHealth(address, "glutwatch.liveness"), kServing);
  EXPECT_EQ(testing::CheckHealth(address, "glutwatch.readiness"), kServing);
  EXPECT_EQ(testing::CheckHealth(address, ""), kServing);
}

TEST_F(FullDiskTest, HttpSaysWhy) {
  HttpClient client;
  const std::string base = "http://" + node_->addresses().http;
  const auto alive = client.Send({.url = base + "/healthz"});
  const auto ready = client.Send({.url = base + "/readyz"});
  const auto metrics = client.Send({.url = base + "/metrics"});
  GLUTWATCH_ASSERT_OK(alive);
  GLUTWATCH_ASSERT_OK(ready);
  GLUTWATCH_ASSERT_OK(metrics);
  EXPECT_EQ(alive->status, 200);
  EXPECT_EQ(ready->status, 503);
  EXPECT_THAT(ready->body, HasSubstr("reserve"));
  EXPECT_THAT(metrics->body, HasSubstr("glutwatch_store_writable 0\n"));
  EXPECT_THAT(metrics->body, HasSubstr("glutwatch_store_disk_full 1\n"));
}

}  // namespace
}  // namespace glutwatch
