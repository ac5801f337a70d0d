// Text encodings, CSV and XLSX: what a document becomes before anything is looked for in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "sheet/csv_reader.h"
#include "sheet/text_encoding.h"
#include "sheet/xlsx_reader.h"
#include "sheet/xlsx_sheet.h"
#include "tests/sheet/workbook_maker.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::sheet {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MakeWorkbook;
using testing::MakeZip;
using testing::TextRows;

// Rows as "line:cell|cell".
std::string Text(const TableRow& row) {
  std::string out = absl::StrCat(row.line, ":");
  for (size_t i = 0; i < row.cells.size(); ++i) {
    absl::StrAppend(&out, i == 0 ? "" : "|", row.cells[i]);
  }
  return out;
}

struct EncodingCase {
  std::string name;
  std::string bytes;
  TextEncoding encoding;
  std::string want;
};
void PrintTo(const EncodingCase& c, std::ostream* os) { *os << c.name; }
class EncodingTest : public ::testing::TestWithParam<EncodingCase> {};

TEST_P(EncodingTest, BecomesPlainUtf8) {
  const auto text = ToUtf8(GetParam().bytes, GetParam().encoding);
  GLUTWATCH_ASSERT_OK(text);
  EXPECT_EQ(*text, GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Documents, EncodingTest,
    ::testing::ValuesIn(std::vector<EncodingCase>{
        {"Plain", "a,b", TextEncoding::kDetect, "a,b"},
        {"Utf8", "品名", TextEncoding::kDetect, "品名"},
        {"BomIsDropped", "\xEF\xBB\xBF品名", TextEncoding::kDetect, "品名"},
        {"TwoBomsAreDropped", "\xEF\xBB\xBF\xEF\xBB\xBF品名", TextEncoding::kUtf8, "品名"},
        {"GbkIsDetected", "\xC6\xB7\xC3\xFB,1", TextEncoding::kDetect, "品名,1"},
        {"GbkIfAsked", "\xC6\xB7", TextEncoding::kGb18030, "品"},
        {"Gb18030FourBytes", "\x81\x30\x89\x38\xC6\xB7", TextEncoding::kDetect, "ß品"},
        {"Utf16WithBom", std::string("\xFF\xFE\x41\x00\xC1\x54", 6), TextEncoding::kDetect, "A品"},
        {"Empty", "", TextEncoding::kDetect, ""},
    }),
    [](const auto& test) { return test.param.name; });

TEST(EncodingTest, TextThatIsNeitherNamesTheByte) {
  EXPECT_THAT(ToUtf8("ab\xFF\xFF", TextEncoding::kDetect),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("byte 2")));
  EXPECT_THAT(ToUtf8("ab\xC3\xFB", TextEncoding::kUtf8),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("byte 2: expected UTF-8")));
}

TEST(EncodingTest, OverlongSurrogateAndTruncatedFormsAreNotUtf8) {
  for (const char* bad :
       {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE5\x93"}) {
    EXPECT_FALSE(IsValidUtf8(bad)) << bad;
  }
  EXPECT_TRUE(IsValidUtf8("é 品 𝛂"));
}

TEST(EncodingTest, FoldsFullWidthFormsAndTrimsWideBlanks) {
  EXPECT_EQ(FoldWidth("１，２３４．５　（个）－：Ａ"), "1,234.5 (个)-:A");
  EXPECT_EQ(std::string(TrimText("　\xC2\xA0 品 名\t\xEF\xBB\xBF")), "品 名");
}

std::vector<std::string> CsvRows(absl::string_view text, char delimiter = ',') {
  std::vector<std::string> rows;
  const auto add = [&](const TableRow& row) {
    rows.push_back(Text(row));
    return absl::OkStatus();
  };
  EXPECT_THAT(ReadCsv("a.csv", text, {.delimiter = delimiter}, add), IsOk());
  return rows;
}

TEST(CsvTest, KeepsTheLineOnWhichARecordBegins) {
  EXPECT_THAT(CsvRows("a,b\n\n\"x\ny\",2\r\n  \n3,\"4,5\"\n\"6\"\"\",\n"),
              ElementsAre("1:a|b", "3:x\ny|2", "6:3|4,5", "7:6\"|"));
}

TEST(CsvTest, LastLineNeedsNoLineBreakAndDelimiterMayDiffer) {
  EXPECT_THAT(CsvRows("a;1,5\nb; 2 ", ';'), ElementsAre("1:a|1,5", "2:b|2"));
}

TEST(CsvTest, QuoteThatIsNeverClosedIsAnError) {
  const auto ignore = [](const TableRow&) { return absl::OkStatus(); };
  EXPECT_THAT(ReadCsv("a.csv", "a,b\n1,\"2\n3,4\n", {}, ignore),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a.csv:2: ")));
  EXPECT_THAT(
      ReadCsv("a.csv", absl::StrCat("\"", std::string(kMaxCsvRecordBytes + 2, 'x')), {}, ignore),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("never closed")));
}

TEST(CsvTest, StopsWhereTheReceiverDoes) {
  int rows = 0;
  const auto stop = [&](const TableRow&) {
    return ++rows == 2 ? absl::AbortedError("enough") : absl::OkStatus();
  };
  EXPECT_THAT(ReadCsv("a.csv", "1\n2\n3\n4\n", {}, stop),
              StatusIs(absl::StatusCode::kAborted, "enough"));
  EXPECT_EQ(rows, 2);
}

std::vector<std::string> SheetRows(const std::string& bytes, size_t index = 0) {
  std::vector<std::string> rows;
  const auto workbook = XlsxWorkbook::Open("a.xlsx", bytes);
  EXPECT_THAT(workbook, IsOk());
  if (!workbook.ok()) return rows;
  EXPECT_THAT((*workbook)->ReadSheet((*workbook)->sheets()[index],
                                     [&](const TableRow& row) {
                                       rows.push_back(Text(row));
                                       return absl::OkStatus();
                                     }),
              IsOk());
  return rows;
}

TEST(XlsxTest, ReadsEveryKindOfCell) {
  const std::string bytes = MakeWorkbook(
      {.sheets = {{"一",
                   "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"s\"><v>1</v></c>"
                   "</row><row r=\"4\"><c r=\"A4\"><v>2.2999999999999998</v></c>"
                   "<c r=\"B4\" t=\"b\"><v>1</v></c><c r=\"C4\" t=\"e\"><v>#DIV/0!</v></c>"
                   "<c r=\"D4\" t=\"str\"><f>A1</f><v>x&amp;y</v></c>"
                   "<c r=\"E4\" t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r></is></c>"
                   "<c r=\"F4\" s=\"3\"><v>1e-05</v></c></row>"}},
       .shared_strings = "<si><t>品名</t></si>"
                         "<si><r><t>最低</t></r><r><t>价</t></r><rPh><t>zuì</t></rPh></si>"});
  EXPECT_THAT(SheetRows(bytes),
              ElementsAre("1:品名||最低价", "4:2.3|TRUE|#DIV/0!|x&y|inline|0.00001"));
}

TEST(XlsxTest, DatesFollowTheNumberFormatAndTheWorkbooksSystem) {
  const std::string rows =
      "<row r=\"1\"><c r=\"A1\" s=\"1\"><v>41435</v></c><c r=\"B1\" s=\"2\"><v>41435.25</v></c>"
      "<c r=\"C1\" s=\"0\"><v>41435</v></c><c r=\"D1\" s=\"1\"><v>60</v></c></row>";
  EXPECT_THAT(SheetRows(MakeWorkbook({.sheets = {{"s", rows}}})),
              ElementsAre("1:2013-06-10|2013-06-10 06:00:00|41435|60"));
  EXPECT_THAT(SheetRows(MakeWorkbook({.sheets = {{"s", rows}}, .date1904 = true})),
              ElementsAre("1:2017-06-11|2017-06-11 06:00:00|41435|1904-03-01"));
}

TEST(XlsxTest, FormatsThatShowADay) {
  for (const char* format : {"yyyy-mm-dd", "[$-409]d\\-mmm;@", "yyyy\"年\"m\"月\"", "mmm", "m/d"}) {
    EXPECT_TRUE(IsDateFormat(format)) << format;
  }
  for (const char* format :
       {"0.00", "General", "\"day\"0", "h:mm", "[Red]0", "0.00E+00", "mm:ss"}) {
    EXPECT_FALSE(IsDateFormat(format)) << format;
  }
}

TEST(XlsxTest, SharesOfAHundredKeepTheirSign) {
  EXPECT_TRUE(IsPercentFormat("0.00%"));
  EXPECT_FALSE(IsPercentFormat("0\"%\""));
  EXPECT_FALSE(IsPercentFormat("0\\%"));
  const std::string rows =
      "<row r=\"1\"><c r=\"A1\" s=\"4\"><v>0.85</v></c><c r=\"B1\" s=\"4\"><v>0.57</v></c>"
      "<c r=\"C1\" s=\"4\"><v>1</v></c><c r=\"D1\" s=\"4\" t=\"str\"><v>无</v></c></row>";
  EXPECT_THAT(SheetRows(MakeWorkbook({.sheets = {{"s", rows}}})), ElementsAre("1:85%|57%|100%|无"));
}

TEST(XlsxTest, NamesSheetsAndTellsHiddenOnes) {
  const std::string bytes = MakeWorkbook(
      {.sheets = {{"Price", TextRows({{"a"}})}, {"com", TextRows({{"b"}}), "", "veryHidden"}}});
  const auto workbook = XlsxWorkbook::Open("a.xlsx", bytes);
  GLUTWATCH_ASSERT_OK(workbook);
  ASSERT_EQ((*workbook)->sheets().size(), 2u);
  EXPECT_EQ((*workbook)->sheets()[0].name, "Price");
  EXPECT_FALSE((*workbook)->sheets()[0].hidden);
  EXPECT_TRUE((*workbook)->sheets()[1].hidden);
}

TEST(XlsxTest, MergedCellsAreFilledOnRequest) {
  const std::string bytes = MakeWorkbook(
      {.sheets = {
           {"s", TextRows({{"品", "一月", "", "二月"}, {"", "低", "高", "低"}}),
            "<mergeCells><mergeCell ref=\"B1:C1\"/><mergeCell ref=\"A1:A2\"/></mergeCells>"}}});
  const auto workbook = XlsxWorkbook::Open("a.xlsx", bytes);
  GLUTWATCH_ASSERT_OK(workbook);
  const auto grid = (*workbook)->ReadGrid((*workbook)->sheets()[0], /*expand_merged=*/true);
  GLUTWATCH_ASSERT_OK(grid);
  EXPECT_THAT(grid->rows[0].cells, ElementsAre("品", "一月", "一月", "二月"));
  EXPECT_THAT(grid->rows[1].cells, ElementsAre("品", "低", "高", "低"));
}

TEST(XlsxTest, SaysWhatIsWrongWithABrokenWorkbook) {
  EXPECT_THAT(XlsxWorkbook::Open("a.xlsx", "PK\x03\x04nonsense"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a.xlsx: not a ZIP")));
  EXPECT_THAT(XlsxWorkbook::Open("a.xlsx", MakeZip({{"readme.txt", "hi"}})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("expected an .xlsx")));
  std::string bytes = MakeWorkbook({.sheets = {{"s", TextRows({{"price"}})}}});
  bytes[bytes.find("price")] = 'P';  // the check sum no longer fits
  const auto workbook = XlsxWorkbook::Open("a.xlsx", bytes);
  GLUTWATCH_ASSERT_OK(workbook);
  const auto ignore = [](const TableRow&) { return absl::OkStatus(); };
  EXPECT_THAT((*workbook)->ReadSheet((*workbook)->sheets()[0], ignore),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("damaged")));
}

TEST(XlsxTest, LimitsHold) {
  const std::string bytes = MakeWorkbook({.sheets = {{"s", TextRows({{"a", "b"}, {"c", "d"}})}}});
  const auto ignore = [](const TableRow&) { return absl::OkStatus(); };
  const auto few = XlsxWorkbook::Open("a.xlsx", bytes, {.max_cells = 3});
  GLUTWATCH_ASSERT_OK(few);
  EXPECT_THAT((*few)->ReadSheet((*few)->sheets()[0], ignore),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("more than 3 cells")));
  EXPECT_THAT(XlsxWorkbook::Open("a.xlsx", bytes, {.max_part_bytes = 10}),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("more than 10 bytes")));
}

TEST(XlsxTest, RefusesEntityDeclarations) {
  const std::string bytes =
      MakeZip({{"xl/_rels/workbook.xml.rels",
                "<!DOCTYPE x [<!ENTITY a \"b\">]><Relationships>&a;</Relationships>"}});
  EXPECT_THAT(XlsxWorkbook::Open("a.xlsx", bytes),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("document type")));
}

}  // namespace
}  // namespace glutwatch::sheet
