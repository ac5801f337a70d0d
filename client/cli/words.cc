#include "client/cli/words.h"

#include <cmath>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"

namespace glutwatch::client {

Msg LevelWord(v1::WarningLevel level) {
  switch (level) {
    case v1::WARNING_LEVEL_BLUE:
      return Msg::kLevelBlue;
    case v1::WARNING_LEVEL_YELLOW:
      return Msg::kLevelYellow;
    case v1::WARNING_LEVEL_ORANGE:
      return Msg::kLevelOrange;
    case v1::WARNING_LEVEL_RED:
      return Msg::kLevelRed;
    default:
      return Msg::kLevelNone;
  }
}

Color LevelColor(v1::WarningLevel level) {
  switch (level) {
    case v1::WARNING_LEVEL_BLUE:
      return Color::kBlue;
    case v1::WARNING_LEVEL_YELLOW:
      return Color::kYellow;
    case v1::WARNING_LEVEL_ORANGE:
      return Color::kOrange;
    case v1::WARNING_LEVEL_RED:
      return Color::kRed;
    default:
      return Color::kNone;
  }
}

Msg StateWord(v1::WarningState state) {
  switch (state) {
    case v1::WARNING_STATE_IN_FORCE:
      return Msg::kStateInForce;
    case v1::WARNING_STATE_CLEARED:
      return Msg::kStateCleared;
    case v1::WARNING_STATE_RETRACTED:
      return Msg::kStateRetracted;
    default:
      return Msg::kStatusUnknown;
  }
}

Msg FreshnessWord(v1::Freshness freshness) {
  switch (freshness) {
    case v1::FRESHNESS_FRESH:
      return Msg::kFreshnessFresh;
    case v1::FRESHNESS_STALE:
      return Msg::kFreshnessStale;
    case v1::FRESHNESS_BLIND:
      return Msg::kFreshnessBlind;
    default:
      return Msg::kStatusUnknown;
  }
}

Msg TransitionWord(v1::Transition transition) {
  switch (transition) {
    case v1::TRANSITION_OPENED:
      return Msg::kOpened;
    case v1::TRANSITION_ESCALATED:
      return Msg::kEscalated;
    case v1::TRANSITION_DEESCALATED:
      return Msg::kDeescalated;
    case v1::TRANSITION_STALE:
      return Msg::kWentStale;
    case v1::TRANSITION_NO_DATA:
      return Msg::kWentNoData;
    case v1::TRANSITION_FRESH:
      return Msg::kWentFresh;
    case v1::TRANSITION_RESOLVED:
      return Msg::kResolved;
    case v1::TRANSITION_REVISED:
      return Msg::kRevised;
    case v1::TRANSITION_RETRACTED:
      return Msg::kRetracted;
    default:
      return Msg::kStatusUnknown;
  }
}

Msg DayStatusWord(v1::DayStatus status) {
  switch (status) {
    case v1::DAY_STATUS_TRADED:
      return Msg::kTraded;
    case v1::DAY_STATUS_CLOSED:
      return Msg::kClosed;
    case v1::DAY_STATUS_HOLIDAY:
      return Msg::kHoliday;
    case v1::DAY_STATUS_NO_BID:
      return Msg::kNoBid;
    case v1::DAY_STATUS_NOT_REPORTED:
      return Msg::kNotReported;
    default:
      return Msg::kStatusUnknown;
  }
}

Msg MarketKindWord(v1::MarketKind kind) {
  switch (kind) {
    case v1::MARKET_KIND_WHOLESALE:
      return Msg::kWholesale;
    case v1::MARKET_KIND_PRODUCING_AREA:
      return Msg::kProducingArea;
    case v1::MARKET_KIND_RETAIL:
      return Msg::kRetail;
    case v1::MARKET_KIND_FARM_GATE:
      return Msg::kFarmGate;
    default:
      return Msg::kStatusUnknown;
  }
}

Msg DimensionWord(v1::Dimension dimension) {
  switch (dimension) {
    case v1::DIMENSION_MASS:
      return Msg::kMass;
    case v1::DIMENSION_COUNT:
      return Msg::kCount;
    case v1::DIMENSION_VOLUME:
      return Msg::kVolume;
    case v1::DIMENSION_AREA:
      return Msg::kArea;
    case v1::DIMENSION_TIME:
      return Msg::kTime;
    default:
      return Msg::kStatusUnknown;
  }
}

std::string FlagWords(int flags, Language language) {
  struct Flag {
    int bit;
    Msg word;
  };
  // The bits of PriceBlock.flags.
  constexpr Flag kFlags[] = {{1, Msg::kFlagJump},
                             {2, Msg::kFlagModalOutside},
                             {4, Msg::kFlagFuture},
                             {8, Msg::kFlagUnitSlip},
                             {16, Msg::kFlagFrozen},
                             {32, Msg::kFlagFlat},
                             {64, Msg::kFlagDiscarded},
                             {256, Msg::kFlagSecondLot}};
  std::vector<std::string> words;
  for (const Flag& flag : kFlags) {
    if ((flags & flag.bit) != 0) words.push_back(Text(flag.word, language));
  }
  return absl::StrJoin(words, ", ");
}

std::string FormatDate(const google::type::Date& date) {
  if (date.year() == 0) return "";
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

google::type::Date ToDate(Day day) {
  const absl::CivilDay civil = ToCivil(day);
  google::type::Date date;
  date.set_year(static_cast<int>(civil.year()));
  date.set_month(civil.month());
  date.set_day(civil.day());
  return date;
}

Day DayOf(const google::type::Date& date) {
  return ToDay(absl::CivilDay(date.year(), date.month(), date.day()));
}

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp result;
  const int64_t nanos = absl::ToInt64Nanoseconds(time - absl::UnixEpoch());
  constexpr int64_t kPerSecond = 1'000'000'000;
  const int64_t seconds =
      nanos >= 0 ? nanos / kPerSecond : -((-nanos + kPerSecond - 1) / kPerSecond);
  result.set_seconds(seconds);
  result.set_nanos(static_cast<int32_t>(nanos - seconds * kPerSecond));
  return result;
}

std::string FormatInstant(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, zone);
}

std::string FormatInstant(const google::protobuf::Timestamp& time, absl::TimeZone zone) {
  if (time.seconds() == 0 && time.nanos() == 0) return "";
  return FormatInstant(TimeOf(time), zone);
}

std::string FormatNumber(double value, int digits) {
  if (!std::isfinite(value)) return "";
  std::string text = absl::StrFormat("%.*f", digits, value);
  if (text.find('.') != std::string::npos) {
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

std::string CellName(const v1::SheetCell& cell) {
  return cell.sheet().empty() ? cell.reference()
                              : absl::StrCat(cell.sheet(), "!", cell.reference());
}

absl::StatusOr<Day> ParseDayArgument(absl::string_view text, Day today) {
  constexpr int kMostBack = 10'000;
  int count = 0;
  if (text.size() > 1 && absl::SimpleAtoi(text.substr(0, text.size() - 1), &count) && count >= 0 &&
      count <= kMostBack) {
    const absl::CivilDay now = ToCivil(today);
    switch (text.back()) {
      case 'd':
        return today - count;
      case 'w':
        return today - 7 * count;
      case 'm':
        return ToDay(absl::CivilDay(now.year(), now.month() - count, now.day()));
      case 'y':
        return ToDay(absl::CivilDay(now.year() - count, now.month(), now.day()));
      default:
        break;
    }
  }
  const auto day = ParseDay(text);
  if (day.ok()) return *day;
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text,
      "\" is not a day, expected YYYY-MM-DD or a time before today such as 30d, 8w, 6m, 1y"));
}

absl::StatusOr<absl::Time> ParseInstantArgument(absl::string_view text, absl::TimeZone zone) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  const auto day = ParseDay(text);
  if (day.ok()) return absl::FromCivil(ToCivil(*day + 1), zone) - absl::Microseconds(1);
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text,
      "\" is not an instant, expected RFC 3339 (2026-03-01T05:40:00+08:00) or YYYY-MM-DD"));
}

absl::StatusOr<absl::Duration> ParseSpanArgument(absl::string_view text) {
  absl::Duration span;
  if (!absl::ParseDuration(text, &span) || span <= absl::ZeroDuration() ||
      span == absl::InfiniteDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not a time span, expected for instance 30s, 5m or 1h30m"));
  }
  return span;
}

std::string Qualified(absl::string_view collection, absl::string_view id) {
  const std::string prefix = absl::StrCat(collection, "/");
  return absl::StartsWith(id, prefix) ? std::string(id) : absl::StrCat(prefix, id);
}

}  // namespace glutwatch::client
