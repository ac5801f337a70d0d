#include "client/push_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "client/channel.h"
#include "tests/client/scripted_server.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::client {
namespace {

using glutwatch::testing::IsOk;
using glutwatch::testing::ScriptedServer;
using glutwatch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Request = v1::PushObservationsRequest;
using Response = v1::PushObservationsResponse;

constexpr absl::Duration kPatience = absl::Seconds(20);

PushOptions Quick() {
  PushOptions options;
  options.source = "test";
  options.backoff = {.initial = absl::Milliseconds(1), .max = absl::Milliseconds(5)};
  options.backoff_seed = 1;
  return options;
}

v1::ObservationBatch Batch(const std::string& id) {
  v1::ObservationBatch batch;
  batch.set_batch_id(id);
  batch.add_series_indexes(0);
  batch.add_market_days(20000);
  batch.add_modal_prices_e4(15500);
  return batch;
}

Response Answer(const Request& request, grpc::StatusCode code = grpc::OK) {
  Response response;
  response.set_batch_id(request.batch().batch_id());
  if (code != grpc::OK) response.mutable_status()->set_code(code);
  response.set_accepted_count(1);
  return response;
}

// "id" or "id:code" of every answer, in the order of the callbacks.
class Answers {
 public:
  PushStream::AnswerFn Note() {
    return [this](const Response& response) {
      const std::lock_guard<std::mutex> lock(mu_);
      const int code = response.status().code();
      list_.push_back(response.batch_id() + (code == 0 ? "" : absl::StrCat(":", code)));
    };
  }
  std::vector<std::string> list() const {
    const std::lock_guard<std::mutex> lock(mu_);
    return list_;
  }

 private:
  mutable std::mutex mu_;
  std::vector<std::string> list_;
};

// What one stream saw: markets, series and batches.
struct Seen {
  int markets = 0;
  int series = 0;
  int goods = 0;
  std::vector<std::string> batches;
  void Take(const Request& request) {
    markets += request.new_markets_size();
    series += request.new_series_table().market_indexes_size();
    goods += request.new_series_table().goods_size();
    if (request.has_batch()) batches.push_back(request.batch().batch_id());
  }
};

TEST(PushStreamTest, EachBatchIsAnsweredOnceAndInOrder) {
  ScriptedServer server([](ScriptedServer::PushStream* stream) {
    Request request;
    EXPECT_TRUE(stream->Read(&request));
    EXPECT_EQ(request.open().source(), "test");
    while (stream->Read(&request)) {
      if (request.has_batch()) stream->Write(Answer(request));
    }
    return grpc::Status::OK;
  });
  Answers answers;
  auto stream = PushStream::Create(OpenChannel(server.address()), Quick());
  GLUTWATCH_ASSERT_OK(stream);
  EXPECT_EQ((*stream)->AddMarket({}), 0);
  EXPECT_EQ((*stream)->AddSeries({}), 0);
  EXPECT_EQ((*stream)->AddSeries({}), 1);
  for (const char* id : {"a", "b", "c"}) {
    GLUTWATCH_ASSERT_OK((*stream)->Send(Batch(id), answers.Note()));
  }
  GLUTWATCH_ASSERT_OK((*stream)->Flush(kPatience));
  EXPECT_THAT(answers.list(), ElementsAre("a", "b", "c"));
  EXPECT_EQ((*stream)->stats().batches_answered, 3);
  EXPECT_EQ((*stream)->stats().connects, 1);
}

TEST(PushStreamTest, WhatWasNotAnsweredIsSentAgainAfterTheWholeDictionary) {
  std::vector<Seen> streams;
  ScriptedServer server([&](ScriptedServer::PushStream* stream) {
    Seen& seen = streams.emplace_back();
    const bool first = streams.size() == 1;
    Request request;
    while (stream->Read(&request)) {
      seen.Take(request);
      // The first stream answers "a", takes "b" and breaks.
      if (first && seen.batches.size() == 2) return grpc::Status(grpc::UNAVAILABLE, "going down");
      if (request.has_batch()) stream->Write(Answer(request));
    }
    return grpc::Status::OK;
  });
  Answers answers;
  auto stream = PushStream::Create(OpenChannel(server.address()), Quick());
  GLUTWATCH_ASSERT_OK(stream);
  (*stream)->AddMarket({});
  (*stream)->AddSeries({});
  GLUTWATCH_ASSERT_OK((*stream)->Send(Batch("a"), answers.Note()));
  (*stream)->AddSeries({});
  GLUTWATCH_ASSERT_OK((*stream)->Send(Batch("b"), answers.Note()));
  GLUTWATCH_ASSERT_OK((*stream)->Send(Batch("c"), answers.Note()));
  GLUTWATCH_ASSERT_OK((*stream)->Flush(kPatience));
  EXPECT_THAT(answers.list(), ElementsAre("a", "b", "c"));
  ASSERT_EQ(streams.size(), 2u);
  EXPECT_THAT(streams[1].batches, ElementsAre("b", "c"));
  EXPECT_EQ(streams[1].markets, 1);
  EXPECT_EQ(streams[1].series, 2);
  EXPECT_EQ(streams[1].goods, 1);
  EXPECT_THAT((*stream)->stats().last_error,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("going down")));
}

TEST(PushStreamTest, RetryableAnswersAreRetriedAndFinalOnesHandedOver) {
  std::atomic<int> full{2};  // "a" is answered RESOURCE_EXHAUSTED so often
  ScriptedServer server([&](ScriptedServer::PushStream* stream) {
    Request request;
    while (stream->Read(&request)) {
      if (!request.has_batch()) continue;
      const bool refuse = request.batch().batch_id() == "a" && full.fetch_sub(1) > 0;
      const bool taken = request.batch().batch_id() == "b";
      stream->Write(Answer(request, refuse  ? grpc::RESOURCE_EXHAUSTED
                                    : taken ? grpc::ALREADY_EXISTS
                                            : grpc::OK));
    }
    return grpc::Status::OK;
  });
  Answers answers;
  auto stream = PushStream::Create(OpenChannel(server.address()), Quick());
  GLUTWATCH_ASSERT_OK(stream);
  (*stream)->AddMarket({});
  (*stream)->AddSeries({});
  for (const char* id : {"a", "b", "c"}) {
    GLUTWATCH_ASSERT_OK((*stream)->Send(Batch(id), answers.Note()));
  }
  GLUTWATCH_ASSERT_OK((*stream)->Flush(kPatience));
  EXPECT_THAT(answers.list(), ElementsAre("a", "b:6", "c"));
  EXPECT_EQ((*stream)->stats().retries, 2);
}

TEST(PushStreamTest, AtMostTheWindowIsInFlight) {
  std::atomic<int> answered{0};
  std::atomic<int> most{0};
  ScriptedServer server([&](ScriptedServer::PushStream* stream) {
    Request request;
    int received = 0;
    while (stream->Read(&request)) {
      if (!request.has_batch()) continue;
      most = std::max(most.load(), ++received - answered.load());
      stream->Write(Answer(request));
    }
    return grpc::Status::OK;
  });
  PushOptions options = Quick();
  options.max_in_flight = 3;
  auto stream = PushStream::Create(OpenChannel(server.address()), options);
  GLUTWATCH_ASSERT_OK(stream);
  (*stream)->AddMarket({});
  (*stream)->AddSeries({});
  for (int i = 0; i < 200; ++i) {
    GLUTWATCH_ASSERT_OK(
        (*stream)->Send(Batch(absl::StrCat("b", i)), [&](const Response&) { ++answered; }));
  }
  GLUTWATCH_ASSERT_OK((*stream)->Flush(kPatience));
  EXPECT_EQ(answered.load(), 200);
  EXPECT_LE(most.load(), 4);  // three in flight and one whose callback has not counted yet
}

TEST(PushStreamTest, RefusedStreamFailsForGoodAndEveryCallbackIsMade) {
  ScriptedServer server([](ScriptedServer::PushStream* stream) {
    Request request;
    stream->Read(&request);
    return grpc::Status(grpc::PERMISSION_DENIED, "not your region");
  });
  Answers answers;
  auto stream = PushStream::Create(OpenChannel(server.address()), Quick());
  GLUTWATCH_ASSERT_OK(stream);
  GLUTWATCH_ASSERT_OK((*stream)->Send(Batch("a"), answers.Note()));
  EXPECT_THAT((*stream)->Flush(kPatience),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("not your region")));
  EXPECT_THAT(answers.list(), ElementsAre("a:7"));
  EXPECT_THAT((*stream)->Send(Batch("b"), answers.Note()),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("not your region")));
}

TEST(PushStreamTest, GivesUpWhereNobodyListens) {
  PushOptions options = Quick();
  options.give_up_after = absl::Milliseconds(50);
  Answers answers;
  auto stream = PushStream::Create(OpenChannel("127.0.0.1:1"), options);
  GLUTWATCH_ASSERT_OK(stream);
  GLUTWATCH_ASSERT_OK((*stream)->Send(Batch("a"), answers.Note()));
  EXPECT_THAT((*stream)->Flush(kPatience),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("gave up after 50ms")));
  EXPECT_THAT(answers.list(), ElementsAre("a:14"));
}

TEST(PushStreamTest, GivesUpOnAServerThatDoesNotAnswer) {
  std::atomic<int> streams{0};
  ScriptedServer server([&](ScriptedServer::PushStream* stream) {
    ++streams;
    Request request;
    while (stream->Read(&request)) {
    }
    return grpc::Status::OK;
  });
  PushOptions options = Quick();
  options.give_up_after = absl::Milliseconds(50);
  Answers answers;
  auto stream = PushStream::Create(OpenChannel(server.address()), options);
  GLUTWATCH_ASSERT_OK(stream);
  GLUTWATCH_ASSERT_OK((*stream)->Send(Batch("a"), answers.Note()));
  EXPECT_THAT((*stream)->Flush(kPatience),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("gave up")));
  EXPECT_THAT(answers.list(), ElementsAre("a:14"));
}

TEST(PushStreamTest, DestroyedStreamCancelsWhatIsLeft) {
  Answers answers;
  auto stream = PushStream::Create(OpenChannel("127.0.0.1:1"), Quick());
  GLUTWATCH_ASSERT_OK(stream);
  GLUTWATCH_ASSERT_OK((*stream)->Send(Batch("a"), answers.Note()));
  EXPECT_THAT((*stream)->Flush(absl::Milliseconds(1)),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("1 batches")));
  stream->reset();
  EXPECT_THAT(answers.list(), ElementsAre("a:1"));
}

TEST(PushStreamTest, OptionsOutOfRangeAreRefused) {
  PushOptions options = Quick();
  options.max_in_flight = 17;
  EXPECT_THAT(PushStream::Create(OpenChannel("127.0.0.1:1"), options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1..16")));
  options = Quick();
  options.source = "";
  EXPECT_THAT(PushStream::Create(OpenChannel("127.0.0.1:1"), options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("source")));
}

}  // namespace
}  // namespace glutwatch::client
