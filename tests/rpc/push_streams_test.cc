// The observation service over real rooms, with limits and principals of the test's choice.
#include <thread>

#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/observe/price_hub.h"
#include "server/rpc/observation_service.h"
#include "tests/rpc/node_fixture.h"

namespace glutwatch::rpc {
namespace {

class ObservationServiceTest : public ::testing::Test {
 protected:
  void Serve(const PushLimits& limits, const security::Principal& principal,
             security::Quotas* quotas = nullptr) {
    auto database = storage::Database::Open({.path = dir_.path() + "/data"});
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = catalog::Catalog::Open(database_.get());
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    auto registry = catalog::SeriesRegistry::Open(database_.get(), catalog_.get());
    GLUTWATCH_ASSERT_OK(registry);
    registry_ = *std::move(registry);
    auto store = storage::PriceStore::Open(database_.get(), &clock_, {});
    GLUTWATCH_ASSERT_OK(store);
    store_ = *std::move(store);
    intake_ = observe::Intake::Create(catalog_.get(), registry_.get(), store_.get(), &clock_, {});
    gate_ = std::make_unique<CallGate>(principal, [](auto...) {});
    pushes_ = std::make_unique<PushStreams>(limits, quotas);
    watch_ = std::make_unique<PriceWatch>(&hub_, catalog_.get(), registry_.get());
    service_ = std::make_unique<ObservationServiceImpl>(intake_.get(), store_.get(), catalog_.get(),
                                                        registry_.get(), pushes_.get(),
                                                        watch_.get(), gate_.get());
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::ObservationService::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
  }
  void TearDown() override {
    if (server_ == nullptr) return;
    pushes_->Drain();
    watch_->Drain();
    server_->Shutdown();
    server_->Wait();
  }

  // Sends `batches` batches of one row on a stream of its own; how many were accepted.
  int64_t PushOnce(int stream, int batches) {
    grpc::ClientContext context;
    const auto call = stub_->PushObservations(&context);
    call->Write(testing::NodeTest::Opening());
    std::thread sender([&] {
      for (int i = 0; i < batches; ++i) {
        v1::PushObservationsRequest request;
        request.mutable_batch()->set_batch_id(absl::StrCat(stream, "-", i));
        const Day day = ToDay(absl::CivilDay(2026, 3, 30)) - (stream * batches + i);
        testing::NodeTest::AddRow(day, 15'000, request.mutable_batch());
        call->Write(request);
      }
      call->WritesDone();
    });
    int64_t accepted = 0;
    v1::PushObservationsResponse answer;
    while (call->Read(&answer)) accepted += answer.accepted_count();
    sender.join();
    EXPECT_TRUE(call->Finish().ok());
    return accepted;
  }

  void PushOnEightStreams() {
    constexpr int kStreams = 8;
    constexpr int kBatches = 40;
    std::vector<int64_t> accepted(kStreams);
    std::vector<std::thread> senders;
    for (int stream = 0; stream < kStreams; ++stream) {
      senders.emplace_back(
          [&, stream] { accepted[static_cast<size_t>(stream)] = PushOnce(stream, kBatches); });
    }
    for (std::thread& sender : senders) sender.join();
    for (const int64_t count : accepted) EXPECT_EQ(count, kBatches);
  }

  testing::TempDir dir_;
  testing::FakeClock clock_{
      absl::FromCivil(absl::CivilSecond(2026, 4, 1, 8, 0, 0), absl::UTCTimeZone())};
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<catalog::SeriesRegistry> registry_;
  observe::PriceHub hub_;
  std::unique_ptr<PushStreams> pushes_;
  std::unique_ptr<observe::Intake> intake_;
  std::unique_ptr<storage::PriceStore> store_;
  std::unique_ptr<CallGate> gate_;
  std::unique_ptr<PriceWatch> watch_;
  std::unique_ptr<ObservationServiceImpl> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::ObservationService::Stub> stub_;
};

// With room for one row, every stream but one waits all the time, and none is forgotten.
TEST_F(ObservationServiceTest, StreamsThatWaitForRoomAllComeToTheirEnd) {
  Serve({.batches_per_stream = 2, .bytes = 1}, security::LocalPrincipal("test"));
  PushOnEightStreams();
}

TEST_F(ObservationServiceTest, StreamsThatWaitForTheirPrincipalsQuotaAllComeToTheirEnd) {
  security::Refusals refusals;
  security::Quotas quotas({.bytes_in_flight = 1}, {}, &refusals);
  Serve({.batches_per_stream = 2}, security::LocalPrincipal("test"), &quotas);
  PushOnEightStreams();
  EXPECT_TRUE(quotas.Of("test")->HasRoomForBytes()) << "some were not given back";
}

TEST_F(ObservationServiceTest, CoordinatorReadsButDoesNotPush) {
  Serve({}, {.id = "wang", .roles = {security::Role::kCoordinator}, .region = ""});
  grpc::ClientContext push_context, read_context;
  const auto call = stub_->PushObservations(&push_context);
  call->Write(testing::NodeTest::Opening());
  v1::PushObservationsResponse answer;
  EXPECT_FALSE(call->Read(&answer));
  const grpc::Status status = call->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_NE(status.error_message().find("wang"), std::string::npos);
  v1::LatestPricesRequest request;
  request.mutable_selection()->add_series("series/1");
  v1::LatestPricesResponse response;
  EXPECT_EQ(stub_->LatestPrices(&read_context, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ObservationServiceTest, WithoutARoleNothingIsRead) {
  Serve({}, {.id = "nobody", .roles = {}, .region = ""});
  v1::LatestPricesRequest latest;
  latest.mutable_selection()->add_series("series/1");
  v1::LatestPricesResponse response;
  grpc::ClientContext latest_context, query_context, watch_context;
  EXPECT_EQ(stub_->LatestPrices(&latest_context, latest, &response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  v1::QueryObservationsRequest query;
  *query.mutable_selection() = latest.selection();
  EXPECT_EQ(stub_->QueryObservations(&query_context, query)->Finish().error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  v1::WatchPricesRequest watch;
  *watch.mutable_selection() = latest.selection();
  EXPECT_EQ(stub_->WatchPrices(&watch_context, watch)->Finish().error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

}  // namespace
}  // namespace glutwatch::rpc
