// Sheets of reports: every figure exactly, every error at its cell. The workbooks are
// LibreOffice's.
#include "sheet/report_sheet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "sheet/report_mapping.h"
#include "tests/sheet/workbook_maker.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::sheet {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string ReadFile(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_FALSE(out.str().empty()) << path;
  return out.str();
}

std::string Source(absl::string_view path) {
  return ReadFile(absl::StrCat(GLUTWATCH_SOURCE_DIR, "/", path));
}
std::string Fixture(absl::string_view name) {
  return Source(absl::StrCat("tests/sheet/fixtures/", name));
}

// "F4 PLANTED_AREA 元谋县 番茄 [大果] class1 @site 2026-11-20 12500 亩 window stage by reporter
// (note)"; what is absent is left out.
std::string Describe(const ReportRow& row) {
  const auto day = [](const std::optional<Day>& at) { return at ? FormatDay(*at) : "?"; };
  std::string kind = v1::ReportKind_Name(row.kind).substr(sizeof("REPORT_KIND_") - 1);
  std::string out =
      absl::StrCat(PlaceText({"", row.place.row, row.place.column}), " ", kind, " ", row.region,
                   " ", row.product, row.grade.empty() ? "" : absl::StrCat(" [", row.grade, "]"));
  if (row.grower_class != 0) absl::StrAppend(&out, " class", row.grower_class);
  if (!row.site.empty()) absl::StrAppend(&out, " @", row.site);
  absl::StrAppend(&out, " ", FormatDay(row.day));
  if (row.value_e4)
    absl::StrAppend(&out, " ", FormatE4(*row.value_e4), " ", row.currency, row.unit);
  if (row.no_bid) absl::StrAppend(&out, " NO_BID ", row.currency, row.unit);
  if (row.window_start || row.window_end) {
    absl::StrAppend(&out, " ", day(row.window_start), "..", day(row.window_end));
  }
  if (row.stage != 0) absl::StrAppend(&out, " stage", row.stage);
  return out;
}

class Collected final : public ReportSink {
 public:
  absl::Status Accept(ReportRow row) override {
    rows.push_back(std::move(row));
    return absl::OkStatus();
  }
  absl::Status Refuse(RefusedCell cell) override {
    lost += cell.report_count;
    refused.push_back(std::move(cell));
    return absl::OkStatus();
  }
  void Note(std::string note, std::string note_zh) override {
    notes.push_back(absl::StrCat(note, " / ", note_zh));
  }
  std::vector<std::string> Lines() const {
    std::vector<std::string> out;
    for (const ReportRow& row : rows) out.push_back(Describe(row));
    return out;
  }
  // "Sheet!D7 CODE value"
  std::vector<std::string> Problems() const {
    std::vector<std::string> out;
    for (const RefusedCell& cell : refused) {
      out.push_back(
          absl::StrCat(PlaceText(cell.place), " ", cell.problem.code, " ", cell.problem.value));
    }
    return out;
  }

  std::vector<ReportRow> rows;
  std::vector<RefusedCell> refused;
  std::vector<std::string> notes;
  int64_t lost = 0;
};

Collected ReadWith(const config::v1::ReportMapping& mapping, const std::string& content) {
  Collected sink;
  EXPECT_THAT(ReadReportSheet(mapping, {.name = "t", .content = content}, &sink), IsOk());
  return sink;
}

Collected Read(const std::string& yaml, const std::string& content) {
  const auto mapping = ParseReportMapping(yaml, "m.yaml");
  EXPECT_THAT(mapping, IsOk());
  return mapping.ok() ? ReadWith(*mapping, content) : Collected();
}

Collected ReadTemplate(const std::string& content) { return ReadWith(ReportTemplate(), content); }

Collected ReadShipped(const std::string& mapping, const std::string& content) {
  return Read(Source(absl::StrCat("deploy/mappings/", mapping)), content);
}

const std::vector<std::string>& TemplateLines() {
  static const auto* const lines = new std::vector<std::string>{
      "F4 PLANTED_AREA 元谋县 番茄 [大果] class2 2026-11-20 12500 亩",
      "J4 HARVEST_PROGRESS 元谋县 番茄 [大果] class2 2026-11-20 15 %",
      "K4 STOCK 元谋县 番茄 [大果] class2 2026-11-20 350.25 吨",
      "L4 UNSOLD_BACKLOG 元谋县 番茄 [大果] class2 2026-11-20 0 吨",
      "M4 FARM_GATE_PRICE 元谋县 番茄 [大果] class2 2026-11-20 1.35 CNY斤",
      "N4 TRUCK_WAIT 元谋县 番茄 [大果] class2 2026-11-20 2.5 小时",
      "G4 EXPECTED_HARVEST 元谋县 番茄 [大果] class2 2026-11-20 6200.5 公斤/亩 "
      "2026-11-25..2027-03-31",
      "F5 PLANTED_AREA 元谋县 番茄 [小果] class1 2026-11-20 8600 亩",
      "J5 HARVEST_PROGRESS 元谋县 番茄 [小果] class1 2026-11-20 25 %",
      "L5 UNSOLD_BACKLOG 元谋县 番茄 [小果] class1 2026-11-20 120 吨",
      "M5 FARM_GATE_PRICE 元谋县 番茄 [小果] class1 2026-11-20 2.8 CNY公斤",
      "G5 EXPECTED_HARVEST 元谋县 番茄 [小果] class1 2026-11-20 5800 公斤/亩 "
      "2026-11-28..2027-04-10",
      "F6 PLANTED_AREA 元谋县 洋葱 class1 2026-11-20 30500 亩",
      "K6 STOCK 元谋县 洋葱 class1 2026-11-20 12000 吨",
      "M6 FARM_GATE_PRICE 元谋县 洋葱 class1 2026-11-20 0.55 CNY斤",
      "G6 EXPECTED_HARVEST 元谋县 洋葱 class1 2026-11-20 6100 公斤/亩",
      "F8 PLANTED_AREA 宾川县 葡萄 class3 2026-11-20 18000 亩",
      "M8 FARM_GATE_PRICE 宾川县 葡萄 class3 2026-11-20 NO_BID CNY斤",
      "N8 TRUCK_WAIT 宾川县 葡萄 class3 2026-11-20 6 小时",
      "O10 ANIMAL_STOCK 宾川县 蛋鸡 class1 2026-11-20 120000 羽"};
  return *lines;
}

TEST(ReportSheetTest, TemplateReadsALibreOfficeWorkbookToTheLastDigit) {
  const Collected sink = ReadTemplate(Fixture("report_template.xlsx"));
  EXPECT_EQ(sink.Lines(), TemplateLines());
  EXPECT_EQ(sink.rows[0].reporter, "张三");
  EXPECT_EQ(sink.rows[10].note, "价格按公斤报");
  EXPECT_EQ(sink.rows[0].columns.region, 1);
  EXPECT_EQ(sink.rows[6].columns.window_end, 9);
}

TEST(ReportSheetTest, ErrorsStandAtTheirCells) {
  const Collected sink = ReadTemplate(Fixture("report_template.xlsx"));
  EXPECT_THAT(sink.Problems(),
              ElementsAre("产销周报!L6 NOT_A_NUMBER 三百", "产销周报!I8 NOT_A_DATE 2026-13-01",
                          "产销周报!D9 UNKNOWN_WORD 经纪人", "产销周报!F11 MERGED_FIGURE 4200",
                          "产销周报!E12 NOT_A_DATE 11月中旬"));
  EXPECT_EQ(sink.lost, 5);
  EXPECT_THAT(sink.refused[0].problem.message,
              AllOf(HasSubstr("\"三百\""), HasSubstr("expected a decimal")));
  EXPECT_THAT(sink.refused[0].problem.message_zh, AllOf(HasSubstr("“三百”"), HasSubstr("应为")));
  EXPECT_THAT(sink.refused[3].problem.message, HasSubstr("F12"));
  EXPECT_THAT(sink.notes, ElementsAre(AllOf(HasSubstr("t(说明)"), HasSubstr("略过此表"))));
}

TEST(ReportSheetTest, HeadingsOnTwoLinesWithTitleDayAndTitleUnits) {
  const Collected sink = ReadShipped("county_vegetables.yaml", Fixture("county_weekly.xlsx"));
  const std::string at = "regions/532328 ";
  EXPECT_THAT(
      sink.Lines(),
      ElementsAre(
          absl::StrCat("C5 PLANTED_AREA ", at, "番茄 @元马镇 2026-11-20 5200 亩"),
          absl::StrCat("E5 STOCK ", at, "番茄 @元马镇 2026-11-20 120.5 吨"),
          absl::StrCat("F5 FARM_GATE_PRICE ", at, "番茄 @元马镇 2026-11-20 1.2 CNY斤"),
          absl::StrCat("D5 EXPECTED_HARVEST ", at, "番茄 @元马镇 2026-11-20 6300 公斤/亩"),
          absl::StrCat("C6 PLANTED_AREA ", at, "洋葱 @元马镇 2026-11-20 2100.25 亩"),
          absl::StrCat("E6 STOCK ", at, "洋葱 @元马镇 2026-11-20 40 吨"),
          absl::StrCat("F6 FARM_GATE_PRICE ", at, "洋葱 @元马镇 2026-11-20 NO_BID CNY斤"),
          absl::StrCat("F7 FARM_GATE_PRICE ", at, "番茄 @黄瓜园镇 2026-11-20 1.15 CNY斤"),
          absl::StrCat("D7 EXPECTED_HARVEST ", at, "番茄 @黄瓜园镇 2026-11-20 6100 公斤/亩")));
  EXPECT_THAT(sink.Problems(), ElementsAre("11月第3周!C7 NOT_A_NUMBER 四千八"));
}

TEST(ReportSheetTest, DatesAcrossMergedOverTwoFigures) {
  const Collected sink =
      ReadShipped("farm_gate_dates_across.yaml", Fixture("farm_gate_dates_across.xlsx"));
  EXPECT_THAT(sink.Lines(), ElementsAre("C4 FARM_GATE_PRICE 元谋县 番茄 2026-11-18 1.2 CNY斤",
                                        "D4 STOCK 元谋县 番茄 2026-11-18 35.5 吨",
                                        "E4 FARM_GATE_PRICE 元谋县 番茄 2026-11-19 1.15 CNY斤",
                                        "F4 STOCK 元谋县 番茄 2026-11-19 36 吨",
                                        "G4 FARM_GATE_PRICE 元谋县 番茄 2026-11-20 NO_BID CNY斤",
                                        "H4 STOCK 元谋县 番茄 2026-11-20 41.25 吨",
                                        "C5 FARM_GATE_PRICE 元谋县 洋葱 2026-11-18 0.6 CNY斤",
                                        "D5 STOCK 元谋县 洋葱 2026-11-18 200 吨",
                                        "H5 STOCK 元谋县 洋葱 2026-11-20 198 吨",
                                        "C6 FARM_GATE_PRICE 宾川县 葡萄 2026-11-18 3.25 CNY斤",
                                        "F6 STOCK 宾川县 葡萄 2026-11-19 12 吨",
                                        "G6 FARM_GATE_PRICE 宾川县 葡萄 2026-11-20 3.1 CNY斤"));
  EXPECT_THAT(sink.Problems(),
              ElementsAre("地头价日报!G5 NOT_A_NUMBER 0.5.8", "地头价日报!H6 NOT_A_NUMBER 约10"));
}

TEST(ReportSheetTest, StatedHeaderRowsReadTheSameColumns) {
  const Collected sink = Read(
      "columns: {region: 县区, product: 品种}\ndates_across: farm_gate_price\nheader_rows: 2\n"
      "unit: 斤\nfill_down: true\n",
      Fixture("farm_gate_week.xlsx"));
  EXPECT_THAT(sink.rows, SizeIs(7));
  EXPECT_THAT(sink.Problems(), ElementsAre("地头价!D6 NOT_A_NUMBER 五毛五"));
}

TEST(ReportSheetTest, FreshConversionReadsTheSame) {
  if (std::system("command -v soffice >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "no soffice on PATH: the committed workbook stands for it";
  }
  const TempDir dir;
  const std::string command = absl::StrCat(
      "soffice -env:UserInstallation=file://", dir.File("profile"),
      " --headless --convert-to xlsx --outdir ", dir.File("out"), " ", GLUTWATCH_SOURCE_DIR,
      "/tests/sheet/fixtures/report_template.fods >/dev/null 2>&1");
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(ReadTemplate(ReadFile(dir.File("out/report_template.xlsx"))).Lines(), TemplateLines());
}

constexpr char kCsv[] =
    "地区,品种,日期,种植面积(亩),库存（吨）,地头价(元/斤)\n"
    "元谋县,番茄,2026-11-20,1000,3,1.2\n"
    ",洋葱,,2000,,无人收购\n"
    "宾川县,,2026/11/21,5,,\n"
    "宾川县,葡萄,,6,无,\n";

TEST(ReportSheetTest, EmptyCellsOfCsvRepeatTheOnesAboveWithinTheirRegion) {
  const Collected sink = ReadTemplate(kCsv);
  EXPECT_THAT(sink.Lines(), ElementsAre("D2 PLANTED_AREA 元谋县 番茄 2026-11-20 1000 亩",
                                        "E2 STOCK 元谋县 番茄 2026-11-20 3 吨",
                                        "F2 FARM_GATE_PRICE 元谋县 番茄 2026-11-20 1.2 CNY斤",
                                        "D3 PLANTED_AREA 元谋县 洋葱 2026-11-20 2000 亩",
                                        "F3 FARM_GATE_PRICE 元谋县 洋葱 2026-11-20 NO_BID CNY斤",
                                        "D5 PLANTED_AREA 宾川县 葡萄 2026-11-21 6 亩"));
  EXPECT_THAT(sink.Problems(), ElementsAre("B4 PRODUCT_MISSING ", "E5 NOT_A_NUMBER 无"));
}

TEST(ReportSheetTest, GbkReadsAsUtf8) {
  const Collected sink = ReadTemplate(Fixture("report_gbk.csv"));
  EXPECT_THAT(sink.Lines(), ElementsAre("C3 PLANTED_AREA 元谋县 番茄 2026-11-20 8600.5 亩",
                                        "D3 FARM_GATE_PRICE 元谋县 番茄 2026-11-20 NO_BID CNY斤"));
  EXPECT_THAT(sink.Problems(), ElementsAre("C4 NOT_A_NUMBER 三千"));
}

TEST(ReportSheetTest, WorkbookWithUnmergedEmptyRegionIsNotGuessed) {
  const std::string bytes = testing::MakeWorkbook(
      {.sheets = {{"s", testing::TextRows({{"地区", "品种", "日期", "库存(吨)"},
                                           {"甲", "番茄", "2026-11-20", "1"},
                                           {"", "洋葱", "2026-11-20", "2"}})}}});
  EXPECT_THAT(ReadTemplate(bytes).Problems(), ElementsAre("s!A3 REGION_MISSING "));
}

TEST(ReportSheetTest, RepeatedHeadingsAndFootersAreNoLines) {
  const Collected sink = ReadTemplate(
      "Region,Product,Date,Stock (t)\nA,onion,2026-11-20,1\nRegion,Product,Date,Stock (t)\n"
      "B,onion,2026-11-20,2\nTotal,,,3\n审核：,王五,联系电话,0878\n");
  EXPECT_THAT(sink.Lines(),
              ElementsAre("D2 STOCK A onion 2026-11-20 1 t", "D4 STOCK B onion 2026-11-20 2 t"));
  EXPECT_THAT(sink.refused, IsEmpty());
}

TEST(ReportSheetTest, UnitsOnALineOfTheirOwnBelowTheHeadings) {
  const Collected sink =
      ReadTemplate("地区,品种,日期,种植面积,库存\n,,,(万亩),（吨）\n甲,蒜,2026-11-20,1.25,3\n");
  EXPECT_THAT(sink.Lines(), ElementsAre("D3 PLANTED_AREA 甲 蒜 2026-11-20 1.25 万亩",
                                        "E3 STOCK 甲 蒜 2026-11-20 3 吨"));
}

TEST(ReportSheetTest, FigureWithoutAnyUnitIsRefused) {
  EXPECT_THAT(ReadTemplate("地区,品种,日期,库存\n甲,蒜,2026-11-20,3\n").Problems(),
              ElementsAre("D2 UNIT_MISSING 3"));
}

TEST(ReportSheetTest, UnitColumnSpeaksWhereTheHeadingDoesNot) {
  EXPECT_THAT(
      ReadTemplate("地区,品种,日期,单位,库存,地头价(元/斤)\n甲,蒜,2026-11-20,吨,3,2\n").Lines(),
      ElementsAre("E2 STOCK 甲 蒜 2026-11-20 3 吨", "F2 FARM_GATE_PRICE 甲 蒜 2026-11-20 2 CNY斤"));
}

TEST(ReportSheetTest, GrowthStagesAreWords) {
  const Collected sink =
      ReadTemplate("地区,品种,日期,生育期\n甲,蒜,2026-11-20,膨大期\n乙,蒜,2026-11-20,很好\n");
  EXPECT_THAT(sink.Lines(), ElementsAre("D2 GROWTH_STAGE 甲 蒜 2026-11-20 stage5"));
  EXPECT_THAT(sink.Problems(), ElementsAre("D3 UNKNOWN_WORD 很好"));
}

TEST(ReportSheetTest, LineWithAWrongPartLosesAllItsFiguresOnce) {
  const Collected sink =
      ReadTemplate("地区,品种,主体,日期,种植面积(亩),库存(吨)\n甲,,谁,2026-02-30,1,2\n");
  EXPECT_THAT(sink.Problems(),
              ElementsAre("B2 PRODUCT_MISSING ", "C2 UNKNOWN_WORD 谁", "D2 NOT_A_DATE 2026-02-30"));
  EXPECT_EQ(sink.lost, 2);
}

TEST(ReportSheetTest, SheetOfNothingSaysWhatWasLookedForAndTheNearestLine) {
  Collected sink;
  EXPECT_THAT(ReadReportSheet(ReportTemplate(),
                              {.name = "a.csv", .content = "x,y\n地区,面粉\n1,2\n"}, &sink),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("a.csv: no line has all headings; line 2"),
                             HasSubstr("lacks \"品种\""), HasSubstr("第 2 行最接近，缺“品种”"))));
  EXPECT_THAT(ReadReportSheet(ReportTemplate(), {.name = "a.csv", .content = ""}, &sink),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no lines")));
}

TEST(ReportSheetTest, LimitsHold) {
  Collected sink;
  EXPECT_THAT(ReadReportSheet(ReportTemplate(), {.name = "a.csv", .content = kCsv}, &sink,
                              {.max_grid_cells = 7}),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("more than 7 cells")));
}

struct BadReportMappingCase {
  std::string name;
  std::string yaml;
  std::string want;
};
void PrintTo(const BadReportMappingCase& c, std::ostream* os) { *os << c.name; }
class BadReportMappingTest : public ::testing::TestWithParam<BadReportMappingCase> {};

TEST_P(BadReportMappingTest, NamesFileLineAndField) {
  EXPECT_THAT(ParseReportMapping(GetParam().yaml, "m.yaml"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().want)));
}
constexpr char kGood[] = "columns: {region: a, product: b}\n";
INSTANTIATE_TEST_SUITE_P(
    Mappings, BadReportMappingTest,
    ::testing::ValuesIn(std::vector<BadReportMappingCase>{
        {"NoRegion", "columns: {product: a}\n", "columns.region: is empty"},
        {"NoProduct", "columns: {region: a}\n", "columns.product: is empty"},
        {"NoFigures", kGood, "figures: is empty"},
        {"NoKind", absl::StrCat(kGood, "figures:\n  - {column: c}\n"), "m.yaml:3"},
        {"BadWindow",
         absl::StrCat(kGood, "figures:\n  - {column: c, kind: expected_harvest, window: x}\n"),
         "expected start or end"},
        {"WindowOfStock",
         absl::StrCat(kGood, "figures:\n  - {column: c, kind: stock, window: end}\n"),
         "expected_harvest only"},
        {"KindTwice",
         absl::StrCat(kGood,
                      "figures:\n  - {column: c, kind: stock}\n  - {column: d, kind: stock}\n"),
         "m.yaml:4"},
        {"BadDate", absl::StrCat(kGood, "figures: [{column: c, kind: stock}]\ndate: gestern\n"),
         "m.yaml:3"},
        {"UnknownKey", absl::StrCat(kGood, "figurs: []\n"), "figurs"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(ReportMappingTest, ShippedTemplateIsTheOneInTheProgram) {
  EXPECT_EQ(std::string(ReportTemplateYaml()), Source("deploy/mappings/report_template.yaml"));
}

TEST(ReportMappingTest, EveryShippedMappingIsGood) {
  for (const char* name : {"report_template", "county_vegetables", "farm_gate_dates_across"}) {
    EXPECT_THAT(
        LoadReportMapping(absl::StrCat(GLUTWATCH_SOURCE_DIR, "/deploy/mappings/", name, ".yaml")),
        IsOk());
  }
}

}  // namespace
}  // namespace glutwatch::sheet
