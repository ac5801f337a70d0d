#include "server/assess/price_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace glutwatch::assess {
namespace {

using storage::DayStatus;
using storage::Observation;
using storage::Version;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::NanSensitiveDoubleEq;

const double kNaN = std::nan("");

Version Modal(int day, int64_t modal_e4, uint16_t lot = 0) {
  Observation o;
  o.day = Day{day};
  o.lot = lot;
  o.presence = storage::kHasModal;
  o.modal_e4 = modal_e4;
  return {o, 1};
}

Version WithArrivals(Version version, int64_t arrivals_e4) {
  version.observation.presence |= storage::kHasArrivals;
  version.observation.arrivals_e4 = arrivals_e4;
  return version;
}

std::vector<double> PricesOf(const std::vector<Version>& versions) {
  return ToDailyPrices(versions, {"CNY/kg", 1, true}).price;
}

TEST(BasisOfTest, UndoesTheUnit) {
  catalog::Unit jin{"jin", catalog::Dimension::kMass, 5'000, {}};
  const PriceBasis basis = BasisOf("CNY", "jin", &jin);
  EXPECT_EQ(basis.unit, "CNY/kg");
  EXPECT_EQ(basis.divisor, 0.5);
  EXPECT_TRUE(basis.converted);
  catalog::Unit dozen{"dozen", catalog::Dimension::kCount, 120'000, {}};
  EXPECT_EQ(BasisOf("INR", "dozen", &dozen).unit, "INR/piece");
}

TEST(BasisOfTest, WithoutAConversionThePriceStaysAsQuoted) {
  catalog::Unit box{"box", catalog::Dimension::kCount, std::nullopt, {}};
  for (const catalog::Unit* unit :
       {static_cast<const catalog::Unit*>(nullptr), static_cast<const catalog::Unit*>(&box)}) {
    const PriceBasis basis = BasisOf("CNY", "box", unit);
    EXPECT_EQ(basis.unit, "CNY/box");
    EXPECT_EQ(basis.divisor, 1);
    EXPECT_FALSE(basis.converted);
  }
}

TEST(ToDailyPricesTest, DaysWithoutAPriceAreNaN) {
  const DailyPrices prices =
      ToDailyPrices(std::vector<Version>{Modal(10, 12'000), Modal(13, 15'000)}, {"", 0.5, true});
  EXPECT_EQ(prices.first_day, Day{10});
  EXPECT_THAT(prices.price,
              ElementsAre(2.4, NanSensitiveDoubleEq(kNaN), NanSensitiveDoubleEq(kNaN), 3.0));
  EXPECT_EQ(prices.IndexOf(Day{13}), 3u);
  EXPECT_EQ(prices.IndexOf(Day{14}), std::nullopt);
  EXPECT_EQ(prices.IndexOf(Day{9}), std::nullopt);
}

TEST(ToDailyPricesTest, LotsCountByTheirArrivals) {
  EXPECT_THAT(
      PricesOf({WithArrivals(Modal(1, 10'000), 30'000), WithArrivals(Modal(1, 20'000, 1), 10'000)}),
      ElementsAre(1.25));
}

TEST(ToDailyPricesTest, LotsCountEquallyWhereOneHasNoArrivals) {
  EXPECT_THAT(PricesOf({WithArrivals(Modal(1, 10'000), 30'000), Modal(1, 20'000, 1)}),
              ElementsAre(1.5));
  EXPECT_THAT(
      PricesOf({WithArrivals(Modal(1, 10'000), 30'000), WithArrivals(Modal(1, 20'000, 1), 0)}),
      ElementsAre(1.5));
}

TEST(ToDailyPricesTest, LowAndHighAloneGiveTheirMiddle) {
  Version range = Modal(1, 0);
  range.observation.presence = storage::kHasLow | storage::kHasHigh;
  range.observation.low_e4 = 10'000;
  range.observation.high_e4 = 16'000;
  EXPECT_THAT(PricesOf({range}), ElementsAre(1.3));
  range.observation.presence = storage::kHasLow;
  EXPECT_THAT(PricesOf({range}), IsEmpty());
}

TEST(ToDailyPricesTest, SuspiciousObservationsAreLeftOutAndSecondLotsAreNot) {
  for (const uint16_t flag :
       {storage::kPriceJump, storage::kModalOutside, storage::kFutureDay, storage::kUnitSlip,
        storage::kDiscarded}) {
    Version odd = Modal(2, 10'000);
    odd.observation.flags = flag;
    EXPECT_THAT(PricesOf({odd}), IsEmpty()) << flag;
  }
  Version lot = Modal(2, 10'000);
  lot.observation.flags = storage::kSecondLot;
  EXPECT_THAT(PricesOf({lot}), ElementsAre(1.0));
  lot.observation.flags = storage::kFrozenQuote | storage::kFlatQuote;  // doubtful, but a price
  EXPECT_THAT(PricesOf({lot}), ElementsAre(1.0));
}

TEST(ToDailyPricesTest, ADayWithoutTradeHasNoPrice) {
  for (const DayStatus status :
       {DayStatus::kClosed, DayStatus::kHoliday, DayStatus::kNoBid, DayStatus::kNotReported}) {
    Version day = Modal(2, 10'000);
    day.observation.status = status;
    EXPECT_THAT(PricesOf({day}), IsEmpty()) << static_cast<int>(status);
  }
}

}  // namespace
}  // namespace glutwatch::assess
