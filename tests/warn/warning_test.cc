#include "server/warn/warning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/status_matchers.h"
#include "tests/warn/risk_days.h"

namespace glutwatch::warn {
namespace {

using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

WarningEvent ExampleEvent() {
  WarningEvent event;
  event.seq = 7;
  event.transition = Transition::kEscalated;
  event.commit_us = 1'770'000'000'123'456;
  event.market_day = Day{20'500};
  event.cause = "rule red-cost; late data";
  Warning& warning = event.warning;
  warning.id = "532930-garlic-20260216";
  warning.group = {"garlic", "532930"};
  warning.level = Level::kRed;
  warning.raised_day = Day{20'490};
  warning.market_day = Day{20'500};
  warning.generation = 2;
  warning.simulated = true;
  Evidence& evidence = warning.evidence;
  evidence.rules = {{"red-cost", Level::kRed, Day{20'499}, "price_to_total_cost 0.5 <= 0.7"}};
  evidence.group = On(20'500, {.to_norm = 0.1 + 0.2, .ifpa = -1.5, .to_cost = 0.5}).indicators;
  evidence.group.norm_years = 4;
  evidence.series = {{storage::SeriesId{70'000}, evidence.group}, {storage::SeriesId{3}, {}}};
  evidence.vintage_us = 1'769'999'999'000'001;
  evidence.rule_pack = "test/1";
  evidence.model_version = 1;
  evidence.missing_days = 3;
  return event;
}

TEST(WarningEventTest, ComesBackBitForBit) {
  const WarningEvent event = ExampleEvent();
  const std::string bytes = EncodeEvent(event);
  const auto decoded = DecodeEvent(bytes, 7);
  GLUTWATCH_ASSERT_OK(decoded);
  EXPECT_EQ(decoded->seq, 7);
  EXPECT_EQ(decoded->cause, event.cause);
  EXPECT_EQ(decoded->warning.id, event.warning.id);
  EXPECT_EQ(decoded->warning.group, event.warning.group);
  EXPECT_EQ(decoded->warning.ended_day, std::nullopt);
  EXPECT_EQ(decoded->warning.evidence.rules, event.warning.evidence.rules);
  EXPECT_EQ(decoded->warning.evidence.group, event.warning.evidence.group);
  EXPECT_EQ(decoded->warning.evidence.series.size(), 2u);
  EXPECT_EQ(EncodeEvent(*decoded), bytes);
}

TEST(WarningEventTest, KeepsTheDayItEnded) {
  WarningEvent event = ExampleEvent();
  event.transition = Transition::kResolved;
  event.warning.state = State::kCleared;
  event.warning.ended_day = Day{-3};
  EXPECT_EQ(DecodeEvent(EncodeEvent(event), 1)->warning.ended_day, Day{-3});
}

TEST(WarningEventTest, CutAnywhereItIsDamagedAndSaysWhich) {
  const std::string bytes = EncodeEvent(ExampleEvent());
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_THAT(DecodeEvent(bytes.substr(0, size), 42),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("warning event 42")))
        << size;
  }
  EXPECT_THAT(DecodeEvent(bytes + "x", 42), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("42")));
}

TEST(WarningEventTest, FlippedBitsNeverCrashAndNeverGiveAnEnumOutsideItsRange) {
  const std::string bytes = EncodeEvent(ExampleEvent());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto event = DecodeEvent(flipped, 1);
    if (!event.ok()) continue;
    EXPECT_LE(static_cast<int>(event->warning.level), 4);
    EXPECT_LE(static_cast<int>(event->transition), 9);
  }
}

TEST(WarningEventTest, ADayOutsideTheCalendarIsDamage) {
  for (const Day day : {kMinDay - 1, kMaxDay + 3651, Day{2'000'000'000}}) {
    WarningEvent event = ExampleEvent();
    event.warning.raised_day = day;
    EXPECT_THAT(DecodeEvent(EncodeEvent(event), 1),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is damaged")));
  }
}

TEST(WarningEventTest, AnotherFormatIsNamed) {
  std::string bytes = EncodeEvent(ExampleEvent());
  bytes[0] = 2;
  EXPECT_THAT(DecodeEvent(bytes, 5),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("has format 2, expected 1")));
}

}  // namespace
}  // namespace glutwatch::warn
