#pragma once
#include <cstdint>
#include <limits>

#include "google/protobuf/timestamp.pb.h"

namespace glutwatch::rpc {

// Microseconds since 1970 UTC, as the stores count, and back. Finer parts are cut off.
inline google::protobuf::Timestamp ToTimestamp(int64_t micros) {
  google::protobuf::Timestamp time;
  time.set_seconds(micros / 1'000'000);
  time.set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1000));
  return time;
}
inline int64_t FromTimestamp(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1000;
}

// The `as_of` of a request: everything that is recorded, if it is not set.
inline int64_t AsOf(bool set, const google::protobuf::Timestamp& time) {
  return set ? FromTimestamp(time) : std::numeric_limits<int64_t>::max();
}

}  // namespace glutwatch::rpc
