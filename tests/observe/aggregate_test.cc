#include "server/observe/aggregate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "tests/support/status_matchers.h"

namespace glutwatch::observe {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::NanSensitiveDoubleEq;

const double kNaN = std::nan("");
// Days of January 2026.
const int kNewYear = DayNumber(*ParseDay("2026-01-01"));

struct DayPrice {
  int day_of_january = 1;  // 32 is the first of February
  double price = 0;
  double arrivals = 0;
};

DayPrices Series(const std::vector<DayPrice>& days, bool with_arrivals = false) {
  DayPrices series;
  for (const DayPrice& day : days) {
    series.days.push_back(Day{kNewYear + day.day_of_january - 1});
    series.prices.push_back(day.price);
    if (with_arrivals) series.arrivals.push_back(day.arrivals);
  }
  return series;
}

// One market a series.
AggregateFigures Aggregate(const AggregateOptions& options, const std::vector<DayPrices>& markets) {
  GroupAggregator aggregator(options);
  for (const DayPrices& market : markets) {
    EXPECT_THAT(aggregator.Add(market, true), glutwatch::testing::IsOk());
  }
  AggregateFigures figures;
  aggregator.Finish(1, &figures);
  return figures;
}

const AggregateOptions kMonthly{.period = Period::kMonth};

TEST(AggregateTest, AMarketThatReportsMoreDaysCountsNoMore) {
  // 4 on thirty days and 2 on one day are 3, not 3.94.
  std::vector<DayPrice> daily;
  for (int day = 1; day <= 30; ++day) daily.push_back({day, 4});
  const AggregateFigures figures = Aggregate(kMonthly, {Series(daily), Series({{7, 2}})});
  EXPECT_THAT(figures.period_starts, ElementsAre(Day{kNewYear}));
  EXPECT_THAT(figures.means, ElementsAre(3));
  EXPECT_THAT(figures.markets, ElementsAre(2));
  EXPECT_THAT(figures.observations, ElementsAre(31));
}

TEST(AggregateTest, AMarketWithMoreSeriesCountsNoMore) {
  // Market one: grades at 2 and at the mean of 4 and 8; market two: 7. (4 + 7) / 2.
  GroupAggregator aggregator(kMonthly);
  GLUTWATCH_ASSERT_OK(aggregator.Add(Series({{1, 2}}), false));
  GLUTWATCH_ASSERT_OK(aggregator.Add(Series({{1, 4}, {2, 8}}), true));
  GLUTWATCH_ASSERT_OK(aggregator.Add(Series({{3, 7}}), true));
  AggregateFigures figures;
  aggregator.Finish(1, &figures);
  EXPECT_THAT(figures.means, ElementsAre(5.5));
  EXPECT_THAT(figures.minima, ElementsAre(2));
  EXPECT_THAT(figures.maxima, ElementsAre(8));
  EXPECT_THAT(figures.markets, ElementsAre(2));
  EXPECT_THAT(figures.observations, ElementsAre(4));
}

TEST(AggregateTest, VolumeIsTurnoverOverTonnage) {
  // (2 * 30 + 4 * 10 + 5 * 60) / 100.
  const AggregateOptions options{.period = Period::kMonth, .weighting = Weighting::kVolume};
  const AggregateFigures figures =
      Aggregate(options, {Series({{1, 2, 30}, {2, 4, 10}}, true), Series({{9, 5, 60}}, true)});
  EXPECT_THAT(figures.means, ElementsAre(4));
  EXPECT_THAT(figures.arrivals, ElementsAre(100));
}

TEST(AggregateTest, WhatHasNoArrivalsIsLeftOutByVolumeAndCounted) {
  const AggregateOptions options{.period = Period::kMonth, .weighting = Weighting::kVolume};
  const AggregateFigures figures =
      Aggregate(options, {Series({{1, 2, 30}, {2, 100, 0}}, true), Series({{9, 1, 0}}, true)});
  EXPECT_THAT(figures.means, ElementsAre(2));
  EXPECT_THAT(figures.maxima, ElementsAre(2));  // of what counts
  EXPECT_THAT(figures.markets, ElementsAre(1));
  EXPECT_THAT(figures.observations, ElementsAre(1));
  EXPECT_THAT(figures.unweighed, ElementsAre(2));
  EXPECT_THAT(figures.unweighed_markets, ElementsAre(1));
}

TEST(AggregateTest, PlainMeansCountWhatHasNoArrivalsAndSaySo) {
  const AggregateOptions options{.period = Period::kMonth, .with_arrivals = true};
  const AggregateFigures figures =
      Aggregate(options, {Series({{1, 2, 30}, {2, 4, 0}}, true), Series({{9, 1, 0}}, true)});
  EXPECT_THAT(figures.means, ElementsAre(2));
  EXPECT_THAT(figures.arrivals, ElementsAre(30));
  EXPECT_THAT(figures.markets, ElementsAre(2));
  EXPECT_THAT(figures.observations, ElementsAre(3));
  EXPECT_THAT(figures.unweighed, ElementsAre(2));
  EXPECT_THAT(figures.unweighed_markets, ElementsAre(1));
}

TEST(AggregateTest, APeriodWithNothingThatCountsSaysWhatWasLeftOut) {
  AggregateOptions options{
      .period = Period::kMonth, .weighting = Weighting::kVolume, .quantiles = {0.5}};
  DayPrices doubted;
  doubted.suspicious = {Day{kNewYear + 40}, Day{kNewYear + 41}};
  const AggregateFigures figures = Aggregate(options, {Series({{1, 2, 0}}, true), doubted});
  ASSERT_EQ(figures.size(), 2u);
  EXPECT_THAT(figures.means, ElementsAre(NanSensitiveDoubleEq(kNaN), NanSensitiveDoubleEq(kNaN)));
  EXPECT_THAT(figures.quantiles[0],
              ElementsAre(NanSensitiveDoubleEq(kNaN), NanSensitiveDoubleEq(kNaN)));
  EXPECT_THAT(figures.markets, ElementsAre(0, 0));
  EXPECT_THAT(figures.unweighed_markets, ElementsAre(1, 0));
  EXPECT_THAT(figures.suspicious, ElementsAre(0, 2));
}

TEST(AggregateTest, PeriodsWithoutRowsAreAbsent) {
  const AggregateFigures figures = Aggregate(
      {.period = Period::kTenDays}, {Series({{1, 2}, {10, 4}, {31, 5}}), Series({{32, 6}})});
  EXPECT_THAT(figures.period_starts,
              ElementsAre(Day{kNewYear}, Day{kNewYear + 20}, Day{kNewYear + 31}));
  EXPECT_THAT(figures.means, ElementsAre(3, 5, 6));
}

TEST(AggregateTest, EarlierMonthsMayComeAfterLaterOnes) {
  const AggregateFigures figures =
      Aggregate(kMonthly, {Series({{62, 3}}), Series({{1, 1}}), Series({{32, 2}})});
  EXPECT_THAT(figures.means, ElementsAre(1, 2, 3));
}

// Days without a gap are added column by column, others one by one.
TEST(AggregateTest, GapsDoNotChangeADay) {
  const AggregateOptions options{.period = Period::kDay, .with_arrivals = true};
  const AggregateFigures figures = Aggregate(
      options,
      {Series({{2, 4, 1}, {3, 5, 0}, {4, 6, 3}}, true), Series({{2, 8, 2}, {4, 2, 0}}, true)});
  EXPECT_THAT(figures.means, ElementsAre(6, 5, 4));
  EXPECT_THAT(figures.minima, ElementsAre(4, 5, 2));
  EXPECT_THAT(figures.maxima, ElementsAre(8, 5, 6));
  EXPECT_THAT(figures.markets, ElementsAre(2, 1, 2));
  EXPECT_THAT(figures.observations, ElementsAre(2, 1, 2));
  EXPECT_THAT(figures.arrivals, ElementsAre(3, NanSensitiveDoubleEq(kNaN), 3));
  EXPECT_THAT(figures.unweighed, ElementsAre(0, 1, 1));
  EXPECT_THAT(figures.unweighed_markets, ElementsAre(0, 1, 1));
}

TEST(AggregateTest, ExtremesThatAreNotAskedForAreNotANumber) {
  const AggregateFigures figures =
      Aggregate({.period = Period::kDay, .with_extremes = false}, {Series({{1, 2}})});
  EXPECT_THAT(figures.means, ElementsAre(2));
  EXPECT_THAT(figures.minima, ElementsAre(NanSensitiveDoubleEq(kNaN)));
  EXPECT_THAT(figures.maxima, ElementsAre(NanSensitiveDoubleEq(kNaN)));
}

TEST(AggregateTest, PlainQuantilesAreBetweenMarkets) {
  // Markets' means are 1, 2, 3 and 10.
  const AggregateFigures figures =
      Aggregate({.period = Period::kMonth, .quantiles = {0, 0.25, 0.5, 1}},
                {Series({{1, 10}}), Series({{1, 1}, {2, 3}}), Series({{5, 1}}), Series({{3, 3}})});
  EXPECT_THAT(figures.quantiles,
              ElementsAre(ElementsAre(1), ElementsAre(1.75), ElementsAre(2.5), ElementsAre(10)));
}

TEST(AggregateTest, QuantilesByVolumeAreWhereThatShareWasTraded) {
  const AggregateFigures figures = Aggregate(
      {.period = Period::kMonth,
       .weighting = Weighting::kVolume,
       .quantiles = {0, 0.1, 0.5, 0.9, 1}},
      {Series({{1, 3, 60}}, true), Series({{1, 1, 10}}, true), Series({{1, 9, 30}}, true)});
  EXPECT_THAT(figures.quantiles, ElementsAre(ElementsAre(1), ElementsAre(1), ElementsAre(3),
                                             ElementsAre(9), ElementsAre(9)));
}

TEST(AggregateTest, OneMarketIsItsOwnQuantile) {
  const AggregateFigures figures =
      Aggregate({.period = Period::kDay, .quantiles = {0.1, 0.9}}, {Series({{1, 3}, {2, 4}})});
  EXPECT_THAT(figures.quantiles, ElementsAre(ElementsAre(3, 4), ElementsAre(3, 4)));
}

TEST(AggregateTest, QuotesComeOutAsTheyWentIn) {
  GroupAggregator aggregator({.period = Period::kMonth, .quantiles = {0.5}});
  GLUTWATCH_ASSERT_OK(aggregator.Add(Series({{1, 9'600}}), true));
  GLUTWATCH_ASSERT_OK(aggregator.Add(Series({{1, 9'600}, {2, 9'600}}), true));
  AggregateFigures figures;
  aggregator.Finish(10'000, &figures);
  EXPECT_THAT(figures.means, ElementsAre(0.96));
  EXPECT_THAT(figures.minima, ElementsAre(0.96));
  EXPECT_THAT(figures.maxima, ElementsAre(0.96));
  EXPECT_THAT(figures.quantiles, ElementsAre(ElementsAre(0.96)));
}

TEST(AggregateTest, NothingOfAGroupIsLeftInTheNext) {
  GroupAggregator aggregator({.period = Period::kMonth, .quantiles = {0.5}});
  GLUTWATCH_ASSERT_OK(aggregator.Add(Series({{1, 2}}), false));
  GLUTWATCH_ASSERT_OK(aggregator.Add(Series({{40, 8}}), true));
  AggregateFigures figures;
  aggregator.Finish(1, &figures);
  GLUTWATCH_ASSERT_OK(aggregator.Add(DayPrices(), true));
  aggregator.Finish(1, &figures);
  EXPECT_THAT(figures.period_starts, IsEmpty());
  GLUTWATCH_ASSERT_OK(aggregator.Add(Series({{1, 5}}), true));
  aggregator.Finish(1, &figures);
  EXPECT_THAT(figures.means, ElementsAre(5));
  EXPECT_THAT(figures.quantiles, ElementsAre(ElementsAre(5)));
}

TEST(AggregateTest, TooManyValuesForQuantilesAreRefused) {
  GroupAggregator aggregator({.period = Period::kDay, .quantiles = {0.5}});
  std::vector<DayPrice> days;
  for (int day = 1; day <= 20'000; ++day) days.push_back({day, 1});
  const DayPrices series = Series(days);
  absl::Status status;
  size_t added = 0;
  for (; status.ok() && added < 1000; ++added) status = aggregator.Add(series, true);
  EXPECT_EQ(added, GroupAggregator::kMaxQuantileValues / days.size() + 1);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("TOO_MANY_VALUES"));
}

// The same by lists and maps, one definition after the other.
struct ModelPeriod {
  std::map<int, std::map<int, std::vector<DayPrice>>> markets;  // by market, then series

  bool Counts(const DayPrice& day, Weighting weighting) const {
    return weighting == Weighting::kPlain || day.arrivals > 0;
  }
  // The markets' figures with their arrivals, lowest first.
  std::vector<std::pair<double, double>> Figures(Weighting weighting) const {
    std::vector<std::pair<double, double>> figures;
    for (const auto& [market, series] : markets) {
      double turnover = 0;
      double arrivals = 0;
      std::vector<double> means;
      for (const auto& [number, days] : series) {
        double sum = 0;
        for (const DayPrice& day : days) {
          sum += day.price;
          turnover += day.price * day.arrivals;
          arrivals += day.arrivals;
        }
        means.push_back(sum / static_cast<double>(days.size()));
      }
      if (weighting == Weighting::kPlain) {
        figures.push_back(
            {std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(means.size()),
             arrivals});
      } else if (arrivals > 0) {
        figures.push_back({turnover / arrivals, arrivals});
      }
    }
    std::sort(figures.begin(), figures.end());
    return figures;
  }
  double Mean(Weighting weighting) const {
    double sum = 0;
    double weights = 0;
    for (const auto& [figure, arrivals] : Figures(weighting)) {
      const double weight = weighting == Weighting::kPlain ? 1 : arrivals;
      sum += figure * weight;
      weights += weight;
    }
    return sum / weights;
  }
};

class AggregateModelTest : public ::testing::TestWithParam<std::tuple<Period, Weighting>> {};

TEST_P(AggregateModelTest, AgreesWithTheObviousWay) {
  const auto [period, weighting] = GetParam();
  std::mt19937 random(42);
  const auto up_to = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  GroupAggregator aggregator(
      {.period = period, .weighting = weighting, .quantiles = {0.5}, .with_arrivals = true});
  for (int round = 0; round < 30; ++round) {
    std::map<int32_t, ModelPeriod> model;
    const int markets = 1 + up_to(7);
    for (int market = 0; market < markets; ++market) {
      const int series_count = 1 + up_to(2);
      for (int series = 0; series < series_count; ++series) {
        std::vector<DayPrice> days;
        for (int day = 1 + up_to(200); day < 400; day += 1 + up_to(20)) {
          days.push_back({day, 1.0 + up_to(900) / 100.0, up_to(3) == 0 ? 0.0 : up_to(99) / 10.0});
          model[PeriodIndex(period, Day{kNewYear + day - 1})].markets[market][series].push_back(
              days.back());
        }
        GLUTWATCH_ASSERT_OK(aggregator.Add(Series(days, true), series + 1 == series_count));
      }
    }
    AggregateFigures figures;
    aggregator.Finish(1, &figures);
    ASSERT_EQ(figures.size(), model.size());
    size_t i = 0;
    for (const auto& [index, expected] : model) {
      const auto by_market = expected.Figures(weighting);
      EXPECT_EQ(figures.period_starts[i], PeriodStart(period, index));
      ASSERT_EQ(figures.markets[i], static_cast<int64_t>(by_market.size()));
      EXPECT_EQ(
          figures.markets[i] + (weighting == Weighting::kVolume ? figures.unweighed_markets[i] : 0),
          static_cast<int64_t>(expected.markets.size()));
      if (!by_market.empty()) {
        EXPECT_NEAR(figures.means[i], expected.Mean(weighting), 1e-9);
        EXPECT_LE(figures.minima[i], by_market.front().first + 1e-9);
        EXPECT_GE(figures.maxima[i], by_market.back().first - 1e-9);
        EXPECT_GE(figures.quantiles[0][i], by_market.front().first - 1e-9);
        EXPECT_LE(figures.quantiles[0][i], by_market.back().first + 1e-9);
      }
      ++i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, AggregateModelTest,
    ::testing::Combine(::testing::Values(Period::kDay, Period::kWeek, Period::kTenDays,
                                         Period::kMonth, Period::kYear),
                       ::testing::Values(Weighting::kPlain, Weighting::kVolume)));

}  // namespace
}  // namespace glutwatch::observe
