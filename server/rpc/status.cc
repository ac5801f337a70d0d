#include "server/rpc/status.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/retry_after.h"
#include "google/rpc/error_details.pb.h"

namespace glutwatch::rpc {
namespace {

constexpr char kDomain[] = "glutwatch";
constexpr absl::Duration kUsualRetry = absl::Seconds(1);
constexpr size_t kMaxReasonBytes = 63;

// "DISK_FULL" of "DISK_FULL: 12 MiB left"; "" if the message has no such prefix.
absl::string_view ReasonOf(absl::string_view message) {
  const size_t colon = message.find(": ");
  if (colon == absl::string_view::npos || colon == 0 || colon > kMaxReasonBytes) return "";
  for (const char c : message.substr(0, colon)) {
    const auto u = static_cast<unsigned char>(c);
    if (!absl::ascii_isupper(u) && !absl::ascii_isdigit(u) && c != '_') return "";
  }
  return message.substr(0, colon);
}

}  // namespace

google::rpc::Status ToProto(const absl::Status& status) {
  google::rpc::Status proto;
  if (status.ok()) return proto;
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(std::string(status.message()));
  google::rpc::ErrorInfo info;
  const absl::string_view reason = ReasonOf(status.message());
  info.set_reason(reason.empty() ? absl::StatusCodeToString(status.code()) : std::string(reason));
  info.set_domain(kDomain);
  proto.add_details()->PackFrom(info);
  if (absl::IsResourceExhausted(status) || absl::IsUnavailable(status)) {
    absl::Duration delay = RetryAfterOf(status).value_or(kUsualRetry);
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(absl::IDivDuration(delay, absl::Seconds(1), &delay));
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(delay)));
    proto.add_details()->PackFrom(retry);
  }
  return proto;
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      ToProto(status).SerializeAsString());
}

}  // namespace glutwatch::rpc
