#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "absl/strings/str_split.h"
#include "client/channel.h"
#include "client/warning_watch.h"
#include "tests/client/node_fixture.h"

namespace glutwatch::client {
namespace {

using glutwatch::testing::IsOk;
using glutwatch::testing::NodeTest;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kPatience = absl::Seconds(30);

PushOptions Quick() {
  PushOptions options;
  options.source = "test";
  options.backoff = {.initial = absl::Milliseconds(5), .max = absl::Milliseconds(50)};
  return options;
}

class LiveTest : public NodeTest {
 protected:
  // Pushes 60 days of garlic, cheap from the 31st on, and waits until they are judged.
  void PushGlut(const std::string& grade = "") {
    auto stream = PushStream::Create(OpenChannel(server()), Quick());
    GLUTWATCH_ASSERT_OK(stream);
    const int series = AddGarlic(stream->get(), grade);
    int64_t accepted = 0;
    const auto count = [&](const v1::PushObservationsResponse& answer) {
      accepted += answer.accepted_count();
      EXPECT_EQ(answer.rows_size(), 0) << answer.ShortDebugString().substr(0, 300);
    };
    GLUTWATCH_ASSERT_OK((*stream)->Send(Batch("usual" + grade, series, 0, 30, 35000), count));
    GLUTWATCH_ASSERT_OK((*stream)->Send(Batch("cheap" + grade, series, 30, 29, 15001), count));
    GLUTWATCH_ASSERT_OK((*stream)->Flush(kPatience));
    EXPECT_EQ(accepted, 59);
    ASSERT_TRUE(node_->WaitJudged(kPatience));
  }
};

TEST_F(LiveTest, EveryBatchIsAnsweredOnceOverARestartOfTheServer) {
  constexpr int kBatches = 60;
  auto stream = PushStream::Create(OpenChannel(server()), Quick());
  GLUTWATCH_ASSERT_OK(stream);
  const int series = AddGarlic(stream->get(), "5cm");
  Mutex mu;
  CondVar changed;
  std::vector<std::string> answers;
  int64_t accepted = 0;
  std::thread sender([&] {
    for (int i = 0; i < kBatches; ++i) {
      EXPECT_THAT((*stream)->Send(Batch(absl::StrCat("b", i), series, i, 1, 30000 + i),
                                  [&](const v1::PushObservationsResponse& answer) {
                                    EXPECT_EQ(answer.status().code(), 0);
                                    MutexLock lock(&mu);
                                    answers.push_back(answer.batch_id());
                                    accepted += answer.accepted_count() + answer.suspicious_count();
                                    changed.SignalAll();
                                  }),
                  IsOk());
    }
  });
  {
    MutexLock lock(&mu);
    while (answers.size() < 10) changed.Wait(&mu);
  }
  Restart();
  sender.join();
  GLUTWATCH_ASSERT_OK((*stream)->Flush(kPatience));
  ASSERT_EQ(answers.size(), static_cast<size_t>(kBatches));
  for (int i = 0; i < kBatches; ++i)
    EXPECT_EQ(answers[static_cast<size_t>(i)], absl::StrCat("b", i));
  EXPECT_EQ(accepted, kBatches);
  const Outcome rows = Cli({"prices", "query", "--product", "大蒜", "-o", "csv"});
  EXPECT_EQ(rows.code, 0) << rows.err;
  EXPECT_EQ(std::count(rows.out.begin(), rows.out.end(), '\n'), kBatches + 1);
}

TEST_F(LiveTest, WatcherSeesEachEventOnceOverARestartOfTheServer) {
  WatchOptions options;
  options.request.set_mode(v1::START_MODE_EARLIEST);
  options.backoff = {.initial = absl::Milliseconds(5), .max = absl::Milliseconds(50)};
  const auto watcher = WarningWatcher::Create(OpenChannel(server()), options);
  Mutex mu;
  CondVar changed;
  std::vector<std::string> ids;
  std::thread watch([&] {
    EXPECT_THAT(watcher->Run([&](const v1::WatchWarningsResponse& frame) {
      if (!frame.has_event()) return true;
      MutexLock lock(&mu);
      ids.push_back(frame.event().event_id());
      changed.SignalAll();
      return true;
    }),
                IsOk());
  });
  // False, instead of waiting for ever, if that many events do not come.
  const auto wait_for = [&](size_t count) {
    MutexLock lock(&mu);
    while (ids.size() < count && changed.WaitFor(&mu, kPatience)) {
    }
    return ids.size() >= count;
  };
  PushGlut();
  EXPECT_TRUE(wait_for(1));
  size_t before = 0;
  {
    MutexLock lock(&mu);
    before = ids.size();
  }
  clock_.Advance(absl::Hours(24 * 12));
  Restart();
  auto stream = PushStream::Create(OpenChannel(server()), Quick());
  GLUTWATCH_ASSERT_OK(stream);
  const int series = AddGarlic(stream->get(), "");
  GLUTWATCH_ASSERT_OK((*stream)->Send(Batch("dear", series, 59, 12, 30000), nullptr));
  GLUTWATCH_ASSERT_OK((*stream)->Flush(kPatience));
  EXPECT_TRUE(wait_for(before + 1));
  watcher->Stop();
  watch.join();
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  EXPECT_GE(watcher->reconnects(), 1);
}

TEST_F(LiveTest, StatusShowsHealthAndCounts) {
  PushGlut();
  const Outcome outcome = Cli({"status", "-o", "json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(R"("alive":true,"ready":true,"writable":true)"));
  EXPECT_THAT(outcome.out, HasSubstr(R"("rule_pack":"test 1")"));
  EXPECT_THAT(outcome.out, HasSubstr(R"("warnings_in_force":1)"));
}

TEST_F(LiveTest, PricesComeBackToTheLastDigit) {
  PushGlut();
  const Outcome quoted = Cli({"prices", "query", "--region", "江川区", "--from", "2026-02-28"});
  EXPECT_EQ(quoted.code, 0) << quoted.err;
  EXPECT_THAT(quoted.out, HasSubstr("2026-02-28  1.5001  test\n"));
  EXPECT_THAT(Cli({"prices", "latest", "--market", "jc", "--per", "jin", "-o", "csv"}).out,
              HasSubstr(",2026-02-28,0.75005,CNY/jin,1.5001,CNY/kg,"));
  const Outcome chart = Cli({"prices", "query", "--product", "garlic", "--chart"});
  EXPECT_EQ(chart.code, 0) << chart.err;
  EXPECT_THAT(chart.out, HasSubstr("┤"));
}

TEST_F(LiveTest, WarningsAreListedShownAndReproduced) {
  PushGlut();
  const Outcome ids = Cli({"warnings", "list", "--region", "530000", "--quiet"});
  EXPECT_EQ(ids.code, 0) << ids.err;
  const std::string name(absl::StripAsciiWhitespace(ids.out));
  EXPECT_THAT(name, HasSubstr("warnings/530403-garlic-"));
  EXPECT_THAT(Cli({"warnings", "show", name}).out, HasSubstr("cheap"));
  const Outcome explained = Cli({"warnings", "explain", name});
  EXPECT_EQ(explained.code, 0) << explained.out << explained.err;
  EXPECT_THAT(explained.out, HasSubstr("Reproduced bit for bit"));
  EXPECT_EQ(Cli({"warnings", "list", "--min-level", "red", "--quiet"}).out, "");
  EXPECT_EQ(Cli({"warnings", "show", "nothing"}).code, 3);
  EXPECT_EQ(Cli({"warnings", "list", "--region", "亚特兰蒂斯"}).code, 3);
}

TEST_F(LiveTest, WatchStopsAfterItsCountAndResumesFromTheCursorFile) {
  PushGlut();
  const std::string file = dir_.File("cursor");
  const Outcome first = Cli(
      {"warnings", "watch", "--since-start", "earliest", "--count", "1", "--cursor-file", file});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("opened"));
  EXPECT_THAT(first.err, HasSubstr("cursor: "));
  const Outcome again = Cli({"warnings", "watch", "--cursor-file", file, "--for", "300ms"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, Not(HasSubstr("opened")));
  const Outcome bad = Cli({"warnings", "watch", "--cursor", "rubbish", "--for", "5s"});
  EXPECT_EQ(bad.code, 2) << bad.err;
}

TEST_F(LiveTest, InterruptPrintsTheCursorAndExitsWith130) {
  PushGlut();
  Interrupt interrupt;
  interrupt.Fire();
  const Outcome outcome = Cli({"warnings", "watch"}, &interrupt);
  EXPECT_EQ(outcome.code, 130) << outcome.err;
  EXPECT_EQ(Cli({"prices", "watch", "--market", "jc"}, &interrupt).code, 130);
}

TEST_F(LiveTest, CatalogGoesOutAndInUnchanged) {
  const std::string file = dir_.File("export.yaml");
  EXPECT_EQ(Cli({"catalog", "export", file}).code, 0);
  const Outcome dry = Cli({"catalog", "import", file, "--dry-run", "-o", "json"});
  EXPECT_EQ(dry.code, 0) << dry.err;
  EXPECT_EQ(dry.out, "{\"changed_count\":0}\n");
  EXPECT_THAT(Cli({"catalog", "show", "大蒜"}).out, HasSubstr("cost_e4: 2\n"));
  EXPECT_THAT(Cli({"catalog", "markets", "list"}).out, HasSubstr("江川市场"));
  EXPECT_EQ(Cli({"catalog", "show", "markets/none"}).code, 3);
  EXPECT_EQ(Cli({"catalog", "import", Write("bad.yaml", "colour: red\n")}).code, 2);
}

TEST_F(LiveTest, ForecastNeedsASeriesAndPrices) {
  PushGlut();
  const Outcome forecast = Cli({"forecast", "1", "--days", "3", "-o", "csv"});
  EXPECT_THAT(forecast.out + forecast.err, HasSubstr("2026-03-0"));
  EXPECT_EQ(Cli({"forecast", "999"}).code, 3);
}

}  // namespace
}  // namespace glutwatch::client
