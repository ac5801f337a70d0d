#include "server/report/summary.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/report/amount.h"
#include "server/report/due.h"
#include "server/report/kind_rules.h"

namespace glutwatch::report {
namespace {

// One region's newest figure.
struct Figure {
  int64_t value_e4 = 0;  // in the answer's unit
  Day day{};
  bool unconfirmed = false;
};
using Figures = std::map<std::string, Figure>;  // by region

int64_t Converted(int64_t value_e4, const FigureUnit& from, const FigureUnit& to) {
  const absl::int128 up = absl::int128(value_e4) * from.base_e4 * to.per_e4;
  const absl::int128 down = absl::int128(from.per_e4) * to.base_e4;
  return static_cast<int64_t>((2 * up + down) / (2 * down));
}

absl::string_view UsualUnit(FigureForm form) {
  if (form == FigureForm::kArea) return "mu";
  return form == FigureForm::kMass ? "kg" : "";
}

absl::Status CheckAddable(Kind kind) {
  const KindRule* rule = FindKindRule(kind);
  if (rule != nullptr && kind != Kind::kExpectedHarvest &&
      (rule->form == FigureForm::kArea || rule->form == FigureForm::kMass ||
       rule->form == FigureForm::kCount)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "kind is ", rule == nullptr ? "unknown" : std::string(rule->name),
      ", expected one whose figures can be added: areas, seedlings, stock, backlog, animals"));
}

// How much of a subject's region a report speaks for: all of it, or a part.
bool IsWhole(const Subject& subject, const std::string& grade) {
  return (subject.grade.empty() || !grade.empty()) && subject.site.empty() &&
         subject.grower_class == GrowerClass::kAll;
}

// Everything that one answer needs while it is put together.
class Summarizer {
 public:
  Summarizer(const ReportBook& book, const catalog::FactBook& facts,
             const catalog::Catalog& catalog, const SummaryQuestion& question)
      : book_(book), facts_(facts), catalog_(catalog), question_(question), units_(&catalog) {
    when_.day = question.day;
    when_.as_of_us = question.as_of_us;
    when_.examples = question.examples;
  }

  absl::StatusOr<Summary> Run();

 private:
  absl::Status ChooseUnit(const std::vector<Report>& reports);
  // Of each region the figure as of `day`.
  absl::StatusOr<Figures> ReadFigures(Day day, bool* simulated);
  void FindDuties();
  void Judge(const Figures& newest);
  FigureState StateOf(const std::string& region, const Figure* figure) const;
  void SpreadAncestors();
  // The nearest region above that is in the sum; nullptr if none is.
  const std::string* NearestAbove(const std::string& region) const;
  int DepthOf(const std::string& region) const;
  absl::Status Estimate();
  CountyFigure ToCounty(const RegionSum& region) const;
  void Total();

  const ReportBook& book_;
  const catalog::FactBook& facts_;
  const catalog::Catalog& catalog_;
  const SummaryQuestion& question_;
  catalog::FactBook::When when_;
  UnitReader units_;
  FigureUnit unit_;
  std::map<std::string, std::shared_ptr<const catalog::Fact>> duties_;  // by region
  std::set<std::string> covered_;       // a region above has reported for them
  std::set<std::string> above_others_;  // regions below them are in the sum as well
  double estimated_ = 0;
  double own_squares_ = 0;
  double shared_half_ = 0;
  Summary summary_;
};

absl::Status Summarizer::ChooseUnit(const std::vector<Report>& reports) {
  const FigureForm form = FindKindRule(question_.kind)->form;
  std::string text = question_.unit.empty() ? std::string(UsualUnit(form)) : question_.unit;
  if (text.empty()) text = reports.empty() ? "piece" : reports.front().figures.unit;
  const UnitReader::Reading& reading = units_.Read(form, text);
  if (!reading.unit.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("unit is \"", text, "\", expected ", ExpectedUnit(form)));
  }
  unit_ = *reading.unit;
  summary_.unit = unit_.code;
  return absl::OkStatus();
}

absl::StatusOr<Figures> Summarizer::ReadFigures(Day day, bool* simulated) {
  GLUTWATCH_ASSIGN_OR_RETURN(
      const auto reports,
      book_.Newest(question_.kind, question_.product, question_.region, day, question_.as_of_us));
  if (summary_.unit.empty()) GLUTWATCH_RETURN_IF_ERROR(ChooseUnit(reports));
  const FigureForm form = FindKindRule(question_.kind)->form;
  Figures wholes;
  Figures parts;
  for (const Report& report : reports) {
    if (!question_.grade.empty() && report.subject.grade != question_.grade) continue;
    const UnitReader::Reading& reading = units_.Read(form, report.figures.unit);
    if (!report.figures.value_e4.has_value() || !reading.unit.has_value()) continue;
    if (simulated != nullptr) *simulated = *simulated || report.simulated;
    Figures& to = IsWhole(report.subject, question_.grade) ? wholes : parts;
    const auto [at, inserted] = to.try_emplace(report.subject.region);
    at->second.value_e4 += Converted(*report.figures.value_e4, *reading.unit, unit_);
    at->second.day = inserted ? report.day : std::min(at->second.day, report.day);
    at->second.unconfirmed = at->second.unconfirmed || report.unconfirmed;
  }
  for (auto& [region, figure] : parts) wholes.try_emplace(region, figure);
  return wholes;
}

void Summarizer::FindDuties() {
  for (const auto& fact : facts_.DutiesOn(when_)) {
    const auto& duty = std::get<catalog::ReportingDuty>(fact->content);
    if (duty.product != question_.product || duty.kind != static_cast<int>(question_.kind))
      continue;
    for (const std::string& region : duty.regions) {
      if (catalog_.IsWithin(region, question_.region)) duties_.try_emplace(region, fact);
    }
  }
}

FigureState Summarizer::StateOf(const std::string& region, const Figure* figure) const {
  const auto duty = duties_.find(region);
  bool counts = figure != nullptr && question_.day - figure->day <= kUsualLifeDays;
  if (duty != duties_.end()) {
    const auto season = facts_.SeasonOf(question_.product, region, when_);
    const DueItem item =
        Stand(*duty->second, region, season.get(),
              figure == nullptr ? std::nullopt : std::optional<Day>(figure->day), question_.day);
    if (item.state == DueState::kSeasonEnded) return FigureState::kSeasonEnded;
    counts =
        item.state == DueState::kReported ||
        (item.state == DueState::kDue && counts);  // last week's figure until this week's is late
  } else if (figure == nullptr || !counts) {
    return FigureState::kNotExpected;
  }
  if (figure == nullptr) return FigureState::kMissing;
  if (!counts) return FigureState::kLate;
  return figure->unconfirmed ? FigureState::kUnconfirmed : FigureState::kReported;
}

void Summarizer::Judge(const Figures& newest) {
  std::set<std::string> regions;
  for (const auto& [region, figure] : newest) regions.insert(region);
  for (const auto& [region, duty] : duties_) regions.insert(region);
  for (const std::string& region : regions) {
    const auto found = newest.find(region);
    const Figure* figure = found == newest.end() ? nullptr : &found->second;
    RegionSum sum;
    sum.region = region;
    sum.state = StateOf(region, figure);
    if (figure != nullptr) {
      sum.reported_e4 = figure->value_e4;
      sum.report_day = figure->day;
    }
    summary_.regions.push_back(std::move(sum));
  }
}

const std::string* Summarizer::NearestAbove(const std::string& region) const {
  for (auto found = catalog_.FindRegion(region); found != nullptr && !found->parent.empty();
       found = catalog_.FindRegion(found->parent)) {
    const auto at = std::lower_bound(
        summary_.regions.begin(), summary_.regions.end(), found->parent,
        [](const RegionSum& sum, const std::string& code) { return sum.region < code; });
    if (at != summary_.regions.end() && at->region == found->parent) return &at->region;
  }
  return nullptr;
}

int Summarizer::DepthOf(const std::string& region) const {
  int depth = 0;
  for (auto found = catalog_.FindRegion(region); found != nullptr && !found->parent.empty();
       found = catalog_.FindRegion(found->parent)) {
    ++depth;
  }
  return depth;
}

void Summarizer::SpreadAncestors() {
  std::multimap<int, RegionSum*, std::greater<>> deepest_first;
  for (RegionSum& region : summary_.regions) deepest_first.emplace(DepthOf(region.region), &region);
  std::map<std::string, int64_t> below_e4;  // what the regions below have said
  for (const auto& [depth, region] : deepest_first) {
    const auto below = below_e4.find(region->region);
    int64_t subtotal_e4 = below == below_e4.end() ? 0 : below->second;
    if (region->state == FigureState::kReported) {
      const int64_t own_e4 = *region->reported_e4;
      if (below != below_e4.end()) region->reported_e4 = std::max<int64_t>(0, own_e4 - subtotal_e4);
      subtotal_e4 = std::max(own_e4, subtotal_e4);
    }
    const std::string* above = NearestAbove(region->region);
    if (above != nullptr) below_e4[*above] += subtotal_e4;
  }
  for (const auto& [region, sum] : below_e4) above_others_.insert(region);
  // A report of a region above speaks for those below that are silent.
  for (auto at = deepest_first.rbegin(); at != deepest_first.rend(); ++at) {
    const RegionSum& region = *at->second;
    const std::string* above = NearestAbove(region.region);
    if (region.state == FigureState::kReported || above == nullptr) continue;
    const auto sum = std::find_if(summary_.regions.begin(), summary_.regions.end(),
                                  [above](const RegionSum& one) { return one.region == *above; });
    if (sum->state == FigureState::kReported || covered_.contains(*above)) {
      covered_.insert(region.region);
    }
  }
}

CountyFigure Summarizer::ToCounty(const RegionSum& region) const {
  CountyFigure county;
  county.region = region.region;
  const auto found = catalog_.FindRegion(region.region);
  county.group = found == nullptr ? "" : found->parent;
  county.state = covered_.contains(region.region) ? FigureState::kNotExpected : region.state;
  // What a region above says beyond those below it is not to be compared with what it said in all.
  if (region.state == FigureState::kReported && *region.reported_e4 > 0 &&
      !above_others_.contains(region.region)) {
    county.current = E4ToDouble(*region.reported_e4);
  }
  const auto land = facts_.FarmlandOf(region.region, when_);
  if (land != nullptr) {
    const auto& farmland = std::get<catalog::Farmland>(land->content);
    const auto unit = catalog_.FindUnit(farmland.unit);
    if (unit != nullptr && unit->base_quantity_e4.has_value()) {
      county.farmland = E4ToDouble(farmland.area_e4) * E4ToDouble(*unit->base_quantity_e4);
    }
  }
  return county;
}

absl::Status Summarizer::Estimate() {
  // Regions whose last report is of one day share their neighbours' references.
  std::map<std::optional<Day>, std::vector<size_t>> by_day;
  for (size_t i = 0; i < summary_.regions.size(); ++i) {
    const RegionSum& region = summary_.regions[i];
    const bool needs = region.state == FigureState::kLate ||
                       region.state == FigureState::kMissing ||
                       region.state == FigureState::kUnconfirmed;
    if (!needs || covered_.contains(region.region)) continue;
    std::optional<Day> day = region.report_day;
    // What waits for a confirmation is no reference to itself.
    if (day.has_value() && region.state == FigureState::kUnconfirmed) day = *day - 1;
    by_day[day].push_back(i);
  }
  for (const auto& [day, indexes] : by_day) {
    Figures references;
    if (day.has_value()) {
      GLUTWATCH_ASSIGN_OR_RETURN(references, ReadFigures(*day, nullptr));
    }
    std::vector<CountyFigure> counties;
    for (const RegionSum& region : summary_.regions) {
      CountyFigure county = ToCounty(region);
      const auto reference = references.find(region.region);
      if (reference != references.end() && reference->second.value_e4 > 0 &&
          !reference->second.unconfirmed) {
        county.reference = E4ToDouble(reference->second.value_e4);
        county.reference_age_days = question_.day - reference->second.day;
      }
      if (county.state != FigureState::kReported) county.state = FigureState::kNotExpected;
      counties.push_back(std::move(county));
    }
    for (const size_t i : indexes) counties[i].state = summary_.regions[i].state;
    const Nowcast nowcast = NowcastMissing(counties);
    for (const size_t i : indexes) summary_.regions[i].estimate = nowcast.estimates[i];
    estimated_ += nowcast.total;
    own_squares_ += nowcast.own_half * nowcast.own_half;
    shared_half_ += nowcast.shared_half;
  }
  return absl::OkStatus();
}

void Summarizer::Total() {
  for (const RegionSum& region : summary_.regions) {
    const bool covered = covered_.contains(region.region);
    if (region.state == FigureState::kReported) summary_.reported_e4 += *region.reported_e4;
    if (region.state == FigureState::kNotExpected || region.state == FigureState::kSeasonEnded) {
      continue;
    }
    ++summary_.expected_count;
    if (region.state == FigureState::kReported || covered) {
      ++summary_.reported_count;
    } else if (!region.estimate.has_value()) {
      summary_.unestimated.push_back(region.region);
    }
  }
  const double reported = E4ToDouble(summary_.reported_e4);
  const double half = std::sqrt(own_squares_) + shared_half_;
  summary_.total = reported + estimated_;
  summary_.total_low = std::max(reported, summary_.total - half);
  summary_.total_high = summary_.total + half;
}

absl::StatusOr<Summary> Summarizer::Run() {
  GLUTWATCH_RETURN_IF_ERROR(CheckAddable(question_.kind));
  GLUTWATCH_ASSIGN_OR_RETURN(const Figures newest, ReadFigures(question_.day, &summary_.simulated));
  FindDuties();
  Judge(newest);
  SpreadAncestors();
  GLUTWATCH_RETURN_IF_ERROR(Estimate());
  Total();
  return std::move(summary_);
}

}  // namespace

absl::StatusOr<Summary> Summarize(const ReportBook& book, const catalog::FactBook& facts,
                                  const catalog::Catalog& catalog,
                                  const SummaryQuestion& question) {
  return Summarizer(book, facts, catalog, question).Run();
}

}  // namespace glutwatch::report
