#include "ingest/worker_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "tests/client/scripted_server.h"
#include "tests/support/status_matchers.h"

// The worker's link against a real gRPC server whose streams do what a test says. What the stream
// below promises by itself is in tests/client/push_stream_test.cc.
namespace glutwatch::ingest {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::ScriptedServer;
using ::glutwatch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Request = v1::PushObservationsRequest;
using Response = v1::PushObservationsResponse;

ServerLinkOptions To(const std::string& server) {
  ServerLinkOptions options;
  options.server = server;
  options.source = "test";
  options.patience = absl::Seconds(20);
  return options;
}

Request Batch(const std::string& id) {
  Request request;
  request.mutable_batch()->set_batch_id(id);
  request.mutable_batch()->add_series_indexes(0);
  return request;
}

Response AnswerTo(const Request& request) {
  Response answer;
  answer.set_batch_id(request.batch().batch_id());
  return answer;
}

TEST(ServerLinkTest, UnreachableServerIsNamed) {
  ServerLinkOptions options = To("127.0.0.1:1");
  options.first_patience = absl::Milliseconds(20);
  EXPECT_THAT(ConnectServerLink(options).status(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("127.0.0.1:1")));
}

TEST(ServerLinkTest, StreamThatBreaksIsTakenUpWithTheDictionaryAndTheUnansweredBatches) {
  struct Seen {
    int series = 0;
    std::vector<std::string> batches;
  };
  std::vector<Seen> streams;
  ScriptedServer server([&](ScriptedServer::PushStream* stream) {
    Seen& seen = streams.emplace_back();
    const bool first = streams.size() == 1;
    Request request;
    while (stream->Read(&request)) {
      seen.series += request.new_series_table().market_indexes_size();
      if (!request.has_batch()) continue;
      seen.batches.push_back(request.batch().batch_id());
      if (first && seen.batches.size() == 2) return grpc::Status(grpc::UNAVAILABLE, "restart");
      stream->Write(AnswerTo(request));
    }
    return grpc::Status::OK;
  });
  const auto link = ConnectServerLink(To(server.address()));
  GLUTWATCH_ASSERT_OK(link);
  Request first = Batch("a");
  first.add_new_markets();
  first.add_new_series();
  GLUTWATCH_ASSERT_OK((*link)->Send(first));
  GLUTWATCH_ASSERT_OK((*link)->Send(Batch("b")));
  GLUTWATCH_ASSERT_OK((*link)->Send(Batch("c")));
  for (const char* id : {"a", "b", "c"}) {
    const auto answer = (*link)->Take(/*wait=*/true);
    GLUTWATCH_ASSERT_OK(answer);
    EXPECT_EQ((*answer)->batch_id(), id);
    EXPECT_EQ((*answer)->status().code(), 0);
  }
  ASSERT_EQ(streams.size(), 2u);
  EXPECT_EQ(streams[1].series, 1);
  EXPECT_THAT(streams[1].batches, ElementsAre("b", "c"));
}

TEST(ServerLinkTest, RefusedStreamAnswersWithTheReasonAndTakesNoMore) {
  ScriptedServer server([](ScriptedServer::PushStream* stream) {
    Request request;
    stream->Read(&request);
    return grpc::Status(grpc::PERMISSION_DENIED, "not your region");
  });
  const auto link = ConnectServerLink(To(server.address()));
  GLUTWATCH_ASSERT_OK(link);
  GLUTWATCH_ASSERT_OK((*link)->Send(Batch("a")));
  const auto answer = (*link)->Take(/*wait=*/true);
  GLUTWATCH_ASSERT_OK(answer);
  EXPECT_EQ((*answer)->status().code(), grpc::PERMISSION_DENIED);
  EXPECT_THAT((*link)->Send(Batch("b")),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("not your region")));
}

TEST(ServerLinkTest, StopEndsTheWaitForAServerThatDoesNotAnswer) {
  ScriptedServer server([](ScriptedServer::PushStream* stream) {
    Request request;
    while (stream->Read(&request)) {
    }
    return grpc::Status::OK;
  });
  std::atomic<bool> stop = true;
  ServerLinkOptions options = To(server.address());
  options.stop = &stop;
  options.stop_patience = absl::ZeroDuration();
  const auto link = ConnectServerLink(options);
  GLUTWATCH_ASSERT_OK(link);
  GLUTWATCH_ASSERT_OK((*link)->Send(Batch("a")));
  EXPECT_THAT((*link)->Take(/*wait=*/true),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stopped")));
}

TEST(ServerLinkTest, ServerThatGoesAwayForTooLongIsGivenUp) {
  ScriptedServer server(
      [](ScriptedServer::PushStream*) { return grpc::Status(grpc::UNAVAILABLE, "starting"); });
  ServerLinkOptions options = To(server.address());
  options.patience = absl::Milliseconds(50);
  const auto link = ConnectServerLink(options);
  GLUTWATCH_ASSERT_OK(link);
  GLUTWATCH_ASSERT_OK((*link)->Send(Batch("a")));
  const auto answer = (*link)->Take(/*wait=*/true);
  GLUTWATCH_ASSERT_OK(answer);
  EXPECT_EQ((*answer)->status().code(), grpc::UNAVAILABLE);
  EXPECT_THAT((*answer)->status().message(), HasSubstr("starting"));
}

}  // namespace
}  // namespace glutwatch::ingest
