// Prices from tables whose layouts a mapping describes.
#include "sheet/price_sheet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sheet/feed_mapping.h"
#include "sheet/columns.h"
#include "tests/sheet/collecting_sink.h"
#include "tests/sheet/workbook_maker.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::sheet {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using testing::CollectingSink;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MakeWorkbook;
using testing::TextRows;

constexpr char kMarket[] =
    "market:\n  id: chenggong\n  name: 呈贡\n  time_zone: Asia/Shanghai\n  regions:\n"
    "    - {code: CN, name: 中国, code_system: ISO 3166}\n"
    "    - {code: \"530000\", name: 云南省, code_system: GB/T 2260}\n";

absl::Status ReadInto(const std::string& mapping, const std::string& content,
                      CollectingSink* sink) {
  const auto parsed = ParseFeedMapping(absl::StrCat(kMarket, mapping), "m.yaml");
  if (!parsed.ok()) return parsed.status();
  return ReadPriceSheet(*parsed, {.name = "t", .content = content, .is_page = false}, sink);
}

CollectingSink ReadFeed(const std::string& mapping, const std::string& content) {
  CollectingSink sink;
  EXPECT_THAT(ReadInto(mapping, content, &sink), IsOk());
  return sink;
}

constexpr char kPlain[] =
    "currency: CNY\n"
    "columns: {product: 品名, date: 日期, low: 最低价, modal: 均价, high: 最高价, arrivals: "
    "交易量}\n";

TEST(PriceSheetTest, FindsHeadingsBelowTitlesAndUnitInBrackets) {
  const CollectingSink sink =
      ReadFeed(kPlain,
               "某市场行情,,,,,\n"
               "日　期,品 名,最低价（元/公斤）,均价(元/公斤),最高价,交易量(公斤)\n"
               "2024-01-02,白菜,1,1.5,2,\"12,000\"\n"
               "\n"
               "日　期,品 名,最低价（元/公斤）,均价(元/公斤),最高价,交易量(公斤)\n"
               "2024/1/3,白菜,1,一块五,2,\n"
               ",白菜,1,1.5,2,\n");
  EXPECT_THAT(sink.Lines(),
              ElementsAre("3 2024-01-02 chenggong 白菜 1/1.5/2 CNY per 公斤 12000kg"));
  EXPECT_THAT(sink.Reasons(), ElementsAre(HasSubstr("6: column 均价: number is \"一块五\""),
                                          HasSubstr("7: column 日期: date is \"\"")));
}

TEST(PriceSheetTest, UnitInTitleAndSkippedLinesAndGbk) {
  // 单位：元/斤 / 日期,品名,均价 / 2024-01-02,梨,1 / 合计,,1
  const CollectingSink sink = ReadFeed(
      "currency: CNY\nencoding: gb18030\nskip_prefixes: [合计]\n"
      "columns: {product: 品名, date: 日期, modal: 均价}\n",
      "\xB5\xA5\xCE\xBB\xA3\xBA\xD4\xAA/"
      "\xBD\xEF,,\n\xC8\xD5\xC6\xDA,\xC6\xB7\xC3\xFB,\xBE\xF9\xBC\xDB\n"
      "2024-01-02,\xC0\xE6,1\n\xBA\xCF\xBC\xC6,,1\n");
  EXPECT_THAT(sink.Lines(), ElementsAre("3 2024-01-02 chenggong 梨 -/1/- CNY per 斤"));
}

TEST(PriceSheetTest, StatusWordsSayWhatTheDayWas) {
  const CollectingSink sink = ReadFeed(
      absl::StrCat(kPlain,
                   "unit: 公斤\nstatus_words:\n  - {word: 休市, status: closed}\n"
                   "  - {word: 无交易, status: no_bid}\n  - {word: —, status: not_reported}\n"),
      "日期,品名,最低价,均价,最高价,交易量\n"
      "2024-01-02,休市,,,,\n"
      "2024-01-03,白菜,—,—,—,\n"
      "2024-01-04,白菜,无交易,,,0\n"
      "2024-01-05,白菜,—,1.5,—,3\n"
      "2024-01-06,白菜,0,0,0,\n");
  EXPECT_THAT(sink.Lines(),
              ElementsAre("2 2024-01-02 chenggong all -/-/- CNY per 公斤 CLOSED",
                          "3 2024-01-03 chenggong 白菜 -/-/- CNY per 公斤 NOT_REPORTED",
                          "4 2024-01-04 chenggong 白菜 -/-/- CNY per 公斤 0kg NO_BID",
                          "5 2024-01-05 chenggong 白菜 -/1.5/- CNY per 公斤 3kg",
                          "6 2024-01-06 chenggong 白菜 -/-/- CNY per 公斤 NOT_REPORTED"));
}

TEST(PriceSheetTest, StatusColumnTakesOnlyKnownWords) {
  const CollectingSink sink = ReadFeed(
      "currency: CNY\nunit: 公斤\ncolumns: {product: p, date: d, modal: m, status: s}\n"
      "status_words: [{word: 节日, status: holiday}]\n",
      "d,p,m,s\n2024-02-10,白菜,,节日\n2024-02-11,白菜,1,\n2024-02-12,白菜,1,不明\n");
  EXPECT_THAT(sink.Lines(), ElementsAre("2 2024-02-10 chenggong 白菜 -/-/- CNY per 公斤 HOLIDAY",
                                        "3 2024-02-11 chenggong 白菜 -/1/- CNY per 公斤"));
  EXPECT_THAT(sink.Reasons(), ElementsAre(HasSubstr("4: column s: is \"不明\"")));
}

TEST(PriceSheetTest, DatesAcrossOneLineOfHeadings) {
  const CollectingSink sink = ReadFeed(
      "currency: CNY\nunit: 公斤\nyear: 2024\nfill_down: true\n"
      "columns: {product: 品名, grade: 规格}\ndates_across: {}\n",
      "品名,规格,6月1日,6/2,备注\n白菜,大,1,1.1,x\n,小,0.9,,y\n萝卜,,,坏,\n");
  EXPECT_THAT(sink.Lines(), ElementsAre("2 2024-06-01 chenggong 白菜 [大] -/1/- CNY per 公斤",
                                        "2 2024-06-02 chenggong 白菜 [大] -/1.1/- CNY per 公斤",
                                        "3 2024-06-01 chenggong 白菜 [小] -/0.9/- CNY per 公斤"));
  EXPECT_THAT(sink.Reasons(), ElementsAre(HasSubstr("4: column modal: number is \"坏\"")));
}

TEST(PriceSheetTest, DatesAcrossWithMergedHeadingsOnSeveralSheets) {
  const std::string merged =
      "<mergeCells><mergeCell ref=\"A1:A2\"/><mergeCell ref=\"B1:C1\"/><mergeCell ref=\"D1:E1\"/>"
      "</mergeCells>";
  const std::string bytes =
      MakeWorkbook({.sheets = {{"蔬菜",
                                TextRows({{"品名", "2024-06-01", "", "2024-06-02", ""},
                                          {"", "最低", "最高", "最低", "最高"},
                                          {"白菜", "1", "2", "1.1", ""}}),
                                merged},
                               {"水果",
                                TextRows({{"品名", "2024-06-03", "", "2024-06-04", ""},
                                          {"", "最低", "最高", "最低", "最高"},
                                          {"梨", "3", "4", "", ""}}),
                                merged},
                               {"说明", TextRows({{"无"}})}}});
  const std::string mapping =
      "currency: CNY\nunit: 斤\nheader_rows: 2\ncolumns: {product: 品名, low: 最低, high: 最高}\n"
      "dates_across: {}\n";
  const CollectingSink sink = ReadFeed(mapping, bytes);
  EXPECT_THAT(sink.Lines(), ElementsAre("3 2024-06-01 chenggong 白菜 1/-/2 CNY per 斤",
                                        "3 2024-06-02 chenggong 白菜 1.1/-/- CNY per 斤",
                                        "3 2024-06-03 chenggong 梨 3/-/4 CNY per 斤"));
  EXPECT_EQ(sink.rows[2].sheet, "水果");
  EXPECT_THAT(sink.notes, ElementsAre(HasSubstr("t(说明): no heading")));
  EXPECT_THAT(ReadFeed(absl::StrCat(mapping, "sheets: [水果]\n"), bytes).rows.size(), 1u);
  CollectingSink ignored;
  EXPECT_THAT(ReadInto(absl::StrCat(mapping, "sheets: [肉类]\n"), bytes, &ignored),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no sheet \"肉类\", there are \"蔬菜\", \"水果\"")));
}

TEST(PriceSheetTest, SemicolonsDecimalCommasMonthFirstAndRowsOwnMarketAndUnit) {
  const CollectingSink sink = ReadFeed(
      "currency: EUR\ndelimiter: ;\ndecimal_comma: true\ndate_order: month_first\nround_prices: "
      "true\n"
      "columns: {product: produto, date: data, modal: valor, unit: unidade, market: praca}\n",
      "praca;produto;data;valor;unidade\nRouen;Blé;03/04/2026;1.244,36565;t\n"
      "Moselle;Blé;03/04/2026;2,5;元/公斤\n");
  EXPECT_THAT(sink.Lines(), ElementsAre("2 2026-03-04 chenggong-rouen Blé -/1244.3656/- EUR per t",
                                        "3 2026-03-04 chenggong-moselle Blé -/2.5/- EUR per 公斤"));
}

TEST(PriceSheetTest, ColumnsByLetterHeaderLineAndRocYears) {
  const CollectingSink sink = ReadFeed(
      "currency: TWD\nunit: kg\nproduct: 甘藍\nheader_row: 2\nroc_years: true\n"
      "columns: {date: $A, modal: $C}\n",
      "1,2,3\n甲,乙,丙\n115.05.17,x,12.5\n");
  EXPECT_THAT(sink.Lines(), ElementsAre("3 2026-05-17 chenggong 甘藍 -/12.5/- TWD per kg"));
}

TEST(PriceSheetTest, MissingHeadingsAreNamed) {
  CollectingSink sink;
  EXPECT_THAT(ReadInto(kPlain, "日期,品名,最低价,最高价,交易量\n2024-01-01,a,1,2,3\n", &sink),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no heading \"均价\"")));
  EXPECT_THAT(ReadInto(absl::StrCat(kPlain, "header_row: 1\n"), "x,y\n日期,品名\n", &sink),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("in line 1")));
}

TEST(PriceSheetTest, RowWhoseUnitIsNowhereIsRefused) {
  const CollectingSink sink =
      ReadFeed(kPlain, "日期,品名,最低价,均价,最高价,交易量\n2024-01-01,a,1,2,3,4\n");
  EXPECT_THAT(sink.Reasons(), ElementsAre(HasSubstr("2: column unit: is empty")));
}

TEST(PriceSheetTest, UnitsInHeadings) {
  EXPECT_EQ(FindUnitInHeading("最低价（元／公斤）"), "公斤");
  EXPECT_EQ(FindUnitInHeading("单位:元/500克、日报"), "500克");
  EXPECT_EQ(FindUnitInHeading("Min Price (Rs./Quintal)"), "Quintal");
  EXPECT_EQ(FindUnitInHeading("均价"), "");
}

struct BadMappingCase {
  std::string name;
  std::string yaml;
  std::string want;
};
void PrintTo(const BadMappingCase& c, std::ostream* os) { *os << c.name; }
class BadMappingTest : public ::testing::TestWithParam<BadMappingCase> {};

TEST_P(BadMappingTest, NamesFileLineAndField) {
  EXPECT_THAT(ParseFeedMapping(GetParam().yaml, "m.yaml"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasSubstr("m.yaml"), HasSubstr(GetParam().want))));
}
INSTANTIATE_TEST_SUITE_P(
    Mappings, BadMappingTest,
    ::testing::ValuesIn(std::vector<BadMappingCase>{
        {"NoMarket", "currency: CNY\n", "market.id: is empty"},
        {"NoRegion", "market: {id: a, name: a, time_zone: UTC}\n", "market.regions: is empty"},
        {"NoDate", absl::StrCat(kMarket, "columns: {product: a, modal: b}\n"), "columns.date"},
        {"NoFigure", absl::StrCat(kMarket, "columns: {product: a, date: b}\n"), "names no figure"},
        {"NoCurrency", absl::StrCat(kMarket, "columns: {product: a, date: b, modal: c}\n"),
         "currency: is empty"},
        {"BadDelimiter", absl::StrCat(kMarket, kPlain, "delimiter: '||'\n"), "delimiter: expected"},
        {"BadHeaderRows", absl::StrCat(kMarket, kPlain, "header_rows: 99\n"), "expected 1..5"},
        {"BadWord", absl::StrCat(kMarket, kPlain, "status_words: [{word: x}]\n"),
         "status_words[0]"},
        {"UnknownKey", "markt: {}\n", "markt"},
    }),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace glutwatch::sheet
