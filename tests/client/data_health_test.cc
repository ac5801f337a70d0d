#include <gmock/gmock.h>

#include "client/channel.h"
#include "tests/client/node_fixture.h"

// Data health and reviews by the command line, against a real server. It is 2026-03-01, 08:00 in
// China.
namespace glutwatch::client {
namespace {

using glutwatch::testing::NodeTest;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr int kToday = 59;  // days after kFirstDay

class DataHealthTest : public NodeTest {
 protected:
  void Send(const v1::ObservationBatch& batch) {
    PushOptions options;
    options.source = "test";
    auto stream = PushStream::Create(OpenChannel(server()), options);
    GLUTWATCH_ASSERT_OK(stream);
    AddGarlic(stream->get(), "");
    GLUTWATCH_ASSERT_OK((*stream)->Send(batch, [](const v1::PushObservationsResponse&) {}));
    GLUTWATCH_ASSERT_OK((*stream)->Flush(kPatience));
    ASSERT_TRUE(node_->WaitJudged(kPatience));
  }
  // Garlic at 3 yuan up to yesterday, ten times as dear on the last day.
  void SendSlip() {
    v1::ObservationBatch batch = Batch("days", 0, kToday - 30, 30, 30'000);
    batch.set_modal_prices_e4(29, 300'000);
    Send(batch);
  }
};

TEST_F(DataHealthTest, HealthAndGapsNameTheMarketAndTheSeriesThatAreMissing) {
  SendSlip();
  clock_.Advance(
      absl::Hours(200));  // the days came together: the usual delay is that of their middle
  const Outcome health = Cli({"data", "health", "--region", "云南省", "--date", "2026-03-01"});
  EXPECT_EQ(health.code, 0) << health.err;
  EXPECT_THAT(health.out, AllOf(HasSubstr("江川市场"), HasSubstr("missing"), HasSubstr("0/1"),
                                HasSubstr("1 markets, 0 stale; 0 of 1 expected series received")));
  EXPECT_THAT(Cli({"--lang", "zh", "data", "health", "--date", "2026-03-01"}).out,
              AllOf(HasSubstr("已报/应报"), HasSubstr("缺报"), HasSubstr("共 1 个市场")));
  EXPECT_THAT(
      Cli({"data", "gaps", "--date", "2026-03-01", "-o", "csv"}).out,
      HasSubstr("series/1,markets/jc,products/garlic,,2026-03-01,MARKET_DAY_STATE_MISSING"));
  EXPECT_EQ(Cli({"data", "gaps", "--date", "2026-03-01", "-q"}).out, "series/1\n");
  EXPECT_THAT(Cli({"data", "gaps", "--date", "2026-02-27"}).out, Not(HasSubstr("series/1")));
  EXPECT_THAT(Cli({"data", "health", "-o", "json"}).out, HasSubstr("\"expected_count\": 1"));
  EXPECT_EQ(Cli({"data", "health", "--region", "999999"}).code, 3);
}

TEST_F(DataHealthTest, SourcesAndSeriesShowWhatCame) {
  SendSlip();
  EXPECT_THAT(Cli({"data", "sources", "-o", "csv"}).out,
              HasSubstr("2026-03-01,test,1,30,0,0,0,1,0,"));
  EXPECT_THAT(Cli({"data", "sources"}).out, AllOf(HasSubstr("BATCHES"), HasSubstr("test")));
  EXPECT_THAT(
      Cli({"data", "series", "1", "--date", "2026-02-28"}).out,
      AllOf(HasSubstr("the quote has stood for"), HasSubstr("1 days"), HasSubstr("2026-02-28")));
  EXPECT_THAT(Cli({"data", "series", "1", "-o", "csv"}).out, HasSubstr("suspicious,1"));
  EXPECT_EQ(Cli({"data", "series", "9"}).code, 3);
}

TEST_F(DataHealthTest, ADoubtfulRowIsListedConfirmedDiscardedAndKeptInTheHistory) {
  SendSlip();
  EXPECT_THAT(Cli({"prices", "suspicious", "--region", "530000"}).out,
              AllOf(HasSubstr("series/1"), HasSubstr("unit slip?"), HasSubstr("3 (2026-02-27)"),
                    HasSubstr("-/30/-")));
  const Outcome confirmed =
      Cli({"prices", "confirm", "1", "2026-02-28", "--note", "电话核实", "--request-id", "x"});
  EXPECT_EQ(confirmed.code, 0) << confirmed.err;
  EXPECT_EQ(confirmed.out, "series/1 2026-02-28: confirmed\n");
  EXPECT_EQ(
      Cli({"prices", "confirm", "1", "2026-02-28", "--note", "电话核实", "--request-id", "x"}).out,
      "series/1 2026-02-28: confirmed already\n");
  EXPECT_THAT(Cli({"prices", "latest", "--series", "1"}).out, HasSubstr("30"));
  EXPECT_THAT(Cli({"prices", "suspicious", "--series", "1", "-q"}).out, IsEmpty());
  EXPECT_EQ(Cli({"prices", "discard", "1", "2026-02-28"}).code, 0);
  EXPECT_THAT(Cli({"prices", "suspicious", "--series", "1", "--discarded"}).out,
              HasSubstr("discarded"));
  EXPECT_THAT(Cli({"prices", "query", "--series", "1", "--from", "2026-02-28"}).out,
              HasSubstr("discarded"));
  const Outcome history = Cli({"prices", "corrections", "--series", "1"});
  EXPECT_THAT(history.out,
              AllOf(HasSubstr("confirmed"), HasSubstr("电话核实"),
                    HasSubstr("NOTES jump, unit slip? -> -"), HasSubstr("NOTES - -> discarded")))
      << history.out;
  EXPECT_THAT(Cli({"--lang", "zh", "prices", "corrections", "--series", "1"}).out,
              AllOf(HasSubstr("操作人"), HasSubstr("作废")));
  EXPECT_THAT(Cli({"prices", "corrections", "--series", "1", "--limit", "1", "-o", "jsonl"}).out,
              AllOf(HasSubstr("KIND_CONFIRMED"), Not(HasSubstr("KIND_DISCARDED"))));
}

TEST_F(DataHealthTest, ACorrectedPriceShowsFromAndTo) {
  Send(Batch("days", 0, kToday - 10, 5, 30'000));
  Send(Batch("fix", 0, kToday - 8, 1, 31'000));
  EXPECT_THAT(Cli({"prices", "corrections", "--product", "大蒜", "--from", "2026-02-01"}).out,
              AllOf(HasSubstr("MODAL 3 -> 3.1"), HasSubstr("corrected"), HasSubstr("test")));
  EXPECT_EQ(
      Cli({"prices", "corrections", "--series", "1", "--recorded-to", "2026-01-01", "-q"}).out, "");
}

TEST_F(DataHealthTest, WrongArgumentsAreNamed) {
  SendSlip();
  EXPECT_EQ(Cli({"prices", "corrections"}).code, 2);
  EXPECT_EQ(Cli({"prices", "suspicious", "--series", "1", "--discarded", "--unmoved"}).code, 2);
  EXPECT_EQ(Cli({"prices", "confirm", "1"}).code, 2);
  EXPECT_EQ(Cli({"prices", "confirm", "1", "2026-01-01"}).code, 3);
  EXPECT_THAT(Cli({"data", "sources", "--time-zone", "Nowhere"}).err, HasSubstr("IANA"));
  for (const char* command : {"health", "gaps", "sources", "series"}) {
    EXPECT_THAT(Cli({"data", command, "--help"}).out,
                HasSubstr(std::string("glutwatch data ") + command));
  }
}

}  // namespace
}  // namespace glutwatch::client
