#pragma once
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/day.h"
#include "client/cli/table.h"
#include "client/language.h"
#include "client/messages.h"
#include "glutwatch/v1/catalog.pb.h"
#include "glutwatch/v1/observe.pb.h"
#include "glutwatch/v1/sheet.pb.h"
#include "glutwatch/v1/warn.pb.h"
#include "google/type/date.pb.h"

// Values as words and numbers for people, and the words of arguments as values.
namespace glutwatch::client {

namespace v1 = ::glutwatch::v1;

Msg LevelWord(v1::WarningLevel level);
Color LevelColor(v1::WarningLevel level);
Msg StateWord(v1::WarningState state);
Msg FreshnessWord(v1::Freshness freshness);
Msg TransitionWord(v1::Transition transition);
Msg DayStatusWord(v1::DayStatus status);
Msg MarketKindWord(v1::MarketKind kind);
Msg DimensionWord(v1::Dimension dimension);

// The flags of an observation, separated by ", "; "" if there are none.
std::string FlagWords(int flags, Language language);

// "2026-03-01"; "" if unset.
std::string FormatDate(const google::type::Date& date);
google::type::Date ToDate(Day day);
Day DayOf(const google::type::Date& date);
// "2026-03-01 05:40:12" in `zone`; "" if unset.
std::string FormatInstant(const google::protobuf::Timestamp& time, absl::TimeZone zone);
std::string FormatInstant(absl::Time time, absl::TimeZone zone);
absl::Time TimeOf(const google::protobuf::Timestamp& time);
google::protobuf::Timestamp ToTimestamp(absl::Time time);

// The one of two texts that is in `language`.
inline const std::string& InLanguage(const std::string& english, const std::string& chinese,
                                     Language language) {
  return language == Language::kChinese ? chinese : english;
}

// Where something stands in an officer's table: "Sheet1!D7", "D7".
std::string CellName(const v1::SheetCell& cell);

// A computed number with at most `digits` after the point, without trailing zeros; "" if not a
// number.
std::string FormatNumber(double value, int digits);

// A day argument: "2026-03-01", or "30d", "8w", "6m", "1y" before `today`. INVALID_ARGUMENT says
// what was expected.
absl::StatusOr<Day> ParseDayArgument(absl::string_view text, Day today);
// An instant argument: RFC 3339, or a day, which means its end in `zone`.
absl::StatusOr<absl::Time> ParseInstantArgument(absl::string_view text, absl::TimeZone zone);
// A time span argument: "30s", "5m", "1h30m"; above 0.
absl::StatusOr<absl::Duration> ParseSpanArgument(absl::string_view text);

// "12" -> "series/12"; "series/12" stays.
std::string Qualified(absl::string_view collection, absl::string_view id);

}  // namespace glutwatch::client
