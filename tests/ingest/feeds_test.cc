// Each adapter on small documents that hold the traps of the real ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "ingest/feeds/registry.h"
#include "sheet/row_parts.h"
#include "tests/sheet/collecting_sink.h"
#include "tests/sheet/workbook_maker.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::ingest {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using sheet::Slug;
using sheet::testing::CollectingSink;
using sheet::testing::MakeWorkbook;
using sheet::testing::TextRows;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::Status ReadInto(const std::string& feed, const std::string& name, const std::string& content,
                      CollectingSink* sink, bool is_page = false) {
  return MakeFeed(feed, {}).value()->Read({.name = name, .content = content, .is_page = is_page},
                                          sink);
}

CollectingSink ReadFeed(const std::string& feed, const std::string& name,
                        const std::string& content) {
  CollectingSink sink;
  EXPECT_THAT(ReadInto(feed, name, content, &sink), IsOk());
  return sink;
}

std::vector<std::string> RegionCodes(const FeedRow& row) {
  std::vector<std::string> codes;
  for (const FeedRegion& region : row.market->regions) codes.push_back(region.code);
  return codes;
}

TEST(RegistryTest, MakesEveryFeedItNames) {
  for (const FeedHelp& help : KnownFeeds()) {
    EXPECT_FALSE(help.help.empty());
    if (help.name == "generic") continue;
    EXPECT_EQ(std::string(MakeFeed(help.name, {}).value()->name()), std::string(help.name));
  }
}

TEST(RegistryTest, SaysWhatIsWrongWithARequest) {
  EXPECT_THAT(MakeFeed("xinfady", {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("there are xinfadi, tw_moa")));
  EXPECT_THAT(MakeFeed("generic", {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("needs a mapping")));
  EXPECT_THAT(MakeFeed("wfp", {.mapping_path = "a.yaml"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("takes no mapping")));
}

TEST(FeedsTest, DocumentOfAnotherFeedIsRefusedWhole) {
  for (const FeedHelp& help : KnownFeeds()) {
    if (help.name == "generic") continue;
    CollectingSink sink;
    EXPECT_THAT(ReadInto(std::string(help.name), "x.csv", "colour,size\nred,4\n", &sink),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("x.csv")))
        << std::string(help.name);
    EXPECT_THAT(ReadInto(std::string(help.name), "x.json", "{\"colour\": 4}", &sink),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("x.json")))
        << std::string(help.name);
    EXPECT_THAT(sink.rows, IsEmpty());
  }
}

TEST(SlugTest, KeepsAsciiAndHashesTheRest) {
  EXPECT_EQ(Slug(" Kuthuparambu  Market"), "kuthuparambu-market");
  EXPECT_EQ(Slug("Pollachi(Uzhavar Sandhai )"), "pollachi-uzhavar-sandhai");
  EXPECT_THAT(Slug("大白菜"), ::testing::MatchesRegex("x[0-9a-f]{8}"));
  EXPECT_NE(Slug("大白菜"), Slug("小白菜"));
}

TEST(XinfadiTest, OldExportCsv) {
  const CollectingSink sink = ReadFeed("xinfadi", "fruit.csv",
                                       "\xEF\xBB\xBF品名,最低价,平均价,最高价,规格,单位,发布日期\n"
                                       "红灯,6,9,12,普通,斤,2013-06-10\n"
                                       "\xEF\xBB\xBF,,,,,,\n"
                                       "苹果,0,0,0,普通,斤,2013-06-11\n"
                                       "沙蜜托,45.00,0.00,45.00,普通,斤,2014-04-15\n"
                                       "鸽子蛋,2.7（个）,2.85（个）,3（个）,普通,斤,2014-01-24\n"
                                       "品名,最低价,平均价,最高价,规格,单位,发布日期\n"
                                       "香蕉,1.5,,,普通,斤,很久以前\n"
                                       "梨,１．５,1.55,1.6,,斤,2013/6/12\n");
  EXPECT_THAT(sink.Lines(),
              ElementsAre("2 2013-06-10 xinfadi 红灯 [普通] 6/9/12 CNY per 斤",
                          "4 2013-06-11 xinfadi 苹果 [普通] -/-/- CNY per 斤 NOT_REPORTED",
                          "5 2014-04-15 xinfadi 沙蜜托 [普通] 45/-/45 CNY per 斤",
                          "9 2013-06-12 xinfadi 梨 1.5/1.55/1.6 CNY per 斤"));
  EXPECT_THAT(
      sink.Reasons(),
      ElementsAre("6: column 最低价: number is \"2.7（个）\", expected a decimal such as 1.55",
                  HasSubstr("8: column 发布日期: date is \"很久以前\"")));
  EXPECT_EQ(sink.refused[0].raw, "鸽子蛋|2.7（个）|2.85（个）|3（个）|普通|斤|2014-01-24");
  EXPECT_THAT(RegionCodes(sink.rows[0]), ElementsAre("CN", "110000", "110106"));
}

TEST(XinfadiTest, OldExportInGbk) {
  // 品名,最低价,平均价,最高价,规格,单位,发布日期 / 梨,1,2,3,,斤,2013-06-10
  const CollectingSink sink = ReadFeed(
      "xinfadi", "a.csv",
      "\xC6\xB7\xC3\xFB,\xD7\xEE\xB5\xCD\xBC\xDB,\xC6\xBD\xBE\xF9\xBC\xDB,\xD7\xEE\xB8\xDF\xBC\xDB,"
      "\xB9\xE6\xB8\xF1,\xB5\xA5\xCE\xBB,\xB7\xA2\xB2\xBC\xC8\xD5\xC6\xDA\r\n"
      "\xC0\xE6,1,2,3,,\xBD\xEF,2013-06-10\r\n");
  EXPECT_THAT(sink.Lines(), ElementsAre("2 2013-06-10 xinfadi 梨 1/2/3 CNY per 斤"));
}

TEST(XinfadiTest, OldExportWorkbookWithSerialDates) {
  const std::string header =
      TextRows({{"品名", "最低价", "平均价", "最高价", "规格", "单位", "发布日期"}});
  const std::string row =
      "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>冬瓜</t></is></c><c r=\"B2\"><v>1.6</v></c>"
      "<c r=\"C2\"><v>1.95</v></c><c r=\"D2\"><v>2.2999999999999998</v></c>"
      "<c r=\"F2\" t=\"inlineStr\"><is><t>斤</t></is></c><c r=\"G2\" "
      "s=\"1\"><v>41435</v></c></row>";
  const CollectingSink sink =
      ReadFeed("xinfadi", "veg.xlsx", MakeWorkbook({.sheets = {{"veg", header + row}}}));
  EXPECT_THAT(sink.Lines(), ElementsAre("2 2013-06-10 xinfadi 冬瓜 1.6/1.95/2.3 CNY per 斤"));
  EXPECT_EQ(sink.rows[0].sheet, "veg");
}

constexpr char kXinfadiPage[] =
    R"({"current":1,"limit":20,"count":41,"list":[{"id":1,"prodName":"大白菜","prodCat":"蔬菜",)"
    R"("prodPcatid":null,"lowPrice":"0.55","highPrice":"0.6","avgPrice":"0.58","place":"冀",)"
    R"("specInfo":"","unitInfo":"斤","pubDate":"2025-02-08 00:00:00"},)"
    R"({"prodName":"鲤鱼","lowPrice":"","highPrice":null,"avgPrice":"5.9","specInfo":"活",)"
    R"("unitInfo":"斤","pubDate":"2025-02-08 00:00:00"},{"prodName":null}]})";

TEST(XinfadiTest, AnswerOfGetPriceData) {
  const CollectingSink sink = ReadFeed("xinfadi", "page1.json", kXinfadiPage);
  EXPECT_THAT(sink.Lines(), ElementsAre("1 2025-02-08 xinfadi 大白菜 0.55/0.58/0.6 CNY per 斤",
                                        "2 2025-02-08 xinfadi 鲤鱼 [活] -/5.9/- CNY per 斤"));
  EXPECT_THAT(sink.Reasons(),
              ElementsAre("3: column prodName: is empty, expected a product's name"));
  EXPECT_EQ(sink.rows[0].category, "蔬菜");
  EXPECT_THAT(sink.notes, ElementsAre(HasSubstr("holds 3 of 41 rows")));
}

TEST(XinfadiTest, PageOfAPagedSourceIsNotWorthANote) {
  CollectingSink sink;
  EXPECT_THAT(ReadInto("xinfadi", "page1.json", kXinfadiPage, &sink, /*is_page=*/true), IsOk());
  EXPECT_THAT(sink.notes, IsEmpty());
}

TEST(TwMoaTest, VegetablesClosuresAndZeros) {
  const CollectingSink sink = ReadFeed("tw_moa", "today.json", R"({"RS":"OK","Data":[
    {"TransDate":"115.05.17","TcType":"N04","CropCode":"-","CropName":"休市","MarketCode":"423",
     "MarketName":"東勢鎮","Upper_Price":0.0,"Middle_Price":0.0,"Lower_Price":0.0,"Avg_Price":0.0,
     "Trans_Quantity":0.0},
    {"TransDate":"115.05.15","TcType":"N04","CropCode":"FA1","CropName":"黃秋葵","MarketCode":"104",
     "MarketName":"台北二","Upper_Price":106.3,"Middle_Price":61.7,"Lower_Price":23.9,
     "Avg_Price":63.1,"Trans_Quantity":1331.0},
    {"TransDate":"115.05.06","TcType":"N04","CropCode":"FR9","CropName":"青花苔-進口",
     "MarketCode":"900","MarketName":"屏東市","Upper_Price":0.0,"Middle_Price":0.0,
     "Lower_Price":0.0,"Avg_Price":0.0,"Trans_Quantity":135.0},
    {"TransDate":"115.02.30","TcType":"N05","CropCode":"A1","CropName":"香蕉","MarketCode":"999",
     "MarketName":"新市場","Upper_Price":1,"Lower_Price":1,"Avg_Price":1,"Trans_Quantity":1},
    {"TransDate":"115.05.15","TcType":"N05","CropCode":"91","CropName":"其他","MarketCode":"999",
     "MarketName":"新市場","Upper_Price":1,"Lower_Price":2,"Avg_Price":1.5,"Trans_Quantity":1}
    ],"Next":true})");
  EXPECT_THAT(sink.Lines(),
              ElementsAre("1 2026-05-17 tw-423 all -/-/- TWD per kg CLOSED",
                          "2 2026-05-15 tw-104 黃秋葵 23.9/63.1/106.3 TWD per kg 1331kg",
                          "3 2026-05-06 tw-900 青花苔-進口 -/-/- TWD per kg 135kg NOT_REPORTED",
                          "5 2026-05-15 tw-999 其他 [91] 2/1.5/1 TWD per kg 1kg"));
  EXPECT_THAT(sink.Reasons(), ElementsAre(HasSubstr("4: column TransDate: date is \"115.02.30\"")));
  EXPECT_THAT(sink.notes, ElementsAre(HasSubstr("cut off by the server after 5 rows")));
  EXPECT_THAT(RegionCodes(sink.rows[1]), ElementsAre("TW", "TW-TPE"));
  EXPECT_THAT(RegionCodes(sink.rows[3]), ElementsAre("TW"));
  EXPECT_EQ(sink.rows[1].category, "蔬菜");
}

TEST(TwMoaTest, FishRowsHaveNoCodesAndRepeat) {
  const CollectingSink sink = ReadFeed("tw_moa", "fish.json", R"({"RS":"OK","Data":[
    {"CropName":"草魚","MarketName":"桃園","TransDate":"115.05.15","Avg_Price":135.0,
     "Upper_Price":135.0,"Lower_Price":0.0,"Trans_Quantity":3.9},
    {"CropName":"草魚","MarketName":"桃園","TransDate":"115.05.15","Avg_Price":120.0,
     "Upper_Price":0.0,"Lower_Price":0.0,"Trans_Quantity":2}]})");
  EXPECT_THAT(sink.Lines(),
              ElementsAre("1 2026-05-15 tw-fish-taoyuan 草魚 -/135/135 TWD per kg 3.9kg",
                          "2 2026-05-15 tw-fish-taoyuan 草魚 -/120/- TWD per kg 2kg"));
  EXPECT_EQ(sink.rows[0].category, "漁產");
}

TEST(TwMoaTest, OlderFormHasChineseKeysAndStrings) {
  const CollectingSink sink = ReadFeed("tw_moa", "old.json", R"([
    {"交易日期":"103.08.16","作物代號":"11","作物名稱":"椰子","市場代號":"104","市場名稱":"台北二",
     "上價":"55","中價":"32.4","下價":"16.4","平均價":"33.7","交易量":"825"},
    {"交易日期":"104.12.28","作物代號":"rest","作物名稱":"休市","市場代號":"109","市場名稱":"台北一",
     "上價":"0","中價":"0","下價":"0","平均價":"0","交易量":"0"}])");
  EXPECT_THAT(sink.Lines(), ElementsAre("1 2014-08-16 tw-104 椰子 16.4/33.7/55 TWD per kg 825kg",
                                        "2 2015-12-28 tw-109 all -/-/- TWD per kg CLOSED"));
}

TEST(TwMoaTest, AnswerThatIsNotOkIsAnError) {
  CollectingSink sink;
  EXPECT_THAT(ReadInto("tw_moa", "a.json", R"({"RS":"ERR","Data":[]})", &sink),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("RS is \"ERR\"")));
}

TEST(AgmarknetTest, NormalisedCsv) {
  const CollectingSink sink = ReadFeed(
      "agmarknet", "n.csv",
      "date,district,market,commodity_slug,variety,grade,min_price,max_price,modal_price,unit,"
      "source\n"
      "2021-07-10,Coimbatore,Pollachi(Uzhavar Sandhai "
      "),coconut,Other,FAQ,2400,3100,2850,Rs/quintal,x\n"
      "2021-07-10,Kannur,Kannur Market,black-pepper,,FAQ,\"35,000\",36000,35500,Rs/quintal,x\n");
  EXPECT_THAT(
      sink.Lines(),
      ElementsAre("2 2021-07-10 in-tn-coimbatore-pollachi-uzhavar-sandhai coconut [Other/FAQ] "
                  "2400/2850/3100 INR per quintal",
                  "3 2021-07-10 in-kl-kannur-kannur-market black-pepper [FAQ] "
                  "35000/35500/36000 INR per quintal"));
  EXPECT_THAT(RegionCodes(sink.rows[1]), ElementsAre("IN", "IN-KL", "IN-KL-kannur"));
}

TEST(AgmarknetTest, DataGovInJsonOldAndNewKeys) {
  const CollectingSink sink = ReadFeed("agmarknet", "d.json", R"json({"total":4,"records":[
    {"state":"Keralam","district":"Kozhikode(Calicut)","market":"Mukkom Market",
     "commodity":"Coconut","variety":"Other","grade":"FAQ","arrival_date":"08/07/2026",
     "min_price":4800,"max_price":5400,"modal_price":5100},
    {"State":"KERALA","District":"Kozhikode","Market":"Mukkom Market ","Commodity":"Coconut",
     "Variety":"Other","Grade":"FAQ","Arrival_Date":"09/07/2026","Min_x0020_Price":"4,800",
     "Max_x0020_Price":"5400.00","Modal_x0020_Price":"5100"},
    {"state":"Keralam","district":"Kannur","market":"Irikkur Market","commodity":"Arecanut",
     "variety":"Other","grade":"FAQ","arrival_date":"03/03/2022","min_price":"35000.00",
     "max_price":"0.00","modal_price":"35000.00"},
    {"state":"Keralam","district":"Kannur","market":"Irikkur Market","commodity":"Arecanut",
     "arrival_date":"not-a-date","min_price":1,"max_price":1,"modal_price":1}]})json");
  EXPECT_THAT(sink.Lines(),
              ElementsAre("1 2026-07-08 in-kl-kozhikode-mukkom-market Coconut [Other/FAQ] "
                          "4800/5100/5400 INR per quintal",
                          "2 2026-07-09 in-kl-kozhikode-mukkom-market Coconut [Other/FAQ] "
                          "4800/5100/5400 INR per quintal",
                          "3 2022-03-03 in-kl-kannur-irikkur-market Arecanut [Other/FAQ] "
                          "35000/35000/0 INR per quintal"));
  EXPECT_THAT(sink.Reasons(),
              ElementsAre(HasSubstr("4: column arrival_date: date is \"not-a-date\"")));
}

TEST(AgmarknetTest, PortalCsvWithTitlesAndArrivals) {
  const CollectingSink sink = ReadFeed(
      "agmarknet", "p.csv",
      "Report of arrivals\n\nState Name,District Name,Market Name,Commodity,Variety,Grade,"
      "Min Price (Rs./Quintal),Max Price (Rs./Quintal),Modal Price (Rs./Quintal),"
      "Arrivals (Tonnes),Reported Date\n"
      "Kerala,Kannur,Kannur,Coconut,Other,FAQ,\"1,000\",\"1,200\",\"1,100\",2.5,01 Feb 2022\n");
  EXPECT_THAT(sink.Lines(), ElementsAre("4 2022-02-01 in-kl-kannur-kannur Coconut [Other/FAQ] "
                                        "1000/1100/1200 INR per quintal 2500kg"));
}

constexpr char kWfpHeader[] =
    "date,admin1,admin2,market,latitude,longitude,category,commodity,unit,priceflag,pricetype,"
    "currency,price,usdprice\n"
    "#date,#adm1+name,#adm2+name,#loc+market+name,#geo+lat,#geo+lon,#item+type,#item+name,"
    "#item+unit,#item+price+flag,#item+price+type,#currency,#value,#value+usd\n";

TEST(WfpTest, SkipsTagsAndRefusesForecasts) {
  const CollectingSink sink = ReadFeed(
      "wfp", "/data/wfp_food_prices_ken.csv",
      absl::StrCat(
          kWfpHeader,
          "2006-01-15,Rift Valley,Turkana,Kakuma,-4.05,39.66,cereals and tubers,Maize,90 KG,"
          "actual,Wholesale,KES,1613.123456,0.2\n"
          "2006-01-15,Rift Valley,Turkana,Kakuma,-4.05,39.66,cereals,Maize,KG,"
          "aggregate,Retail,KES,20,0.2\n"
          "2023-01-15,Rift Valley,Turkana,Kakuma,-4.05,39.66,cereals,Maize,KG,"
          "forecast,Retail,KES,0.0,0.0\n"
          "2009-01-15,,,National Average,,,cereals,Rice,KG,actual,Retail,KES,60,1\n"
          "2009-01-15,,,National Average,,,cereals,Rice,KG,actual,Barter,KES,60,1\n"));
  EXPECT_THAT(
      sink.Lines(),
      ElementsAre("3 2006-01-15 ke-rift-valley-kakuma-wholesale Maize -/1613.1235/- KES per "
                  "90 KG",
                  "4 2006-01-15 ke-rift-valley-kakuma-retail Maize -/20/- KES per KG",
                  "6 2009-01-15 ke-national-average-retail Rice -/60/- KES per KG"));
  EXPECT_THAT(sink.Reasons(), ElementsAre("5: priceflag is forecast, which is not an observation",
                                          HasSubstr("7: column pricetype: is \"Barter\"")));
  EXPECT_THAT(RegionCodes(sink.rows[0]),
              ElementsAre("KE", "KE-rift-valley", "KE-rift-valley-turkana"));
  EXPECT_THAT(RegionCodes(sink.rows[2]), ElementsAre("KE"));
  EXPECT_EQ(sink.rows[0].market->latitude, -4.05);
  EXPECT_FALSE(sink.rows[2].market->latitude.has_value());
}

TEST(WfpTest, ChineseProvincesHaveTheirOfficialCodes) {
  const CollectingSink sink =
      ReadFeed("wfp", "wfp_food_prices_chn.csv",
               absl::StrCat(kWfpHeader,
                            "2014-01-15,Hebei Sheng,Shijiazhuang,Sijiazhuang,38,114,c,"
                            "Wheat,KG,actual,Wholesale,CNY,2.66,0.4\n"));
  EXPECT_THAT(RegionCodes(sink.rows[0]), ElementsAre("CN", "130000", "130000-shijiazhuang"));
}

TEST(WfpTest, CountryMustBeKnown) {
  CollectingSink sink;
  EXPECT_THAT(ReadInto("wfp", "prices.csv", kWfpHeader, &sink),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("which country")));
}

std::string YearlyReport() {
  return MakeWorkbook(
      {.sheets = {
           {"Price",
            TextRows(
                {{"", "", ""},
                 {"Commodity", "Unit", "1 - 2080", "", "", "02 -2080", "", "", "Annual", "", ""},
                 {"", "", "Min", "Max", "Avg", "Min", "Max", "Avg", "Min", "Max", "Avg"},
                 {"Tomato Big(Nepali)", "Rs/Kg", "30", "80", "51.183333333", ".     ", "-", "",
                  "30", "80", "51"},
                 {"Potato Red", "Kg", "20", "30", "25", "21", "31", "26", "20", "31", "25"},
                 {"Lemon", "100 Pcs", "0", "0", "0", "x", "1", "1", "", "", ""},
                 {"Lime", "", "1", "1", "1", "", "", "", "", "", ""}}),
            "<mergeCells><mergeCell ref=\"C2:E2\"/><mergeCell ref=\"F2:H2\"/>"
            "<mergeCell ref=\"I2:K2\"/></mergeCells>"},
           {"Volume by month", TextRows({{"Name/Month", "1", "2", "Total"},
                                         {"Tomato Big", "500", "", "500"},
                                         {"potato  red", "1000.5", "2000", "3000.5"},
                                         {"Total", "1500.5", "2000", "3500.5"},
                                         {"", "9", "9", "9"}})},
           {"Volume by source", TextRows({{"Comodity", "Bara"}, {"Potato Red", "7"}})},
           {"com", TextRows({{"Code no."}}), "", "hidden"}}});
}

TEST(KalimatiTest, YearlyReportMergesPricesAndVolumesOfOneName) {
  const CollectingSink sink = ReadFeed("kalimati", "YearlyReport2080.xlsx", YearlyReport());
  EXPECT_THAT(sink.Lines(),
              ElementsAre("4 2023-04-28 kalimati Tomato Big(Nepali) 30/51.1833/80 NPR per kg",
                          "5 2023-04-28 kalimati Potato Red 20/25/30 NPR per kg 1000.5kg",
                          "5 2023-05-29 kalimati Potato Red 21/26/31 NPR per kg 2000kg",
                          "6 2023-04-28 kalimati Lemon -/-/- NPR per 100 pcs NOT_REPORTED",
                          "2 2023-04-28 kalimati Tomato Big -/-/- NPR per kg 500kg"));
  EXPECT_THAT(sink.Reasons(), ElementsAre(HasSubstr("6: month 2: column Min: number is \"x\""),
                                          HasSubstr("7: month 1: column Unit: is empty")));
  EXPECT_EQ(sink.rows[4].sheet, "Volume by month");
  EXPECT_THAT(RegionCodes(sink.rows[0]), ElementsAre("NP", "NP-P3", "NP-P3-kathmandu"));
}

TEST(KalimatiTest, AmpisCaptureIsDatedByItsNepaliDateOrByTheBoardsDay) {
  const CollectingSink sink = ReadFeed("kalimati", "ampis.json", R"({
    "market_slug":"kalimati_kathmandu","status":"ok",
    "fetched_at_utc":"2026-07-01T20:58:04.856880+00:00","prices":[
    {"category_np":"मिति: असार 16, 2083","name":{"en":"Tomato Big","ne":"गोलभेंडा"},
     "unit":{"en":"Kg","ne":"के.जी."},"min":22.0,"max":25.0,"avg":23.5},
    {"category_np":"","name":{"en":"","ne":"केरा"},"unit":{"en":"Dozen"},"min":"१००","max":120,
     "avg":110},
    {"category_np":"","name":{"en":"Fish"},"unit":{},"min":1,"max":1,"avg":1}]})");
  EXPECT_THAT(sink.Lines(), ElementsAre("1 2026-06-30 kalimati Tomato Big 22/23.5/25 NPR per kg",
                                        "2 2026-07-01 kalimati केरा 100/110/120 NPR per dozen"));
  EXPECT_THAT(sink.Reasons(), ElementsAre("3: column unit: is empty, expected a unit such as Kg"));
}

TEST(KalimatiTest, AmpisCaptureThatFailedIsAnError) {
  CollectingSink sink;
  EXPECT_THAT(
      ReadInto("kalimati", "a.json", R"({"market_slug":"x","status":"error","prices":[]})", &sink),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("status \"error\"")));
}

TEST(KalimatiTest, DailyCaptures) {
  const CollectingSink sink =
      ReadFeed("kalimati", "raw/dharan_sunsari.csv",
               "date,commodity_en,commodity_ne,unit_en,unit_ne,min,max,avg\n"
               "2026-06-25,Amba,अम्बा,KG,के.जी.,120.0,150.0,135.0\n"
               ",Arum,,KG,,,,\n");
  EXPECT_THAT(sink.Lines(), ElementsAre("2 2026-06-25 np-dharan Amba 120/135/150 NPR per kg"));
  EXPECT_THAT(sink.notes, ElementsAre(HasSubstr("1 rows without date and prices")));
}

TEST(RegistryTest, GenericReadsItsMappingFile) {
  const ::glutwatch::testing::TempDir dir;
  const std::string path = dir.File("m.yaml");
  std::ofstream(path)
      << "market: {id: m, name: 呈贡, time_zone: Asia/Shanghai, "
         "regions: [{code: CN, name: 中国}]}\n"
         "currency: CNY\nunit: 斤\ncolumns: {product: 品名, date: 日期, modal: 均价}\n";
  const auto feed = MakeFeed("generic", {.mapping_path = path});
  GLUTWATCH_ASSERT_OK(feed);
  CollectingSink sink;
  EXPECT_THAT((*feed)->Read({.name = "t", .content = "日期,品名,均价\n2024-01-02,梨,1\n"}, &sink),
              IsOk());
  EXPECT_THAT(sink.Lines(), ElementsAre("2 2024-01-02 m 梨 -/1/- CNY per 斤"));
  EXPECT_THAT(MakeFeed("generic", {.mapping_path = dir.File("none.yaml")}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none.yaml")));
}

}  // namespace
}  // namespace glutwatch::ingest
