#include <gmock/gmock.h>

#include "client/channel.h"
#include "tests/client/node_fixture.h"

// An officer's table of prices by the command line, against a real server. The workbook is
// LibreOffice's (tests/sheet/fixtures).
namespace glutwatch::client {
namespace {

using glutwatch::testing::IsOk;
using glutwatch::testing::NodeTest;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr int kFeb26 = 56;  // days after 2026-01-01

class PriceSheetTest : public NodeTest {
 protected:
  static std::string Source(const std::string& name) {
    return absl::StrCat(GLUTWATCH_SOURCE_DIR, "/", name);
  }
  const std::string kWorkbook = Source("tests/sheet/fixtures/market_daily.xlsx");
  const std::string kMapping = Source("deploy/mappings/market_daily_prices.yaml");

  Outcome Import(std::vector<std::string> more = {}) { return ImportFile(kWorkbook, more); }
  Outcome ImportFile(const std::string& file, std::vector<std::string> more = {}) {
    std::vector<std::string> args = {"prices", "import", file, "--mapping", kMapping};
    args.insert(args.end(), more.begin(), more.end());
    return Cli(args);
  }
  // A feed's prices of the first grade for the days up to 26 February.
  void PushFirstGrade(int64_t price_e4) {
    PushOptions options;
    options.source = "test";
    auto stream = PushStream::Create(OpenChannel(server()), options);
    GLUTWATCH_ASSERT_OK(stream);
    const int series = AddGarlic(stream->get(), "一级");
    GLUTWATCH_ASSERT_OK((*stream)->Send(
        Batch("before", series, kFeb26 - 9, 10, price_e4),
        [](const v1::PushObservationsResponse& answer) { EXPECT_EQ(answer.refused_count(), 0); }));
    GLUTWATCH_ASSERT_OK((*stream)->Flush(kPatience));
  }
  std::string Prices() {
    return Cli({"prices", "query", "--market", "jc", "--from", "2026-02-26", "--to", "2026-02-28",
                "-o", "csv"})
        .out;
  }
};

TEST_F(PriceSheetTest, PreviewSaysAtTheCellsWhatWouldChangeAndKeepsNothing) {
  PushFirstGrade(35000);
  const std::string before = Prices();
  const Outcome preview = Import({"--dry-run"});
  EXPECT_EQ(preview.code, 6);
  EXPECT_THAT(preview.out,
              AllOf(HasSubstr("价格日报!E6   2.9元左右   refused"),
                    HasSubstr("价格日报!B7   小葱        refused   unknown product"),
                    HasSubstr("价格日报!E8   3.1         refused   low is 3.1, high is 2.6"),
                    HasSubstr("价格日报!A9   江川老市场  refused   unknown market \"江川老市场\""),
                    HasSubstr("价格日报!F10  7.2         doubtful  modal is 7.2, was 3.6 on")));
  EXPECT_THAT(preview.out,
              AllOf(HasSubstr("价格日报!F4   changed  2026-02-26"),
                    HasSubstr("价格日报!F5   new      2026-02-27"),
                    HasSubstr("价格日报!F10  new      2026-02-28"),
                    HasSubstr("Preview: nothing has been kept."),
                    HasSubstr("7 rows: 2 new, 1 changed, 0 unchanged, 4 refused, 1 doubtful")));
  EXPECT_EQ(Prices(), before);
  EXPECT_EQ(Cli({"catalog", "series", "list", "-q"}).out, "series/1\n");
}

TEST_F(PriceSheetTest, SpeaksChinese) {
  const Outcome preview = Import({"--dry-run", "--lang", "zh"});
  EXPECT_THAT(preview.out,
              AllOf(HasSubstr("“批发价 最低”列：填的是“2.9元左右”，应为数字，如 1.55"),
                    HasSubstr("“小葱”：目录中没有此品种"), HasSubstr("最低价高于最高价"),
                    HasSubstr("预览：未保存任何数据。"), HasSubstr("共 7 行：新增 3")));
}

TEST_F(PriceSheetTest, WhatIsRightIsKeptExactlyAndOnce) {
  EXPECT_EQ(Import().code, 6);
  const std::string kept = Prices();
  EXPECT_THAT(kept, HasSubstr("2026-02-26,0,DAY_STATUS_TRADED,3.3,3.5,3.8,CNY/kg,12,t,0,sheet"));
  EXPECT_THAT(kept, HasSubstr("2026-02-27,0,DAY_STATUS_TRADED,3.4,3.6,3.9,CNY/kg,11.5,t,0,sheet"));
  EXPECT_THAT(kept, HasSubstr("2026-02-28,0,DAY_STATUS_TRADED,6.8,7.2,7.8,CNY/kg,9,t,8,sheet"));
  EXPECT_THAT(Import().out, HasSubstr("This file had been applied before; nothing changed."));
  Restart();
  EXPECT_THAT(Import().out, HasSubstr("This file had been applied before; nothing changed."));
  EXPECT_EQ(Prices(), kept);
}

TEST_F(PriceSheetTest, FileGoesOnOnceTheCatalogKnowsItsNames) {
  EXPECT_EQ(Import().code, 6);
  ASSERT_EQ(
      Cli({"catalog", "add", "products/scallion", "--name", "小葱", "--dimension", "mass"}).code,
      0);
  const Outcome again = Import();
  EXPECT_THAT(again.out, HasSubstr("7 rows: 1 new, 0 changed, 3 unchanged, 3 refused"));
}

TEST_F(PriceSheetTest, AllOrNothingKeepsNothingOfASheetWithErrors) {
  const Outcome refused = Import({"--all-or-nothing"});
  EXPECT_EQ(refused.code, 6);
  EXPECT_THAT(refused.out, HasSubstr("Preview: nothing has been kept."));
  EXPECT_THAT(Prices(), Not(HasSubstr("2026-02-26")));
}

TEST_F(PriceSheetTest, SheetInAnotherUnitThanItSaysIsNoticedAsAWhole) {
  PushFirstGrade(17500);
  std::string csv = "市场,品种,规格,日期,批发价（元/公斤）,,,上市量（吨）\n,,,,最低,平均,最高,\n";
  for (int day = 18; day < 28; ++day) {  // prices per kilogram over a feed's prices per jin
    absl::StrAppend(&csv, "江川市场,大蒜,一级,2026-02-", day, ",3.3,3.4,3.6,12\n");
  }
  const Outcome preview = ImportFile(Write("whole.csv", csv), {"--dry-run"});
  EXPECT_THAT(preview.err + preview.out,
              AllOf(HasSubstr("10 of 10 prices are about twice of the last ones"),
                    HasSubstr("price is 3.4, was 1.75 on 2026-02-17: about twice; jin or kg?")));
}

TEST_F(PriceSheetTest, WrongArgumentsAreNamed) {
  EXPECT_EQ(Cli({"prices", "import", kWorkbook}).code, 2);
  const Outcome missing = Cli({"prices", "import", "/nowhere.xlsx", "--mapping", kMapping});
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.err, HasSubstr("cannot open /nowhere.xlsx"));
  const Outcome wrong =
      Cli({"prices", "import", kWorkbook, "--mapping", Write("bad.yaml", "colums: {}\n")});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("colums"));
}

}  // namespace
}  // namespace glutwatch::client
