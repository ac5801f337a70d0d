#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "client/cli/chart_data.h"
#include "client/cli/render_catalog.h"
#include "client/cli/render_prices.h"
#include "client/cli/render_warnings.h"

namespace glutwatch::client {
namespace {

using ::testing::HasSubstr;

template <typename T>
T Parse(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

NameBook Names(Language language) {
  NameBook names(language);
  names.Add(Parse<v1::Region>(
      R"(name: "regions/530403" display_name: "江川区" display_name_en: "Jiangchuan")"));
  names.Add(Parse<v1::Market>(
      R"(name: "markets/jc" display_name: "江川产地市场（模拟）" region: "regions/530403")"));
  names.Add(Parse<v1::Product>(
      R"(name: "products/garlic" display_name: "大蒜" display_name_en: "Garlic")"));
  return names;
}

const char kSeries[] =
    R"(name: "series/12" market: "markets/jc" product: "products/garlic" grade: "5.0cm"
       quote { currency_code: "CNY" unit: "jin" arrivals_unit: "tonne" })";

v1::PriceBlock Block() {
  auto block = Parse<v1::PriceBlock>(
      R"(price_unit: "CNY/jin" row_count: 3 first_market_day: 20513 market_days: [20513, 20514, 20515]
         day_statuses: [DAY_STATUS_TRADED, DAY_STATUS_CLOSED, DAY_STATUS_TRADED]
         presences: [15, 0, 2] low_prices_e4: [15000, 0, 0] modal_prices_e4: [15500, 0, 16001]
         high_prices_e4: [16000, 0, 0] arrivals_e4: [125000, 0, 0] lots: [0, 0, 0]
         flags: [0, 0, 1] record_times_us: [1, 2, 3] sources: [0, 0, 0]
         source_names: "simulated:simulate")");
  *block.mutable_series() = Parse<v1::Series>(kSeries);
  return block;
}

TEST(RenderTest, PricesPrintExactlyAsQuoted) {
  const NameBook names = Names(Language::kEnglish);
  PriceTable table(&names, Language::kEnglish, absl::UTCTimeZone(), {});
  table.AddBlock(Block(), Block().series());
  EXPECT_EQ(table.table().ToText(false),
            "DATE        STATUS  LOW   MODAL  HIGH    ARRIVALS  NOTES  SOURCE\n"
            "2026-03-01          1.5    1.55   1.6  12.5 tonne         simulated:simulate\n"
            "2026-03-02  closed                                        simulated:simulate\n"
            "2026-03-03               1.6001                    jump   simulated:simulate\n");
  EXPECT_TRUE(IsSimulated(Block()));
}

TEST(RenderTest, EmptyColumnsAreAtTheirDefault) {
  const NameBook names = Names(Language::kEnglish);
  auto block = Parse<v1::PriceBlock>(
      R"(price_unit: "CNY/jin" row_count: 1 first_market_day: 20513 low_prices_e4: 15000 modal_prices_e4: 15500
         high_prices_e4: 16000 arrivals_e4: 125000 source_names: "xinfadi")");
  *block.mutable_series() = Parse<v1::Series>(kSeries);
  PriceTable table(&names, Language::kEnglish, absl::UTCTimeZone(), {});
  table.AddBlock(block, block.series());
  EXPECT_EQ(table.table().ToText(false),
            "DATE        LOW  MODAL  HIGH    ARRIVALS  SOURCE\n"
            "2026-03-01  1.5   1.55   1.6  12.5 tonne  xinfadi\n");
  EXPECT_EQ(PriceHistory({block}).price[0], 1.55);
}

TEST(RenderTest, PricesInChinese) {
  const NameBook names = Names(Language::kChinese);
  PriceTable table(&names, Language::kChinese, absl::UTCTimeZone(), {});
  table.AddBlock(Block(), Block().series());
  EXPECT_EQ(table.table().ToText(false),
            "日期        状态  最低    均价  最高      上市量  备注      来源\n"
            "2026-03-01         1.5    1.55   1.6  12.5 tonne            模拟:simulate\n"
            "2026-03-02  休市                                            模拟:simulate\n"
            "2026-03-03              1.6001                    价格突变  模拟:simulate\n");
  EXPECT_EQ(SeriesTitle(Block().series(), "CNY/jin", names),
            "series/12  大蒜 · 江川产地市场（模拟） · 5.0cm (CNY/jin)");
}

TEST(RenderTest, PricesAsCsvKeepResourceNames) {
  const NameBook names = Names(Language::kChinese);
  PriceTable table(&names, Language::kChinese, absl::UTCTimeZone(), {.with_series = true});
  table.AddBlock(Block(), Block().series());
  EXPECT_THAT(table.table().ToCsv(),
              HasSubstr("series/12,markets/jc,products/garlic,5.0cm,2026-03-01,0,DAY_STATUS_TRADED,"
                        "1.5,1.55,1.6,CNY/jin,12.5,tonne,0,simulated:simulate,"
                        "1970-01-01T00:00:00.000001+00:00\n"));
}

TEST(RenderTest, ViewConvertsAllThreePrices) {
  const NameBook names = Names(Language::kEnglish);
  auto block = Block();
  block.set_price_unit("CNY/kg");
  for (const double price : {3.1, 0.0, 3.2002}) block.add_modal_prices(price);
  PriceTable table(&names, Language::kEnglish, absl::UTCTimeZone(), {});
  table.AddBlock(block, block.series());
  EXPECT_THAT(table.table().ToText(false), HasSubstr("  3     3.1   3.2  12.5 tonne"));
}

v1::Warning Garlic() {
  return Parse<v1::Warning>(
      R"(name: "warnings/530403-garlic-2026-02-10" kind: WARNING_KIND_GLUT region: "regions/530403"
         product: "products/garlic" level: WARNING_LEVEL_ORANGE state: WARNING_STATE_IN_FORCE
         freshness: FRESHNESS_FRESH raised_date { year: 2026 month: 2 day: 10 }
         market_date { year: 2026 month: 3 day: 1 } generation: 3 simulated: true
         headline_zh: "【模拟】江川区 大蒜 橙色滞销预警" headline_en: "[SIMULATED] Jiangchuan, Garlic: orange glut warning"
         evidence { rule_pack: "yunnan-basic 1" model_version: 1 vintage_us: 0
           rules { rule: "orange" level: WARNING_LEVEL_ORANGE held_since { year: 2026 month: 2 day: 20 } detail: "price_to_norm 0.58 <= 0.6" }
           group { price_to_norm: 0.58 ifpa: -1.5 } series { series: "series/12" indicators { price_to_norm: 0.58 } } })");
}

TEST(RenderTest, WarningsInBothLanguages) {
  const v1::Warning warning = Garlic();
  EXPECT_EQ(
      WarningTable({&warning}, Names(Language::kEnglish), Language::kEnglish).ToText(false),
      "LEVEL      PRODUCT        REGION               STATE     DATA   RAISED      JUDGED      "
      "NOTES        WARNING\n"
      "II orange  大蒜 (Garlic)  江川区 (Jiangchuan)  in force  fresh  2026-02-10  2026-03-01  "
      "[simulated]  warnings/530403-garlic-2026-02-10\n");
  EXPECT_EQ(WarningTable({&warning}, Names(Language::kChinese), Language::kChinese).ToText(false),
            "等级     品种  地区    状态  数据  发布日      研判日      备注    预警编号\n"
            "橙色 II  大蒜  江川区  生效  正常  2026-02-10  2026-03-01  [模拟]  "
            "warnings/530403-garlic-2026-02-10\n");
}

TEST(RenderTest, WarningPageHasTheEvidence) {
  const std::string page = WarningPage(Garlic(), Names(Language::kEnglish), Language::kEnglish,
                                       absl::UTCTimeZone(), false);
  EXPECT_THAT(page, HasSubstr("[SIMULATED] Jiangchuan, Garlic: orange glut warning\n"));
  EXPECT_THAT(page, HasSubstr("price_to_norm 0.58 <= 0.6"));
  EXPECT_THAT(page, HasSubstr("price / norm"));
  EXPECT_THAT(page, HasSubstr("0.58"));
}

TEST(RenderTest, WatchPrintsALineToEachEvent) {
  v1::WatchWarningsResponse frame;
  *frame.mutable_event()->mutable_warning() = Garlic();
  frame.mutable_event()->set_transition(v1::TRANSITION_ESCALATED);
  frame.mutable_event()->mutable_commit_time()->set_seconds(1772314812);
  EXPECT_EQ(FrameLine(frame, Names(Language::kChinese), Language::kChinese,
                      absl::FixedTimeZone(8 * 3600), false),
            "2026-03-01 05:40:12  升级  橙色 II  【模拟】江川区 大蒜 橙色滞销预警  "
            "(江川区, warnings/530403-garlic-2026-02-10)");
  EXPECT_EQ(FrameTable(frame).ToIds(), "warnings/530403-garlic-2026-02-10\n");
}

TEST(RenderTest, ExplanationShowsBothValuesInFull) {
  const v1::Evidence logged = Garlic().evidence();
  v1::Evidence recomputed = logged;
  recomputed.mutable_group()->set_ifpa(-1.25);
  EXPECT_THAT(ComparisonTable(logged, recomputed, Language::kEnglish).ToText(false),
              HasSubstr("IFPA                 -1.5       -1.25\n"));
}

TEST(RenderTest, LatestPricesShowTheViewAndKeepTheQuote) {
  const auto list = Parse<v1::LatestPricesResponse>(
      std::string("prices { series {") + kSeries +
      R"(} newest_date { year: 2026 month: 3 day: 2 } price_date { year: 2026 month: 3 day: 1 }
         modal_price_e4: 15500 modal_price: 3.1 price_unit: "CNY/kg" })");
  const Table table = LatestTable(list, Names(Language::kEnglish), Language::kEnglish);
  EXPECT_THAT(table.ToText(false), HasSubstr("2026-03-01    3.1  CNY/kg  2026-03-02"));
  EXPECT_THAT(table.ToCsv(), HasSubstr("3.1,CNY/kg,1.55,CNY/jin,2026-03-02"));
}

TEST(ChartDataTest, HistoryIsDenseAndForecastFollowsIt) {
  ChartData data = PriceHistory({Block()});
  EXPECT_EQ(data.days, 3);
  EXPECT_EQ(data.price[0], 1.55);
  EXPECT_TRUE(std::isnan(data.price[1]));
  AddForecast(Parse<v1::GetForecastResponse>(
                  R"(points { market_date { year: 2026 month: 3 day: 4 } price: 2 low80: 1 high80: 3
                     low95: 0.5 high95: 4 seasonal_norm: 2.5 })"),
              &data);
  EXPECT_EQ(data.days, 4);
  EXPECT_EQ(data.median[3], 2);
  EXPECT_EQ(data.norm[3], 2.5);
  EXPECT_EQ(PriceHistory({}).days, 0);
}

}  // namespace
}  // namespace glutwatch::client
