#include "ingest/worker_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ingest/worker_options.h"
#include "tests/ingest/worker_support.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::ingest {
namespace {

using ::glutwatch::ingest::testing::MemoryLink;
using ::glutwatch::ingest::testing::MemoryServer;
using ::glutwatch::testing::FakeClock;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kHeader[] = "品名,最低价,平均价,最高价,规格,单位,发布日期\n";

// A run's surroundings: a folder of input, a server in memory, a clock that `wait_until` moves.
struct Surroundings {
  TempDir input;
  TempDir state;
  MemoryServer server;
  FakeClock clock;
  std::atomic<bool> stop = false;
  absl::Status link_status;
  std::vector<std::string> said;
  std::vector<absl::Time> waits;
  int waits_to_stop = 3;
  std::function<void()> between_runs = [] {};

  RunEnvironment Environment() {
    RunEnvironment environment;
    environment.clock = &clock;
    environment.stop = &stop;
    environment.open_link =
        [this](const RunCommand&) -> absl::StatusOr<std::unique_ptr<BatchLink>> {
      if (!link_status.ok()) return link_status;
      return std::make_unique<MemoryLink>(&server);
    };
    environment.list_regions = [](const std::string&) { return std::vector<v1::Region>(); };
    environment.load_names = [this] { return server.names(); };
    environment.progress = [](const auto&, const auto&) {};
    environment.say = [this](const std::string& line) { said.push_back(line); };
    environment.wait_until = [this](absl::Time due) {
      waits.push_back(due);
      clock.Set(due);
      between_runs();
      return --waits_to_stop > 0;
    };
    return environment;
  }
  RunCommand Command() const {
    RunCommand command;
    command.feed = "xinfadi";
    command.input = input.path();
    command.state_dir = state.path();
    command.batch_rows = 2;
    return command;
  }
  void Write(const std::string& name, const std::string& rows) const {
    std::ofstream(input.File(name)) << kHeader << rows;
  }
};

TEST(RunTest, ReadsEveryDocumentOfAFolder) {
  Surroundings around;
  around.Write("a.csv", "大白菜,0.3,0.4,0.5,,斤,2016-05-01\n大白菜,0.3,0.4,0.6,,斤,2016-05-02\n");
  around.Write("b.csv", "土豆,0.9,1.0,1.1,,斤,2016-05-01\n");
  const auto report = RunOnce(around.Command(), around.Environment());
  GLUTWATCH_ASSERT_OK(report);
  EXPECT_THAT(report->status(), IsOk());
  EXPECT_EQ(report->documents.size(), 2u);
  EXPECT_EQ(report->Total(), (RowTally{.read = 3, .accepted = 3}));
  EXPECT_EQ(around.server.rows().size(), 3u);
}

TEST(RunTest, DocumentOfAnotherFeedFailsAloneAndTheRunIsPartial) {
  Surroundings around;
  std::ofstream(around.input.File("a.csv")) << "nothing,known\n1,2\n";
  around.Write("b.csv", "土豆,0.9,1.0,1.1,,斤,2016-05-01\n");
  const auto report = RunOnce(around.Command(), around.Environment());
  GLUTWATCH_ASSERT_OK(report);
  EXPECT_THAT(report->status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a.csv")));
  EXPECT_EQ(ExitCodeOf(report->status()), kExitPartial);
  EXPECT_EQ(around.server.rows().size(), 1u);
}

TEST(RunTest, MissingInputAndServerHaveTheirExitCodes) {
  Surroundings around;
  RunCommand command = around.Command();
  command.input = around.input.File("absent.csv");
  EXPECT_EQ(ExitCodeOf(RunOnce(command, around.Environment()).status()), kExitNotFound);
  around.Write("a.csv", "土豆,0.9,1.0,1.1,,斤,2016-05-01\n");
  around.link_status = absl::UnavailableError("no server");
  EXPECT_EQ(ExitCodeOf(RunOnce(around.Command(), around.Environment()).status()), kExitUnavailable);
}

TEST(RunTest, NationalSimulationAsksForNoRegions) {
  Surroundings around;
  RunCommand command = around.Command();
  command.feed = "simulate";
  command.national = true;
  command.counties = 3;
  command.products = 4;
  command.days = 2;
  command.until = "2026-03-02";
  const auto report = RunOnce(command, around.Environment());
  GLUTWATCH_ASSERT_OK(report);
  EXPECT_TRUE(report->simulated);
  EXPECT_EQ(report->Total().read, 24);
  EXPECT_EQ(RunOnce(command, around.Environment())->documents.at(0).skipped, true);
}

TEST(RunTest, AsksTheServerForItsNames) {
  Surroundings around;
  around.server.AddAlias("土豆", "马铃薯");
  around.Write("a.csv", "土豆,0.9,1.0,1.1,,斤,2016-05-01\n马铃薯,0.9,1.2,1.3,,斤,2016-05-01\n");
  const auto report = RunOnce(around.Command(), around.Environment());
  GLUTWATCH_ASSERT_OK(report);
  EXPECT_EQ(report->Total(), (RowTally{.read = 2, .accepted = 2})) << "nothing is corrected";
}

TEST(RunTest, SupervisedRunFollowsTheScheduleAndSendsOnlyNews) {
  Surroundings around;
  around.Write("a.csv", "大白菜,0.3,0.4,0.5,,斤,2016-05-01\n");
  around.between_runs = [&] { around.Write("b.csv", "大白菜,0.3,0.4,0.5,,斤,2016-05-02\n"); };
  RunCommand command = around.Command();
  command.supervised = true;
  command.schedule = "06:30,14:00";
  // The clock begins at 2026-03-01 00:00 UTC: 08:00 in Beijing.
  EXPECT_THAT(RunSupervised(command, around.Environment()),
              StatusIs(absl::StatusCode::kCancelled, _));
  const auto beijing = [](int day, int hour, int minute) {
    return absl::FromCivil(absl::CivilMinute(2026, 3, day, hour, minute),
                           absl::FixedTimeZone(8 * 3600));
  };
  EXPECT_THAT(around.waits, ElementsAre(beijing(1, 14, 0), beijing(2, 6, 30), beijing(2, 14, 0)));
  EXPECT_EQ(around.server.batches(), 2u);
  EXPECT_THAT(around.said.at(0), HasSubstr("next at 2026-03-01 14:00"));
}

TEST(RunTest, SupervisedRunTriesAgainSoonWhileTheServerIsAway) {
  Surroundings around;
  around.Write("a.csv", "大白菜,0.3,0.4,0.5,,斤,2016-05-01\n");
  around.link_status = absl::UnavailableError("no server");
  RunCommand command = around.Command();
  command.supervised = true;
  const absl::Time begin = around.clock.Now();
  EXPECT_THAT(RunSupervised(command, around.Environment()),
              StatusIs(absl::StatusCode::kCancelled, _));
  EXPECT_THAT(around.waits, ElementsAre(begin + absl::Minutes(1), begin + absl::Minutes(3),
                                        begin + absl::Minutes(7)));
}

TEST(RunTest, SupervisedRunEndsWhereAnotherAttemptIsPointless) {
  Surroundings around;
  RunCommand command = around.Command();
  command.supervised = true;
  command.feed = "generic";
  EXPECT_THAT(RunSupervised(command, around.Environment()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("mapping")));
}

struct BadCommand {
  const char* name;
  std::vector<const char*> arguments;
};
class CommandLineMisuseTest : public ::testing::TestWithParam<BadCommand> {};

TEST_P(CommandLineMisuseTest, MisuseIsExitCodeTwo) {
  std::vector<const char*> argv = {"glutwatch-ingest"};
  argv.insert(argv.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  const CommandLine line = ParseCommandLine(static_cast<int>(argv.size()), argv.data());
  EXPECT_EQ(line.kind, CommandKind::kExit);
  EXPECT_EQ(line.exit_code, kExitUsage);
}
INSTANTIATE_TEST_SUITE_P(
    Options, CommandLineMisuseTest,
    ::testing::Values(
        BadCommand{"NoCommand", {}}, BadCommand{"NoFeed", {"run", "--input", "x"}},
        BadCommand{"NoInput", {"run", "--feed", "wfp"}},
        BadCommand{"BatchTooLarge",
                   {"run", "--feed", "wfp", "--input", "x", "--batch-rows", "100001"}},
        BadCommand{"SimulateWithInput", {"run", "--feed", "simulate", "--input", "x"}},
        BadCommand{"SimulateSupervised", {"run", "--feed", "simulate", "--supervised"}},
        BadCommand{"ScheduleAlone",
                   {"run", "--feed", "wfp", "--input", "x", "--schedule", "06:30"}},
        BadCommand{"Language", {"run", "--feed", "wfp", "--input", "x", "--lang", "fr"}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(CommandLineTest, ReadsARun) {
  const char* argv[] = {"glutwatch-ingest", "run",      "--feed", "wfp",  "--input", "x.csv",
                        "--batch-rows",     "500",      "-o",     "json", "--lang",  "zh",
                        "--create-missing", "--server", "h:1"};
  const CommandLine line = ParseCommandLine(static_cast<int>(std::size(argv)), argv);
  ASSERT_EQ(line.kind, CommandKind::kRun);
  EXPECT_EQ(line.run.feed, "wfp");
  EXPECT_EQ(line.run.batch_rows, 500);
  EXPECT_EQ(line.run.output, OutputFormat::kJson);
  EXPECT_EQ(line.run.language, Language::kChinese);
  EXPECT_TRUE(line.run.create_missing);
  EXPECT_EQ(line.run.server, "h:1");
}

}  // namespace
}  // namespace glutwatch::ingest
