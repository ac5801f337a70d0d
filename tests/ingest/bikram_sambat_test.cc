#include "ingest/bikram_sambat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/status_matchers.h"

namespace glutwatch::ingest {
namespace {

using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

TEST(BikramSambatTest, NewYearsDaysAreThePublishedOnes) {
  const std::vector<std::pair<int, std::string>> published = {
      {2060, "2003-04-14"}, {2061, "2004-04-13"}, {2065, "2008-04-13"}, {2070, "2013-04-14"},
      {2072, "2015-04-14"}, {2075, "2018-04-14"}, {2077, "2020-04-13"}, {2080, "2023-04-14"},
      {2081, "2024-04-13"}, {2082, "2025-04-14"}, {2083, "2026-04-14"}};
  for (const auto& [year, day] : published) {
    EXPECT_EQ(FormatDay(BikramSambatToDay(year, 1, 1).value()), day) << year;
  }
}

TEST(BikramSambatTest, EveryYearHas365Or366DaysAndMonthsOf29To32) {
  for (int year = kMinBsYear; year <= kMaxBsYear; ++year) {
    int days = 0;
    for (int month = 1; month <= 12; ++month) {
      const int length = BikramSambatMonthLength(year, month);
      EXPECT_TRUE(length >= 29 && length <= 32) << year << "-" << month;
      days += length;
    }
    EXPECT_TRUE(days == 365 || days == 366) << year << ": " << days;
  }
}

TEST(BikramSambatTest, OutsideTheTableIsRefused) {
  EXPECT_THAT(BikramSambatToDay(2059, 1, 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2060..2090")));
  EXPECT_THAT(BikramSambatToDay(2080, 13, 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2080-13-1")));
  EXPECT_THAT(BikramSambatToDay(2080, 1, 32),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("has 31 days")));
}

TEST(BikramSambatTest, FindsADateInText) {
  EXPECT_EQ(FormatDay(FindBikramSambatDate("मिति: असार 17, 2083").value()), "2026-07-01");
  EXPECT_EQ(FormatDay(FindBikramSambatDate("बैशाख १, २०८०").value()), "2023-04-14");
  EXPECT_FALSE(FindBikramSambatDate("").has_value());
  EXPECT_FALSE(FindBikramSambatDate("असार 40, 2083").has_value());
}

}  // namespace
}  // namespace glutwatch::ingest
