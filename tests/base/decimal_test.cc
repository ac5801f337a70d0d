#include "base/decimal.h"

#include <cstdint>
#include <limits>
#include <random>
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

struct GoodNumber {
  std::string name;
  std::string text;
  int64_t want_e4;
  std::string want_text;  // the shortest form
};
void PrintTo(const GoodNumber& c, std::ostream* os) { *os << c.name; }
class ParseE4Test : public ::testing::TestWithParam<GoodNumber> {};

TEST_P(ParseE4Test, ReadsExactlyAndWritesTheShortestForm) {
  const GoodNumber& c = GetParam();
  const auto value = ParseE4(c.text);
  GLUTWATCH_ASSERT_OK(value);
  EXPECT_EQ(*value, c.want_e4);
  EXPECT_EQ(FormatE4(*value), c.want_text);
}
INSTANTIATE_TEST_SUITE_P(Numbers, ParseE4Test,
                         ::testing::ValuesIn(std::vector<GoodNumber>{
                             {"Whole", "1234", 12'340'000, "1234"},
                             {"Price", "1.55", 15'500, "1.55"},
                             {"Tenth", "0.1", 1'000, "0.1"},  // no binary fraction
                             {"Negative", "-0.55", -5'500, "-0.55"},
                             {"PlusSign", "+2", 20'000, "2"},
                             {"NoDigitBeforeThePoint", ".5", 5'000, "0.5"},
                             {"NoDigitBehindThePoint", "7.", 70'000, "7"},
                             {"Smallest", "0.0001", 1, "0.0001"},
                             {"ZerosBehindTheFourthDigit", "1.550000000", 15'500, "1.55"},
                             {"LeadingZeros", "007.0500", 70'500, "7.05"},
                             {"Zero", "0.0000", 0, "0"},
                             {"MinusZero", "-0", 0, "0"},
                             {"Thousands", "1,234.5600", 12'345'600, "1234.56"},
                             {"Millions", "12,345,678", 123'456'780'000, "12345678"},
                             {"SpacesAround", " \t9.9\r\n", 99'000, "9.9"},
                             {"Largest", "1000000000000", kMaxE4, "1000000000000"},
                             {"LargestNegative", "-1,000,000,000,000.0000", -kMaxE4,
                              "-1000000000000"},
                         }),
                         [](const auto& test) { return test.param.name; });

struct BadNumber {
  std::string name;
  std::string text;
  std::string want;
};
void PrintTo(const BadNumber& c, std::ostream* os) { *os << c.name; }
class ParseE4ErrorTest : public ::testing::TestWithParam<BadNumber> {};

TEST_P(ParseE4ErrorTest, QuotesTheTextAndSaysWhatWasExpected) {
  const BadNumber& c = GetParam();
  EXPECT_THAT(ParseE4(c.text),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"" + c.text.substr(0, 40) + "\""), HasSubstr(c.want))));
}
INSTANTIATE_TEST_SUITE_P(BadText, ParseE4ErrorTest,
                         ::testing::ValuesIn(std::vector<BadNumber>{
                             {"Empty", "", "a decimal"},
                             {"SpacesOnly", "  ", "a decimal"},
                             {"PointOnly", ".", "a decimal"},
                             {"SignOnly", "-", "a decimal"},
                             {"TwoSigns", "--1", "a decimal"},
                             {"SpaceBehindTheSign", "- 1", "a decimal"},
                             {"TwoPoints", "1.2.3", "a decimal"},
                             {"Exponent", "1e3", "a decimal"},
                             {"Hexadecimal", "0x10", "a decimal"},
                             {"NotANumber", "nan", "a decimal"},
                             {"Infinite", "inf", "a decimal"},
                             {"Unit", "1.5kg", "a decimal"},
                             {"FullWidthDigit", "\xEF\xBC\x91", "a decimal"},
                             {"FifthDigit", "1.55001", "four digits"},
                             {"CommaForAPoint", "1,5", "groups of three"},
                             {"LongGroup", "1,2345", "groups of three"},
                             {"LongFirstGroup", "1234,567", "groups of three"},
                             {"CommaFirst", ",123", "groups of three"},
                             {"CommaLast", "123,", "groups of three"},
                             {"CommaInTheFraction", "1.234,5", "a decimal"},
                             {"BeyondTheLargest", "1000000000000.0001", "10^12"},
                             {"FarBeyond", "99999999999999999999999999", "10^12"},
                             {"TooLong", std::string(60, '1'), "a decimal"},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(FormatE4Test, ReadsBackForAnyValueThatIsAccepted) {
  std::mt19937_64 random(20261123);
  std::uniform_int_distribution<int64_t> value(-kMaxE4, kMaxE4);
  for (int i = 0; i < 20'000; ++i) {
    const int64_t want = value(random) >> (random() % 50);  // of every magnitude
    const auto got = ParseE4(FormatE4(want));
    ASSERT_TRUE(got.ok()) << got.status();
    ASSERT_EQ(*got, want);
  }
}

TEST(FormatE4Test, HasNoUndefinedEnd) {
  EXPECT_EQ(FormatE4(std::numeric_limits<int64_t>::min()), "-922337203685477.5808");
  EXPECT_EQ(FormatE4(std::numeric_limits<int64_t>::max()), "922337203685477.5807");
}

TEST(E4ToDoubleTest, IsTheNearestDoubleOfTheDecimal) {
  EXPECT_EQ(E4ToDouble(15'500), 1.55);
  EXPECT_EQ(E4ToDouble(1), 0.0001);
  EXPECT_EQ(E4ToDouble(-5'500), -0.55);
}

}  // namespace
}  // namespace glutwatch
