// Measures by hand, the median of models, methods by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "forecast/combine/ensemble.h"
#include "forecast/combine/methods.h"
#include "forecast/combine/metrics.h"
#include "forecast/models/lag_walk.h"
#include "forecast/models/parse_model.h"
#include "tests/forecast/model_series.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::forecast {
namespace {

using ::glutwatch::testing::AllModelSeries;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::SeriesOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(MetricsTest, AsWorkedOutByHand) {
  const std::vector<double> truth = {10, 20, NAN, 0};
  const std::vector<double> forecast = {12, 15, 7, 0};
  EXPECT_DOUBLE_EQ(Smape(truth, forecast), 100 * (4.0 / 22 + 10.0 / 35 + 0) / 3);
  EXPECT_DOUBLE_EQ(NaiveStep({1, 3, 2, 6}, 1), 7.0 / 3);
  EXPECT_DOUBLE_EQ(NaiveStep({1, 3, NAN, 6}, 2), 3);
  EXPECT_DOUBLE_EQ(NaiveSquare({1, 3, 2, 6}, 1), std::sqrt(21.0 / 3));
  EXPECT_DOUBLE_EQ(Mase(truth, forecast, 2), (2.0 + 5 + 0) / 3 / 2);
  EXPECT_DOUBLE_EQ(Rmsse(truth, forecast, 2), std::sqrt(29.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(PinballLoss(truth, forecast, 0.9), (0.1 * 2 + 0.9 * 5 + 0) / 3);
  EXPECT_DOUBLE_EQ(Coverage(truth, {9, 21, 0, 0}, {11, 25, 9, 0}), 2.0 / 3);
  EXPECT_DOUBLE_EQ(OverallAverage(9, 2, 10, 4), 0.7);
  EXPECT_TRUE(std::isnan(Smape({NAN}, {1})));
}

std::unique_ptr<Model> Naive(double level) {
  return *FitNaive({level, level + 1, level - 1, level});
}

TEST(MedianEnsembleTest, OneThatWentAstrayMovesNothing) {
  std::vector<std::unique_ptr<Model>> members;
  for (const double level : {10.0, 12.0, 1e9}) members.push_back(Naive(level));
  const MedianEnsemble ensemble(std::move(members));
  const auto forecast = ensemble.Predict(3, {0.5});
  ASSERT_THAT(forecast, IsOk());
  EXPECT_THAT(forecast->mean, ::testing::Each(12));
  EXPECT_THAT(forecast->quantiles[0], ::testing::Each(12));
  EXPECT_EQ(ensemble.name(), "median of naive, naive, naive");
}

TEST(MedianEnsembleTest, BytesCannotNestWithoutEnd) {
  std::vector<std::unique_ptr<Model>> members;
  members.push_back(Naive(10));
  std::vector<std::unique_ptr<Model>> outer;
  outer.push_back(std::make_unique<MedianEnsemble>(std::move(members)));
  const std::string bytes = MedianEnsemble(std::move(outer)).Serialize();
  EXPECT_THAT(ParseModel(bytes).status().message(), HasSubstr("ensemble of ensembles"));
}

TEST(MethodsTest, EachIsFittedByItsName) {
  const auto all = AllModelSeries();
  const std::vector<double> y = SeriesOf(all, "week").y;
  for (const std::string& method : MethodNames()) {
    const auto model = FitMethod(method, {y, {7}});
    ASSERT_THAT(model, IsOk()) << method;
    EXPECT_THAT((*model)->Predict(28, {0.1, 0.9}), IsOk()) << method;
  }
  EXPECT_EQ((*FitMethod("snaive", {y, {7}}))->name(), "seasonal naive [7]");
  EXPECT_THAT((*FitMethod("stl-ets", {y, {7}}))->name(), HasSubstr("STL[7] + ETS"));
}

TEST(MethodsTest, SeasonsThatAreTooLongAreLeftOut) {
  const auto all = AllModelSeries();
  const std::vector<double> y = SeriesOf(all, "walk").y;
  EXPECT_EQ((*FitMethod("snaive", {y, {100}}))->name(), "naive");
  EXPECT_THAT((*FitMethod("stl-ets", {y, {100}}))->name(), ::testing::StartsWith("ETS"));
}

TEST(MethodsTest, TheEnsembleFallsBackOnWhatCanBeFitted) {
  const auto one = FitMethod("ensemble", {{3, 4, 3}, {7}});
  ASSERT_THAT(one, IsOk());
  EXPECT_EQ((*one)->name(), "naive");
}

TEST(MethodsTest, ErrorsNameTheCause) {
  EXPECT_THAT(FitMethod("prophet", {{1, 2, 3}, {}}).status().message(),
              HasSubstr("unknown method \"prophet\", expected one of naive, snaive"));
  EXPECT_THAT(FitMethod("ets", {{1, 2, 3}, {7, 7}}).status().message(), HasSubstr("7 steps"));
  EXPECT_THAT(FitMethod("ensemble", {{1, INFINITY, 3}, {}}).status().message(),
              HasSubstr("value 1 is inf"));
}

}  // namespace
}  // namespace glutwatch::forecast
