#include "server/observe/data_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "server/observe/series_health.h"
#include "server/observe/source_tally.h"

namespace glutwatch::observe {
namespace {

using storage::DayStatus;
using storage::SeriesId;
using storage::Version;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

const absl::TimeZone kZone = absl::FixedTimeZone(8 * 60 * 60);
const Day kMonday = ToDay(absl::CivilDay(2026, 3, 2));

absl::Time At(Day day, double hours) {
  return absl::FromCivil(ToCivil(day), kZone) + absl::Hours(1) * hours;
}

int WeekdayFromMonday(Day day) { return (((day - kMonday) % 7) + 7) % 7; }

Version MakeVersion(Day day, absl::Time recorded, uint16_t flags = 0,
                    DayStatus status = DayStatus::kTraded, uint16_t lot = 0) {
  Version version;
  version.observation.day = day;
  version.observation.lot = lot;
  version.observation.status = status;
  version.observation.flags = flags;
  if (status == DayStatus::kTraded) {
    version.observation.presence = storage::kHasModal;
    version.observation.modal_e4 = 10'000;
  }
  version.recorded_us = absl::ToUnixMicros(recorded);
  return version;
}

// A market of `count` series that report at 6:00 on Monday to Saturday, for eight weeks up to the
// Saturday before kMonday.
std::vector<SeriesAnswers> SixDayMarket(int count) {
  std::vector<SeriesAnswers> market;
  for (int i = 1; i <= count; ++i) {
    SeriesAnswers series{SeriesId{static_cast<uint32_t>(i)}, false, {}};
    for (Day day = kMonday - 56; day < kMonday; day = day + 1) {
      if (WeekdayFromMonday(day) == 6) continue;
      series.answers.push_back({.day = day, .first_us = absl::ToUnixMicros(At(day, 6))});
    }
    market.push_back(series);
  }
  return market;
}

void Report(Day day, double hours, SeriesAnswers* series, DayStatus status = DayStatus::kTraded) {
  series->answers.push_back(
      {.day = day, .status = status, .first_us = absl::ToUnixMicros(At(day, hours))});
}

TEST(MarketHealthTest, CompleteWhenEveryExpectedSeriesHasAnswered) {
  auto market = SixDayMarket(3);
  Report(kMonday, 7.5, &market[0]);
  Report(kMonday, 6.5, &market[1], DayStatus::kNoBid);
  Report(kMonday, 7.5, &market[2], DayStatus::kNotReported);
  const MarketHealth health = AssessMarket(market, kMonday, At(kMonday, 9), kZone);
  EXPECT_EQ(health.state, MarketDayState::kComplete);
  EXPECT_EQ(health.expected, 3);
  EXPECT_EQ(health.received, 3);
  EXPECT_THAT(health.missing, IsEmpty());
  EXPECT_THAT(health.arrival, Optional(At(kMonday, 7.5)));
  EXPECT_THAT(health.usual_delay, Optional(absl::Hours(6)));
  EXPECT_THAT(health.lateness, Optional(absl::Minutes(90)));
  EXPECT_THAT(health.newest_day, Optional(kMonday));
  EXPECT_FALSE(health.stale);
}

TEST(MarketHealthTest, PendingUntilTwoHoursAfterTheUsualTimeThenPartial) {
  auto market = SixDayMarket(3);
  Report(kMonday, 6, &market[1]);
  EXPECT_EQ(AssessMarket(market, kMonday, At(kMonday, 7.9), kZone).state, MarketDayState::kPending);
  const MarketHealth health = AssessMarket(market, kMonday, At(kMonday, 8), kZone);
  EXPECT_EQ(health.state, MarketDayState::kPartial);
  EXPECT_EQ(health.received, 1);
  EXPECT_THAT(health.missing, ElementsAre(SeriesId{1}, SeriesId{3}));
}

TEST(MarketHealthTest, ADueDayWithoutAnyAnswerIsMissingAndLateByNow) {
  const auto market = SixDayMarket(2);
  EXPECT_EQ(AssessMarket(market, kMonday, At(kMonday, 7), kZone).state, MarketDayState::kPending);
  const MarketHealth health = AssessMarket(market, kMonday, At(kMonday, 10), kZone);
  EXPECT_EQ(health.state, MarketDayState::kMissing);
  EXPECT_THAT(health.lateness, Optional(absl::Hours(4)));
  EXPECT_EQ(health.expected, 2);
  EXPECT_EQ(health.days_since, 2);
}

TEST(MarketHealthTest, AMarketThatRestsOnSundaysMissesNothingThen) {
  auto market = SixDayMarket(2);
  const Day sunday = kMonday - 1;
  const MarketHealth health = AssessMarket(market, sunday, At(sunday, 23), kZone);
  EXPECT_EQ(health.state, MarketDayState::kRestDay);
  EXPECT_EQ(health.expected, 0);
  EXPECT_EQ(health.lateness, std::nullopt);
  Report(sunday, 6, &market[0]);  // it may open all the same
  const MarketHealth open = AssessMarket(market, sunday, At(sunday, 23), kZone);
  EXPECT_EQ(open.state, MarketDayState::kComplete);
  EXPECT_EQ(open.unexpected, 1);
}

TEST(MarketHealthTest, ClosedForTheWholeMarketIsAnAnswer) {
  auto market = SixDayMarket(2);
  market.push_back({SeriesId{9}, /*whole_market=*/true, {}});
  Report(kMonday, 6, &market[2], DayStatus::kHoliday);
  const MarketHealth health = AssessMarket(market, kMonday, At(kMonday, 23), kZone);
  EXPECT_EQ(health.state, MarketDayState::kClosed);
  EXPECT_EQ(health.expected, 0);
  EXPECT_THAT(health.missing, IsEmpty());
  // What traded outweighs it.
  Report(kMonday, 7, &market[0]);
  EXPECT_EQ(AssessMarket(market, kMonday, At(kMonday, 23), kZone).state, MarketDayState::kPartial);
}

TEST(MarketHealthTest, HolidaysDoNotMakeARestDay) {
  auto market = SixDayMarket(1);
  market.push_back({SeriesId{9}, /*whole_market=*/true, {}});
  SeriesAnswers& series = market[0];
  for (int week = 3; week >= 1; --week) {  // three Mondays off
    const Day off = kMonday - 7 * week;
    series.answers.erase(std::find_if(series.answers.begin(), series.answers.end(),
                                      [&](const Answer& answer) { return answer.day == off; }));
    Report(off, 6, &market[1], DayStatus::kHoliday);
  }
  const MarketHealth health = AssessMarket(market, kMonday, At(kMonday, 23), kZone);
  EXPECT_EQ(health.state, MarketDayState::kMissing);
  EXPECT_EQ(health.expected, 1);
}

TEST(MarketHealthTest, ASeriesIsExpectedOnTheWeekdaysOnWhichItReports) {
  auto market = SixDayMarket(1);
  SeriesAnswers tuesdays{SeriesId{2}, false, {}};
  SeriesAnswers gone{SeriesId{3}, false, {}};
  for (int week = 8; week >= 1; --week) {
    Report(kMonday - 7 * week + 1, 6, &tuesdays);
    if (week > 2) Report(kMonday - 7 * week, 6, &gone);
  }
  market.push_back(tuesdays);
  market.push_back(gone);  // two of the newest four Mondays: not more than half
  EXPECT_THAT(AssessMarket(market, kMonday, At(kMonday, 23), kZone).missing,
              ElementsAre(SeriesId{1}));
  EXPECT_THAT(AssessMarket(market, kMonday + 1, At(kMonday + 1, 23), kZone).missing,
              ElementsAre(SeriesId{1}, SeriesId{2}));
}

TEST(MarketHealthTest, AMarketOfAFewDaysIsMeasuredByItsLastOnes) {
  std::vector<SeriesAnswers> market(2);
  market[0].series = SeriesId{1};
  market[1].series = SeriesId{2};
  EXPECT_EQ(AssessMarket(market, kMonday, At(kMonday, 23), kZone).state, MarketDayState::kUnknown);
  for (int ago = 3; ago >= 1; --ago) Report(kMonday - ago, 6, &market[0]);
  Report(kMonday - 1, 6, &market[1]);
  const MarketHealth health = AssessMarket(market, kMonday, At(kMonday, 23), kZone);
  EXPECT_EQ(health.state, MarketDayState::kMissing);
  EXPECT_THAT(health.missing, ElementsAre(SeriesId{1}));
}

TEST(MarketHealthTest, DaysThatWereFilledInAfterwardsTellNothingAboutTheUsualTime) {
  std::vector<SeriesAnswers> market(1);
  market[0].series = SeriesId{1};
  for (Day day = kMonday - 40; day < kMonday; day = day + 1) {
    const bool live = day >= kMonday - 5;
    market[0].answers.push_back(
        {.day = day, .first_us = absl::ToUnixMicros(live ? At(day, 30) : At(kMonday, 1))});
  }
  EXPECT_THAT(AssessMarket(market, kMonday, At(kMonday, 9), kZone).usual_delay,
              Optional(absl::Hours(30)));
  market[0].answers.resize(33);  // none of the live ones is left, only late ones within ten days
  const MarketHealth health = AssessMarket(market, kMonday, At(kMonday, 9), kZone);
  EXPECT_EQ(health.usual_delay, std::nullopt);
  EXPECT_EQ(health.state, MarketDayState::kPending);  // due after two days if nothing is usual
  EXPECT_EQ(AssessMarket(market, kMonday, At(kMonday, 48), kZone).state, MarketDayState::kMissing);
}

TEST(MarketHealthTest, StaleWhenSilentForMoreThanHalfAsLongAgainAsUsual) {
  const auto market = SixDayMarket(1);  // nine of ten gaps are of at most two days
  const MarketHealth tuesday = AssessMarket(market, kMonday + 1, At(kMonday + 1, 9), kZone);
  EXPECT_THAT(tuesday.usual_gap_days, Optional(2));
  EXPECT_EQ(tuesday.days_since, 3);
  EXPECT_FALSE(tuesday.stale);
  EXPECT_TRUE(AssessMarket(market, kMonday + 2, At(kMonday + 2, 9), kZone).stale);
}

TEST(MarketHealthTest, AMarketThatFellSilentLongAgoIsStale) {
  const MarketHealth health =
      AssessMarket({}, kMonday, At(kMonday, 9), kZone, {}, /*newest_before=*/kMonday - 90);
  EXPECT_TRUE(health.stale);
  EXPECT_EQ(health.days_since, 90);
  EXPECT_EQ(health.state, MarketDayState::kUnknown);
  EXPECT_FALSE(AssessMarket({}, kMonday, At(kMonday, 9), kZone).stale);  // it never reported
}

TEST(MarketHealthTest, LaterDaysDoNotCount) {
  auto market = SixDayMarket(1);
  const MarketHealth before = AssessMarket(market, kMonday, At(kMonday, 9), kZone);
  Report(kMonday + 1, 6, &market[0]);
  const MarketHealth after = AssessMarket(market, kMonday, At(kMonday, 9), kZone);
  EXPECT_EQ(after.newest_day, before.newest_day);
  EXPECT_EQ(after.state, before.state);
}

TEST(MarketHealthTest, TheOrderOfSeriesAndOfArrivalDoesNotMatter) {
  const uint32_t seed = 7;
  std::mt19937 random(seed);
  auto market = SixDayMarket(12);
  for (size_t i = 0; i < market.size(); ++i) {
    auto& answers = market[i].answers;
    answers.erase(std::remove_if(answers.begin(), answers.end(),
                                 [&](const Answer&) { return random() % 4 == 0; }),
                  answers.end());
    if (i % 3 == 0) Report(kMonday, 5 + static_cast<double>(i) / 10, &market[i]);
  }
  const MarketHealth want = AssessMarket(market, kMonday, At(kMonday, 12), kZone);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(market.begin(), market.end(), random);
    const MarketHealth health = AssessMarket(market, kMonday, At(kMonday, 12), kZone);
    EXPECT_EQ(health.state, want.state);
    EXPECT_EQ(health.expected, want.expected);
    EXPECT_EQ(health.received, want.received);
    EXPECT_EQ(health.missing, want.missing);
    EXPECT_EQ(health.arrival, want.arrival);
    EXPECT_EQ(health.usual_delay, want.usual_delay);
    EXPECT_EQ(health.lateness, want.lateness);
    EXPECT_EQ(health.usual_gap_days, want.usual_gap_days);
  }
}

TEST(AnswersTest, ADayIsItsFirstReportAndItsNewestOpinions) {
  const auto answers = AnswersOf({
      MakeVersion(kMonday, At(kMonday, 6), storage::kPriceJump),
      MakeVersion(kMonday, At(kMonday, 8)),  // corrected: no jump any more
      MakeVersion(kMonday, At(kMonday, 5), storage::kUnitSlip, DayStatus::kNoBid, 1),
      MakeVersion(kMonday + 1, At(kMonday + 1, 6), storage::kPriceJump),
      MakeVersion(kMonday + 1, At(kMonday + 1, 9), storage::kPriceJump | storage::kDiscarded),
      MakeVersion(kMonday + 2, At(kMonday + 2, 6), storage::kFrozenQuote | storage::kFlatQuote),
  });
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].status, DayStatus::kTraded);
  EXPECT_EQ(answers[0].first_us, absl::ToUnixMicros(At(kMonday, 5)));
  EXPECT_EQ(answers[0].suspicious, 1);
  EXPECT_EQ(answers[0].corrected, 1);
  EXPECT_EQ(answers[1].suspicious, 0);
  EXPECT_EQ(answers[1].discarded, 1);
  EXPECT_EQ(answers[1].first_us, absl::ToUnixMicros(At(kMonday + 1, 6)));
  EXPECT_EQ(answers[2].frozen, 1);
  EXPECT_EQ(answers[2].flat, 1);
  EXPECT_THAT(AnswersOf({}), IsEmpty());
}

TEST(UsualGapTest, IsWhatNineOfTenGapsDoNotExceed) {
  const auto gap_of = [](std::vector<int> gaps) {
    std::vector<Day> days = {Day{0}};
    for (const int gap : gaps) days.push_back(days.back() + gap);
    return UsualGap(days);
  };
  EXPECT_EQ(gap_of({}), std::nullopt);
  EXPECT_EQ(gap_of({1, 1}), std::nullopt);
  EXPECT_EQ(gap_of({1, 1, 1}), 1);
  EXPECT_EQ(gap_of({1, 1, 1, 1, 1, 1, 1, 1, 1, 30}), 1);  // one long silence in ten is not usual
  EXPECT_EQ(gap_of({1, 1, 1, 1, 3, 1, 1, 1, 1, 3}), 3);   // the weekends are
  EXPECT_EQ(gap_of({7, 7, 7}), 7);
}

TEST(StaleTest, AllowsHalfAsLongAgainAndAtLeastADay) {
  struct StaleCase {
    std::optional<int> usual;
    int fresh, stale;  // days since the newest
  };
  for (const StaleCase& c : {StaleCase{1, 2, 3}, StaleCase{3, 4, 5}, StaleCase{7, 10, 11},
                             StaleCase{30, 45, 46}, StaleCase{std::nullopt, 31, 32}}) {
    EXPECT_FALSE(IsStale(c.fresh, c.usual)) << c.fresh;
    EXPECT_TRUE(IsStale(c.stale, c.usual)) << c.stale;
  }
}

TEST(RegionHealthTest, AddsMarketsUpAndIsBlindIfAllAreStale) {
  RegionHealth region;
  EXPECT_FALSE(region.blind());
  MarketHealth fresh;
  fresh.state = MarketDayState::kPartial;
  fresh.expected = 5;
  fresh.received = 3;
  fresh.newest_day = kMonday;
  fresh.suspicious = 2;
  MarketHealth stale;
  stale.state = MarketDayState::kMissing;
  stale.stale = true;
  stale.newest_day = kMonday - 9;
  region.Add(stale);
  EXPECT_TRUE(region.blind());
  region.Add(fresh);
  EXPECT_FALSE(region.blind());
  EXPECT_EQ(region.markets, 2);
  EXPECT_EQ(region.stale, 1);
  EXPECT_EQ(region.expected, 5);
  EXPECT_EQ(region.received, 3);
  EXPECT_EQ(region.suspicious, 2);
  EXPECT_EQ(region.by_state[static_cast<int>(MarketDayState::kMissing)], 1);
  EXPECT_THAT(region.newest_day, Optional(kMonday));
}

TEST(SeriesHealthTest, CountsWhatTheWindowHolds) {
  std::vector<Version> versions;
  for (Day day = kMonday - 100; day <= kMonday; day = day + 1) {
    if (WeekdayFromMonday(day) == 6) {
      versions.push_back(MakeVersion(day, At(day, 7), 0, DayStatus::kClosed));
      continue;
    }
    versions.push_back(MakeVersion(day, At(day, 7)));
    if (day == kMonday - 3) versions.back().observation.modal_e4 = 11'000;
  }
  versions.push_back(MakeVersion(kMonday + 1, At(kMonday + 1, 7), storage::kPriceJump));
  const SeriesHealth health = AssessSeries(versions, kMonday, kZone);
  EXPECT_THAT(health.newest_day, Optional(kMonday));
  EXPECT_EQ(health.window_days, 63);
  EXPECT_EQ(health.answered_days, 63);
  EXPECT_EQ(health.traded_days, 54);    // nine Sundays off
  EXPECT_EQ(health.repeated_days, 52);  // the price moved twice
  EXPECT_EQ(health.same_days, 2);       // Saturday and Monday
  EXPECT_EQ(health.flat_days, 0);       // modal prices only
  EXPECT_EQ(health.suspicious, 0);
  EXPECT_THAT(health.usual_delay, Optional(absl::Hours(7)));
  EXPECT_THAT(health.usual_gap_days, Optional(1));
  EXPECT_FALSE(health.stale);
  EXPECT_EQ(AssessSeries({}, kMonday, kZone).answered_days, 0);
}

TEST(SourceTallyTest, CountsBySourceAndCivilDayNewestFirst) {
  const auto commit = [](absl::Time time, const std::string& source, int64_t added,
                         int64_t refused) {
    storage::CommitRecord record;
    record.recorded_us = absl::ToUnixMicros(time);
    record.source = source;
    record.added = added;
    record.refused = refused;
    return record;
  };
  SourceTally tally(kZone);
  tally.Add(commit(At(kMonday, 23.9), "b", 10, 1));
  tally.Add(commit(At(kMonday, 24), "b", 20, 2));
  tally.Add(commit(At(kMonday, 6), "a", 1, 0));
  tally.Add(commit(At(kMonday, 3), "b", 100, 0));
  storage::CommitRecord review = commit(At(kMonday, 12), "a", 0, 0);
  review.kind = storage::CommitKind::kReview;
  review.corrected = 1;
  tally.Add(review);
  const auto days = tally.Days();
  ASSERT_EQ(days.size(), 3u);
  EXPECT_EQ(days[0].day, kMonday + 1);
  EXPECT_EQ(days[0].added, 20);
  EXPECT_EQ(days[1].source, "a");
  EXPECT_EQ(days[1].reviews, 1);
  EXPECT_EQ(days[1].corrected, 0);  // the source corrected nothing
  EXPECT_EQ(days[2].source, "b");
  EXPECT_EQ(days[2].batches, 2);
  EXPECT_EQ(days[2].added, 110);
  EXPECT_EQ(days[2].refused, 1);
  EXPECT_EQ(days[2].first_us, absl::ToUnixMicros(At(kMonday, 3)));
  EXPECT_EQ(days[2].last_us, absl::ToUnixMicros(At(kMonday, 23.9)));
}

}  // namespace
}  // namespace glutwatch::observe
