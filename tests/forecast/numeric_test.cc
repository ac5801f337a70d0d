#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "forecast/models/forecast.h"
#include "forecast/numeric/nelder_mead.h"
#include "forecast/numeric/normal.h"
#include "forecast/numeric/quasi_newton.h"
#include "forecast/numeric/random.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::forecast {
namespace {

using ::glutwatch::testing::IsOk;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(NormalTest, QuantilesOfTheTables) {
  EXPECT_EQ(NormalQuantile(0.5), 0);
  EXPECT_DOUBLE_EQ(NormalQuantile(0.975), 1.9599639845400542);
  EXPECT_DOUBLE_EQ(NormalQuantile(0.9), 1.2815515655446004);
  EXPECT_DOUBLE_EQ(NormalQuantile(1e-10), -6.361340902404056);
  EXPECT_TRUE(std::isnan(NormalQuantile(0)));
  EXPECT_TRUE(std::isnan(NormalQuantile(1)));
}

TEST(NormalTest, QuantileInvertsTheDistribution) {
  for (double p = 0.0005; p < 1; p += 0.0005) {
    EXPECT_NEAR(NormalCdf(NormalQuantile(p)), p, 2e-15) << p;
  }
}

TEST(RandomTest, IsTheSameForASeedAndAnotherForAnother) {
  Random a(1), b(1), c(2);
  EXPECT_EQ(a.Next(), b.Next());
  EXPECT_NE(a.Next(), c.Next());
}

// The published algorithms' first outputs: forecasts by simulation depend on them.
TEST(RandomTest, FirstValuesOfSeedZero) {
  Random random(0);
  EXPECT_EQ(random.Next(), 0x99ec5f36cb75f2b4u);
  EXPECT_EQ(random.Next(), 0xbf6e1f784956452au);
}

TEST(RandomTest, UniformAndNormalHaveTheirMoments) {
  Random random(7);
  double sum = 0, squares = 0, normal = 0, normal_squares = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.Uniform();
    ASSERT_GT(u, 0);
    ASSERT_LT(u, 1);
    const double z = random.Normal();
    sum += u;
    squares += u * u;
    normal += z;
    normal_squares += z * z;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.003);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 0.003);
  EXPECT_NEAR(normal / kDraws, 0, 0.01);
  EXPECT_NEAR(normal_squares / kDraws, 1, 0.015);
}

TEST(NelderMeadTest, FindsTheBottomOfRosenbrocksValley) {
  const auto valley = [](absl::Span<const double> x) {
    return 100 * std::pow(x[1] - x[0] * x[0], 2) + std::pow(1 - x[0], 2);
  };
  const Minimum found =
      NelderMead(valley, {-1.2, 1}, {0.5, 0.5}, {.max_evaluations = 5000, .tolerance = 1e-14});
  EXPECT_TRUE(found.converged);
  EXPECT_THAT(found.at, ElementsAre(DoubleNear(1, 1e-4), DoubleNear(1, 1e-4)));
}

double Valley(absl::Span<const double> x, absl::Span<double> gradient) {
  const double off = x[1] - x[0] * x[0];
  gradient[0] = -400 * x[0] * off - 2 * (1 - x[0]);
  gradient[1] = 200 * off;
  return 100 * off * off + (1 - x[0]) * (1 - x[0]);
}

TEST(QuasiNewtonTest, FindsTheBottomOfRosenbrocksValleyInFewSteps) {
  const Minimum found = QuasiNewton(Valley, {-1.2, 1}, {.tolerance = 1e-12});
  EXPECT_TRUE(found.converged);
  EXPECT_LT(found.evaluations, 80);
  EXPECT_THAT(found.at, ElementsAre(DoubleNear(1, 1e-5), DoubleNear(1, 1e-5)));
}

TEST(QuasiNewtonTest, GivesUpWhatCannotWin) {
  const Minimum found = QuasiNewton(Valley, {-1.2, 1}, {.tolerance = 1e-12, .hopeless_above = -20});
  EXPECT_FALSE(found.converged);
  EXPECT_GT(found.value, 1e-6);
}

TEST(QuasiNewtonTest, StaysWhereTheFunctionIs) {
  const auto half = [](absl::Span<const double> x, absl::Span<double> gradient) {
    gradient[0] = 2 * x[0];
    return x[0] < 1 ? std::nan("") : x[0] * x[0];
  };
  const Minimum found = QuasiNewton(half, {3});
  EXPECT_GE(found.at[0], 1);
  EXPECT_LT(found.value, 9);
}

TEST(NelderMeadTest, StaysWhereTheFunctionIs) {
  const auto half = [](absl::Span<const double> x) {
    return x[0] < 1 ? std::nan("") : (x[0] - 0.5) * (x[0] - 0.5);
  };
  const Minimum found = NelderMead(half, {3}, {1});
  EXPECT_NEAR(found.at[0], 1, 1e-3);
}

TEST(NelderMeadTest, StopsAfterSoManyEvaluations) {
  const Minimum found = NelderMead([](absl::Span<const double> x) { return x[0]; }, {0}, {1},
                                   {.max_evaluations = 50});
  EXPECT_FALSE(found.converged);
  EXPECT_LE(found.evaluations, 52);
}

TEST(FitScoreTest, CriteriaAsDefined) {
  const FitScore score = MakeFitScore(-100, 3, 50);
  EXPECT_DOUBLE_EQ(score.aic, 206);
  EXPECT_DOUBLE_EQ(score.aicc, 206 + 24.0 / 46);
  EXPECT_DOUBLE_EQ(score.bic, 3 * std::log(50) + 200);
  EXPECT_TRUE(std::isinf(MakeFitScore(-1, 3, 4).aicc));
}

TEST(CheckTest, ErrorsNameThePlaceTheValueAndWhatIsExpected) {
  EXPECT_THAT(CheckHorizon(1), IsOk());
  EXPECT_THAT(CheckHorizon(0).message(), HasSubstr("horizon is 0, expected 1 to 1000"));
  EXPECT_THAT(CheckProbabilities({0.1, 0.5, 0.9}), IsOk());
  EXPECT_THAT(CheckProbabilities({0.5, 0.5}).message(), HasSubstr("probability 1 is 0.5"));
  EXPECT_THAT(CheckProbabilities({0.5, 1}).message(), HasSubstr("probability 1 is 1"));
  EXPECT_THAT(CheckSeries({1, NAN, 2}, 2), IsOk());
  EXPECT_THAT(CheckSeries({1, INFINITY}, 1).message(), HasSubstr("value 1 is inf"));
  EXPECT_TRUE(absl::IsFailedPrecondition(CheckSeries({1, NAN}, 2)));
}

}  // namespace
}  // namespace glutwatch::forecast
