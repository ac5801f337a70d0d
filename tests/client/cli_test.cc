#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "client/cli/commands.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::client {
namespace {

using glutwatch::testing::FakeClock;
using glutwatch::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

Outcome RunWith(const std::vector<std::string>& args,
                const std::map<std::string, std::string>& environment = {}) {
  std::ostringstream out;
  std::ostringstream err;
  const FakeClock clock;
  Outcome outcome;
  outcome.code =
      RunCli(args, {.out = &out, .err = &err, .clock = &clock, .get_env = [&](const char* name) {
                      const auto it = environment.find(name);
                      return it == environment.end() ? std::string() : it->second;
                    }});
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

TEST(CliTest, WrongArgumentsExitWith2AndSayWhatWasExpected) {
  struct Case {
    std::vector<std::string> args;
    std::string want;
  };
  for (const Case& c : std::vector<Case>{
           {{}, "subcommand"},
           {{"nonsense"}, "nonsense"},
           {{"status", "--nonsense"}, "--nonsense"},
           {{"catalog"}, "subcommand"},
           {{"catalog", "show"}, "NAME"},
           {{"prices", "query"}, "nothing is selected"},
           {{"prices", "query", "--series", "1", "--per", "ton"}, "kg, jin, quintal"},
           {{"prices", "query", "--series", "1", "--from", "soon"}, "YYYY-MM-DD"},
           {{"prices", "query", "--series", "1", "--as-of", "noon"}, "RFC 3339"},
           {{"prices", "watch", "--series", "1", "--count", "-1"}, "--count"},
           {{"prices", "aggregate"}, "nothing is selected"},
           {{"prices", "aggregate", "--series", "1", "--period", "fortnight"}, "ten_days"},
           {{"prices", "aggregate", "--series", "1", "--by", "planet"}, "province"},
           {{"prices", "aggregate", "--series", "1", "--by", "county,province"}, "one level"},
           {{"prices", "aggregate", "--series", "1", "--quantiles", "0.5,2"}, "0 to 1"},
           {{"prices", "aggregate", "--series", "1", "--weight", "gold"}, "plain or volume"},
           {{"prices", "aggregate", "--series", "1", "--per", "quoted"}, "kg, jin or quintal"},
           {{"forecast"}, "SERIES"},
           {{"forecast", "1", "--days", "29"}, "1 to 28"},
           {{"warnings", "list", "--min-level", "pink"}, "blue, yellow, orange or red"},
           {{"warnings", "list", "--state", "asleep"}, "in_force, cleared or retracted"},
           {{"warnings", "watch", "--since-start", "noon"}, "snapshot, tail or earliest"},
           {{"warnings", "watch", "--for", "5"}, "time span"},
           {{"warnings", "watch", "--cursor", "a", "--cursor-file", "b"}, "exclude"},
           {{"config", "check", "/dev/null", "--kind", "poem"}, "mapping or scenario"},
           {{"completion", "csh"}, "csh"},
           {{"status", "-o", "xml"}, "xml"},
           {{"status", "--timeout", "soon"}, "--timeout"},
           {{"status", "--server", "nowhere"}, "host:port"}}) {
    const Outcome outcome = RunWith(c.args);
    EXPECT_EQ(outcome.code, 2) << c.want << ": " << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(c.want));
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(CliTest, HelpHasExamplesAtEveryLevel) {
  for (const std::vector<std::string>& path :
       std::vector<std::vector<std::string>>{{},
                                             {"status"},
                                             {"catalog"},
                                             {"catalog", "regions"},
                                             {"catalog", "import"},
                                             {"prices"},
                                             {"prices", "query"},
                                             {"prices", "latest"},
                                             {"prices", "watch"},
                                             {"prices", "aggregate"},
                                             {"forecast"},
                                             {"warnings"},
                                             {"warnings", "list"},
                                             {"warnings", "watch"},
                                             {"warnings", "show"},
                                             {"warnings", "explain"},
                                             {"config", "check"},
                                             {"completion"}}) {
    std::vector<std::string> args = path;
    args.push_back("--help");
    const Outcome outcome = RunWith(args);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("Examples:\n  ")) << outcome.out;
  }
}

TEST(CliTest, LanguageComesFromTheFlagThenFromLang) {
  EXPECT_THAT(RunWith({"--help"}, {{"LANG", "zh_CN.UTF-8"}}).out, HasSubstr("监测农产品价格"));
  EXPECT_THAT(RunWith({"--help", "--lang", "en"}, {{"LANG", "zh_CN.UTF-8"}}).out,
              HasSubstr("Watches the prices"));
  EXPECT_THAT(RunWith({"--lang=zh", "--help"}).out, HasSubstr("示例："));
}

TEST(CliTest, ErrorsAreJsonWhereTheOutputIs) {
  const Outcome outcome = RunWith({"forecast", "1", "--days", "29", "-o", "json"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, ::testing::StartsWith(R"({"status":"INVALID_ARGUMENT","exit_code":2)"));
}

TEST(CliTest, NobodyListeningIsExit5) {
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{{"status"},
                                             {"warnings", "list"},
                                             {"warnings", "watch"},
                                             {"prices", "watch", "--series", "1"},
                                             {"forecast", "1"},
                                             {"catalog", "units", "list"}}) {
    std::vector<std::string> all = args;
    for (const char* more : {"--server", "127.0.0.1:1", "--timeout", "200ms"})
      all.emplace_back(more);
    const Outcome outcome = RunWith(all);
    EXPECT_EQ(outcome.code, 5) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("glutwatch: "));
  }
}

TEST(CliTest, ServerComesFromTheEnvironmentUnlessGiven) {
  EXPECT_THAT(RunWith({"status", "--timeout", "100ms"}, {{"GLUTWATCH_SERVER", "nowhere"}}).err,
              HasSubstr("\"nowhere\""));
}

TEST(CliTest, VersionIsPrinted) {
  EXPECT_THAT(RunWith({"--version"}).out, HasSubstr("glutwatch 0."));
}

TEST(CliTest, CompletionKnowsCommandsAndFlags) {
  EXPECT_THAT(RunWith({"completion", "bash"}).out, HasSubstr("\"warnings watch\") words=\""));
  EXPECT_THAT(RunWith({"completion", "fish"}).out, HasSubstr("__glutwatch_at warnings watch"));
  EXPECT_THAT(RunWith({"completion", "zsh"}).out, HasSubstr("bashcompinit"));
}

class ConfigCheckTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_.File(name)) << text;
    return dir_.File(name);
  }
  TempDir dir_;
};

constexpr char kGoodRules[] =
    "id: test\nversion: 1\nrules:\n  - id: yellow\n    level: yellow\n    all_of:\n"
    "      - {indicator: price_to_norm, at_most: 6/7}\n";

TEST_F(ConfigCheckTest, GoodConfigurationIsFine) {
  Write("rules.yaml", kGoodRules);
  const Outcome outcome =
      RunWith({"config", "check", Write("server.yaml", "rule_pack_file: rules.yaml\n")});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
}

TEST_F(ConfigCheckTest, EveryProblemHasItsPlaceInTheFile) {
  Write("rules.yaml",
        "id: test\nversion: 1\nrules:\n  - id: yellow\n    level: yellow\n    all_of:\n"
        "      - {indicator: price_to_norm, at_most: low}\n");
  Write("catalog.yaml",
        "markets:\n  - name: markets/a\n    region: regions/1\n    kind: retail\n"
        "    time_zone: Asia/Shanghai\n  - name: markets/a\n    region: regions/1\n"
        "    kind: retail\n    time_zone: Asia/Shanghai\n");
  const std::string file = Write("server.yaml",
                                 "listen: here\nrule_pack_file: rules.yaml\nlog_level: loud\n"
                                 "catalog_files: [catalog.yaml, absent.yaml]\n");
  const Outcome outcome = RunWith({"config", "check", file});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr(file + ":1"));
  EXPECT_THAT(outcome.err, HasSubstr("listen: is \"here\""));
  EXPECT_THAT(outcome.err, HasSubstr(file + ":3"));
  EXPECT_THAT(outcome.err, HasSubstr("log_level: is \"loud\""));
  EXPECT_THAT(outcome.err, HasSubstr(dir_.File("rules.yaml") + ":7"));
  EXPECT_THAT(outcome.err, HasSubstr("\"low\", expected a decimal"));
  EXPECT_THAT(outcome.err, HasSubstr(dir_.File("catalog.yaml") + ":6"));
  EXPECT_THAT(outcome.err, HasSubstr("\"markets/a\" is there twice"));
  EXPECT_THAT(outcome.err, HasSubstr("absent.yaml"));
}

TEST_F(ConfigCheckTest, WhatIsKeptIsChecked) {
  Write("rules.yaml", kGoodRules);
  const std::string file = Write("server.yaml",
                                 "rule_pack_file: rules.yaml\nbackup:\n  interval: 5s\n"
                                 "  keep_count: -1\nretention:\n  receipt_days: 2\n");
  const Outcome outcome = RunWith({"config", "check", file});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr(file + ":3"));
  EXPECT_THAT(outcome.err, HasSubstr("backup.interval: is 5s"));
  EXPECT_THAT(outcome.err, HasSubstr("backup.dir is not"));
  EXPECT_THAT(outcome.err, HasSubstr(file + ":4"));
  EXPECT_THAT(outcome.err, HasSubstr(file + ":6"));
}

TEST_F(ConfigCheckTest, UnknownKeysAreNamed) {
  const std::string file = Write("server.yaml", "data_dir: x\ncolour: red\n");
  const Outcome outcome = RunWith({"config", "check", file, "-o", "json"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("server.yaml:2"));
  EXPECT_THAT(outcome.out, HasSubstr("colour"));
}

TEST_F(ConfigCheckTest, AbsentFileIsExit3) {
  EXPECT_EQ(RunWith({"config", "check", dir_.File("none.yaml")}).code, 3);
}

}  // namespace
}  // namespace glutwatch::client
