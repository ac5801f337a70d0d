// `glutwatch evaluate forecasts`: sets of series in, forecasts and scores out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "client/cli/commands.h"
#include "offline/commands.h"
#include "offline/evaluate_forecasts.h"
#include "offline/series_file.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::offline {
namespace {

using ::glutwatch::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(SeriesFileTest, ReadsTheWideFormWithQuotesGapsAndRaggedEnds) {
  const auto series =
      ReadSeries("t.csv", "\"V1\",\"V2\",\"V3\",\"V4\"\n\"W1\",1.5,NA,3\r\nW2,7,,\n\n");
  ASSERT_THAT(series, IsOk());
  ASSERT_THAT(*series, SizeIs(2));
  EXPECT_EQ((*series)[0].id, "W1");
  EXPECT_THAT((*series)[0].values, ElementsAre(1.5, ::testing::IsNan(), 3));
  EXPECT_THAT((*series)[1].values, ElementsAre(7));
}

TEST(SeriesFileTest, ReadsM3WithTheTruthAtTheEnd) {
  const auto series = ReadSeries(
      "m3.csv", "Series,N,NF,Category,values...\nN1402,5, 2, \"MICRO, SMALL\",1,2,3,4,5,\n");
  ASSERT_THAT(series, IsOk());
  EXPECT_THAT((*series)[0].values, ElementsAre(1, 2, 3));
  EXPECT_THAT((*series)[0].truth, ElementsAre(4, 5));
}

TEST(SeriesFileTest, ErrorsNameFileLineAndColumn) {
  EXPECT_THAT(ReadSeries("t.csv", "id,V1\nA,x\n").status().message(),
              HasSubstr("t.csv, line 2, column 2: \"x\", expected a number"));
  EXPECT_THAT(ReadSeries("t.csv", "id,V1\nA,inf\n").status().message(), HasSubstr("line 2"));
  EXPECT_THAT(ReadSeries("t.csv", "id,V1\nA,1\nA,2\n").status().message(),
              HasSubstr("line 3, column 1: \"A\" comes twice"));
  EXPECT_THAT(ReadSeries("t.csv", "id,V1\nA,\n").status().message(), HasSubstr("no values"));
  EXPECT_THAT(ReadSeries("t.csv", "id,V1\n").status().message(), HasSubstr("no series"));
}

TEST(SeriesFileTest, WhatIsWrittenIsReadBackToTheLastBit) {
  const std::vector<NamedSeries> forecasts = {{"a", {1.0 / 3, 1e-300, 12345678.9}, {}},
                                              {"b,c", {2}, {}}};
  const auto back = ReadSeries("f.csv", WriteForecasts(forecasts));
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ((*back)[0].values, forecasts[0].values);
  EXPECT_EQ((*back)[1].id, "b,c");
}

std::vector<NamedSeries> Steps() {
  std::vector<NamedSeries> series;
  for (int i = 0; i < 12; ++i) {
    NamedSeries one{"s" + std::to_string(i), {}, {}};
    for (int t = 0; t < 40; ++t) one.values.push_back(100 + i + (t % 4) * 3 + 0.5 * t);
    for (int t = 40; t < 44; ++t) one.truth.push_back(100 + i + (t % 4) * 3 + 0.5 * t);
    series.push_back(one);
  }
  series.push_back({"short", {4, 5, 4}, {4, 4, 4, 4}});
  return series;
}

TEST(EvaluateForecastsTest, IsTheSameWithManyThreadsAndSaysWhatWasTooShort) {
  const std::vector<NamedSeries> series = Steps();
  EvaluateOptions options{.method = "ets", .horizon = 4, .seasons = {4}};
  int last = 0;
  const auto one = EvaluateForecasts(series, options, [&](int done) { last = done; });
  options.jobs = 4;
  const auto four = EvaluateForecasts(series, options, [](int) {});
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(four, IsOk());
  EXPECT_EQ(last, 13);
  EXPECT_THAT(one->simpler, ElementsAre("short"));
  for (size_t i = 0; i < series.size(); ++i) {
    EXPECT_EQ(one->forecasts[i].values, four->forecasts[i].values);
  }
  EXPECT_EQ(one->scores.series, 13);
  EXPECT_LT(one->scores.mase, 0.2);
  EXPECT_EQ(one->scores.mase, four->scores.mase);
}

TEST(EvaluateForecastsTest, ErrorsNameTheSeries) {
  std::vector<NamedSeries> series = Steps();
  series[3].truth = {1, 2};
  EXPECT_THAT(
      EvaluateForecasts(series, {.method = "naive", .horizon = 4, .seasons = {}}, [](int) {})
          .status()
          .message(),
      HasSubstr("s3: the truth has 2 values"));
  series[1].values = {7};
  EXPECT_THAT(
      EvaluateForecasts(series, {.method = "naive", .horizon = 2, .seasons = {}}, [](int) {})
          .status()
          .message(),
      HasSubstr("s1: the series has"));
}

class EvaluateCommandTest : public ::testing::Test {
 protected:
  int Run(std::vector<std::string> args) {
    std::ostringstream out, err;
    args.insert(args.begin(), {"evaluate", "forecasts"});
    const int code = client::RunCli(args,
                                    {.out = &out,
                                     .err = &err,
                                     .clock = &clock_,
                                     .get_env = [](const char*) { return std::string(); }},
                                    AddCommands);
    out_ = out.str();
    err_ = err.str();
    return code;
  }
  void WriteFile(const std::string& name, const std::string& text) {
    std::ofstream(dir_.File(name)) << text;
  }

  testing::TempDir dir_;
  testing::FakeClock clock_;
  std::string out_, err_;
};

TEST_F(EvaluateCommandTest, ForecastsToTheScreenOrScores) {
  WriteFile("train.csv", "id,V1,V2,V3,V4,V5,V6\nA,1,2,1,2,1,2\n");
  WriteFile("truth.csv", "id,V1,V2\nA,2,3\n");
  ASSERT_EQ(Run({"--train", dir_.File("train.csv"), "--horizon", "2", "--method", "naive"}), 0)
      << err_;
  EXPECT_EQ(out_, "id,F1,F2\nA,2,2\n");
  ASSERT_EQ(Run({"--train", dir_.File("train.csv"), "--horizon", "2", "--method", "naive",
                 "--truth", dir_.File("truth.csv"), "-o", "csv"}),
            0)
      << err_;
  EXPECT_THAT(out_, HasSubstr("smape,20\nmase,0.5\ncoverage80,100\n"));
}

TEST_F(EvaluateCommandTest, SaysWhatIsWrong) {
  WriteFile("train.csv", "id,V1\nA,1\nB,oops\n");
  EXPECT_NE(Run({"--train", dir_.File("train.csv"), "--horizon", "2"}), 0);
  EXPECT_THAT(err_, HasSubstr("train.csv, line 3, column 2: \"oops\""));
  EXPECT_NE(Run({"--train", dir_.File("none.csv"), "--horizon", "2"}), 0);
  EXPECT_THAT(err_, HasSubstr("none.csv"));
  EXPECT_NE(Run({"--train", dir_.File("train.csv"), "--horizon", "0"}), 0);
  EXPECT_NE(Run({"--train", dir_.File("train.csv"), "--horizon", "2", "--method", "prophet"}), 0);
  EXPECT_THAT(err_, HasSubstr("prophet"));
}

}  // namespace
}  // namespace glutwatch::offline
