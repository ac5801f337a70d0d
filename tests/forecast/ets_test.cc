#include "forecast/models/ets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "forecast/models/ets_start.h"
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
using ::testing::SizeIs;

constexpr EtsPart kA = EtsPart::kAdditive;
constexpr EtsPart kM = EtsPart::kMultiplicative;
constexpr EtsPart kN = EtsPart::kNone;

// "MAdM" -> the member.
EtsSpec ParseSpec(const std::string& text, int period) {
  const auto part = [](char c) { return c == 'A' ? kA : c == 'M' ? kM : kN; };
  EtsSpec spec{part(text.front()), part(text[1]), text.size() == 4, part(text.back()), 1};
  if (spec.season != kN) spec.period = period;
  return spec;
}

std::vector<double> Seasonal(int n, int period) {
  std::vector<double> y;
  Random random(11);
  double level = 20;
  for (int t = 0; t < n; ++t) {
    level += 0.3 * random.Normal();
    y.push_back(level + 3 * std::sin(6.283185307 * (t % period) / period) + 0.4 * random.Normal());
  }
  return y;
}

TEST(EtsSpecTest, TheFamilyHasNineteenAdmissibleMembers) {
  EXPECT_THAT(EtsCandidates(7, true, true), SizeIs(19));
  EXPECT_THAT(EtsCandidates(7, true, false), SizeIs(15));
  EXPECT_THAT(EtsCandidates(7, false, true), SizeIs(6));
  EXPECT_THAT(EtsCandidates(1, true, false), SizeIs(6));
  EXPECT_EQ((EtsSpec{kM, kA, true, kM, 7}).Name(), "ETS(M,Ad,M)[7]");
  EXPECT_EQ(EtsSpec{}.Name(), "ETS(A,N,N)");
}

TEST(EtsSpecTest, WhatIsNotInTheFamilyIsRefusedByName) {
  EXPECT_THAT(CheckEtsSpec({kA, kN, false, kM, 7}).message(), HasSubstr("ETS(A,N,M)[7]"));
  EXPECT_THAT(CheckEtsSpec({kM, kM, false, kA, 7}).message(), HasSubstr("not admissible"));
  EXPECT_THAT(CheckEtsSpec({kA, kN, true, kN, 1}).message(), HasSubstr("no trend"));
  EXPECT_THAT(CheckEtsSpec({kA, kN, false, kA, 1}).message(), HasSubstr("expected 2 to 400"));
}

// The adjoints against differences of the likelihood, for each member and each unknown.
TEST(EtsLikelihoodTest, GradientIsThatOfTheLikelihood) {
  std::vector<double> y = Seasonal(60, 5);
  y[17] = std::nan("");
  for (const EtsSpec& spec : EtsCandidates(5, true, true)) {
    SCOPED_TRACE(spec.Name());
    EtsLikelihood likelihood(y, spec);
    EtsParameters parameters{0.4, 0.1, 0.2, spec.damped ? 0.9 : 1};
    EtsState start = FirstGuess(y, spec);
    if (spec.trend == kM) start.slope = 1.01;
    ASSERT_TRUE(std::isfinite(likelihood.Run(parameters, start)));
    const EtsLikelihood::Gradient gradient = likelihood.Differentiate();
    const auto expect = [&](double* unknown, double derivative, const char* what) {
      const double at = *unknown;
      const double step = 1e-6 * std::max(1.0, std::fabs(at));
      *unknown = at + step;
      const double above = likelihood.Run(parameters, start);
      *unknown = at - step;
      const double below = likelihood.Run(parameters, start);
      *unknown = at;
      const double want = (above - below) / (2 * step);
      EXPECT_NEAR(derivative, want, 1e-4 * std::max(1.0, std::fabs(want))) << what;
    };
    expect(&parameters.alpha, gradient.parameters.alpha, "alpha");
    if (spec.trend != kN) expect(&parameters.beta, gradient.parameters.beta, "beta");
    if (spec.season != kN) expect(&parameters.gamma, gradient.parameters.gamma, "gamma");
    if (spec.damped) expect(&parameters.phi, gradient.parameters.phi, "phi");
    expect(&start.level, gradient.level, "level");
    if (spec.trend != kN) expect(&start.slope, gradient.slope, "slope");
    for (size_t i = 0; i < start.season.size(); ++i) {
      expect(&start.season[i], gradient.season[i], "season");
    }
  }
}

// R searches by Nelder and Mead and stops early, so ours is the higher likelihood as a rule. Where
// the two agree, so do the forecasts.
TEST(EtsTest, IsAsLikelyAsRsAndForecastsTheSame) {
  const std::vector<ModelSeries> all = AllModelSeries();
  int compared = 0, worse = 0, same = 0;
  for (const auto& row : ReferenceRows("ets.csv")) {
    const ModelSeries& series = SeriesOf(all, row.at(0));
    SCOPED_TRACE(row[0] + " " + row[1]);
    const auto fit = FitEts(series.y, ParseSpec(row[1], series.period));
    if (!fit.ok()) continue;  // too short for us, who want two values to spare
    ++compared;
    const double theirs = std::stod(row[2]);
    const double gain = (*fit)->score().log_likelihood - theirs;
    if (gain < -1e-3 * std::max(1.0, std::fabs(theirs))) {
      ++worse;
      std::printf("%s %s: log-likelihood %.4f, R has %.4f\n", row[0].c_str(), row[1].c_str(),
                  (*fit)->score().log_likelihood, theirs);
    }
    if (std::fabs(gain) > 0.01) continue;
    ++same;
    const auto forecast = (*fit)->Predict(6, {0.1, 0.975});
    ASSERT_THAT(forecast, IsOk());
    const std::vector<double> mean = Numbers(row[4]), low = Numbers(row[5]), high = Numbers(row[6]);
    for (size_t h = 0; h < mean.size(); ++h) {
      const double width = high[h] - low[h];
      EXPECT_NEAR(forecast->mean[h], mean[h], 0.03 * width) << h;
      EXPECT_NEAR(forecast->quantiles[0][h], low[h], 0.08 * width) << h;
      EXPECT_NEAR(forecast->quantiles[1][h], high[h], 0.08 * width) << h;
    }
  }
  std::printf("%d fits compared, %d less likely than R's, %d the same\n", compared, worse, same);
  EXPECT_GE(compared, 200);
  EXPECT_GE(same, 60);
  EXPECT_LE(worse, compared / 20);
}

TEST(EtsTest, ChoosesAsRDoesOrBetter) {
  const std::vector<ModelSeries> all = AllModelSeries();
  int compared = 0, worse = 0;
  for (const auto& row : ReferenceRows("ets_choice.csv")) {
    const ModelSeries& series = SeriesOf(all, row.at(0));
    const auto chosen = SelectEts(series.y, series.period);
    ASSERT_THAT(chosen, IsOk()) << row[0];
    ++compared;
    const double theirs = std::stod(row[2]);
    if ((*chosen)->score().aicc <= theirs + 1) continue;
    ++worse;
    std::printf("%s: %s with AICc %.3f, R chose %s with %.3f\n", row[0].c_str(),
                (*chosen)->name().c_str(), (*chosen)->score().aicc, row[1].c_str(), theirs);
  }
  EXPECT_GE(compared, 30);
  EXPECT_LE(worse, compared / 20);
}

TEST(EtsTest, ScaleChangesNothingButTheUnit) {
  const std::vector<double> y = Seasonal(80, 7);
  for (const double scale : {1e-9, 3.0, 1e12}) {
    std::vector<double> scaled = y;
    for (double& value : scaled) value *= scale;
    const auto one = SelectEts(y, 7);
    const auto other = SelectEts(scaled, 7);
    ASSERT_THAT(one, IsOk());
    ASSERT_THAT(other, IsOk());
    EXPECT_EQ((*one)->name(), (*other)->name());
    const auto a = (*one)->Predict(10, {0.1, 0.9});
    const auto b = (*other)->Predict(10, {0.1, 0.9});
    for (size_t h = 0; h < 10; ++h) {
      EXPECT_NEAR(b->mean[h] / scale, a->mean[h], 1e-6 * std::fabs(a->mean[h]));
      EXPECT_NEAR(b->quantiles[0][h] / scale, a->quantiles[0][h], 1e-5 * std::fabs(a->mean[h]));
    }
  }
}

TEST(EtsTest, AShiftMovesAnAdditiveForecast) {
  const std::vector<double> y = Seasonal(80, 7);
  std::vector<double> shifted = y;
  for (double& value : shifted) value += 55;
  const EtsSpec spec{kA, kA, true, kA, 7};
  const auto a = (*FitEts(y, spec))->Predict(10, {0.9});
  const auto b = (*FitEts(shifted, spec))->Predict(10, {0.9});
  for (size_t h = 0; h < 10; ++h) {
    EXPECT_NEAR(b->mean[h] - 55, a->mean[h], 0.02);
    EXPECT_NEAR(b->quantiles[0][h] - 55, a->quantiles[0][h], 0.02);
  }
}

TEST(EtsTest, UpdateIsTheFilterOverTheLongerSeries) {
  std::vector<double> y = Seasonal(90, 7);
  y[75] = std::nan("");
  for (const EtsSpec& spec : EtsCandidates(7, true, true)) {
    SCOPED_TRACE(spec.Name());
    auto fit = FitEts(absl::MakeSpan(y).first(70), spec);
    ASSERT_THAT(fit, IsOk());
    for (size_t t = 70; t < y.size(); ++t) ASSERT_THAT((*fit)->Update(y[t]), IsOk());
    EtsLikelihood whole(y, spec);
    whole.Run((*fit)->parameters(), (*fit)->start());
    EXPECT_NEAR((*fit)->state().level, whole.end().level, 1e-9);
    EXPECT_NEAR((*fit)->state().slope, whole.end().slope, 1e-9);
    EXPECT_EQ((*fit)->state().place, whole.end().place);
    for (size_t i = 0; i < whole.end().season.size(); ++i) {
      EXPECT_NEAR((*fit)->state().season[i], whole.end().season[i], 1e-9);
    }
  }
}

TEST(EtsTest, SerialisedItForecastsTheSameBits) {
  const std::vector<double> y = Seasonal(90, 7);
  for (const EtsSpec& spec : EtsCandidates(7, true, true)) {
    const auto fit = FitEts(y, spec);
    ASSERT_THAT(fit, IsOk());
    const std::string bytes = (*fit)->Serialize();
    const auto back = ParseEts(bytes);
    ASSERT_THAT(back, IsOk());
    EXPECT_EQ((*back)->Serialize(), bytes);
    EXPECT_EQ((*back)->Predict(5, {0.2})->quantiles, (*fit)->Predict(5, {0.2})->quantiles);
    EXPECT_EQ((*back)->score().aicc, (*fit)->score().aicc);
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      EXPECT_TRUE(absl::IsDataLoss(ParseEts(bytes.substr(0, cut)).status())) << cut;
    }
  }
}

TEST(EtsTest, WarmItEndsWhereItBegan) {
  const std::vector<double> y = Seasonal(200, 7);
  const auto yesterday = FitEts(absl::MakeSpan(y).first(199), {kA, kA, true, kA, 7});
  ASSERT_THAT(yesterday, IsOk());
  const auto cold = FitEts(y, {kA, kA, true, kA, 7});
  const auto warm = FitEts(y, {kA, kA, true, kA, 7}, {.warm = yesterday->get()});
  ASSERT_THAT(warm, IsOk());
  EXPECT_GE((*warm)->score().log_likelihood, (*cold)->score().log_likelihood - 0.05);
}

TEST(EtsTest, AConstantStaysConstant) {
  const auto fit = SelectEts(std::vector<double>(30, 4.25), 7);
  ASSERT_THAT(fit, IsOk());
  const auto forecast = (*fit)->Predict(28, {0.025, 0.975});
  ASSERT_THAT(forecast, IsOk());
  for (size_t h = 0; h < 28; ++h) {
    EXPECT_NEAR(forecast->mean[h], 4.25, 1e-6);
    EXPECT_NEAR(forecast->quantiles[0][h], 4.25, 1e-4);
  }
}

TEST(EtsTest, SurvivesSeriesOfMostlyNothing) {
  std::vector<double> y(300, std::nan(""));
  for (size_t i = 0; i < 10; ++i) y[30 * i + 3] = 5 + static_cast<double>(i % 3);
  const auto fit = SelectEts(y, 7);
  ASSERT_THAT(fit, IsOk());
  const auto forecast = (*fit)->Predict(28, {0.1, 0.9});
  ASSERT_THAT(forecast, IsOk());
  for (const double mean : forecast->mean)
    EXPECT_THAT(mean, ::testing::AllOf(::testing::Ge(3), ::testing::Le(9)));
}

TEST(EtsTest, ErrorsNameTheCause) {
  const std::vector<double> y = Seasonal(40, 7);
  EXPECT_TRUE(absl::IsFailedPrecondition(SelectEts({1, 2, 3, 4}, 1).status()));
  EXPECT_THAT(SelectEts({1, 2, INFINITY, 4, 5, 6}, 1).status().message(), HasSubstr("value 2"));
  EXPECT_THAT(SelectEts(y, 0).status().message(), HasSubstr("period is 0"));
  EXPECT_THAT(FitEts({3, 2, -1, 4, 5, 6}, {kM, kN, false, kN, 1}).status().message(),
              HasSubstr("value 2 is -1"));
  auto fit = FitEts(y, {kM, kN, false, kN, 1});
  ASSERT_THAT(fit, IsOk());
  const std::string before = (*fit)->Serialize();
  EXPECT_TRUE(absl::IsInvalidArgument((*fit)->Update(0)));
  EXPECT_TRUE(absl::IsInvalidArgument((*fit)->Update(INFINITY)));
  EXPECT_EQ((*fit)->Serialize(), before);
  EXPECT_TRUE(absl::IsInvalidArgument((*fit)->Predict(0, {}).status()));
}

}  // namespace
}  // namespace glutwatch::forecast
