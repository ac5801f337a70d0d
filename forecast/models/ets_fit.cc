#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "forecast/models/ets.h"
#include "forecast/models/ets_start.h"
#include "forecast/numeric/quasi_newton.h"

namespace glutwatch::forecast {
namespace {

constexpr int kShortSeries = 300;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// R's "usual" region: least <= beta <= alpha <= most, least <= gamma <= 1 - alpha.
constexpr double kLeast = 1e-4;
constexpr double kMost = 0.9999;
constexpr double kLeastPhi = 0.8;
constexpr double kMostPhi = 0.98;

// An unknown that may be anything, for a number between two bounds.
struct Squeezed {
  double share = 0;       // of the way from the lower bound to the upper
  double derivative = 0;  // of the share
};
Squeezed Squeeze(double unknown) {
  const double share = 1 / (1 + std::exp(-unknown));
  return {share, share * (1 - share)};
}
double Unsqueeze(double share) {
  const double inside = std::clamp(share, 1e-4, 1 - 1e-4);
  return std::log(inside / (1 - inside));
}
double ShareOf(double value, double low, double high) {
  return high > low ? (value - low) / (high - low) : 0.5;
}

// Where a search begins or has ended.
struct Point {
  EtsParameters parameters;
  EtsState start;
};

// The likelihood as a function of unknowns without bounds and of about equal size: squeezed
// parameters, then level, slope and all seasons but the last, as steps away from a first guess.
class Unknowns {
 public:
  Unknowns(const EtsSpec& spec, const EtsState& guess, double unit, EtsLikelihood* likelihood)
      : spec_(spec), guess_(guess), likelihood_(likelihood), point_{{}, guess} {
    level_unit_ = unit;
    const double size = std::max(std::fabs(guess.level), unit);
    slope_unit_ = spec.trend == EtsPart::kMultiplicative ? 0.1 * unit / size : 0.1 * unit;
    season_unit_ = spec.season == EtsPart::kMultiplicative ? unit / size : unit;
  }

  size_t size() const {
    return static_cast<size_t>(spec_.smoothing_parameters() + spec_.initial_states());
  }

  std::vector<double> ToUnknowns(const Point& point) const {
    const auto [alpha, beta, gamma, phi] = point.parameters;
    std::vector<double> x = {Unsqueeze(ShareOf(alpha, kLeast, kMost))};
    if (has_trend()) x.push_back(Unsqueeze(ShareOf(beta, kLeast, alpha)));
    if (has_season()) x.push_back(Unsqueeze(ShareOf(gamma, kLeast, 1 - alpha)));
    if (spec_.damped) x.push_back(Unsqueeze(ShareOf(phi, kLeastPhi, kMostPhi)));
    x.push_back((point.start.level - guess_.level) / level_unit_);
    if (has_trend()) x.push_back((point.start.slope - guess_.slope) / slope_unit_);
    for (size_t i = 0; has_season() && i + 1 < guess_.season.size(); ++i) {
      x.push_back((point.start.season[i] - guess_.season[i]) / season_unit_);
    }
    return x;
  }

  // Moves to `x`; the point there is valid until the next move.
  const Point& Move(absl::Span<const double> x) {
    size_t i = 0;
    EtsParameters& p = point_.parameters;
    alpha_ = Squeeze(x[i++]);
    p.alpha = kLeast + (kMost - kLeast) * alpha_.share;
    if (has_trend()) {
      beta_ = Squeeze(x[i++]);
      p.beta = kLeast + (p.alpha - kLeast) * beta_.share;
    }
    if (has_season()) {
      gamma_ = Squeeze(x[i++]);
      p.gamma = kLeast + (1 - p.alpha - kLeast) * gamma_.share;
    }
    if (spec_.damped) {
      phi_ = Squeeze(x[i++]);
      p.phi = kLeastPhi + (kMostPhi - kLeastPhi) * phi_.share;
    }
    EtsState& start = point_.start;
    start.level = guess_.level + level_unit_ * x[i++];
    if (has_trend()) start.slope = guess_.slope + slope_unit_ * x[i++];
    if (has_season()) MoveSeasons(x.subspan(i));
    return point_;
  }

  double Evaluate(absl::Span<const double> x, absl::Span<double> gradient) {
    Move(x);
    if (!IsInside()) return kInfinity;
    const double value = likelihood_->Run(point_.parameters, point_.start);
    if (std::isfinite(value)) Differentiate(likelihood_->Differentiate(), gradient);
    return value;
  }

 private:
  bool has_trend() const { return spec_.trend != EtsPart::kNone; }
  bool has_season() const { return spec_.season != EtsPart::kNone; }

  void MoveSeasons(absl::Span<const double> x) {
    std::vector<double>& season = point_.start.season;
    double rest = spec_.season == EtsPart::kMultiplicative ? spec_.period : 0;
    for (size_t i = 0; i + 1 < season.size(); ++i) {
      season[i] = guess_.season[i] + season_unit_ * x[i];
      rest -= season[i];
    }
    season.back() = rest;
  }
  // What multiplies has to be above 0.
  bool IsInside() const {
    const EtsState& start = point_.start;
    if (spec_.trend == EtsPart::kMultiplicative && !(start.slope > 0 && start.level > 0)) {
      return false;
    }
    return spec_.season != EtsPart::kMultiplicative ||
           *std::min_element(start.season.begin(), start.season.end()) > 0;
  }

  void Differentiate(const EtsLikelihood::Gradient& by, absl::Span<double> gradient) const {
    const EtsParameters& p = point_.parameters;
    size_t i = 1;
    double of_alpha = by.parameters.alpha;
    if (has_trend()) {
      of_alpha += by.parameters.beta * beta_.share;
      gradient[i++] = by.parameters.beta * (p.alpha - kLeast) * beta_.derivative;
    }
    if (has_season()) {
      of_alpha -= by.parameters.gamma * gamma_.share;
      gradient[i++] = by.parameters.gamma * (1 - p.alpha - kLeast) * gamma_.derivative;
    }
    gradient[0] = of_alpha * (kMost - kLeast) * alpha_.derivative;
    if (spec_.damped) {
      gradient[i++] = by.parameters.phi * (kMostPhi - kLeastPhi) * phi_.derivative;
    }
    gradient[i++] = by.level * level_unit_;
    if (has_trend()) gradient[i++] = by.slope * slope_unit_;
    for (size_t s = 0; has_season() && s + 1 < by.season.size(); ++s) {
      gradient[i++] = (by.season[s] - by.season.back()) * season_unit_;
    }
  }

  const EtsSpec spec_;
  const EtsState guess_;
  EtsLikelihood* const likelihood_;
  double level_unit_ = 1;
  double slope_unit_ = 1;
  double season_unit_ = 1;
  Point point_;
  Squeezed alpha_, beta_, gamma_, phi_;
};

// The values over their typical size, so that a search sees the same numbers in any unit.
double ScaleOf(absl::Span<const double> y) {
  std::vector<double> sizes;
  for (const double value : y) {
    if (!std::isnan(value)) sizes.push_back(std::fabs(value));
  }
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  if (*middle > 0) return *middle;
  const double most = *std::max_element(sizes.begin(), sizes.end());
  return most > 0 ? most : 1;
}

void Rescale(const EtsSpec& spec, double scale, EtsState* state) {
  state->level *= scale;
  if (spec.trend == EtsPart::kAdditive) state->slope *= scale;
  if (spec.season != EtsPart::kAdditive) return;
  for (double& season : state->season) season *= scale;
}

}  // namespace

// Fits members of the family to one series, each helped by those before it.
class EtsFitter {
 public:
  EtsFitter(absl::Span<const double> y, const EtsOptions& options)
      : options_(options), scale_(ScaleOf(y)), y_(y.begin(), y.end()) {
    for (double& value : y_) {
      value /= scale_;
      observed_ += std::isnan(value) ? 0 : 1;
    }
    unit_ = TypicalStep(y_);
  }

  int observed() const { return observed_; }
  static int ParametersOf(const EtsSpec& spec) {
    return spec.smoothing_parameters() + spec.initial_states() + 1;
  }
  bool IsLongEnough(const EtsSpec& spec) const { return observed_ > ParametersOf(spec) + 1; }

  // nullptr if it cannot reach the AICc `to_beat`, or nothing finite.
  std::unique_ptr<Ets> Fit(const EtsSpec& spec, double to_beat) {
    EtsLikelihood likelihood(y_, spec);
    const EtsState guess = FirstGuess(y_, spec);
    Unknowns unknowns(spec, guess, unit_, &likelihood);
    const std::vector<Start> starts = BestStarts(spec, guess, &unknowns);
    const double penalty = MakeFitScore(0, ParametersOf(spec), observed_).aicc;
    const double units = 2 * observed_ * std::log(scale_);
    Minimum found{.at = {}, .value = kInfinity};
    for (const Start& start : starts) {
      Minimum one =
          QuasiNewton([&](absl::Span<const double> x,
                          absl::Span<double> gradient) { return unknowns.Evaluate(x, gradient); },
                      start.at,
                      {.max_evaluations = options_.max_evaluations,
                       .tolerance = 1e-5,
                       .hopeless_above = std::min(to_beat - penalty - units, 1e300)});
      if (one.value < found.value) found = std::move(one);
    }
    if (found.at.empty()) return nullptr;
    const Point point = unknowns.Move(found.at);
    known_[{spec.error, spec.trend, spec.damped, spec.season}] = point;
    if (found.value + units + penalty > to_beat) return nullptr;
    const double value = likelihood.Run(point.parameters, point.start);
    return Make(spec, point, value + units, likelihood);
  }

 private:
  struct Start {
    double value;
    std::vector<double> at;
  };
  // Of what is known to be good places, the best: one, or three of a short series, whose likelihood
  // has more than one summit and costs little. None if nowhere is finite.
  std::vector<Start> BestStarts(const EtsSpec& spec, const EtsState& guess, Unknowns* unknowns) {
    std::vector<Point> points;
    for (const double alpha : {0.1, 0.5, 0.9}) {
      points.push_back({{alpha, 0.1 * alpha, 0.1 * (1 - alpha), 0.95}, guess});
      // A smooth series has a second summit, where the slope follows as fast as the level.
      if (spec.trend == EtsPart::kNone) continue;
      points.push_back({{alpha, 0.8 * alpha, 0.1 * (1 - alpha), 0.9}, guess});
    }
    AddRelatives(spec, &points);
    if (options_.warm != nullptr && options_.warm->spec() == spec) {
      points.push_back({options_.warm->parameters(), options_.warm->start()});
      Rescale(spec, 1 / scale_, &points.back().start);
    }
    std::vector<Start> starts;
    std::vector<double> gradient(unknowns->size());
    for (const Point& point : points) {
      std::vector<double> x = unknowns->ToUnknowns(point);
      const double value = unknowns->Evaluate(x, absl::MakeSpan(gradient));
      if (std::isfinite(value)) starts.push_back({value, std::move(x)});
    }
    std::stable_sort(starts.begin(), starts.end(),
                     [](const Start& a, const Start& b) { return a.value < b.value; });
    const size_t most = observed_ < kShortSeries ? 3 : 1;
    if (starts.size() > most) starts.resize(most);
    return starts;
  }
  // The same member with the other error, and those with a simpler trend, where they ended.
  void AddRelatives(const EtsSpec& spec, std::vector<Point>* points) const {
    for (const auto& [kind, point] : known_) {
      const auto [error, trend, damped, season] = kind;
      if (season != spec.season) continue;
      const bool same_trend = trend == spec.trend;
      if (!same_trend && trend != EtsPart::kNone) continue;
      Point copy = point;
      if (spec.damped && !damped) copy.parameters.phi = 0.97;
      if (!spec.damped) copy.parameters.phi = 1;
      if (!same_trend) {
        copy.parameters.beta = 0.01 * copy.parameters.alpha;
        copy.start.slope = spec.trend == EtsPart::kMultiplicative ? 1 : 0;
      }
      points->push_back(std::move(copy));
    }
  }

  std::unique_ptr<Ets> Make(const EtsSpec& spec, const Point& point, double value,
                            const EtsLikelihood& likelihood) const {
    auto model = std::make_unique<Ets>();
    model->spec_ = spec;
    model->parameters_ = point.parameters;
    if (!spec.damped) model->parameters_.phi = 1;
    model->start_ = point.start;
    model->state_ = likelihood.end();
    Rescale(spec, scale_, &model->start_);
    Rescale(spec, scale_, &model->state_);
    const int parameters = ParametersOf(spec);
    model->score_ = MakeFitScore(-value / 2, parameters, observed_);
    const double spare = observed_ - (parameters - 1);
    model->sigma_ = std::sqrt(likelihood.sum_squares() / spare) *
                    (spec.error == EtsPart::kAdditive ? scale_ : 1);
    likelihood.CopyErrors(&model->residuals_);
    for (double& error : model->residuals_) error *= scale_;
    return model;
  }

  using Kind = std::tuple<EtsPart, EtsPart, bool, EtsPart>;
  const EtsOptions options_;
  const double scale_;
  std::vector<double> y_;  // scaled
  int observed_ = 0;
  double unit_ = 1;
  std::map<Kind, Point> known_;
};

namespace {

bool IsPositive(absl::Span<const double> y) {
  return std::none_of(y.begin(), y.end(), [](double value) { return value <= 0; });
}

absl::Status NotPositive(absl::Span<const double> y, const EtsSpec& spec) {
  const auto bad = std::find_if(y.begin(), y.end(), [](double value) { return value <= 0; });
  return absl::InvalidArgumentError(absl::StrCat("value ", bad - y.begin(), " is ", *bad,
                                                 ", expected values above 0 for ", spec.Name()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ets>> FitEts(absl::Span<const double> y, const EtsSpec& spec,
                                            const EtsOptions& options) {
  GLUTWATCH_RETURN_IF_ERROR(CheckEtsSpec(spec));
  GLUTWATCH_RETURN_IF_ERROR(CheckSeries(y, EtsFitter::ParametersOf(spec) + 2));
  if (spec.error == EtsPart::kMultiplicative && !IsPositive(y)) return NotPositive(y, spec);
  auto model = EtsFitter(y, options).Fit(spec, kInfinity);
  if (model != nullptr) return model;
  return absl::OutOfRangeError(
      absl::StrCat(spec.Name(), ": no parameters give a finite likelihood"));
}

absl::StatusOr<std::unique_ptr<Ets>> SelectEts(absl::Span<const double> y, int period,
                                               const EtsOptions& options) {
  if (period < 1 || period > kMaxEtsPeriod) {
    return absl::InvalidArgumentError(
        absl::StrCat("period is ", period, ", expected 1 to ", kMaxEtsPeriod));
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckSeries(y, 5));
  EtsFitter fitter(y, options);
  std::unique_ptr<Ets> best;
  const bool positive = !options.additive_only && IsPositive(y);
  for (const EtsSpec& spec : EtsCandidates(period, positive, options.multiplicative_trend)) {
    if (!fitter.IsLongEnough(spec)) continue;
    auto model = fitter.Fit(spec, best == nullptr ? kInfinity : best->score().aicc);
    if (model != nullptr && (best == nullptr || model->score().aicc < best->score().aicc)) {
      best = std::move(model);
    }
  }
  if (best != nullptr) return best;
  return absl::OutOfRangeError("no member of the ETS family gives a finite likelihood");
}

}  // namespace glutwatch::forecast
