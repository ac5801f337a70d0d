#include "server/observe/day_prices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "server/assess/price_series.h"
#include "tests/observe/column_rows.h"

namespace glutwatch::observe {
namespace {

using glutwatch::testing::ModalRow;
using glutwatch::testing::ToColumns;
using storage::ColumnSet;
using storage::DayStatus;
using storage::kAllColumns;
using storage::Observation;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Observation LowHigh(int day, int64_t low_e4, int64_t high_e4) {
  Observation row;
  row.day = Day{day};
  row.presence = storage::kHasLow | storage::kHasHigh;
  row.low_e4 = low_e4;
  row.high_e4 = high_e4;
  return row;
}

Observation Suspicious(Observation row) {
  row.flags = storage::kPriceJump;
  return row;
}

Observation WithStatus(int day, DayStatus status) {
  Observation row;
  row.day = Day{day};
  row.status = status;
  return row;
}

DayPrices PricesOf(const std::vector<Observation>& rows, const SeriesScale& scale = {10'000, 0},
                   bool with_arrivals = false) {
  DayPrices prices;
  EXPECT_EQ(ToDayPrices(ToColumns(rows, kAllColumns), scale, with_arrivals, &prices), 0u);
  return prices;
}

TEST(DayPricesTest, ModalPricesComeInTheGroupsUnit) {
  // 1.55 and 1.6 yuan per 斤, to the last bit; undivided as quoted.
  const DayPrices prices = PricesOf({ModalRow(10, 15'500), ModalRow(12, 16'000)}, {5'000, 0});
  EXPECT_THAT(prices.days, ElementsAre(Day{10}, Day{12}));
  EXPECT_THAT(prices.prices, ElementsAre(3.1, 3.2));
  EXPECT_THAT(prices.arrivals, IsEmpty());
  EXPECT_THAT(PricesOf({ModalRow(10, 15'500)}, {1, 0}).prices, ElementsAre(15'500));
}

TEST(DayPricesTest, TheMiddleOfLowAndHighStandsForAMissingModalPrice) {
  Observation low_only = LowHigh(12, 20'000, 0);
  low_only.presence = storage::kHasLow;
  const DayPrices prices = PricesOf({ModalRow(10, 20'000), LowHigh(11, 10'000, 25'000), low_only});
  EXPECT_THAT(prices.days, ElementsAre(Day{10}, Day{11}));
  EXPECT_THAT(prices.prices, ElementsAre(DoubleEq(2), DoubleEq(1.75)));
}

TEST(DayPricesTest, DaysWithoutTradeAreAbsentNotZero) {
  const DayPrices prices = PricesOf({ModalRow(10, 20'000), WithStatus(11, DayStatus::kClosed),
                                     WithStatus(12, DayStatus::kNoBid), ModalRow(13, 10'000)});
  EXPECT_THAT(prices.days, ElementsAre(Day{10}, Day{13}));
  EXPECT_THAT(prices.suspicious, IsEmpty());
}

TEST(DayPricesTest, SuspiciousRowsAreLeftOutAndListed) {
  const DayPrices prices =
      PricesOf({ModalRow(10, 20'000), Suspicious(ModalRow(11, 200'000)),
                Suspicious(ModalRow(12, 1)), ModalRow(12, 10'000, std::nullopt, 1)});
  EXPECT_THAT(prices.days, ElementsAre(Day{10}, Day{12}));
  EXPECT_THAT(prices.prices, ElementsAre(DoubleEq(2), DoubleEq(1)));
  EXPECT_THAT(prices.suspicious, ElementsAre(Day{11}, Day{12}));
}

TEST(DayPricesTest, DiscardedRowsAreLeftOutAndNotWaitedForAndUnmovedOnesCount) {
  Observation discarded = ModalRow(11, 200'000);
  discarded.flags = storage::kPriceJump | storage::kDiscarded;
  Observation good = ModalRow(12, 30'000);
  good.flags = storage::kDiscarded;  // by a person, though nothing doubted it
  Observation frozen = ModalRow(13, 20'000);
  frozen.flags = storage::kFrozenQuote | storage::kFlatQuote;
  const DayPrices prices = PricesOf({ModalRow(10, 20'000), discarded, good, frozen});
  EXPECT_THAT(prices.days, ElementsAre(Day{10}, Day{13}));
  EXPECT_THAT(prices.suspicious, IsEmpty());
}

TEST(DayPricesTest, ASecondLotIsAFactNotASuspicion) {
  Observation second = ModalRow(10, 40'000, std::nullopt, 1);
  second.flags = storage::kSecondLot;
  EXPECT_THAT(PricesOf({ModalRow(10, 20'000), second}).prices, ElementsAre(DoubleEq(3)));
}

TEST(DayPricesTest, LotsCountByArrivalsWhereAllHaveThem) {
  // 2 x 30 + 4 x 10 over 40, then plainly, because one lot has none.
  const DayPrices prices =
      PricesOf({ModalRow(10, 20'000, 300'000), ModalRow(10, 40'000, 100'000, 1),
                ModalRow(11, 20'000, 300'000), ModalRow(11, 40'000, std::nullopt, 1)},
               {10'000, 1e-4}, true);
  EXPECT_THAT(prices.prices, ElementsAre(DoubleEq(2.5), DoubleEq(3)));
  EXPECT_THAT(prices.arrivals, ElementsAre(DoubleEq(40), DoubleEq(30)));
}

TEST(DayPricesTest, ArrivalsThatDoNotConvertAreNone) {
  const DayPrices prices =
      PricesOf({ModalRow(10, 20'000, 300'000), ModalRow(11, 20'000, 0)}, {10'000, 0}, true);
  EXPECT_THAT(prices.arrivals, ElementsAre(0, 0));
}

TEST(DayPricesTest, AsksForTheColumnsThatItNeedsAndNoMore) {
  const auto missing = [](const std::vector<Observation>& rows, bool with_arrivals) {
    DayPrices prices;
    return ToDayPrices(ToColumns(rows, kDayPriceColumns), {}, with_arrivals, &prices);
  };
  EXPECT_EQ(missing({ModalRow(10, 20'000, 1)}, false), 0u);
  EXPECT_EQ(missing({}, true), 0u);
  EXPECT_EQ(missing({ModalRow(10, 20'000, 1)}, true), storage::kArrivalsColumn);
  EXPECT_EQ(missing({LowHigh(10, 1, 2)}, false),
            ColumnSet{storage::kLowColumn | storage::kHighColumn});
  EXPECT_EQ(missing({ModalRow(10, 1, 1), ModalRow(10, 2, 1, 1)}, false), storage::kArrivalsColumn);
  EXPECT_EQ(missing({ModalRow(10, 1), WithStatus(11, DayStatus::kHoliday)}, false), 0u);
}

// One price of a day must not mean two things in one house.
TEST(DayPricesTest, AreThoseOfTheAssessment) {
  std::mt19937 random(7);
  const auto up_to = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  for (int round = 0; round < 300; ++round) {
    std::vector<storage::Version> versions;
    std::vector<Observation> rows;
    for (int day = 0; day < 60; day += 1 + up_to(2)) {
      const int lots = up_to(4) == 0 ? 3 : 1;
      for (int lot = 0; lot < lots; ++lot) {
        Observation row =
            ModalRow(day, 1 + up_to(90'000), up_to(3) * 10'000, static_cast<uint16_t>(lot));
        row.low_e4 = up_to(90'000);
        row.high_e4 = row.low_e4 + up_to(1000);
        row.presence = static_cast<uint8_t>(up_to(15));
        if ((row.presence & storage::kHasLow) == 0) row.low_e4 = 0;
        if ((row.presence & storage::kHasModal) == 0) row.modal_e4 = 0;
        if ((row.presence & storage::kHasHigh) == 0) row.high_e4 = 0;
        if ((row.presence & storage::kHasArrivals) == 0) row.arrivals_e4 = 0;
        row.status = up_to(9) == 0 ? DayStatus::kNoBid : DayStatus::kTraded;
        row.flags = static_cast<uint16_t>(up_to(9) == 0 ? storage::kUnitSlip : 0);
        rows.push_back(row);
        versions.push_back({row, 1});
      }
    }
    const auto expected = assess::ToDailyPrices(versions, {"CNY/kg", 0.5, true});
    const DayPrices prices = PricesOf(rows, {5'000, 1}, true);
    size_t next = 0;
    for (size_t i = 0; i < expected.price.size(); ++i) {
      if (std::isnan(expected.price[i])) continue;
      ASSERT_LT(next, prices.days.size());
      EXPECT_EQ(prices.days[next], expected.first_day + static_cast<int>(i));
      EXPECT_DOUBLE_EQ(prices.prices[next], expected.price[i]);
      ++next;
    }
    EXPECT_EQ(next, prices.days.size());
  }
}

}  // namespace
}  // namespace glutwatch::observe
