#include "forecast/combine/methods.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "forecast/combine/ensemble.h"
#include "forecast/models/ets.h"
#include "forecast/models/lag_walk.h"
#include "forecast/models/seasonally_adjusted.h"
#include "forecast/models/theta.h"

namespace glutwatch::forecast {
namespace {

using Fitted = absl::StatusOr<std::unique_ptr<Model>>;

template <typename Some>
Fitted AsModel(absl::StatusOr<std::unique_ptr<Some>> model) {
  GLUTWATCH_RETURN_IF_ERROR(model.status());
  return std::unique_ptr<Model>(*std::move(model));
}

absl::Status CheckPeriods(const std::vector<int>& periods) {
  int before = 1;
  for (const int period : periods) {
    if (period <= before) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a season has ", period, " steps, expected more than ", before, ": seasons ascend"));
    }
    before = period;
  }
  return absl::OkStatus();
}

// The seasons of which the series has more than two.
SeriesToFit WithoutLongSeasons(const SeriesToFit& series) {
  SeriesToFit fit{series.y, {}};
  for (const int period : series.periods) {
    if (series.y.size() > 2 * static_cast<size_t>(period)) fit.periods.push_back(period);
  }
  return fit;
}

int ShortPeriod(const SeriesToFit& series, int most) {
  if (series.periods.empty() || series.periods[0] > most) return 1;
  return series.periods[0];
}

Fitted FitPlain(absl::string_view method, const SeriesToFit& series) {
  const absl::Span<const double> y = series.y;
  if (method == "drift") return AsModel(FitDrift(y));
  if (method == "theta") {
    return AsModel(FitTheta(y, ShortPeriod(series, 1000), ThetaKind::kStandard));
  }
  if (method == "dotm") {
    return AsModel(FitTheta(y, ShortPeriod(series, 1000), ThetaKind::kDynamicOptimised));
  }
  if (method == "ets") return AsModel(SelectEts(y, ShortPeriod(series, kMaxEtsMethodPeriod)));
  if (method == "snaive" && !series.periods.empty()) {
    return AsModel(FitSeasonalNaive(y, series.periods.back()));
  }
  return AsModel(FitNaive(y));
}

Fitted FitAdjusted(absl::string_view method, const SeriesToFit& series) {
  const absl::string_view inner = absl::StripPrefix(method, "stl-");
  if (series.periods.empty()) return FitPlain(inner, series);
  return AsModel(
      FitSeasonallyAdjusted(series.y, series.periods, {}, [&](absl::Span<const double> rest) {
        // Without its season a price may come to 0.
        if (inner == "ets") return AsModel(SelectEts(rest, 1, {.additive_only = true}));
        return FitPlain(inner, {rest, {}});
      }));
}

Fitted FitEnsemble(const SeriesToFit& series) {
  std::vector<std::string> methods = {"theta", "dotm", "ets"};
  if (!series.periods.empty()) methods.insert(methods.end(), {"stl-dotm", "stl-ets"});
  std::vector<std::unique_ptr<Model>> members;
  for (const std::string& method : methods) {
    Fitted member = FitMethod(method, series);
    if (absl::IsInvalidArgument(member.status())) return member;
    if (member.ok()) members.push_back(*std::move(member));
  }
  if (members.empty()) return FitPlain("naive", series);
  return std::unique_ptr<Model>(std::make_unique<MedianEnsemble>(std::move(members)));
}

}  // namespace

const std::vector<std::string>& MethodNames() {
  static const auto* const names = new std::vector<std::string>{
      "naive", "snaive", "drift", "theta", "dotm", "ets", "stl-dotm", "stl-ets", "ensemble"};
  return *names;
}

absl::StatusOr<std::unique_ptr<Model>> FitMethod(absl::string_view method,
                                                 const SeriesToFit& series) {
  const std::vector<std::string>& names = MethodNames();
  if (std::find(names.begin(), names.end(), method) == names.end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "unknown method \"", method, "\", expected one of ", absl::StrJoin(names, ", ")));
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckPeriods(series.periods));
  GLUTWATCH_RETURN_IF_ERROR(CheckSeries(series.y, 0));
  const SeriesToFit fit = WithoutLongSeasons(series);
  if (method == "ensemble") return FitEnsemble(fit);
  if (absl::StartsWith(method, "stl-")) return FitAdjusted(method, fit);
  return FitPlain(method, fit);
}

}  // namespace glutwatch::forecast
