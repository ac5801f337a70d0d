// Dates and numbers as people write them in tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/decimal.h"
#include "sheet/dates.h"
#include "sheet/numbers.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::sheet {
namespace {

using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

struct DateCase {
  std::string name;
  std::string text;
  DateOptions options;
  std::string want;  // "" if it must be refused
};
void PrintTo(const DateCase& c, std::ostream* os) { *os << c.name; }
class DateTest : public ::testing::TestWithParam<DateCase> {};

TEST_P(DateTest, ReadsOrRefuses) {
  const auto day = ParseDate(GetParam().text, GetParam().options);
  EXPECT_EQ(day.ok() ? FormatDay(*day) : "", GetParam().want) << day.status();
}
INSTANTIATE_TEST_SUITE_P(
    Forms, DateTest,
    ::testing::ValuesIn(std::vector<DateCase>{
        {"Iso", "2013-06-10", {}, "2013-06-10"},
        {"IsoMidnight", "2025-02-08 00:00:00", {}, "2025-02-08"},
        {"IsoInstant", "2026-08-06T15:41:20+00:00", {}, "2026-08-06"},
        {"Slashes", "2013/6/10", {}, "2013-06-10"},
        {"Dots", "2013.6.1", {}, "2013-06-01"},
        {"Compact", "20130610", {}, "2013-06-10"},
        {"Chinese", "2013年6月10日", {}, "2013-06-10"},
        {"ChineseTimed", "2013年6月10日 05:40", {}, "2013-06-10"},
        {"FullWidth", "２０１３－０６－１０　", {}, "2013-06-10"},
        {"DayFirst", "08/07/2026", {}, "2026-07-08"},
        {"MonthFirst", "08/07/2026", {.order = DateOrder::kMonthFirst}, "2026-08-07"},
        {"MonthName", "01 Feb 2022", {}, "2022-02-01"},
        {"MonthNameDashed", "1-Feb-2022", {}, "2022-02-01"},
        {"MonthNameFirst", "February 1, 2022", {}, "2022-02-01"},
        {"RocDots", "115.05.17", {.roc_years = true}, "2026-05-17"},
        {"RocCompact", "1030816", {.roc_years = true}, "2014-08-16"},
        {"RocTwoDigitYear", "99/1/2", {.roc_years = true}, "2010-01-02"},
        {"RocWithEra", "民國115年5月17日", {}, "2026-05-17"},
        {"RocNotAllowed", "115.05.17", {}, ""},
        {"Serial", "41435", {.excel_serials = true}, "2013-06-10"},
        {"SerialWithPoint", "41435.0", {.excel_serials = true}, "2013-06-10"},
        {"SerialNotAllowed", "41435", {}, ""},
        {"NoSuchDay", "2013-02-29", {}, ""},
        {"NoSuchMonth", "2013-13-01", {}, ""},
        {"DayFirstWithoutSuchMonth", "07/13/2026", {}, ""},
        {"TooEarly", "1899-12-31", {}, ""},
        {"TooLate", "2999-01-01", {}, ""},
        {"EightDigitRocYear", "11767033.1.1", {.roc_years = true}, ""},
        {"TwoDigitYear", "08/07/26", {}, ""},
        {"Word", "not-a-date", {}, ""},
        {"Empty", "", {}, ""},
        {"Huge", "99999999999999999999", {}, ""},
        {"OnlyTime", "05:40", {}, ""},
    }),
    [](const auto& test) { return test.param.name; });

TEST(DateTest, MessageQuotesTheTextAndWhatWasExpected) {
  EXPECT_THAT(ParseDate("not-a-date"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "date is \"not-a-date\", expected a day such as 2013-06-10 or 10/06/2013"));
  EXPECT_THAT(ParseDate("2013-02-29"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no such day")));
}

struct NumberCase {
  std::string name;
  std::string text;
  NumberOptions options;
  std::string want;  // "" if it must be refused
};
void PrintTo(const NumberCase& c, std::ostream* os) { *os << c.name; }
class NumberTest : public ::testing::TestWithParam<NumberCase> {};

TEST_P(NumberTest, ReadsOrRefuses) {
  const auto value = ParseCellE4(GetParam().text, GetParam().options);
  EXPECT_EQ(value.ok() ? FormatE4(*value) : "", GetParam().want) << value.status();
}
INSTANTIATE_TEST_SUITE_P(
    Forms, NumberTest,
    ::testing::ValuesIn(std::vector<NumberCase>{
        {"Plain", "1.55", {}, "1.55"},
        {"Blanks", " 1.55\t", {}, "1.55"},
        {"WideBlanks", "　1.55　", {}, "1.55"},
        {"Thousands", "1,234.50", {}, "1234.5"},
        {"FullWidth", "１，２３４．５", {}, "1234.5"},
        {"Devanagari", "१२३.४५", {}, "123.45"},
        {"DecimalComma", "1.234,56", {.decimal_comma = true}, "1234.56"},
        {"DecimalCommaOnly", "0,5", {.decimal_comma = true}, "0.5"},
        {"Negative", "-3", {}, "-3"},
        {"UnitInside", "2.7（个）", {}, ""},
        {"UnitBehind", "2.7元", {}, ""},
        {"Euro", "€244.36", {}, ""},
        {"Words", "暂无", {}, ""},
        {"Dash", "-", {}, ""},
        {"Empty", "", {}, ""},
        {"FiveDigits", "1.23456", {}, ""},
        {"FiveDigitsRounded", "1.23456", {.round_to_e4 = true}, "1.2346"},
        {"RoundedDown", "16.265833333333333", {.round_to_e4 = true}, "16.2658"},
        {"RoundedCarries", "9.99999", {.round_to_e4 = true}, "10"},
        {"HalfToEven", "1.23445", {.round_to_e4 = true}, "1.2344"},
        {"HalfToEvenUp", "1.23455", {.round_to_e4 = true}, "1.2346"},
        {"NegativeRounded", "-0.00006", {.round_to_e4 = true}, "-0.0001"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(NumberTest, MessageQuotesTheCell) {
  EXPECT_THAT(ParseCellE4("2.7（个）"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "number is \"2.7（个）\", expected a decimal such as 1.55"));
}

TEST(NumberTest, ShortestDecimalIsWhatASpreadsheetShows) {
  EXPECT_EQ(ShortestDecimal(2.2999999999999998), "2.3");
  EXPECT_EQ(ShortestDecimal(1.1499999999999999), "1.15");
  EXPECT_EQ(ShortestDecimal(41435), "41435");
  EXPECT_EQ(ShortestDecimal(1e-5), "0.00001");
  EXPECT_EQ(ShortestDecimal(-2.5e-7), "-0.00000025");
  EXPECT_EQ(ShortestDecimal(1e15), "1000000000000000");
  EXPECT_EQ(ShortestDecimal(0), "0");
}

}  // namespace
}  // namespace glutwatch::sheet
