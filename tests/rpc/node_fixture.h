#pragma once
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "base/day.h"
#include "glutwatch/v1/assess.grpc.pb.h"
#include "glutwatch/v1/catalog.grpc.pb.h"
#include "glutwatch/v1/observe.grpc.pb.h"
#include "glutwatch/v1/warn.grpc.pb.h"
#include "gtest/gtest.h"
#include "server/node.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::testing {

// A real server in this process, on ports that the system chose, with a store of its own.
class NodeTest : public ::testing::Test {
 protected:
  void Start() {
    config::v1::ServerConfig config;
    config.set_data_dir(dir_.path() + "/data");
    config.set_listen("127.0.0.1:0");
    config.set_admin_listen("127.0.0.1:0");
    config.set_http_listen("127.0.0.1:0");
    config.set_rule_pack_file(rule_pack_file_);
    config.set_disk_reserve_mib(reserve_mib_);
    for (const std::string& file : catalog_files_) config.add_catalog_files(file);
    for (const std::string& file : fact_files_) config.add_fact_files(file);
    config.mutable_assess_delay()->set_nanos(1'000'000);
    if (with_backups_) config.mutable_backup()->set_dir(dir_.path() + "/backups");
    Adjust(&config);
    auto node = Node::Start(config, &clock_);
    GLUTWATCH_ASSERT_OK(node);
    node_ = *std::move(node);
    channel_ = grpc::CreateChannel(node_->addresses().grpc, grpc::InsecureChannelCredentials());
    catalog_ = v1::CatalogService::NewStub(channel_);
    prices_ = v1::ObservationService::NewStub(channel_);
    assessments_ = v1::AssessmentService::NewStub(channel_);
    warnings_ = v1::WarningService::NewStub(channel_);
  }
  void Restart() {
    node_.reset();
    Start();
  }

  using PushCall =
      grpc::ClientReaderWriter<v1::PushObservationsRequest, v1::PushObservationsResponse>;

 public:
  // The first message of a stream: one market of a county, and its product "garlic" per 斤.
  static v1::PushObservationsRequest Opening() {
    v1::PushObservationsRequest request;
    request.mutable_open()->set_source("test");
    request.mutable_open()->set_create_missing(true);
    auto* spec = request.add_new_markets();
    spec->mutable_market()->set_name("markets/eryuan");
    spec->mutable_market()->set_region("regions/532930");
    spec->mutable_market()->set_kind(v1::MARKET_KIND_PRODUCING_AREA);
    spec->mutable_market()->set_display_name("洱源批发市场");
    spec->mutable_market()->set_time_zone("Asia/Shanghai");
    for (const auto& [code, parent, name] :
         std::vector<std::tuple<std::string, std::string, std::string>>{
             {"CN", "", "中国"},
             {"530000", "regions/CN", "云南省"},
             {"532930", "regions/530000", "洱源县"}}) {
      auto* region = spec->add_regions();
      region->set_name("regions/" + code);
      region->set_parent(parent);
      region->set_display_name(name);
      region->set_code_system("GB/T 2260");
    }
    auto* series = request.add_new_series();
    series->set_market_index(0);
    series->set_product("garlic");
    series->set_currency_code("CNY");
    series->set_unit("斤");
    return request;
  }

  // Adds a traded day with low = modal = high.
  static void AddRow(Day day, int64_t price_e4, v1::ObservationBatch* batch) {
    batch->add_series_indexes(0);
    batch->add_market_days(DayNumber(day));
    batch->add_low_prices_e4(price_e4);
    batch->add_modal_prices_e4(price_e4);
    batch->add_high_prices_e4(price_e4);
  }

 protected:
  void SetUp() override { Start(); }
  // Sets what the test wants otherwise, before every start.
  virtual void Adjust(config::v1::ServerConfig* /*config*/) {}

  // Sends `batches` over one stream and returns their answers.
  std::vector<v1::PushObservationsResponse> Push(const std::vector<v1::ObservationBatch>& batches) {
    return PushAs(Opening(), batches);
  }
  std::vector<v1::PushObservationsResponse> PushAs(
      const v1::PushObservationsRequest& opening,
      const std::vector<v1::ObservationBatch>& batches) {
    grpc::ClientContext context;
    const auto call = prices_->PushObservations(&context);
    EXPECT_TRUE(call->Write(opening));
    for (const v1::ObservationBatch& batch : batches) {
      v1::PushObservationsRequest request;
      *request.mutable_batch() = batch;
      EXPECT_TRUE(call->Write(request));
    }
    call->WritesDone();
    std::vector<v1::PushObservationsResponse> answers;
    v1::PushObservationsResponse answer;
    while (call->Read(&answer)) answers.push_back(answer);
    const grpc::Status status = call->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answers;
  }

  // Three years at 4 yuan per 斤; `days` days before the end it falls to 1, a glut without costs;
  // the last `recovery` days it is 4 again.
  std::vector<v1::ObservationBatch> Collapse(int days, int recovery = 0) const {
    std::vector<v1::ObservationBatch> batches(1);
    batches[0].set_batch_id("history");
    const Day last = ToDay(absl::CivilDay(2026, 3, 31));
    for (Day day = last - 1150; day <= last; day = day + 1) {
      const bool fallen = last - day < days && last - day >= recovery;
      AddRow(day, fallen ? 10'000 : 40'000 + (DayNumber(day) % 7) * 100, &batches[0]);
    }
    return batches;
  }

  int reserve_mib_ = 0;
  bool with_backups_ = false;
  std::string rule_pack_file_ = std::string(GLUTWATCH_SOURCE) + "/deploy/rules/yunnan-basic.yaml";
  std::vector<std::string> catalog_files_;
  std::vector<std::string> fact_files_;
  TempDir dir_;
  FakeClock clock_{absl::FromCivil(absl::CivilSecond(2026, 4, 1, 8, 0, 0), absl::UTCTimeZone())};
  std::unique_ptr<Node> node_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::CatalogService::Stub> catalog_;
  std::unique_ptr<v1::ObservationService::Stub> prices_;
  std::unique_ptr<v1::AssessmentService::Stub> assessments_;
  std::unique_ptr<v1::WarningService::Stub> warnings_;
};

}  // namespace glutwatch::testing
