#include "client/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "client/backoff.h"
#include "client/channel.h"
#include "client/messages.h"
#include "google/rpc/error_details.pb.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::client {
namespace {

using glutwatch::testing::IsOk;
using glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

grpc::Status DiskFull() {
  google::rpc::Status proto;
  google::rpc::ErrorInfo info;
  info.set_reason("DISK_FULL");
  info.set_domain("glutwatch");
  proto.add_details()->PackFrom(info);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(3);
  proto.add_details()->PackFrom(retry);
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field("batch.batch_id");
  violation->set_description("is empty");
  proto.add_details()->PackFrom(bad);
  google::rpc::LocalizedMessage localized;
  localized.set_locale("zh-CN");
  localized.set_message("磁盘已满");
  proto.add_details()->PackFrom(localized);
  return grpc::Status(grpc::RESOURCE_EXHAUSTED, "12 MiB left", proto.SerializeAsString());
}

TEST(StatusTest, DetailsOfTheWireComeThrough) {
  const absl::Status status = FromGrpc(DiskFull());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, "12 MiB left"));
  EXPECT_EQ(ReasonOf(status), "DISK_FULL");
  EXPECT_EQ(RetryDelayOf(status), absl::Seconds(3));
  EXPECT_TRUE(IsRetryable(status));
}

TEST(StatusTest, PeopleReadItInTheirLanguage) {
  const absl::Status status = FromGrpc(DiskFull());
  EXPECT_EQ(DescribeError(status, Language::kEnglish),
            "server cannot take it now: 12 MiB left\n  batch.batch_id: is empty");
  EXPECT_EQ(DescribeError(status, Language::kChinese),
            "服务繁忙或资源不足: 磁盘已满\n  batch.batch_id: is empty");
}

TEST(StatusTest, ProgramsReadJson) {
  const std::string json = ErrorJson(FromGrpc(DiskFull()));
  EXPECT_THAT(json,
              HasSubstr(R"({"status":"RESOURCE_EXHAUSTED","exit_code":5,"error":{"code":8,)"));
  EXPECT_THAT(json, HasSubstr("DISK_FULL"));
  EXPECT_THAT(ErrorJson(absl::NotFoundError("say \"what\"")), HasSubstr(R"("say \"what\"")"));
}

TEST(StatusTest, DetailsThatAreRubbishAreLeftOut) {
  const absl::Status status = FromGrpc(grpc::Status(grpc::NOT_FOUND, "gone", "\xff\xff"));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, "gone"));
  EXPECT_EQ(ReasonOf(status), "");
}

struct ExitCase {
  absl::StatusCode code;
  ExitCode want;
};

TEST(StatusTest, ExitCodesFollowTheConvention) {
  for (const ExitCase& c :
       std::vector<ExitCase>{{absl::StatusCode::kOk, kExitOk},
                             {absl::StatusCode::kInvalidArgument, kExitUsage},
                             {absl::StatusCode::kFailedPrecondition, kExitProblems},
                             {absl::StatusCode::kNotFound, kExitNotFound},
                             {absl::StatusCode::kPermissionDenied, kExitDenied},
                             {absl::StatusCode::kUnauthenticated, kExitDenied},
                             {absl::StatusCode::kUnavailable, kExitUnavailable},
                             {absl::StatusCode::kDeadlineExceeded, kExitUnavailable},
                             {absl::StatusCode::kDataLoss, kExitCorrupt},
                             {absl::StatusCode::kCancelled, kExitInterrupted}}) {
    EXPECT_EQ(ExitCodeOf(absl::Status(c.code, "x")), c.want) << absl::StatusCodeToString(c.code);
  }
}

TEST(BackoffTest, WaitsGrowToTheLimitAndAreJittered) {
  const BackoffOptions options{
      .initial = absl::Seconds(1), .max = absl::Seconds(8), .multiplier = 2};
  Backoff backoff(options, 7);
  std::set<absl::Duration> waits;
  absl::Duration cap = absl::Seconds(1);
  for (int i = 0; i < 20; ++i) {
    const absl::Duration wait = backoff.Next();
    EXPECT_GE(wait, absl::ZeroDuration());
    EXPECT_LE(wait, cap);
    cap = std::min(cap * 2, absl::Seconds(8));
    waits.insert(wait);
  }
  EXPECT_GT(waits.size(), 15u);
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Seconds(1));
  EXPECT_GE(backoff.Next(absl::Minutes(1)), absl::Minutes(1));
}

TEST(ChannelTest, ServerAddressesAreChecked) {
  for (const char* good : {"127.0.0.1:7601", "[::1]:7601", "host.example:1", "unix:/run/g.sock"}) {
    EXPECT_THAT(CheckServer(good), IsOk()) << good;
  }
  for (const char* bad : {"", "host", ":7601", "host:0", "host:70000", "host:http", "unix:"}) {
    EXPECT_THAT(CheckServer(bad),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("expected")))
        << bad;
  }
}

TEST(ChannelTest, OnlyReadsAreRetried) {
  const std::string config = ServiceConfigJson();
  EXPECT_THAT(config, HasSubstr("\"ListWarnings\""));
  EXPECT_THAT(config, ::testing::Not(HasSubstr("Put")));
  EXPECT_THAT(config, ::testing::Not(HasSubstr("Import")));
  EXPECT_THAT(config, ::testing::Not(HasSubstr("Push")));
}

TEST(MessagesTest, EveryMessageIsThereInBothLanguages) {
  for (const MessageText& text : kMessageTexts) {
    EXPECT_STRNE(text.en, "");
    EXPECT_STRNE(text.zh, "") << text.en;
  }
}

}  // namespace
}  // namespace glutwatch::client
