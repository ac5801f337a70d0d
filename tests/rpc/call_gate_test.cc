// Calls through real gRPC and a gate whose bounds are small: a service whose handlers wait.
#include <grpcpp/health_check_service_interface.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "client/status.h"
#include "glutwatch/v1/catalog.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/call.h"
#include "tests/rpc/health_check.h"

namespace glutwatch::rpc {
namespace {

using ::testing::HasSubstr;

constexpr char kHangs[] = "hangs";  // the page token of a call that waits for the test

// Every class waits for Release if it is asked to, and counts what was begun.
class WaitingService final : public v1::CatalogService::CallbackService {
 public:
  explicit WaitingService(const CallGate* gate) : gate_(gate) {}

  grpc::ServerUnaryReactor* ListMarkets(grpc::CallbackServerContext* context,
                                        const v1::ListMarketsRequest* request,
                                        v1::ListMarketsResponse*) override {
    return gate_->Read(context, "ListMarkets",
                       [=, this](auto&) { return Work(request->page_token()); });
  }
  grpc::ServerUnaryReactor* ListRegions(grpc::CallbackServerContext* context,
                                        const v1::ListRegionsRequest* request,
                                        v1::ListRegionsResponse*) override {
    return gate_->Write(context, "ListRegions",
                        [=, this](auto&) { return Work(request->page_token()); });
  }
  grpc::ServerUnaryReactor* ListProducts(grpc::CallbackServerContext* context,
                                         const v1::ListProductsRequest* request,
                                         v1::ListProductsResponse*) override {
    return gate_->Always(context, "ListProducts",
                         [=, this](auto&) { return Work(request->page_token()); });
  }

  void Release() {
    if (!released_.HasBeenNotified()) released_.Notify();
  }
  int begun() const { return begun_; }

 private:
  absl::Status Work(absl::string_view how) {
    ++begun_;
    if (how == kHangs) released_.WaitForNotification();
    return absl::OkStatus();
  }

  const CallGate* const gate_;
  absl::Notification released_;
  std::atomic<int> begun_{0};
};

class CallGateTest : public ::testing::Test {
 protected:
  CallGateTest()
      : gate_(
            security::LocalPrincipal("test"), [](auto...) {},
            {.reads = 2, .writes = 5, .administration = 1}, &refusals_),
        service_(&gate_) {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    address_ = absl::StrCat("127.0.0.1:", port);
    stub_ = v1::CatalogService::NewStub(
        grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  }
  ~CallGateTest() override {
    Release();
    server_->Shutdown();
    server_->Wait();
  }

  // A call that waits in its handler until Release, on a thread of its own.
  template <typename Request, typename Response>
  void Hang(grpc::Status (v1::CatalogService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*)) {
    const int before = service_.begun();
    hanging_.emplace_back([this, method] {
      grpc::ClientContext context;
      Request request;
      request.set_page_token(kHangs);
      Response response;
      EXPECT_TRUE((stub_.get()->*method)(&context, request, &response).ok());
    });
    while (service_.begun() == before) std::this_thread::yield();
  }
  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::CatalogService::Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                    absl::Duration timeout = absl::Seconds(60)) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    Response response;
    return (stub_.get()->*method)(&context, Request(), &response);
  }
  void Release() {
    service_.Release();
    hanging_.clear();
  }

  security::Refusals refusals_;
  CallGate gate_;
  WaitingService service_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  std::unique_ptr<v1::CatalogService::Stub> stub_;
  std::vector<std::jthread> hanging_;
};

using Stub = v1::CatalogService::Stub;

// All of it is answered while the reads that fill the bound still hang.
TEST_F(CallGateTest, ReadsBeyondTheBoundAreRefusedAtOnceAndTheOtherClassesAnswer) {
  Hang(&Stub::ListMarkets);
  Hang(&Stub::ListMarkets);
  for (int i = 0; i < 20; ++i) {
    const grpc::Status refused = Call(&Stub::ListMarkets);
    ASSERT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_THAT(refused.error_message(), HasSubstr("OVERLOADED: 2 reads are at work"));
    EXPECT_EQ(client::RetryDelayOf(client::FromGrpc(refused)), absl::Milliseconds(250));
    EXPECT_EQ(client::ReasonOf(client::FromGrpc(refused)), "OVERLOADED");
  }
  EXPECT_TRUE(Call(&Stub::ListProducts).ok()) << "a warning";
  EXPECT_TRUE(Call(&Stub::ListRegions).ok()) << "a write";
  EXPECT_EQ(testing::CheckHealth(address_, ""), testing::kServing);
  EXPECT_EQ(refusals_.count(security::RefusalReason::kOverloadedReads), 20);
  Release();
  EXPECT_TRUE(Call(&Stub::ListMarkets).ok());
}

TEST_F(CallGateTest, ACallWhoseDeadlinePassesWhileItWaitsDoesNoWork) {
  for (int i = 0; i < 4; ++i) Hang(&Stub::ListRegions);  // every thread of the class
  EXPECT_EQ(Call(&Stub::ListRegions, absl::Milliseconds(20)).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  Release();
  // Behind the other in the queue; once both are through, what was begun is known.
  while (refusals_.count(security::RefusalReason::kTooLate) == 0) std::this_thread::yield();
  EXPECT_TRUE(Call(&Stub::ListRegions).ok());
  EXPECT_EQ(service_.begun(), 5);
}

TEST_F(CallGateTest, APlaceIsFreeForWhoeverHasTheAnswer) {
  Hang(&Stub::ListMarkets);  // one place is left
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(Call(&Stub::ListMarkets).ok()) << i;
  Release();
}

}  // namespace
}  // namespace glutwatch::rpc
