// What assessing a price costs. One iteration is one series: six years of daily prices, and the
// indicators of its last year (items = series-days), or one 28-day forecast (items = forecasts).
#include <benchmark/benchmark.h>

#include "forecast/price_forecast.h"
#include "forecast/risk/indicators.h"
#include "tests/forecast/histories.h"

namespace glutwatch::forecast {
namespace {

const testing::OwnedHistory& SixYears() {
  static const auto* history = new testing::OwnedHistory(
      testing::MakeIrregular(testing::DayOf(2018, 1, 1), testing::DayOf(2023, 12, 31)));
  return *history;
}

void BM_IndicatorsOfAYear(benchmark::State& state) {
  const auto& history = SixYears();
  int64_t days = 0;
  for (auto _ : state) {
    const auto result =
        risk::ComputeIndicators(history.view(), {.total = 1, .cash = 0.8},
                                testing::DayOf(2023, 1, 1), testing::DayOf(2023, 12, 31));
    days += static_cast<int64_t>(result->size());
    benchmark::DoNotOptimize(result);
  }
  state.SetItemsProcessed(days);
}
BENCHMARK(BM_IndicatorsOfAYear);

void BM_IndicatorsOfTheNewestDay(benchmark::State& state) {
  const auto& history = SixYears();
  const Day day = testing::DayOf(2023, 12, 30);
  for (auto _ : state) {
    benchmark::DoNotOptimize(risk::ComputeIndicators(history.view(), {}, day, day));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_IndicatorsOfTheNewestDay);

void BM_ForecastOf28Days(benchmark::State& state) {
  const auto& history = SixYears();
  for (auto _ : state) {
    benchmark::DoNotOptimize(ForecastPrice(history.view(), testing::DayOf(2023, 12, 30), 28));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ForecastOf28Days);

}  // namespace
}  // namespace glutwatch::forecast
BENCHMARK_MAIN();
