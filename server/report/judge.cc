#include "server/report/judge.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/report/kind_rules.h"
#include "server/report/plausibility.h"

namespace glutwatch::report {
namespace {

using catalog::Fact;

constexpr int kYearDays = 366;
// A stage that is older says nothing about today's.
constexpr int kYoungMemoryDays = 45;
// Enough weekly reports for a year.
constexpr size_t kYearReports = 60;

// "Statistical Yearbook, 2019": the year of publication, or else of validity.
Origin OriginOf(const Fact& fact) {
  const auto year = ToCivil(fact.source.published.value_or(fact.valid_from)).year();
  return {absl::StrCat(fact.source.title, ", ", year),
          absl::StrCat(fact.source.title, "，", year, "年")};
}

bool Counts(const Report& report) { return !report.figures.withdrawn && !report.unconfirmed; }

class Judgement {
 public:
  Judgement(const Report& report, absl::Span<const Report> past, const Evidence& evidence)
      : report_(report), rule_(*FindKindRule(report.subject.kind)), evidence_(evidence) {
    for (const Report& one : past) {
      if (!one.figures.withdrawn) past_.push_back(one);
    }
    now_ = AmountOf(report);
  }

  absl::StatusOr<std::vector<Finding>> Run() {
    switch (report_.subject.kind) {
      case Kind::kPlantingIntention:
      case Kind::kPlantedArea:
        JudgeArea();
        break;
      case Kind::kExpectedHarvest:
        GLUTWATCH_RETURN_IF_ERROR(JudgeHarvest());
        JudgeYield();
        break;
      case Kind::kHarvestProgress:
        GLUTWATCH_RETURN_IF_ERROR(JudgeProgress());
        break;
      case Kind::kStock:
        JudgeStock();
        break;
      case Kind::kUnsoldBacklog:
        GLUTWATCH_RETURN_IF_ERROR(JudgeBacklog());
        break;
      case Kind::kFarmGatePrice:
        JudgePrice();
        break;
      case Kind::kGrowthStage:
        break;
      case Kind::kSeedlingSales:
      case Kind::kTruckWait:
      case Kind::kAnimalStock:
      case Kind::kAnimalOutput:
        JudgeJump();
        break;
    }
    Add(CopiedFigure(report_, past_));
    return std::move(findings_);
  }

 private:
  void Add(std::optional<Finding> finding) {
    if (finding) findings_.push_back(*std::move(finding));
  }

  catalog::FactBook::When when() const {
    return {.day = report_.day, .as_of_us = INT64_MAX, .examples = evidence_.use_examples};
  }

  std::optional<Amount> AmountIn(FigureForm form, int64_t value_e4, const std::string& unit) const {
    const UnitReader::Reading& reading = evidence_.units->Read(form, unit);
    if (!reading.unit) return std::nullopt;  // the catalog has lost it
    return Amount{value_e4, *reading.unit};
  }
  std::optional<Amount> AmountOf(const Report& report) const {
    if (!report.figures.value_e4) return std::nullopt;
    return AmountIn(FindKindRule(report.subject.kind)->form, *report.figures.value_e4,
                    report.figures.unit);
  }

  // The newest figure before that counts, and how many days ago it was.
  struct Before {
    Sourced sourced;
    const Report* report;
    int gap_days;
  };
  std::optional<Before> FindBefore() const {
    for (const Report& one : past_) {
      if (!Counts(one)) continue;
      std::optional<Amount> amount = AmountOf(one);
      if (!amount) continue;
      return Before{{*std::move(amount), ReportedFor(one.day)}, &one, report_.day - one.day};
    }
    return std::nullopt;
  }

  void JudgeJump() {
    const std::optional<Before> before = FindBefore();
    if (now_ && before) Add(FigureJump(rule_, *now_, before->sourced, before->gap_days));
  }

  void JudgeArea() {
    const auto fact = evidence_.facts->FarmlandOf(report_.subject.region, when());
    const auto* farmland = fact ? std::get_if<catalog::Farmland>(&fact->content) : nullptr;
    if (now_ && farmland != nullptr) {
      const auto limit = AmountIn(FigureForm::kArea, farmland->area_e4, farmland->unit);
      if (limit) Add(AreaAboveFarmland(rule_, *now_, *limit, OriginOf(*fact)));
    }
    JudgeJump();
  }

  void JudgeStock() {
    const auto fact =
        evidence_.facts->CapacityOf(report_.subject.region, report_.subject.site, when());
    const auto* capacity = fact ? std::get_if<catalog::StorageCapacity>(&fact->content) : nullptr;
    if (now_ && capacity != nullptr) {
      const auto limit = AmountIn(FigureForm::kMass, capacity->capacity_e4, capacity->unit);
      if (limit) Add(StockAboveCapacity(*now_, *limit, OriginOf(*fact)));
    }
    JudgeJump();
  }

  std::optional<Sourced> TypicalYield() const {
    const auto fact =
        evidence_.facts->YieldOf(report_.subject.product, report_.subject.region, when());
    const auto* yield = fact ? std::get_if<catalog::TypicalYield>(&fact->content) : nullptr;
    if (yield == nullptr) return std::nullopt;
    std::optional<Amount> amount = AmountIn(FigureForm::kYield, yield->yield_e4, yield->unit);
    if (!amount) return std::nullopt;
    return Sourced{*std::move(amount), OriginOf(*fact)};
  }

  // Held against what is typical; against the last report only if that does not tell.
  void JudgeYield() {
    if (!now_) return;
    std::optional<Finding> finding;
    if (const auto typical = TypicalYield(); typical) finding = YieldFarFrom(*now_, *typical);
    const std::optional<Before> before = FindBefore();
    if (!finding && before) finding = YieldFarFrom(*now_, before->sourced);
    Add(std::move(finding));
  }

  void JudgePrice() {
    const std::optional<Before> before = FindBefore();
    if (!now_ || !before || before->report->figures.currency != report_.figures.currency) return;
    Add(PriceJump(*now_, before->sourced, before->gap_days));
  }

  // The newest reports of another kind about the same crop that count: of the same grade and
  // growers, or of all together.
  absl::StatusOr<std::vector<Report>> Companions(Kind kind, size_t count) const {
    Subject subject = report_.subject;
    subject.kind = kind;
    subject.site.clear();
    GLUTWATCH_ASSIGN_OR_RETURN(std::vector<Report> found,
                               evidence_.history->UpTo(subject, report_.day, count));
    if (found.empty()) {
      subject.grade.clear();
      subject.grower_class = GrowerClass::kAll;
      GLUTWATCH_ASSIGN_OR_RETURN(found, evidence_.history->UpTo(subject, report_.day, count));
    }
    found.erase(std::remove_if(found.begin(), found.end(),
                               [this](const Report& one) {
                                 return !Counts(one) || report_.day - one.day > kYearDays;
                               }),
                found.end());
    return found;
  }

  absl::StatusOr<Planting> FindPlanting() const {
    Planting planting;
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Report> stages, Companions(Kind::kGrowthStage, 1));
    if (!stages.empty() && stages[0].figures.stage <= GrowthStage::kSeedling &&
        report_.day - stages[0].day <= kYoungMemoryDays) {
      planting.young_on = stages[0].day;
    }
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Report> areas,
                               Companions(Kind::kPlantedArea, kYearReports));
    const auto is_empty = [](const Report& one) { return one.figures.value_e4 == 0; };
    const auto last_empty = std::find_if(areas.begin(), areas.end(), is_empty);
    if (areas.empty()) return planting;
    if (last_empty != areas.begin()) {
      planting.standing_on = areas[0].day;
      if (last_empty != areas.end()) planting.planted_on = std::prev(last_empty)->day;
    } else if (std::all_of(areas.begin(), areas.end(), is_empty)) {
      planting.none_on = areas[0].day;
    }
    return planting;
  }

  absl::Status JudgeHarvest() {
    GLUTWATCH_ASSIGN_OR_RETURN(const Planting planting, FindPlanting());
    Add(HarvestBeforePlanting(*report_.figures.window_start, *report_.figures.window_end,
                              planting));
    return absl::OkStatus();
  }

  absl::Status JudgeProgress() {
    if (!now_) return absl::OkStatus();
    const std::optional<Before> before = FindBefore();
    if (before) {
      Add(ProgressBackwards(*now_, before->sourced.amount, before->report->day, before->gap_days));
    }
    if (now_->value_e4 == 0) return absl::OkStatus();
    GLUTWATCH_ASSIGN_OR_RETURN(const Planting planting, FindPlanting());
    Add(ProgressBeforePlanting(*now_, planting));
    return absl::OkStatus();
  }

  // The largest area within a year: what is unsold may have been cut already.
  absl::StatusOr<std::optional<Sourced>> LargestArea() const {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Report> areas,
                               Companions(Kind::kPlantedArea, kYearReports));
    std::optional<Sourced> largest;
    for (const Report& one : areas) {
      std::optional<Amount> amount = AmountOf(one);
      if (!amount || (largest && !(*amount > largest->amount))) continue;
      largest = Sourced{*std::move(amount), ReportedFor(one.day)};
    }
    return largest;
  }

  // As growers expect it, or else as is typical.
  absl::StatusOr<std::optional<Sourced>> CurrentYield() const {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Report> harvests,
                               Companions(Kind::kExpectedHarvest, kPastReports));
    for (const Report& one : harvests) {
      std::optional<Amount> amount = AmountOf(one);
      if (amount) return Sourced{*std::move(amount), ReportedFor(one.day)};
    }
    return TypicalYield();
  }

  absl::Status JudgeBacklog() {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::optional<Sourced> area, LargestArea());
    GLUTWATCH_ASSIGN_OR_RETURN(const std::optional<Sourced> yield, CurrentYield());
    if (now_ && area && yield) Add(BacklogAboveHarvest(*now_, *area, *yield));
    JudgeJump();
    return absl::OkStatus();
  }

  const Report& report_;
  const KindRule& rule_;
  const Evidence& evidence_;
  std::vector<Report> past_;  // without withdrawn ones, newest first
  std::optional<Amount> now_;
  std::vector<Finding> findings_;
};

}  // namespace

absl::StatusOr<std::vector<Finding>> Judge(const Report& report, absl::Span<const Report> past,
                                           const Evidence& evidence) {
  if (report.figures.withdrawn) return std::vector<Finding>();
  return Judgement(report, past, evidence).Run();
}

}  // namespace glutwatch::report
