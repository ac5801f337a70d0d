#include "server/report/due.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace glutwatch::report {
namespace {

using catalog::Cadence;

Day D(absl::string_view iso) { return *ParseDay(iso); }
Period P(absl::string_view first, absl::string_view last) { return {D(first), D(last)}; }

TEST(PeriodOfTest, TableOfCadences) {
  const struct {
    Cadence cadence;
    const char* day;
    Period expected;
  } kCases[] = {
      {Cadence::kDaily, "2026-03-05", P("2026-03-05", "2026-03-05")},
      {Cadence::kWeekly, "2026-11-23", P("2026-11-23", "2026-11-29")},  // a Monday
      {Cadence::kWeekly, "2026-11-29", P("2026-11-23", "2026-11-29")},
      {Cadence::kWeekly, "1969-12-31", P("1969-12-29", "1970-01-04")},
      {Cadence::kTenDays, "2026-02-10", P("2026-02-01", "2026-02-10")},
      {Cadence::kTenDays, "2026-02-11", P("2026-02-11", "2026-02-20")},
      {Cadence::kTenDays, "2026-02-28", P("2026-02-21", "2026-02-28")},
      {Cadence::kTenDays, "2026-01-31", P("2026-01-21", "2026-01-31")},
      {Cadence::kMonthly, "2024-02-29", P("2024-02-01", "2024-02-29")},
  };
  for (const auto& c : kCases) EXPECT_EQ(PeriodOf(c.cadence, D(c.day)), c.expected) << c.day;
}

catalog::Fact WeeklyDuty(int grace_days, std::string season = "") {
  catalog::Fact fact;
  fact.id = "duty";
  fact.source.title = "t";
  fact.valid_from = D("2026-01-01");
  fact.content = catalog::ReportingDuty{2,          "onion",  {"532328"},       Cadence::kWeekly,
                                        grace_days, "bureau", std::move(season)};
  return fact;
}

// The week 16 to 22 November 2026 is asked for from the 23rd on.
TEST(StandTest, TableOfStates) {
  const struct {
    const char* today;
    const char* newest;  // "" for none
    DueState state;
    int late_days;
  } kCases[] = {
      {"2026-11-23", "", DueState::kDue, 0},
      {"2026-11-25", "2026-11-15", DueState::kDue, 0},  // the last day of grace
      {"2026-11-26", "2026-11-15", DueState::kLate, 1},
      {"2026-11-26", "2026-11-16", DueState::kReported, 0},
      {"2026-11-26", "2026-11-24", DueState::kReported, 0},  // this week's settles it
      {"2026-11-26", "2026-11-05", DueState::kLate, 8},      // the week before was missed already
      {"2026-11-26", "", DueState::kLate, 1},
  };
  for (const auto& c : kCases) {
    const std::string newest = c.newest;
    const DueItem item =
        Stand(WeeklyDuty(3), "532328", nullptr,
              newest.empty() ? std::nullopt : std::optional<Day>(D(newest)), D(c.today));
    EXPECT_EQ(item.state, c.state) << c.today << " " << newest;
    EXPECT_EQ(item.late_days, c.late_days) << c.today << " " << newest;
    EXPECT_EQ(item.period, P("2026-11-16", "2026-11-22"));
    EXPECT_EQ(item.due_day, D("2026-11-25"));
  }
}

TEST(StandTest, NewDutyIsFirstDueAtTheEndOfItsOwnPeriod) {
  catalog::Fact duty = WeeklyDuty(0);
  duty.valid_from = D("2026-11-24");
  const DueItem item = Stand(duty, "532328", nullptr, std::nullopt, D("2026-11-25"));
  EXPECT_EQ(item.state, DueState::kDue);
  EXPECT_EQ(item.due_day, D("2026-11-29"));
}

TEST(StandTest, OutOfSeasonNothingIsDueAndNothingIsLate) {
  catalog::Fact season;
  season.content = catalog::SeasonCalendar{"onion", "530000", {{1201, 331}}, {{301, 430}}};
  const catalog::Fact duty = WeeklyDuty(3, "growing");
  EXPECT_EQ(Stand(duty, "532328", &season, std::nullopt, D("2026-11-26")).state,
            DueState::kSeasonEnded);
  EXPECT_EQ(Stand(duty, "532328", &season, std::nullopt, D("2026-12-09")).state, DueState::kDue);
  EXPECT_EQ(Stand(duty, "532328", nullptr, std::nullopt, D("2026-11-26")).state, DueState::kLate);
}

TEST(StandTest, TheClosedSeasonDoesNotMakeItLater) {
  catalog::Fact season;
  season.content = catalog::SeasonCalendar{"onion", "530000", {{1102, 331}}, {}};
  const DueItem item =
      Stand(WeeklyDuty(3, "growing"), "532328", &season, D("2026-03-30"), D("2026-11-13"));
  EXPECT_EQ(item.state, DueState::kLate);
  EXPECT_EQ(item.late_days, 2) << "since the week from 2 November on";
}

}  // namespace
}  // namespace glutwatch::report
