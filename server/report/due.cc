#include "server/report/due.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "base/status_macros.h"
#include "server/report/kind_rules.h"

namespace glutwatch::report {
namespace {

using catalog::Cadence;

Period WeekOf(Day day) {
  constexpr int kDays = 7;
  constexpr int kMonday = 4;  // 1970-01-05, in days since 1970-01-01
  const int since = ((DayNumber(day) - kMonday) % kDays + kDays) % kDays;
  return {day - since, day - since + (kDays - 1)};
}

Period MonthOf(Day day) {
  const absl::CivilMonth month(ToCivil(day));
  return {ToDay(absl::CivilDay(month)), ToDay(absl::CivilDay(month + 1) - 1)};
}

Period TenDaysOf(Day day) {
  constexpr int kTen = 10;
  const Period month = MonthOf(day);
  const int part = std::min((day - month.first) / kTen, 2);
  const Day first = month.first + part * kTen;
  return {first, part == 2 ? month.last : first + (kTen - 1)};
}

// The last period that ended before `today`.
Period LastEnded(Cadence cadence, Day today) {
  return PeriodOf(cadence, PeriodOf(cadence, today).first - 1);
}

bool IsInSeason(const catalog::ReportingDuty& duty, const catalog::Fact* season, Period period) {
  if (duty.season.empty() || season == nullptr) return true;
  const auto& calendar = std::get<catalog::SeasonCalendar>(season->content);
  const auto& windows = duty.season == "growing" ? calendar.growing : calendar.marketing;
  return catalog::InSeason(windows, period.first) || catalog::InSeason(windows, period.last);
}

// The first period without a report, of those that follow one another in season up to `asked`.
Period FirstMissed(const catalog::Fact& fact, const catalog::Fact* season,
                   std::optional<Day> newest, Period asked) {
  constexpr int kMostPeriods = 400;
  const auto& duty = std::get<catalog::ReportingDuty>(fact.content);
  Period first = asked;
  for (int i = 0; i < kMostPeriods && newest.has_value(); ++i) {
    const Period before = PeriodOf(duty.cadence, first.first - 1);
    if (*newest >= before.first || before.last < fact.valid_from ||
        !IsInSeason(duty, season, before)) {
      break;
    }
    first = before;
  }
  return first;
}

std::string NameOf(const catalog::Catalog& catalog, absl::string_view region) {
  const auto found = catalog.FindRegion(region);
  return found == nullptr ? std::string(region) : found->display_name;
}

void AddReminder(const catalog::Catalog& catalog, DueItem* item) {
  if (item->state != DueState::kDue && item->state != DueState::kLate) return;
  const KindRule* rule = FindKindRule(item->kind);
  const auto product = catalog.FindProduct(item->product);
  if (rule == nullptr || product == nullptr) return;
  const std::string period =
      absl::StrCat(FormatDay(item->period.first), "..", FormatDay(item->period.last));
  const std::string region = NameOf(catalog, item->region);
  const std::string due = FormatDay(item->due_day);
  const bool late = item->state == DueState::kLate;
  const std::string& english =
      product->display_name_en.empty() ? product->display_name : product->display_name_en;
  const std::string days = absl::StrCat(item->late_days);
  item->reminder =
      absl::StrCat(item->responsible, ": please report the ", rule->name, " of ", english, " in ",
                   region, " for ", period, "; it is ",
                   late ? absl::StrCat(days, " days late") : absl::StrCat("due on ", due));
  item->reminder_zh = absl::StrCat(
      item->responsible, "：请填报", region, product->display_name, rule->name_zh, "（", period,
      "），", late ? absl::StrCat("已逾期 ", days, " 天") : absl::StrCat("请于 ", due, " 前报送"));
}

// Of each region, the day of its newest report of one kind and product.
std::map<std::string, Day> NewestDays(const std::vector<Report>& reports) {
  std::map<std::string, Day> days;
  for (const Report& report : reports) {
    const auto [at, inserted] = days.try_emplace(report.subject.region, report.day);
    if (!inserted) at->second = std::max(at->second, report.day);
  }
  return days;
}

}  // namespace

Period PeriodOf(Cadence cadence, Day day) {
  switch (cadence) {
    case Cadence::kDaily:
      return {day, day};
    case Cadence::kWeekly:
      return WeekOf(day);
    case Cadence::kTenDays:
      return TenDaysOf(day);
    case Cadence::kMonthly:
      return MonthOf(day);
  }
  return {day, day};
}

DueItem Stand(const catalog::Fact& fact, absl::string_view region, const catalog::Fact* season,
              std::optional<Day> newest, Day today) {
  const auto& duty = std::get<catalog::ReportingDuty>(fact.content);
  DueItem item;
  item.duty = fact.id;
  item.kind = static_cast<Kind>(duty.kind);
  item.region = std::string(region);
  item.product = duty.product;
  item.newest = newest;
  item.responsible = duty.responsible;
  item.period = LastEnded(duty.cadence, today);
  if (item.period.last < fact.valid_from) item.period = PeriodOf(duty.cadence, today);
  item.due_day = item.period.last + duty.grace_days;
  if (newest.has_value() && *newest >= item.period.first) {
    item.state = DueState::kReported;
  } else if (!IsInSeason(duty, season, item.period)) {
    item.state = DueState::kSeasonEnded;
  } else if (today <= item.due_day) {
    item.state = DueState::kDue;
  } else {
    item.state = DueState::kLate;
    item.late_days =
        today - (FirstMissed(fact, season, newest, item.period).last + duty.grace_days);
  }
  return item;
}

absl::StatusOr<std::vector<DueItem>> DueOn(const catalog::FactBook& facts,
                                           const catalog::Catalog& catalog,
                                           const catalog::FactBook::When& when,
                                           absl::string_view within, const NewestReports& newest) {
  using Key = std::tuple<std::string, std::string, Kind>;
  std::map<Key, DueItem> items;
  std::map<std::pair<Kind, std::string>, std::map<std::string, Day>> newest_days;
  for (const auto& fact : facts.DutiesOn(when)) {
    const auto& duty = std::get<catalog::ReportingDuty>(fact->content);
    const auto kind = static_cast<Kind>(duty.kind);
    const auto [days, unread] = newest_days.try_emplace({kind, duty.product});
    if (unread) {
      GLUTWATCH_ASSIGN_OR_RETURN(const auto reports, newest(kind, duty.product));
      days->second = NewestDays(reports);
    }
    for (const std::string& region : duty.regions) {
      if (!within.empty() && !catalog.IsWithin(region, within)) continue;
      const auto season = facts.SeasonOf(duty.product, region, when);
      const auto day = days->second.find(region);
      DueItem item = Stand(
          *fact, region, season.get(),
          day == days->second.end() ? std::nullopt : std::optional<Day>(day->second), when.day);
      AddReminder(catalog, &item);
      const Key key(region, duty.product, kind);
      const auto [at, inserted] = items.try_emplace(key, item);
      if (!inserted && item.due_day < at->second.due_day) at->second = std::move(item);
    }
  }
  std::vector<DueItem> result;
  result.reserve(items.size());
  for (auto& [key, item] : items) result.push_back(std::move(item));
  return result;
}

}  // namespace glutwatch::report
