// The adapters on whole real captures, against counts that Python makes by another way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "ingest/feeds/registry.h"
#include "tests/ingest/shared_data.h"
#include "tests/sheet/collecting_sink.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::ingest {
namespace {

using ::glutwatch::testing::IsOk;
using sheet::testing::CollectingSink;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::ReadShared;
using testing::SharedData;
using ::testing::SizeIs;

// Reads every file of `folder` whose name ends in `suffix`, in name order.
CollectingSink ReadFolder(const std::string& feed, const std::string& folder,
                          const std::string& suffix) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(SharedData() / folder)) {
    if (absl::EndsWith(entry.path().string(), suffix)) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  EXPECT_FALSE(paths.empty());
  CollectingSink sink;
  const auto adapter = MakeFeed(feed, {}).value();
  for (const auto& path : paths) {
    std::string name = path.filename().string();
    if (absl::EndsWith(name, ".xz")) name.resize(name.size() - 3);
    EXPECT_THAT(adapter->Read({.name = name, .content = ReadShared(path), .is_page = false}, &sink),
                IsOk());
  }
  return sink;
}

// What count_captures.py prints.
std::string Tally(const CollectingSink& sink) {
  std::string out = absl::StrCat(sink.rows.size(), " ", sink.refused.size());
  for (const auto figure :
       {&FeedRow::low_e4, &FeedRow::modal_e4, &FeedRow::high_e4, &FeedRow::arrivals_e4}) {
    int64_t count = 0;
    int64_t sum = 0;
    for (const FeedRow& row : sink.rows) {
      if (!(row.*figure).has_value()) continue;
      ++count;
      sum += *(row.*figure);
    }
    absl::StrAppend(&out, " ", count, ":", FormatE4(sum));
  }
  return out;
}

std::string CountAnotherWay(const std::string& feed) {
  const std::string command =
      absl::StrCat("python3 ", GLUTWATCH_SOURCE_DIR, "/tests/ingest/count_captures.py ", feed, " ",
                   SharedData().string());
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 256> line{};
  if (pipe == nullptr || fgets(line.data(), line.size(), pipe) == nullptr) return "no output";
  EXPECT_EQ(pclose(pipe), 0);
  std::string out = line.data();
  return out.substr(0, out.find('\n'));
}

TEST(CapturesTest, XinfadiRowsAndSumsEqualTheIndependentCount) {
  GLUTWATCH_SKIP_WITHOUT_SHARED_DATA();
  const CollectingSink sink = ReadFolder("xinfadi", "cn_xinfadi_daily_2013_2016/raw", "");
  EXPECT_EQ(Tally(sink), CountAnotherWay("xinfadi"));
  // Spot prices, as the files have them.
  const std::vector<std::string> lines = sink.Lines();
  EXPECT_THAT(lines, Contains("2 2013-06-10 xinfadi 红灯 [普通] 6/9/12 CNY per 斤"));
  EXPECT_THAT(sink.Reasons(), Contains(HasSubstr("column 最低价: number is \"2.7（个）\"")));
  // 282 rows of PROVENANCE whose prices are all 0.
  EXPECT_EQ(std::count_if(sink.rows.begin(), sink.rows.end(),
                          [](const FeedRow& r) { return r.status == DayStatus::kNotReported; }),
            282);
}

TEST(CapturesTest, TaiwanRowsAndSumsEqualTheIndependentCount) {
  GLUTWATCH_SKIP_WITHOUT_SHARED_DATA();
  const CollectingSink sink = ReadFolder("tw_moa", "tw_moa_api_raw_2026/raw", ".json.xz");
  EXPECT_EQ(Tally(sink), CountAnotherWay("tw_moa"));
  EXPECT_THAT(sink.notes, SizeIs(8));  // the history files, each cut off at 1000 rows
}

TEST(CapturesTest, MalabarRowsAndSumsEqualTheIndependentCount) {
  GLUTWATCH_SKIP_WITHOUT_SHARED_DATA();
  const CollectingSink sink =
      ReadFolder("agmarknet", "in_agmarknet_malabar_daily_2021_2026", ".csv.xz");
  EXPECT_EQ(Tally(sink), CountAnotherWay("agmarknet"));
  std::map<std::string, int> markets;
  for (const FeedRow& row : sink.rows) ++markets[row.market->id];
  EXPECT_THAT(markets, SizeIs(51));  // PROVENANCE
}

TEST(CapturesTest, WfpRowsAndSumsEqualTheIndependentCount) {
  GLUTWATCH_SKIP_WITHOUT_SHARED_DATA();
  EXPECT_EQ(Tally(ReadFolder("wfp", "wfp_food_prices/raw", ".csv.xz")), CountAnotherWay("wfp"));
}

TEST(CapturesTest, KalimatiPairsAndSumsEqualTheIndependentCount) {
  GLUTWATCH_SKIP_WITHOUT_SHARED_DATA();
  EXPECT_EQ(Tally(ReadFolder("kalimati", "np_kalimati_monthly_2003_2025/raw", ".xlsx")),
            CountAnotherWay("kalimati"));
}

TEST(CapturesTest, KalimatiDailyCapturesAreReadWhole) {
  GLUTWATCH_SKIP_WITHOUT_SHARED_DATA();
  // 12 markets, 4,833 rows (PROVENANCE).
  EXPECT_THAT(ReadFolder("kalimati", "np_kalimati_daily/raw/ampis_history_2026", ".csv").rows,
              SizeIs(4833));
  // 45,324 dated rows, 51,156 without a date.
  const CollectingSink old = ReadFolder("kalimati", "np_kalimati_daily/raw", "_2022.csv.xz");
  EXPECT_THAT(old.rows, SizeIs(45'324));
  EXPECT_THAT(old.notes, Contains(HasSubstr("51156 rows")));
  // The JSON captures equal the history's last day, 2026-07-01.
  const CollectingSink json = ReadFolder("kalimati", "feed_fixtures/nepal", ".json");
  EXPECT_THAT(json.rows, SizeIs(107 + 99));
  for (const FeedRow& row : json.rows) EXPECT_EQ(FormatDay(row.day), "2026-07-01");
}

TEST(CapturesTest, OtherFixturesAreReadWhole) {
  GLUTWATCH_SKIP_WITHOUT_SHARED_DATA();
  EXPECT_THAT(ReadFolder("xinfadi", "feed_fixtures/xinfadi", ".json").rows, SizeIs(20));
  EXPECT_THAT(ReadFolder("tw_moa", "feed_fixtures/taiwan_moa", ".json").rows, SizeIs(40 + 2 + 40));
  const CollectingSink india =
      ReadFolder("agmarknet", "feed_fixtures/datagovin_agmarknet", ".json");
  EXPECT_THAT(india.rows, SizeIs(8));
  EXPECT_THAT(india.refused, SizeIs(1));
}

}  // namespace
}  // namespace glutwatch::ingest
