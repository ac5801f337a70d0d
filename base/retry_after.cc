#include "base/retry_after.h"

#include <algorithm>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace glutwatch {
namespace {

constexpr char kPayloadUrl[] = "glutwatch/retry_after_us";

}  // namespace

absl::Status WithRetryAfter(absl::Status status, absl::Duration delay) {
  const absl::Duration whole =
      std::max(absl::Ceil(delay, absl::Microseconds(1)), absl::ZeroDuration());
  status.SetPayload(kPayloadUrl, absl::Cord(absl::StrCat(absl::ToInt64Microseconds(whole))));
  return status;
}

std::optional<absl::Duration> RetryAfterOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  int64_t us = 0;
  if (!payload.has_value() || !absl::SimpleAtoi(std::string(*payload), &us)) return std::nullopt;
  return absl::Microseconds(us);
}

}  // namespace glutwatch
