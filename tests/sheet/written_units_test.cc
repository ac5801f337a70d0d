#include "sheet/written_units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "sheet/cell_place.h"

namespace glutwatch::sheet {
namespace {

struct FigureCase {
  std::string name;
  std::string text;
  bool price = false;
  std::string want;  // "value|unit"; "" if it must be refused
};
void PrintTo(const FigureCase& c, std::ostream* os) { *os << c.name; }
class WrittenFigureTest : public ::testing::TestWithParam<FigureCase> {};

TEST_P(WrittenFigureTest, ReadsOrRefuses) {
  const auto figure = ReadWrittenFigure(GetParam().text, GetParam().price, /*round=*/false);
  EXPECT_EQ(figure.ok() ? absl::StrCat(FormatE4(figure->value_e4), "|", figure->unit) : "",
            GetParam().want)
      << figure.status();
}
INSTANTIATE_TEST_SUITE_P(Cells, WrittenFigureTest,
                         ::testing::ValuesIn(std::vector<FigureCase>{
                             {"Plain", "1,250.5", false, "1250.5|"},
                             {"FullWidth", "　８，６００．５", false, "8600.5|"},
                             {"WithUnit", "350吨", false, "350|吨"},
                             {"WithBlank", "350 t", false, "350|t"},
                             {"Share", "85%", false, "85|%"},
                             {"FullWidthShare", "８５％", false, "85|%"},
                             {"WanMuStays", "1.2万亩", false, "1.2|万亩"},
                             {"WanIsMultipliedOut", "1.2万吨", false, "12000|吨"},
                             {"WanAlone", "0.0001万", false, "1|"},
                             {"Yield", "6200公斤/亩", false, "6200|公斤/亩"},
                             {"PricePer", "2.8元/公斤", true, "2.8|公斤"},
                             {"PriceInYuan", "2.8元", true, "2.8|"},
                             {"PriceWithBareUnit", "2.8公斤", true, ""},
                             {"PriceHalfSaid", "2.8元/", true, ""},
                             {"UnknownUnit", "3堆", false, ""},
                             {"About", "约10", false, ""},
                             {"Range", "1.2-1.5", false, ""},
                             {"TwoPoints", "0.5.8", false, ""},
                             {"OnlyUnit", "吨", false, ""},
                             {"OnlyMyriad", "万", false, ""},
                             {"Empty", "", false, ""},
                             {"TooLarge", "999999999999万吨", false, ""},
                             {"TooManyDigits", "1.23456", false, ""},
                             {"MyriadOfTooManyDigits", "1.23456万吨", false, ""},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(WrittenUnitsTest, UnitsOfHeadings) {
  EXPECT_EQ(UnitOfHeading("种植面积（万亩）", false), "万亩");
  EXPECT_EQ(UnitOfHeading("预计单产(公斤/亩)", false), "公斤/亩");
  EXPECT_EQ(UnitOfHeading("面积 亩", false), "亩");
  EXPECT_EQ(UnitOfHeading("(吨)", false), "吨");
  EXPECT_EQ(UnitOfHeading("种植面积(早熟)", false), "");
  EXPECT_EQ(UnitOfHeading("地头价(元/斤)", true), "斤");
  EXPECT_EQ(UnitOfHeading("地头价(元/斤)", false), "");
  EXPECT_EQ(UnitOfHeading("日期", false), "");
}

TEST(WrittenUnitsTest, TitlesSpeakOnlyIfThereIsNoChoice) {
  EXPECT_EQ(UnitOfTitle("单位：亩、元/公斤", false), "亩");
  EXPECT_EQ(UnitOfTitle("单位：亩、元/公斤", true), "公斤");
  EXPECT_EQ(UnitOfTitle("单位：亩、吨", false), "");
  EXPECT_EQ(UnitOfTitle("元谋县", false), "");
}

TEST(CellPlaceTest, IsCalledAsSpreadsheetsDo) {
  EXPECT_EQ(CellReference(7, 4), "D7");
  EXPECT_EQ(CellReference(1, 26), "Z1");
  EXPECT_EQ(CellReference(12, 27), "AA12");
  EXPECT_EQ(CellReference(3, 702), "ZZ3");
  EXPECT_EQ(CellReference(3, 703), "AAA3");
  EXPECT_EQ(CellReference(7, 0), "7");
  EXPECT_EQ(CellReference(0, 0), "");
  EXPECT_EQ(PlaceText({"说明", 7, 4}), "说明!D7");
}

TEST(CellPlaceTest, QuotesAreCutAtACharactersEnd) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "蒜";
  EXPECT_EQ(QuotedText(absl::StrCat("x", text)).size(), 118u);
}

}  // namespace
}  // namespace glutwatch::sheet
