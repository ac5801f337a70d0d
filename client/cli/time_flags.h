#pragma once
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/status/status.h"
#include "base/day.h"
#include "client/cli/context.h"
#include "google/type/date.pb.h"

namespace glutwatch::client {

// The civil day in the user's time zone.
Day Today(const Context& context);

// What --from, --to, --date and --as-of say, into a request's field. INVALID_ARGUMENT as
// ParseDayArgument and ParseInstantArgument.
absl::Status SetDay(const Context& context, const std::string& text, google::type::Date* date);
absl::Status SetInstant(const Context& context, const std::string& text,
                        google::protobuf::Timestamp* time);

}  // namespace glutwatch::client
