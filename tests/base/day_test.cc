#include "base/day.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace glutwatch {
namespace {

using ::glutwatch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(DayTest, EveryDayThatIsAcceptedReadsBack) {
  absl::CivilDay civil = ToCivil(kMinDay);
  for (Day day = kMinDay; day <= kMaxDay; day = day + 1, ++civil) {
    const auto parsed = ParseDay(FormatDay(day));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_EQ(*parsed, day);
    ASSERT_EQ(ToDay(civil), day);
  }
}

TEST(DayTest, CountsFrom1970) {
  EXPECT_EQ(FormatDay(Day{0}), "1970-01-01");
  EXPECT_EQ(FormatDay(Day{-1}), "1969-12-31");
  EXPECT_EQ(FormatDay(Day{20513}), "2026-03-01");
  EXPECT_EQ(FormatDay(kMinDay), "1900-01-01");
  EXPECT_EQ(FormatDay(kMaxDay), "2170-01-01");
}

TEST(DayTest, AddsAndSubtractsOverALeapDay) {
  const Day day = ToDay(absl::CivilDay(2024, 2, 28));
  EXPECT_EQ(FormatDay(day + 1), "2024-02-29");
  EXPECT_EQ(FormatDay(day + 2), "2024-03-01");
  EXPECT_EQ((day + 2) - day, 2);
  EXPECT_EQ((day + 2) - 2, day);
}

struct BadDay {
  std::string name;
  std::string text;
  std::string want;
};
void PrintTo(const BadDay& c, std::ostream* os) { *os << c.name; }
class ParseDayErrorTest : public ::testing::TestWithParam<BadDay> {};

TEST_P(ParseDayErrorTest, QuotesTheTextAndSaysWhatWasExpected) {
  const BadDay& c = GetParam();
  EXPECT_THAT(ParseDay(c.text),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"" + c.text + "\""), HasSubstr(c.want))));
}
INSTANTIATE_TEST_SUITE_P(BadText, ParseDayErrorTest,
                         ::testing::ValuesIn(std::vector<BadDay>{
                             {"Empty", "", "YYYY-MM-DD"},
                             {"OneDigitMonth", "2026-3-01", "YYYY-MM-DD"},
                             {"Slashes", "2026/03/01", "YYYY-MM-DD"},
                             {"SpaceForADigit", "2026- 1-01", "YYYY-MM-DD"},
                             {"SignForADigit", "2026-+1-01", "YYYY-MM-DD"},
                             {"SignedYear", "-026-01-01", "YYYY-MM-DD"},
                             {"TimeBehind", "2026-03-01T00", "YYYY-MM-DD"},
                             {"SpaceBehind", "2026-03-01 ", "YYYY-MM-DD"},
                             {"FullWidthDigit", "2026-03-\xEF\xBC\x91", "YYYY-MM-DD"},
                             {"MonthZero", "2026-00-01", "no such day"},
                             {"Month13", "2026-13-01", "no such day"},
                             {"DayZero", "2026-03-00", "no such day"},
                             {"February30", "2026-02-30", "no such day"},
                             {"LeapDayOfACommonYear", "2026-02-29", "no such day"},
                             {"LeapDayOf2100", "2100-02-29", "no such day"},
                             {"TooEarly", "1899-12-31", "1900..2169"},
                             {"TooLate", "2170-01-02", "1900..2169"},
                         }),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace glutwatch
