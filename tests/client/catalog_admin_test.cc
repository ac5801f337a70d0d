#include <gmock/gmock.h>

#include "absl/strings/ascii.h"
#include "client/channel.h"
#include "tests/client/node_fixture.h"

// Changing the catalog by the command line, against a real server, and what becomes of the prices
// and warnings of what is merged.
namespace glutwatch::client {
namespace {

using glutwatch::testing::IsOk;
using glutwatch::testing::NodeTest;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kPatience = absl::Seconds(30);

class CatalogAdminTest : public NodeTest {
 protected:
  // A second market; `region` may be another county.
  void AddMarket(const std::string& id, const std::string& region) {
    const Outcome added =
        Cli({"catalog", "add", "markets/" + id, "--name", "江川老市场", "--region", region,
             "--kind", "producing_area", "--time-zone", "Asia/Shanghai", "--note", "试点"});
    ASSERT_EQ(added.code, 0) << added.err;
    EXPECT_EQ(added.out, "markets/" + id + ": added\n");
  }
  // Pushes `days` days of garlic from `first` on, and waits until they are judged.
  void PushGarlic(const std::string& market, int first, int days, int64_t price_e4) {
    PushOptions options;
    options.source = "test";
    auto stream = PushStream::Create(OpenChannel(server()), options);
    GLUTWATCH_ASSERT_OK(stream);
    v1::MarketSpec spec;
    spec.mutable_market()->set_name("markets/" + market);
    v1::SeriesSpec series;
    series.set_market_index((*stream)->AddMarket(spec));
    series.set_product("大蒜");
    series.set_currency_code("CNY");
    series.set_unit("公斤");
    const int index = (*stream)->AddSeries(series);
    GLUTWATCH_ASSERT_OK((*stream)->Send(
        Batch(absl::StrCat(market, first), index, first, days, price_e4),
        [](const v1::PushObservationsResponse& answer) {
          EXPECT_EQ(answer.refused_count(), 0) << answer.ShortDebugString().substr(0, 300);
        }));
    GLUTWATCH_ASSERT_OK((*stream)->Flush(kPatience));
    ASSERT_TRUE(node_->WaitJudged(kPatience));
  }
  // Lines of `prices query` of a market.
  long Days(const std::string& market) {
    const Outcome rows = Cli({"prices", "query", "--market", market, "--from", "2026-01-01", "--to",
                              "2026-12-31", "-o", "csv"});
    return std::count(rows.out.begin(), rows.out.end(), '\n') - 1;
  }
};

TEST_F(CatalogAdminTest, AddsChangesAndTellsWho) {
  AddMarket("lao", "530403");
  EXPECT_THAT(Cli({"catalog", "add", "markets/lao", "--name", "x"}).err, HasSubstr("exists"));
  const Outcome changed = Cli({"catalog", "change", "markets/lao", "--name", "江川新市场",
                               "--position", "24.29,102.75", "--note", "改名"});
  EXPECT_EQ(changed.code, 0) << changed.err;
  EXPECT_EQ(Cli({"catalog", "alias", "markets/lao", "江川蔬菜市场", "jc2"}).code, 0);
  EXPECT_THAT(Cli({"catalog", "show", "markets/江川蔬菜市场"}).out,
              AllOf(HasSubstr("江川新市场"), HasSubstr("24.29")));
  EXPECT_EQ(Cli({"catalog", "alias", "markets/lao", "--remove", "jc2"}).code, 0);
  EXPECT_EQ(Cli({"catalog", "show", "markets/jc2"}).code, 3);
  const Outcome history = Cli({"catalog", "history", "markets/lao", "-o", "csv"});
  EXPECT_THAT(history.out,
              AllOf(HasSubstr("aliases: 江川蔬菜市场,jc2 -> 江川蔬菜市场"), HasSubstr("改名")))
      << history.out;
  EXPECT_THAT(history.out, HasSubstr("display_name: 江川老市场 -> 江川新市场"));
}

TEST_F(CatalogAdminTest, WrongArgumentsAreNamed) {
  struct WrongCase {
    std::vector<std::string> args;
    const char* message;
    int code;
  };
  for (const WrongCase& c : {
           WrongCase{{"add", "garlic"}, "expected regions/..., markets/... or products/...", 2},
           WrongCase{{"change", "products/garlic", "--kind", "retail"}, "--kind is of markets", 2},
           WrongCase{{"change", "markets/jc", "--kind", "shop"}, "expected wholesale", 2},
           WrongCase{{"change", "markets/jc", "--position", "here"}, "LATITUDE,LONGITUDE", 2},
           WrongCase{{"change", "markets/none", "--name", "x"}, "no markets/none", 3},
           WrongCase{{"merge", "markets/jc", "--into", "jc"}, "they are one", 1},
           WrongCase{{"merge", "regions/530403", "--into", "x"}, "expected markets/", 2},
           WrongCase{{"retire", "regions/530403"}, "expected markets/", 2},
           WrongCase{{"history", "garlic"}, "expected regions/{code}", 2},
       }) {
    std::vector<std::string> args = c.args;
    args.insert(args.begin(), "catalog");
    const Outcome outcome = Cli(args);
    EXPECT_EQ(outcome.code, c.code) << c.args[0] << ": " << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(c.message));
  }
}

TEST_F(CatalogAdminTest, PersonsChangeOutlivesTheFileOfTheNextStart) {
  ASSERT_EQ(Cli({"catalog", "change", "markets/jc", "--name", "江川大市场"}).code, 0);
  Restart();
  EXPECT_THAT(Cli({"catalog", "show", "markets/jc"}).out, HasSubstr("江川大市场"));
}

TEST_F(CatalogAdminTest, MergedMarketsPricesAndWarningsAreTheSurvivors) {
  AddMarket("lao", "530403");
  PushGarlic("lao", 0, 30, 35'000);
  PushGarlic("lao", 30, 10, 15'001);  // cheap: a warning
  PushGarlic("jc", 35, 20, 15'001);
  ASSERT_NE(Cli({"warnings", "list", "--quiet"}).out, "");
  const Outcome dry = Cli({"catalog", "merge", "markets/lao", "--into", "jc", "--dry-run"});
  EXPECT_EQ(dry.out, "markets/lao can be merged into markets/jc; nothing was changed\n") << dry.err;
  EXPECT_EQ(Days("lao"), 40);
  const Outcome merged =
      Cli({"catalog", "merge", "markets/lao", "--into", "jc", "--note", "老市场关闭"});
  EXPECT_EQ(merged.out,
            "markets/lao is now part of markets/jc\n"
            "  1 series: 35 prices moved, 5 were there already, 0 differ (those of markets/jc "
            "stand)\n")
      << merged.err;
  EXPECT_EQ(Days("jc"), 55);
  EXPECT_EQ(Days("lao"), 55);  // the old name leads to the survivor
  PushGarlic("lao", 55, 3, 15'001);
  EXPECT_EQ(Days("jc"), 58);
  ASSERT_TRUE(node_->WaitJudged(kPatience));
  const Outcome again = Cli({"catalog", "merge", "markets/lao", "--into", "jc"});
  EXPECT_THAT(again.out, HasSubstr("0 prices moved"));
  EXPECT_THAT(Cli({"catalog", "markets", "list"}).out, HasSubstr("part of markets/jc"));
  const std::string name(absl::StripAsciiWhitespace(Cli({"warnings", "list", "--quiet"}).out));
  EXPECT_THAT(Cli({"warnings", "explain", name}).out, HasSubstr("Reproduced bit for bit"));
}

TEST_F(CatalogAdminTest, WarningOfACountyThatLostItsMarketIsRetracted) {
  ASSERT_EQ(
      Cli({"catalog", "add", "regions/530402", "--name", "红塔区", "--region", "530000"}).code, 0);
  AddMarket("hongta", "530402");
  PushGarlic("hongta", 0, 30, 35'000);
  PushGarlic("hongta", 30, 10, 15'001);
  EXPECT_THAT(Cli({"warnings", "list", "--region", "530402"}).out, HasSubstr("in force"));
  clock_.Advance(absl::Hours(1));
  ASSERT_EQ(Cli({"catalog", "merge", "markets/hongta", "--into", "jc"}).code, 0);
  ASSERT_TRUE(node_->WaitJudged(kPatience));
  EXPECT_THAT(Cli({"warnings", "list", "--region", "530402"}).out, HasSubstr("retracted"));
  EXPECT_THAT(Cli({"warnings", "list", "--region", "530403"}).out, HasSubstr("in force"));
  EXPECT_THAT(node_->CheckFreshness(), IsOk());
  EXPECT_THAT(Cli({"warnings", "list", "--region", "530402"}).out, Not(HasSubstr("in force")));
}

TEST_F(CatalogAdminTest, MergeAsOfBeforeItLeavesTwoMarkets) {
  AddMarket("lao", "530403");
  PushGarlic("lao", 0, 10, 35'000);
  PushGarlic("jc", 0, 5, 35'000);
  clock_.Advance(absl::Hours(1));
  const std::string before =
      absl::FormatTime(absl::RFC3339_full, clock_.Now(), absl::UTCTimeZone());
  clock_.Advance(absl::Hours(1));
  ASSERT_EQ(Cli({"catalog", "merge", "markets/lao", "--into", "jc"}).code, 0);
  const auto count = [&](std::vector<std::string> more) {
    std::vector<std::string> args = {"prices", "query", "--from", "2026-01-01", "-o", "csv"};
    args.insert(args.end(), more.begin(), more.end());
    const std::string out = Cli(args).out;
    return std::count(out.begin(), out.end(), '\n') - 1;
  };
  EXPECT_EQ(count({"--market", "jc"}), 10);
  EXPECT_EQ(count({"--market", "jc", "--as-of", before}), 5);
  EXPECT_EQ(count({"--market", "lao", "--as-of", before}), 10);
  EXPECT_EQ(count({"--series", "1"}), 10);  // the record stays readable
}

}  // namespace
}  // namespace glutwatch::client
