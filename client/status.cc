#include "client/status.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "client/messages.h"
#include "google/rpc/error_details.pb.h"

namespace glutwatch::client {
namespace {

constexpr char kDetailsUrl[] = "type.googleapis.com/google.rpc.Status";

// The first detail of type T; false if there is none.
template <typename T>
bool FindDetail(const google::rpc::Status& status, T* detail) {
  for (const auto& any : status.details()) {
    if (any.UnpackTo(detail)) return true;
  }
  return false;
}

Msg KindOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return Msg::kErrorInvalid;
    case absl::StatusCode::kNotFound:
      return Msg::kErrorNotFound;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return Msg::kErrorDenied;
    case absl::StatusCode::kUnavailable:
      return Msg::kErrorUnavailable;
    case absl::StatusCode::kResourceExhausted:
      return Msg::kErrorBusy;
    case absl::StatusCode::kDeadlineExceeded:
      return Msg::kErrorTimeout;
    case absl::StatusCode::kDataLoss:
      return Msg::kErrorCorrupt;
    case absl::StatusCode::kCancelled:
      return Msg::kErrorInterrupted;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return Msg::kErrorPrecondition;
    default:
      return Msg::kErrorOther;
  }
}

}  // namespace

absl::Status FromProto(const google::rpc::Status& status) {
  if (status.code() == 0) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.code()), status.message());
  if (status.details_size() > 0) {
    result.SetPayload(kDetailsUrl, absl::Cord(status.SerializeAsString()));
  }
  return result;
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status proto;
  if (status.error_details().empty() || !proto.ParseFromString(status.error_details())) {
    proto.Clear();
  }
  proto.set_code(static_cast<int>(status.error_code()));
  proto.set_message(status.error_message());
  return FromProto(proto);
}

google::rpc::Status ToProto(const absl::Status& status) {
  google::rpc::Status proto;
  const auto payload = status.GetPayload(kDetailsUrl);
  if (!payload.has_value() || !proto.ParseFromString(std::string(*payload))) proto.Clear();
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(std::string(status.message()));
  return proto;
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  return FindDetail(ToProto(status), &info) ? info.reason() : "";
}

absl::Duration RetryDelayOf(const absl::Status& status) {
  google::rpc::RetryInfo retry;
  if (!FindDetail(ToProto(status), &retry)) return absl::ZeroDuration();
  return absl::Seconds(retry.retry_delay().seconds()) +
         absl::Nanoseconds(retry.retry_delay().nanos());
}

bool IsRetryable(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

std::string DescribeError(const absl::Status& status, Language language) {
  const google::rpc::Status proto = ToProto(status);
  google::rpc::LocalizedMessage localized;
  const bool has_localized =
      FindDetail(proto, &localized) && LanguageOf(localized.locale()) == language;
  std::string text = absl::StrCat(Text(KindOf(status.code()), language), ": ",
                                  has_localized ? localized.message() : proto.message());
  google::rpc::BadRequest bad;
  if (FindDetail(proto, &bad)) {
    for (const auto& violation : bad.field_violations()) {
      absl::StrAppend(&text, "\n  ", violation.field(), ": ", violation.description());
    }
  }
  return text;
}

std::string ErrorJson(const absl::Status& status) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string error;
  google::rpc::Status proto = ToProto(status);
  if (!google::protobuf::util::MessageToJsonString(proto, &error, options).ok()) {
    // A detail of a type that this program does not know.
    proto.clear_details();
    error.clear();
    if (!google::protobuf::util::MessageToJsonString(proto, &error, options).ok()) error = "{}";
  }
  return absl::StrCat(R"({"status":")", absl::StatusCodeToString(status.code()),
                      R"(","exit_code":)", static_cast<int>(ExitCodeOf(status)), R"(,"error":)",
                      error, "}");
}

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return kExitUsage;
    case absl::StatusCode::kNotFound:
      return kExitNotFound;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return kExitDenied;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnimplemented:
      return kExitUnavailable;
    case absl::StatusCode::kDataLoss:
      return kExitCorrupt;
    case absl::StatusCode::kCancelled:
      return kExitInterrupted;
    default:
      return kExitProblems;
  }
}

}  // namespace glutwatch::client
