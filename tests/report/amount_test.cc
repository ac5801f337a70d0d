#include "server/report/amount.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/catalog/example_catalog.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::testing {
namespace {

using report::Amount;
using report::FigureForm;
using report::FigureUnit;
using report::UnitReader;

TEST(GroupedNumberTest, GroupsByThreeBeforeThePoint) {
  EXPECT_EQ(report::GroupedE4(0), "0");
  EXPECT_EQ(report::GroupedE4(999 * kE4), "999");
  EXPECT_EQ(report::GroupedE4(1'000 * kE4), "1,000");
  EXPECT_EQ(report::GroupedE4(12'345'678'900), "1,234,567.89");
  EXPECT_EQ(report::GroupedE4(-1'000 * kE4), "-1,000");
  EXPECT_EQ(report::GroupedE4(-100 * kE4), "-100");
  EXPECT_EQ(report::GroupedNumber(1234.5678), "1,234.57");
  EXPECT_EQ(report::GroupedNumber(1e30), "100,000,000,000,000");
}

TEST(AmountTest, ComparesExactlyAcrossUnits) {
  const FigureUnit mu{.code = "mu", .name_zh = "亩"};
  const FigureUnit ha{.code = "ha", .name_zh = "公顷", .base_e4 = 150'000};
  EXPECT_FALSE((Amount{2 * kE4, ha} > Amount{30 * kE4, mu}));
  EXPECT_FALSE((Amount{30 * kE4, mu} > Amount{2 * kE4, ha}));
  EXPECT_TRUE((Amount{30 * kE4 + 1, mu} > Amount{2 * kE4, ha}));
  EXPECT_EQ((Amount{2 * kE4, ha}.base()), 30.0);
  EXPECT_EQ((Amount{20'000, ha}.TextZh()), "2公顷");
}

struct UnitCase {
  std::string name;
  FigureForm form;
  std::string written;
  std::string want;  // code; "" if it is refused
  UnitReader::Problem problem = UnitReader::Problem::kUnknown;
  double base = 1;  // base units in one
};
void PrintTo(const UnitCase& c, std::ostream* os) { *os << c.name; }

class UnitReaderTest : public ::testing::TestWithParam<UnitCase> {};

TEST_P(UnitReaderTest, ReadsWhatTheFormAllows) {
  const UnitCase& c = GetParam();
  const TempDir dir;
  const auto database = OpenDatabase(dir);
  GLUTWATCH_ASSERT_OK(database);
  const auto catalog = catalog::Catalog::Open(database->get());
  GLUTWATCH_ASSERT_OK(catalog);
  UnitReader reader(catalog->get());
  const UnitReader::Reading& reading = reader.Read(c.form, c.written);
  EXPECT_EQ(reading.unit.value_or(FigureUnit{}).code, c.want);
  EXPECT_EQ(reading.problem, c.problem);
  EXPECT_DOUBLE_EQ((Amount{kE4, reading.unit.value_or(FigureUnit{})}.base()), c.base);
  EXPECT_EQ(&reader.Read(c.form, c.written), &reading);
}

constexpr auto kWrong = UnitReader::Problem::kWrongDimension;
constexpr auto kUnknown = UnitReader::Problem::kUnknown;

INSTANTIATE_TEST_SUITE_P(Units, UnitReaderTest,
                         ::testing::ValuesIn(std::vector<UnitCase>{
                             {"Area", FigureForm::kArea, "亩", "mu"},
                             {"Myriads", FigureForm::kArea, " 万亩 ", "wan-mu", kUnknown, 10'000},
                             {"Hectares", FigureForm::kArea, "公顷", "ha", kUnknown, 15},
                             {"AreaInMass", FigureForm::kArea, "吨", "", kWrong},
                             {"Mass", FigureForm::kMass, "斤", "jin", kUnknown, 0.5},
                             {"Box", FigureForm::kMass, "箱", "", kWrong},
                             {"Seedlings", FigureForm::kCount, "株", "plant"},
                             {"Heads", FigureForm::kCount, "头", "head"},
                             {"Minutes", FigureForm::kTime, "分钟", "min"},
                             {"Hours", FigureForm::kTime, "小时", "h", kUnknown, 60},
                             {"Days", FigureForm::kTime, "天", "d", kUnknown, 1'440},
                             {"Percent", FigureForm::kPercent, "％", "%"},
                             {"PercentInMu", FigureForm::kPercent, "亩", "", kWrong},
                             {"PercentInNothing", FigureForm::kPercent, "成", "", kUnknown},
                             {"Yield", FigureForm::kYield, "公斤/亩", "kg/mu"},
                             {"YieldPerHectare", FigureForm::kYield, "t / ha", "t/ha", kUnknown,
                              1'000.0 / 15},
                             {"YieldWithoutArea", FigureForm::kYield, "公斤", "", kWrong},
                             {"YieldPerHead", FigureForm::kYield, "公斤/头", "", kWrong},
                             {"YieldOfNonsense", FigureForm::kYield, "公斤/筷子", "", kUnknown},
                             {"PricePerJin", FigureForm::kPrice, "斤", "jin", kUnknown, 0.5},
                             {"PricePerHead", FigureForm::kPrice, "头", "head"},
                             {"PricePerMu", FigureForm::kPrice, "亩", "", kWrong},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(UnitReaderNameTest, IsChineseWhereTheCatalogHasOne) {
  const TempDir dir;
  const auto database = OpenDatabase(dir);
  GLUTWATCH_ASSERT_OK(database);
  const auto catalog = catalog::Catalog::Open(database->get());
  GLUTWATCH_ASSERT_OK(catalog);
  UnitReader reader(catalog->get());
  EXPECT_EQ(reader.Read(FigureForm::kYield, "kg/mu").unit->name_zh, "公斤/亩");
  EXPECT_EQ(reader.Read(FigureForm::kMass, "90 KG").unit->name_zh, "90-kg");
}

}  // namespace
}  // namespace glutwatch::testing
