#include "client/cli/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "absl/strings/str_split.h"
#include "client/cli/text_width.h"

namespace glutwatch::client {
namespace {

using ::testing::HasSubstr;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

ChartData Falling(int days) {
  ChartData data;
  data.first_day = Day{20513};  // 2026-03-01
  data.days = days;
  for (int i = 0; i < days; ++i) data.price.push_back(10 - 6.0 * i / (days - 1));
  return data;
}

TEST(ChartTest, EqualDataGiveTheSamePicture) {
  const ChartData data = Falling(40);
  EXPECT_EQ(DrawChart(data, {.width = 30, .height = 4}, false),
            "10.30 ┤⠒⠢⠤⣀⣀\n"
            "      │     ⠉⠒⠒⠤⢄⣀⡀\n"
            " 5.90 ┤           ⠈⠉⠒⠒⠤⢄⡀\n"
            " 3.70 ┤                 ⠈⠉⠑⠒⠤⠤\n"
            "       2026-03-01   2026-04-09\n");
}

TEST(ChartTest, EveryLineFitsTheWidth) {
  for (const int width : {24, 40, 72, 100}) {
    ChartData data = Falling(365);
    data.norm.assign(365, 8);
    for (const auto& line :
         absl::StrSplit(DrawChart(data, {.width = width, .height = 10}, false), '\n')) {
      EXPECT_LE(DisplayWidth(line), width);
    }
  }
}

TEST(ChartTest, FanNormAndForecastHaveTheirSigns) {
  ChartData data = Falling(10);
  data.days = 20;
  data.price.resize(20, kNaN);
  for (auto* values :
       {&data.norm, &data.median, &data.low80, &data.high80, &data.low95, &data.high95}) {
    values->assign(20, kNaN);
  }
  for (size_t i = 10; i < 20; ++i) {
    data.norm[i] = 9;
    data.median[i] = 4;
    data.low80[i] = 3;
    data.high80[i] = 5;
    data.low95[i] = 2;
    data.high95[i] = 6;
  }
  const std::string chart = DrawChart(data, {.width = 60, .height = 12}, false);
  for (const char* sign : {"┄", "•", "▒", "░"}) EXPECT_THAT(chart, HasSubstr(sign));
}

TEST(ChartTest, PriceHasTheWarningsColour) {
  ChartData data = Falling(40);
  data.price_colors.assign(40, Color::kRed);
  EXPECT_THAT(DrawChart(data, {}, true), HasSubstr("\033[31m"));
  EXPECT_THAT(DrawChart(data, {}, false), ::testing::Not(HasSubstr("\033")));
}

TEST(ChartTest, OddDataDrawNothingOrALevelLine) {
  EXPECT_EQ(DrawChart(ChartData(), {}, false), "");
  ChartData silent = Falling(5);
  silent.price.assign(5, kNaN);
  EXPECT_EQ(DrawChart(silent, {}, false), "");
  ChartData level = Falling(5);
  level.price.assign(5, 2.0);
  EXPECT_THAT(DrawChart(level, {}, false), HasSubstr("2026-03-05"));
  ChartData one;
  one.first_day = Day{20513};
  one.days = 1;
  one.price = {3};
  EXPECT_THAT(DrawChart(one, {}, false), HasSubstr("2026-03-01"));
}

}  // namespace
}  // namespace glutwatch::client
