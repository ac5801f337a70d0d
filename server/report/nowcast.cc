#include "server/report/nowcast.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace glutwatch::report {
namespace {

constexpr double kDaysOfYear = 365;

// The 90 % points of Student's t (two-sided 80 %), for 1 to 30 degrees of freedom (Fisher and
// Yates, table III).
double StudentT90(int degrees) {
  static constexpr std::array<double, 30> kPoints = {
      3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372,
      1.363, 1.356, 1.350, 1.345, 1.341, 1.337, 1.333, 1.330, 1.328, 1.325,
      1.323, 1.321, 1.319, 1.318, 1.316, 1.315, 1.314, 1.313, 1.311, 1.310};
  constexpr double kNormal = 1.2816;
  const auto count = static_cast<int>(kPoints.size());
  return degrees > count ? kNormal : kPoints[static_cast<size_t>(std::max(degrees, 1) - 1)];
}

// How the logarithms of the neighbours' ratios lie.
struct Ratios {
  double mean = 0;
  double spread = kUsualSpread;
  int count = 0;

  bool IsEnough() const { return count >= kLeastNeighbours; }
  double t() const { return StudentT90(IsEnough() ? count - 1 : 1000); }
};

Ratios RatiosOf(const std::vector<double>& logs) {
  Ratios ratios;
  ratios.count = static_cast<int>(logs.size());
  if (!ratios.IsEnough()) return ratios;
  const auto n = static_cast<double>(logs.size());
  double sum = 0;
  for (const double x : logs) sum += x;
  ratios.mean = sum / n;
  double squares = 0;
  for (const double x : logs) squares += (x - ratios.mean) * (x - ratios.mean);
  ratios.spread = std::sqrt(squares / (n - 1));
  return ratios;
}

// What a figure is measured against.
using Base = std::optional<double> (*)(const CountyFigure&);
std::optional<double> ReferenceOf(const CountyFigure& county) { return county.reference; }
std::optional<double> FarmlandOf(const CountyFigure& county) { return county.farmland; }

// The neighbours' ratios against one base: of each group, and of all.
class Neighbourhood {
 public:
  Neighbourhood(absl::Span<const CountyFigure> counties, Base base) {
    std::map<std::string, std::vector<double>> by_group;
    std::vector<double> all;
    for (const CountyFigure& county : counties) {
      const std::optional<double> against = base(county);
      if (!county.current.has_value() || *county.current <= 0 || !against || *against <= 0) {
        continue;
      }
      all.push_back(std::log(*county.current / *against));
      by_group[county.group].push_back(all.back());
    }
    all_ = RatiosOf(all);
    for (const auto& [group, logs] : by_group) {
      const Ratios ratios = RatiosOf(logs);
      if (ratios.IsEnough()) groups_.emplace(group, ratios);
    }
  }

  const Ratios& Of(const std::string& group, bool* from_group) const {
    const auto found = groups_.find(group);
    *from_group = found != groups_.end();
    return *from_group ? found->second : all_;
  }
  bool is_enough() const { return all_.IsEnough(); }

 private:
  Ratios all_;
  std::map<std::string, Ratios> groups_;
};

// One estimate, with the parts of its error in the figure's own unit.
struct Parts {
  Estimate estimate;
  double own = 0;     // half the interval that is the county's own
  double shared = 0;  // half the interval of the common change
};

Parts EstimateFrom(double base, double age_days, const Ratios& ratios) {
  Parts parts;
  const double n = std::max(ratios.count, 1);
  const double wider = 1 + age_days / kDaysOfYear;
  const double half = ratios.t() * ratios.spread * wider;
  const double whole = half * std::sqrt(1 + (ratios.IsEnough() ? 1 / n : 0));
  const double median = base * std::exp(ratios.mean);
  parts.estimate.median = median;
  parts.estimate.low = median * std::exp(-whole);
  parts.estimate.high = median * std::exp(whole);
  parts.estimate.neighbours = ratios.IsEnough() ? ratios.count : 0;
  parts.own = median * half;
  parts.shared = ratios.IsEnough() ? median * half / std::sqrt(n) : 0;
  return parts;
}

bool NeedsEstimate(FigureState state) {
  return state == FigureState::kLate || state == FigureState::kMissing ||
         state == FigureState::kUnconfirmed;
}

}  // namespace

Nowcast NowcastMissing(absl::Span<const CountyFigure> counties) {
  const Neighbourhood by_reference(counties, ReferenceOf);
  const Neighbourhood by_farmland(counties, FarmlandOf);
  Nowcast nowcast;
  nowcast.estimates.resize(counties.size());
  double own_squares = 0;
  for (size_t i = 0; i < counties.size(); ++i) {
    const CountyFigure& county = counties[i];
    if (!NeedsEstimate(county.state)) continue;
    bool from_group = false;
    std::optional<Parts> parts;
    if (county.reference.has_value() && *county.reference > 0) {
      const Ratios& ratios = by_reference.Of(county.group, &from_group);
      parts = EstimateFrom(*county.reference, county.reference_age_days, ratios);
    } else if (county.farmland.has_value() && *county.farmland > 0 && by_farmland.is_enough()) {
      const Ratios& ratios = by_farmland.Of(county.group, &from_group);
      parts = EstimateFrom(*county.farmland, 0, ratios);
      parts->estimate.from_farmland = true;
    }
    if (!parts.has_value()) continue;
    parts->estimate.from_group = from_group;
    nowcast.estimates[i] = parts->estimate;
    nowcast.total += parts->estimate.median;
    own_squares += parts->own * parts->own;
    nowcast.shared_half += parts->shared;
  }
  nowcast.own_half = std::sqrt(own_squares);
  return nowcast;
}

}  // namespace glutwatch::report
