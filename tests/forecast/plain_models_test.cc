// The plain models and Theta: held against R, and what every model has to keep.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "forecast/combine/methods.h"
#include "forecast/models/ets.h"
#include "forecast/models/lag_walk.h"
#include "forecast/models/parse_model.h"
#include "forecast/models/seasonally_adjusted.h"
#include "forecast/models/theta.h"
#include "tests/forecast/model_series.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::forecast {
namespace {

using ::glutwatch::testing::AllModelSeries;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::ModelSeries;
using ::glutwatch::testing::Numbers;
using ::glutwatch::testing::ReferenceRows;
using ::glutwatch::testing::SeriesOf;
using ::testing::HasSubstr;

using Fitted = absl::StatusOr<std::unique_ptr<Model>>;

template <typename Some>
Fitted AsModel(absl::StatusOr<std::unique_ptr<Some>> model) {
  if (!model.ok()) return model.status();
  return Fitted(*std::move(model));
}

Fitted FitByName(const std::string& name, absl::Span<const double> y, int period) {
  if (name == "naive") return AsModel(FitNaive(y));
  if (name == "drift") return AsModel(FitDrift(y));
  if (name == "seasonal naive") return AsModel(FitSeasonalNaive(y, period));
  if (name == "theta") return AsModel(FitTheta(y, period, ThetaKind::kStandard));
  if (name == "dotm") return AsModel(FitTheta(y, period, ThetaKind::kDynamicOptimised));
  if (name == "ets") return AsModel(SelectEts(y, period));
  const int periods[] = {period};
  return AsModel(FitSeasonallyAdjusted(y, periods, {}, [](absl::Span<const double> rest) {
    return AsModel(SelectEts(rest, 1, {.additive_only = true}));
  }));
}

void ExpectForecast(const Fitted& fit, const std::vector<std::string>& row, double tolerance,
                    bool with_intervals) {
  ASSERT_THAT(fit, IsOk());
  const auto forecast = (*fit)->Predict(6, {0.1, 0.975});
  ASSERT_THAT(forecast, IsOk());
  const std::vector<double> mean = Numbers(row[2]), low = Numbers(row[3]), high = Numbers(row[4]);
  for (size_t h = 0; h < mean.size(); ++h) {
    const double width = high[h] - low[h];
    const double near = tolerance * std::max(width, 1e-9 * std::fabs(mean[h]));
    EXPECT_NEAR(forecast->mean[h], mean[h], near) << h;
    if (!with_intervals) continue;
    EXPECT_NEAR(forecast->quantiles[0][h], low[h], near) << h;
    EXPECT_NEAR(forecast->quantiles[1][h], high[h], near) << h;
  }
}

TEST(LagWalkTest, EqualsR) {
  const std::vector<ModelSeries> all = AllModelSeries();
  int compared = 0;
  for (const auto& row : ReferenceRows("lag_walk.csv")) {
    SCOPED_TRACE(row.at(0) + " " + row.at(1));
    // R counts a drift of exactly 0 as none.
    if (row[0] == "spike" && row[1] == "drift") continue;
    const ModelSeries& series = SeriesOf(all, row[0]);
    ExpectForecast(FitByName(row[1], series.y, series.period), row, 1e-6, true);
    ++compared;
  }
  EXPECT_GE(compared, 70);
}

TEST(LagWalkTest, AGapWidensTheForecastAndIsNotTakenForOneStep) {
  const auto fit = FitNaive({10, NAN, NAN, NAN, 14, 13, 14});
  ASSERT_THAT(fit, IsOk());
  // Errors 4 over four steps, -1 and 1 over one: squares 16/4, 1 and 1 in the mean.
  EXPECT_DOUBLE_EQ((*fit)->sigma(), std::sqrt(2));
  ASSERT_THAT((*fit)->Update(NAN), IsOk());
  const auto forecast = (*fit)->Predict(1, {0.841344746});
  EXPECT_DOUBLE_EQ(forecast->mean[0], 14);
  EXPECT_NEAR(forecast->quantiles[0][0], 14 + std::sqrt(2) * std::sqrt(2), 1e-6);
}

TEST(LagWalkTest, ErrorsNameTheCause) {
  EXPECT_TRUE(absl::IsFailedPrecondition(FitNaive({1, 2}).status()));
  EXPECT_THAT(FitSeasonalNaive({1, 2, 3}, 1).status().message(), HasSubstr("period is 1"));
  EXPECT_THAT(FitSeasonalNaive({1, 2, NAN, 4, 5, NAN, 7, 8, NAN}, 3).status().message(),
              HasSubstr("step 2 of its season"));
}

TEST(ThetaTest, EqualsR) {
  const std::vector<ModelSeries> all = AllModelSeries();
  int compared = 0;
  for (const auto& row : ReferenceRows("theta.csv")) {
    SCOPED_TRACE(row.at(0));
    const ModelSeries& series = SeriesOf(all, row[0]);
    const auto fit = FitTheta(series.y, series.period, ThetaKind::kStandard);
    ASSERT_THAT(fit, IsOk());
    // R's smoothing ends elsewhere on a few short series and in units of 1e-9 and 1e12.
    if (std::fabs((*fit)->alpha() - std::stod(row.at(5))) > 0.01) continue;
    // R does not multiply the interval by the season.
    ExpectForecast(FitByName("theta", series.y, series.period), row, 0.04,
                   (*fit)->season().empty());
    ++compared;
  }
  EXPECT_GE(compared, 27);
}

TEST(ThetaTest, DynamicLineGoesOnWithALine) {
  std::vector<double> y;
  for (int t = 0; t < 60; ++t) y.push_back(100 + t + (t % 2 == 0 ? 0.1 : -0.1));
  const auto dotm = FitTheta(y, 1, ThetaKind::kDynamicOptimised);
  ASSERT_THAT(dotm, IsOk());
  EXPECT_NEAR((*dotm)->Predict(5, {})->mean[4], 164, 2.6);
}

// What every model keeps, on every series that it takes.
class EveryModelTest : public ::testing::TestWithParam<std::string> {
 protected:
  Fitted Fit(absl::Span<const double> y, int period) const {
    return FitByName(GetParam(), y, period);
  }
  const std::vector<ModelSeries> all_ = AllModelSeries();
};

TEST_P(EveryModelTest, ForecastsAreFiniteOrderedAndTheSameBitsAgain) {
  int fitted = 0;
  for (const ModelSeries& series : all_) {
    SCOPED_TRACE(series.id);
    const auto fit = Fit(series.y, series.period);
    if (!fit.ok()) {
      EXPECT_TRUE(absl::IsFailedPrecondition(fit.status()) || absl::IsInvalidArgument(fit.status()))
          << fit.status();
      continue;
    }
    ++fitted;
    const auto forecast = (*fit)->Predict(20, {0.025, 0.1, 0.5, 0.9, 0.975});
    ASSERT_THAT(forecast, IsOk());
    for (size_t h = 0; h < 20; ++h) {
      EXPECT_TRUE(std::isfinite(forecast->mean[h]));
      for (size_t p = 1; p < 5; ++p) {
        EXPECT_GE(forecast->quantiles[p][h], forecast->quantiles[p - 1][h]);
      }
    }
    const auto again = Fit(series.y, series.period);
    EXPECT_EQ((*again)->Serialize(), (*fit)->Serialize());
    EXPECT_EQ((*fit)->residuals().size(), series.y.size());
  }
  EXPECT_GE(fitted, 10);
}

TEST_P(EveryModelTest, SerialisedAndClonedItGoesOnTheSame) {
  for (const ModelSeries& series : all_) {
    SCOPED_TRACE(series.id);
    auto fit = Fit(series.y, series.period);
    if (!fit.ok()) continue;
    const std::string bytes = (*fit)->Serialize();
    auto back = ParseModel(bytes);
    ASSERT_THAT(back, IsOk());
    EXPECT_EQ((*back)->Serialize(), bytes);
    EXPECT_EQ((*back)->name(), (*fit)->name());
    const std::unique_ptr<Model> copy = (*fit)->Clone();
    for (const double y : {series.y[0], std::nan(""), series.y[1]}) {
      ASSERT_THAT((*back)->Update(y), IsOk());
      ASSERT_THAT(copy->Update(y), IsOk());
    }
    EXPECT_EQ((*fit)->Serialize(), bytes) << "a copy is its own";
    EXPECT_EQ(copy->Serialize(), (*back)->Serialize());
    EXPECT_EQ(copy->Predict(4, {0.3})->quantiles, (*back)->Predict(4, {0.3})->quantiles);
    for (size_t cut = 0; cut < bytes.size(); cut += 7) {
      EXPECT_TRUE(absl::IsDataLoss(ParseModel(bytes.substr(0, cut)).status())) << cut;
    }
  }
}

TEST_P(EveryModelTest, SimulatedPathsSpreadAsTheQuantilesSay) {
  const ModelSeries& series = SeriesOf(all_, "week");
  const auto fit = Fit(series.y, series.period);
  ASSERT_THAT(fit, IsOk());
  const auto forecast = (*fit)->Predict(8, {0.1, 0.9});
  Random random(3);
  std::vector<double> path(8);
  std::vector<int> inside(8, 0);
  constexpr int kPaths = 4000;
  for (int i = 0; i < kPaths; ++i) {
    (*fit)->Simulate(&random, absl::MakeSpan(path));
    for (size_t h = 0; h < 8; ++h) {
      inside[h] += path[h] > forecast->quantiles[0][h] && path[h] < forecast->quantiles[1][h];
    }
  }
  // A member's path may lie outside of the median's interval.
  const double near = GetParam() == "ensemble" ? 0.1 : 0.035;
  for (const int count : inside) EXPECT_NEAR(count / double{kPaths}, 0.8, near);
}

TEST_P(EveryModelTest, ScaleChangesNothingButTheUnit) {
  const ModelSeries& series = SeriesOf(all_, "week");
  std::vector<double> scaled = series.y;
  for (double& value : scaled) value *= 1e-7;
  const auto one = Fit(series.y, series.period);
  const auto other = Fit(scaled, series.period);
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(other, IsOk());
  const auto a = (*one)->Predict(9, {0.1});
  const auto b = (*other)->Predict(9, {0.1});
  for (size_t h = 0; h < 9; ++h) {
    EXPECT_NEAR(b->mean[h] * 1e7, a->mean[h], 1e-4 * a->mean[h]);
    EXPECT_NEAR(b->quantiles[0][h] * 1e7, a->quantiles[0][h], 1e-3 * a->mean[h]);
  }
}

TEST_P(EveryModelTest, RefusesWhatIsInfinite) {
  std::vector<double> y = SeriesOf(all_, "week").y;
  auto fit = Fit(y, 7);
  ASSERT_THAT(fit, IsOk());
  EXPECT_TRUE(absl::IsInvalidArgument((*fit)->Update(INFINITY)));
  EXPECT_TRUE(absl::IsInvalidArgument((*fit)->Predict(1001, {}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument((*fit)->Predict(5, {0.9, 0.1}).status()));
  y[20] = -INFINITY;
  EXPECT_THAT(Fit(y, 7).status().message(), HasSubstr("value 20 is -inf"));
}

INSTANTIATE_TEST_SUITE_P(Models, EveryModelTest,
                         ::testing::Values("naive", "drift", "seasonal naive", "theta", "dotm",
                                           "ets", "adjusted", "ensemble"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace glutwatch::forecast
