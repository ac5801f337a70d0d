#include "bench/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bench/temporary_folder.h"

namespace glutwatch::bench {
namespace {

using ::testing::HasSubstr;

TEST(PercentileTest, IsAnElementAndNeverBetweenTwo) {
  const std::vector<double> values = {5, 1, 4, 2, 3, 6};
  EXPECT_EQ(Percentile(values, 0.0), 1);
  EXPECT_EQ(Percentile(values, 0.5), 3);  // element 2 of 0..5
  EXPECT_EQ(Percentile(values, 0.99), 5);
  EXPECT_EQ(Percentile(values, 1.0), 6);
  EXPECT_EQ(Percentile({7}, 0.99), 7);
}

TEST(FiguresTest, CollectsTheRunsOfEachQuantity) {
  Figures figures;
  figures.Add("daily", "rows_per_s", 30);
  figures.Add("daily", "peak_mib", 7);
  figures.Add("daily", "rows_per_s", 10);
  figures.Add("daily", "rows_per_s", 20);
  const Figure* rate = figures.Find("daily", "rows_per_s");
  ASSERT_NE(rate, nullptr);
  EXPECT_EQ(rate->median(), 20);
  EXPECT_EQ(rate->least(), 10);
  EXPECT_EQ(rate->most(), 30);
  EXPECT_EQ(figures.Find("daily", "p50_ms"), nullptr);
  EXPECT_EQ(figures.all().size(), 2u);
}

TEST(FiguresTest, JsonHasALineForEachFigureWithItsRuns) {
  Figures figures;
  figures.Add("query_a", "p50_ms", 0.25);
  figures.Add("query_a", "p50_ms", 0.5);
  figures.Add("daily", "rows_per_s", 5'000'000);
  EXPECT_EQ(
      figures.JsonLines(),
      R"({"work":"query_a","metric":"p50_ms","median":0.25,"least":0.25,"most":0.5,"runs":[0.25,0.5]})"
      "\n"
      R"({"work":"daily","metric":"rows_per_s","median":5e+06,"least":5e+06,"most":5e+06,"runs":[5e+06]})"
      "\n");
}

TEST(FiguresTest, TableHasTheMedianAndTheRange) {
  Figures figures;
  figures.Add("daily", "rows_per_s", 1234567);
  figures.Add("daily", "rows_per_s", 2000000);
  figures.Add("daily", "rows_per_s", 1000000);
  const std::string table = figures.Table();
  EXPECT_THAT(table, HasSubstr("1234567"));
  EXPECT_THAT(table, HasSubstr("[1000000..2000000]"));
}

TEST(WriteFileTest, NamesAFileThatCannotBeWritten) {
  const absl::Status status = WriteFile("/nowhere/at/all", "text");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/at/all"));
}

TEST(TemporaryFolderTest, IsRemovedWithItsFilesByItsLastOwner) {
  std::string path;
  {
    auto made = TemporaryFolder::Make(::testing::TempDir(), "figures-test");
    ASSERT_TRUE(made.ok()) << made.status();
    path = made->path();
    const TemporaryFolder owner = *std::move(made);
    EXPECT_TRUE(WriteFile(path + "/file", "text").ok());
    EXPECT_TRUE(std::filesystem::exists(path + "/file"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(TemporaryFolder::Make("/nowhere", "x").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace glutwatch::bench
