#include "ingest/simulation/report_simulator.h"

#include <algorithm>
#include <utility>

#include "base/decimal.h"
#include "ingest/simulation/arithmetic.h"

namespace glutwatch::ingest::simulation {
namespace {

constexpr int kWeekDays = 7;
constexpr int kYearWeeks = 52;
constexpr int kHarvestBegins = 20;  // weeks after the product's own beginning of the year
constexpr int kHarvestWeeks = 8;
constexpr double kLeastMu = 300;  // a county's area of a product: 300 to 12,000 亩
constexpr double kMuRange = 40;
constexpr double kUsualYuan = 1.6;   // per 斤, before the product's own level
constexpr double kGlutPrice = 0.55;  // of the usual: below it, produce stays unsold
constexpr double kYieldTonnesPerMu = 2;

// The streams of Mix: one meaning each.
enum Stream : uint64_t {
  kSize = 1,
  kYearNoise,
  kDiligence,
  kReported,
  kDelay,
  kSlipDraw,
  kSlipKind,
  kPriceNoise,
  kStart,
  kLevel,
  kGrown
};

uint64_t Draw(const ReportScenario& s, Stream stream, uint64_t a, uint64_t b = 0, uint64_t c = 0) {
  return Mix(Mix(s.seed, stream, a), b, c);
}
double UniformDraw(const ReportScenario& s, Stream stream, uint64_t a, uint64_t b = 0,
                   uint64_t c = 0) {
  return Uniform(Draw(s, stream, a, b, c));
}

// One product of the province through the years of the cob-web: area and price over the usual.
struct CobWeb {
  double area = 1;
  double price = 1;
};

CobWeb YearOf(const ReportScenario& s, size_t product, int year) {
  constexpr int kYearsBefore = 6;  // so that the first year is no special one
  constexpr double kNoise = 0.12;
  CobWeb now;
  for (int y = -kYearsBefore; y <= year; ++y) {
    const double noise =
        kNoise * Normal(Draw(s, kYearNoise, product, static_cast<uint64_t>(y + kYearsBefore)));
    now.area = Exp(ReportScenario::kSupply * Log(now.price) + noise);
    now.price = std::clamp(Exp(ReportScenario::kDemand * Log(now.area) - noise), 0.2, 4.0);
  }
  return now;
}

// The part of the province's year in which a product of a county is, and what is true of it.
struct Plot {
  const ReportScenario& scenario;
  size_t region;
  size_t product;
  int week;
  CobWeb year;

  int WeekOfYear() const {
    const auto start = Draw(scenario, kStart, product) % kYearWeeks;
    return (week + static_cast<int>(start)) % kYearWeeks;
  }
  double AreaMu() const {
    const double size = UniformDraw(scenario, kSize, region, product);
    return kLeastMu * Exp(size * Log(kMuRange)) * year.area;
  }
  // 0 before the harvest, 1 after it.
  double Harvested() const {
    return std::clamp(static_cast<double>(WeekOfYear() - kHarvestBegins) / kHarvestWeeks, 0.0, 1.0);
  }
  bool IsHarvest() const {
    return Harvested() > 0 && WeekOfYear() < kHarvestBegins + kHarvestWeeks + 6;
  }
  double YuanPerJin() const {
    const double level = 0.5 + 2 * UniformDraw(scenario, kLevel, product);
    const double noise =
        0.04 * Normal(Draw(scenario, kPriceNoise, region, product, static_cast<uint64_t>(week)));
    return kUsualYuan * level * year.price * Exp(noise);
  }
  double BacklogTonnes() const {
    const double glut = std::max(0.0, kGlutPrice - year.price) / kGlutPrice;
    return AreaMu() * kYieldTonnesPerMu * Harvested() * glut * 0.5;
  }
};

int64_t Rounded(double value, double step) {
  return static_cast<int64_t>(static_cast<double>(static_cast<int64_t>(value / step + 0.5)) * step *
                                  static_cast<double>(kE4) +
                              0.5);
}

google::type::Date DateOf(Day day) {
  const absl::CivilDay civil = ToCivil(day);
  google::type::Date date;
  date.set_year(static_cast<int32_t>(civil.year()));
  date.set_month(civil.month());
  date.set_day(civil.day());
  return date;
}

v1::Report Base(const ReportScenario& s, size_t region, size_t product, int week,
                v1::ReportKind kind) {
  v1::Report report;
  report.set_kind(kind);
  report.set_region(s.regions[region]);
  report.set_product(s.products[product]);
  *report.mutable_date() = DateOf(s.first_monday + (week * kWeekDays + kWeekDays - 1));
  report.set_reporter("simulated");
  report.set_source("simulation");
  report.set_simulated(true);
  return report;
}

// The figures of one plot in one week, as they truly are.
std::vector<v1::Report> TrueReports(const Plot& plot) {
  const auto base = [&](v1::ReportKind kind, int64_t value_e4, const char* unit) {
    v1::Report report = Base(plot.scenario, plot.region, plot.product, plot.week, kind);
    report.set_value_e4(value_e4);
    report.set_unit(unit);
    return report;
  };
  std::vector<v1::Report> reports;
  reports.push_back(base(v1::REPORT_KIND_PLANTED_AREA, Rounded(plot.AreaMu(), 1), "mu"));
  if (!plot.IsHarvest()) return reports;
  reports.push_back(
      base(v1::REPORT_KIND_HARVEST_PROGRESS, Rounded(100 * plot.Harvested(), 1), "%"));
  const int64_t backlog = Rounded(plot.BacklogTonnes(), 1);
  if (backlog > 0) reports.push_back(base(v1::REPORT_KIND_UNSOLD_BACKLOG, backlog, "t"));
  v1::Report price = base(v1::REPORT_KIND_FARM_GATE_PRICE,
                          std::max(Rounded(plot.YuanPerJin(), 0.01), kE4 / 100), "jin");
  price.set_currency_code("CNY");
  constexpr double kNobodyBids = 0.3;
  if (plot.year.price < kNobodyBids) {
    price.clear_value_e4();
    price.clear_unit();
    price.clear_currency_code();
    price.set_no_bid(true);
  }
  reports.push_back(std::move(price));
  return reports;
}

// Which slip fits the kind of figure.
Slip SlipOf(v1::ReportKind kind, uint64_t draw) {
  const bool second = (draw & 1) != 0;
  if (kind == v1::REPORT_KIND_FARM_GATE_PRICE) return second ? Slip::kKilograms : Slip::kTenfold;
  if (kind == v1::REPORT_KIND_PLANTED_AREA) return second ? Slip::kHectares : Slip::kTenfold;
  if (kind == v1::REPORT_KIND_UNSOLD_BACKLOG) return second ? Slip::kCopied : Slip::kTenfold;
  return Slip::kNone;
}

int64_t Slipped(int64_t value_e4, Slip slip) {
  constexpr int kTen = 10;
  constexpr int kMuPerHectare = 15;
  constexpr int kJinPerKilogram = 2;
  if (slip == Slip::kTenfold) return value_e4 * kTen;
  if (slip == Slip::kHectares) return value_e4 / kMuPerHectare;
  if (slip == Slip::kKilograms) return value_e4 * kJinPerKilogram;
  return value_e4;
}

void AddSlip(const Plot& plot, SimulatedReport* one) {
  const auto key = static_cast<uint64_t>(plot.week * 16 + one->report.kind());
  if (!one->report.has_value_e4() || UniformDraw(plot.scenario, kSlipDraw, plot.region,
                                                 plot.product, key) >= ReportScenario::kSlipShare) {
    return;
  }
  one->slip =
      SlipOf(one->report.kind(), Draw(plot.scenario, kSlipKind, plot.region, plot.product, key));
  if (one->slip == Slip::kCopied && plot.week > 0) {
    Plot before = plot;
    --before.week;
    one->report.set_value_e4(Rounded(before.BacklogTonnes(), 1));
    return;
  }
  one->report.set_value_e4(Slipped(one->true_value_e4, one->slip));
}

// Of each product, the year in which `week` lies.
std::vector<CobWeb> YearsOf(const ReportScenario& s, int week) {
  std::vector<CobWeb> years;
  for (size_t p = 0; p < s.products.size(); ++p) years.push_back(YearOf(s, p, week / kYearWeeks));
  return years;
}

// Whether the county grows the product at all: seven in ten do.
bool IsGrown(const ReportScenario& s, size_t region, size_t product) {
  constexpr double kGrownShare = 0.7;
  return UniformDraw(s, kGrown, region, product) < kGrownShare;
}

}  // namespace

std::vector<SimulatedReport> ReportsOfWeek(const ReportScenario& s, int week) {
  const std::vector<CobWeb> years = YearsOf(s, week);
  std::vector<SimulatedReport> reports;
  for (size_t r = 0; r < s.regions.size(); ++r) {
    const double diligence = ReportScenario::kLeastDiligence +
                             (1 - ReportScenario::kLeastDiligence) * UniformDraw(s, kDiligence, r);
    const auto when = static_cast<uint64_t>(week);
    if (UniformDraw(s, kReported, r, when) >= diligence) continue;
    const double lateness = UniformDraw(s, kDelay, r, when);
    const int delay = static_cast<int>(lateness * lateness * (ReportScenario::kMostWeeksLate + 1));
    for (size_t p = 0; p < s.products.size(); ++p) {
      if (!IsGrown(s, r, p)) continue;
      const Plot plot{s, r, p, week, years[p]};
      for (v1::Report& report : TrueReports(plot)) {
        SimulatedReport one;
        one.true_value_e4 = report.value_e4();
        one.report = std::move(report);
        one.arrival_week = week + delay;
        AddSlip(plot, &one);
        reports.push_back(std::move(one));
      }
    }
  }
  return reports;
}

std::vector<v1::Report> PlantedAreasOfWeek(const ReportScenario& s, int week) {
  const std::vector<CobWeb> years = YearsOf(s, week);
  std::vector<v1::Report> reports;
  for (size_t r = 0; r < s.regions.size(); ++r) {
    for (size_t p = 0; p < s.products.size(); ++p) {
      const Plot plot{s, r, p, week, years[p]};
      v1::Report report = Base(s, r, p, week, v1::REPORT_KIND_PLANTED_AREA);
      report.set_value_e4(Rounded(plot.AreaMu(), 1));
      report.set_unit("mu");
      reports.push_back(std::move(report));
    }
  }
  return reports;
}

}  // namespace glutwatch::ingest::simulation
