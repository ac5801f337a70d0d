#include "server/rpc/status.h"

#include "base/retry_after.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace glutwatch::rpc {
namespace {

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status proto;
  EXPECT_TRUE(proto.ParseFromString(status.error_details()));
  return proto;
}

struct Case {
  std::string name;
  absl::Status status;
  grpc::StatusCode want_code;
  std::string want_reason;
  int want_details;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }
class StatusTest : public ::testing::TestWithParam<Case> {};

TEST_P(StatusTest, KeepsCodeAndMessageAndCarriesAReason) {
  const Case& c = GetParam();
  const grpc::Status got = ToGrpc(c.status);
  EXPECT_EQ(got.error_code(), c.want_code);
  EXPECT_EQ(got.error_message(), std::string(c.status.message()));
  const google::rpc::Status proto = DetailsOf(got);
  ASSERT_EQ(proto.details_size(), c.want_details);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(proto.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), c.want_reason);
  EXPECT_EQ(info.domain(), "glutwatch");
}

INSTANTIATE_TEST_SUITE_P(
    Codes, StatusTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"OwnReason", absl::ResourceExhaustedError("DISK_FULL: 3 MiB left"),
         grpc::StatusCode::RESOURCE_EXHAUSTED, "DISK_FULL", 2},
        {"NoReason", absl::NotFoundError("no markets/x"), grpc::StatusCode::NOT_FOUND, "NOT_FOUND",
         1},
        {"LowerCasePrefixIsNoReason", absl::InvalidArgumentError("region: is empty"),
         grpc::StatusCode::INVALID_ARGUMENT, "INVALID_ARGUMENT", 1},
        {"Retryable", absl::UnavailableError("FAILED_SYNC: wal"), grpc::StatusCode::UNAVAILABLE,
         "FAILED_SYNC", 2},
        {"DataLoss", absl::DataLossError("chunk 3"), grpc::StatusCode::DATA_LOSS, "DATA_LOSS", 1},
    }),
    [](const auto& test) { return test.param.name; });

TEST(StatusTest, RetryInfoIsWhatTheErrorSaysOrASecond) {
  const auto delay_of = [](const absl::Status& status) {
    google::rpc::RetryInfo retry;
    EXPECT_TRUE(ToProto(status).details(1).UnpackTo(&retry));
    return absl::Seconds(retry.retry_delay().seconds()) +
           absl::Nanoseconds(retry.retry_delay().nanos());
  };
  const absl::Status plain = absl::ResourceExhaustedError("QUEUE_FULL: 256");
  EXPECT_EQ(delay_of(plain), absl::Seconds(1));
  EXPECT_EQ(delay_of(WithRetryAfter(plain, absl::Milliseconds(2'345))), absl::Milliseconds(2'345));
  EXPECT_EQ(delay_of(WithRetryAfter(plain, absl::Nanoseconds(1))), absl::Microseconds(1));
  EXPECT_EQ(delay_of(WithRetryAfter(plain, absl::Seconds(-5))), absl::ZeroDuration());
}

TEST(StatusTest, OkHasNoDetails) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_EQ(ToProto(absl::OkStatus()).details_size(), 0);
}

}  // namespace
}  // namespace glutwatch::rpc
