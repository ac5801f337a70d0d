// What fitting and updating a forecast model costs on one core. One iteration is one fit to 1,095
// daily values with a season of 7 (three years), or one update of a fitted model. The series is the
// one that bench/peers/forecast.R gives R: bench/compare_forecast.sh has both side by side.
#include <benchmark/benchmark.h>

#include <cmath>
#include <string>
#include <vector>

#include "forecast/combine/methods.h"
#include "forecast/decompose/mstl.h"
#include "forecast/decompose/stl.h"
#include "forecast/models/ets.h"
#include "forecast/models/lag_walk.h"
#include "forecast/models/theta.h"

namespace glutwatch::forecast {
namespace {

constexpr int kDays = 1095;
constexpr int kWeek = 7;

// Between -1 and 1; the same in every language with doubles.
double Noise(double t) {
  const double x = std::sin(12.9898 * t) * 43758.5453;
  return 2 * (x - std::floor(x)) - 1;
}

const std::vector<double>& Daily() {
  static const auto* const y = [] {
    auto* const values = new std::vector<double>;
    double walk = 0;
    for (int t = 1; t <= kDays; ++t) {
      walk += 0.03 * Noise(t);
      const double year = 0.3 * std::sin(2 * M_PI * t / 365);
      const double week = 0.05 * std::sin(2 * M_PI * (t % kWeek) / kWeek);
      values->push_back(std::exp(1 + year + walk + week + 0.04 * Noise(10'000 + t)));
    }
    return values;
  }();
  return *y;
}

void BM_SelectEts(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(SelectEts(Daily(), kWeek));
}
BENCHMARK(BM_SelectEts)->Unit(benchmark::kMillisecond);

// A day later, from yesterday's fit.
void BM_RefitEts(benchmark::State& state) {
  const auto yesterday = SelectEts(absl::MakeSpan(Daily()).first(kDays - 1), kWeek);
  for (auto _ : state) {
    benchmark::DoNotOptimize(FitEts(Daily(), (*yesterday)->spec(), {.warm = yesterday->get()}));
  }
}
BENCHMARK(BM_RefitEts)->Unit(benchmark::kMillisecond);

void BM_FitTheta(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(FitTheta(Daily(), kWeek, ThetaKind::kStandard));
  }
}
BENCHMARK(BM_FitTheta)->Unit(benchmark::kMillisecond);

void BM_FitDotm(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(FitTheta(Daily(), kWeek, ThetaKind::kDynamicOptimised));
  }
}
BENCHMARK(BM_FitDotm)->Unit(benchmark::kMillisecond);

void BM_Stl(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Stl(Daily(), kWeek));
}
BENCHMARK(BM_Stl)->Unit(benchmark::kMillisecond);

void BM_StlRobust(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Stl(Daily(), kWeek, {.robust = true}));
}
BENCHMARK(BM_StlRobust)->Unit(benchmark::kMillisecond);

void BM_Mstl(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Mstl(Daily(), {kWeek}));
}
BENCHMARK(BM_Mstl)->Unit(benchmark::kMillisecond);

void BM_MstlRobust(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Mstl(Daily(), {kWeek}, {.robust = true}));
}
BENCHMARK(BM_MstlRobust)->Unit(benchmark::kMillisecond);

// The whole ensemble, cold, with its intervals to 28 days.
void BM_Ensemble(benchmark::State& state) {
  for (auto _ : state) {
    const auto model = FitMethod("ensemble", {Daily(), {kWeek}});
    benchmark::DoNotOptimize((*model)->Predict(28, {0.025, 0.1, 0.9, 0.975}));
  }
}
BENCHMARK(BM_Ensemble)->Unit(benchmark::kMillisecond);

void BM_Update(benchmark::State& state, const std::string& method) {
  const auto model = FitMethod(method, {Daily(), {kWeek}});
  size_t t = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize((*model)->Update(Daily()[t]));
    t = (t + 1) % Daily().size();
  }
}
BENCHMARK_CAPTURE(BM_Update, ets, "ets")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Update, theta, "theta")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Update, dotm, "dotm")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Update, stl_ets, "stl-ets")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Update, ensemble, "ensemble")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace glutwatch::forecast
BENCHMARK_MAIN();
