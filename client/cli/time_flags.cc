#include "client/cli/time_flags.h"

#include "base/status_macros.h"
#include "client/cli/words.h"

namespace glutwatch::client {

Day Today(const Context& context) {
  return ToDay(absl::ToCivilDay(context.env.clock->Now(), context.env.time_zone));
}

absl::Status SetDay(const Context& context, const std::string& text, google::type::Date* date) {
  GLUTWATCH_ASSIGN_OR_RETURN(const Day day, ParseDayArgument(text, Today(context)));
  *date = ToDate(day);
  return absl::OkStatus();
}

absl::Status SetInstant(const Context& context, const std::string& text,
                        google::protobuf::Timestamp* time) {
  GLUTWATCH_ASSIGN_OR_RETURN(const absl::Time instant,
                             ParseInstantArgument(text, context.env.time_zone));
  *time = ToTimestamp(instant);
  return absl::OkStatus();
}

}  // namespace glutwatch::client
