#include "client/cli/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/status_matchers.h"

namespace glutwatch::client {
namespace {

using glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

const Day kToday = ToDay(absl::CivilDay(2026, 3, 31));

struct DayCase {
  std::string text;
  std::string want;
};

TEST(WordsTest, DaysAreGivenByDateOrByDistance) {
  for (const DayCase& c : std::vector<DayCase>{{"2026-03-01", "2026-03-01"},
                                               {"0d", "2026-03-31"},
                                               {"30d", "2026-03-01"},
                                               {"2w", "2026-03-17"},
                                               {"1m", "2026-03-03"},
                                               {"1y", "2025-03-31"}}) {
    EXPECT_EQ(FormatDay(ParseDayArgument(c.text, kToday).value()), c.want) << c.text;
  }
  for (const char* bad : {"", "d", "-1d", "3x", "2026-02-30", "yesterday", "99999d"}) {
    EXPECT_THAT(ParseDayArgument(bad, kToday),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("expected YYYY-MM-DD")))
        << bad;
  }
}

TEST(WordsTest, DayAsAnInstantIsItsEnd) {
  const absl::TimeZone zone = absl::FixedTimeZone(8 * 3600);
  EXPECT_EQ(FormatInstant(ParseInstantArgument("2026-03-01", zone).value(), zone),
            "2026-03-01 23:59:59");
  EXPECT_EQ(FormatInstant(ParseInstantArgument("2026-03-01T05:40:00+08:00", zone).value(), zone),
            "2026-03-01 05:40:00");
  EXPECT_THAT(ParseInstantArgument("noon", zone),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("RFC 3339")));
}

TEST(WordsTest, SpansAreAboveNothingAndBelowForEver) {
  EXPECT_EQ(ParseSpanArgument("1h30m").value(), absl::Minutes(90));
  for (const char* bad : {"", "0s", "-3s", "inf", "5"}) {
    EXPECT_THAT(ParseSpanArgument(bad),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("30s")))
        << bad;
  }
}

TEST(WordsTest, InstantsBeforeTheEpochKeepTheirNanos) {
  const absl::Time time = absl::UnixEpoch() - absl::Milliseconds(1);
  EXPECT_EQ(ToTimestamp(time).seconds(), -1);
  EXPECT_EQ(ToTimestamp(time).nanos(), 999'000'000);
  EXPECT_EQ(TimeOf(ToTimestamp(time)), time);
}

TEST(WordsTest, NumbersHaveNoTrailingZeros) {
  EXPECT_EQ(FormatNumber(1.5, 4), "1.5");
  EXPECT_EQ(FormatNumber(2, 2), "2");
  EXPECT_EQ(FormatNumber(-0.00001, 3), "0");
  EXPECT_EQ(FormatNumber(std::numeric_limits<double>::quiet_NaN(), 2), "");
}

TEST(WordsTest, FlagsAreSpeltOut) {
  EXPECT_EQ(FlagWords(1 | 256, Language::kEnglish), "jump, second lot");
  EXPECT_EQ(FlagWords(0, Language::kChinese), "");
}

TEST(WordsTest, NamesAreQualifiedOnce) {
  EXPECT_EQ(Qualified("series", "12"), "series/12");
  EXPECT_EQ(Qualified("series", "series/12"), "series/12");
}

}  // namespace
}  // namespace glutwatch::client
