#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/node.h"
#include "server/node_limits.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch {
namespace {

using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

class ConfigTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = dir_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  testing::TempDir dir_;
};

TEST_F(ConfigTest, PathsAreRelativeToTheFile) {
  const auto config = ReadConfig(Write("a.yaml", "data_dir: data\nrule_pack_file: ../r.yaml\n"));
  GLUTWATCH_ASSERT_OK(config);
  EXPECT_EQ(config->data_dir(), dir_.path() + "/data");
  EXPECT_EQ(config->head_mib(), 384);
}

struct BadCase {
  std::string name;
  std::string text;
  std::string want;
};
void PrintTo(const BadCase& c, std::ostream* os) { *os << c.name; }
class BadConfigTest : public ConfigTest, public ::testing::WithParamInterface<BadCase> {};

TEST_P(BadConfigTest, SaysFileLineAndKey) {
  EXPECT_THAT(ReadConfig(Write("bad.yaml", GetParam().text)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().want)));
}
INSTANTIATE_TEST_SUITE_P(
    Cases, BadConfigTest,
    ::testing::ValuesIn(std::vector<BadCase>{
        {"UnknownKey", "data_dir: x\nlistn: 1\n", "bad.yaml:2"},
        {"WrongType", "rule_pack_file: r.yaml\nhead_mib: many\n", "bad.yaml:2"},
        {"OutOfRange", "rule_pack_file: r.yaml\nhead_mib: -5\n", "bad.yaml:2"},
        {"BadLevel", "rule_pack_file: r.yaml\n\nlog_level: loud\n", "bad.yaml:3"},
        {"BadAddress", "rule_pack_file: r.yaml\nlisten: foo\n", "bad.yaml:2"},
        {"BadPort", "rule_pack_file: r.yaml\nhttp_listen: 127.0.0.1:70000\n", "bad.yaml:2"},
        {"BadDelay", "rule_pack_file: r.yaml\nassess_delay: 3600s\n", "bad.yaml:2"},
        {"ShortInterval", "rule_pack_file: r.yaml\nbackup:\n  dir: b\n  interval: 5s\n",
         "bad.yaml:4"},
        {"IntervalWithoutFolder", "rule_pack_file: r.yaml\nbackup:\n  interval: 1h\n",
         "backup.dir"},
        {"BackupsInTheStore", "rule_pack_file: r.yaml\ndata_dir: d\nbackup:\n  dir: d/b\n",
         "bad.yaml:4"},
        {"KeepNothing", "rule_pack_file: r.yaml\nbackup:\n  keep_count: -1\n", "bad.yaml:3"},
        {"KeepTooLong", "rule_pack_file: r.yaml\nbackup:\n  keep_days: 999999\n", "bad.yaml:3"},
        {"NegativeRate", "rule_pack_file: r.yaml\nbackup:\n  mib_per_second: -1\n", "bad.yaml:3"},
        {"ForgetsTooSoon", "rule_pack_file: r.yaml\nretention:\n  receipt_days: 1\n", "bad.yaml:3"},
        {"BadJournalKeep", "rule_pack_file: r.yaml\nretention:\n  journal_keep: -1s\n",
         "bad.yaml:3"},
        {"BadQuota", "rule_pack_file: r.yaml\nquotas:\n  default:\n    rows_per_second: -1\n",
         "bad.yaml:4"},
        {"QuotaOfNobody", "rule_pack_file: r.yaml\nquotas:\n  principals:\n    - burst_rows: 5\n",
         "bad.yaml:4"},
        {"QuotaTwice", "rule_pack_file: r.yaml\nquotas:\n  principals:\n    - id: a\n    - id: a\n",
         "bad.yaml:5"},
        {"NoReads", "rule_pack_file: r.yaml\ncalls_at_once:\n  reads: -1\n", "bad.yaml:3"},
        {"NoRules", "data_dir: x\n", "rule_pack_file: is missing"},
    }),
    [](const auto& test) { return test.param.name; });

TEST_F(ConfigTest, AnEmptyAddressTurnsAPortOff) {
  const auto config = ReadConfig(
      Write("a.yaml", "rule_pack_file: r.yaml\nadmin_listen: \"\"\ndisk_reserve_mib: 0\n"));
  GLUTWATCH_ASSERT_OK(config);
  EXPECT_EQ(config->admin_listen(), "");
  EXPECT_EQ(config->http_listen(), "127.0.0.1:7603");
  EXPECT_EQ(config->disk_reserve_mib(), 0);
  const auto again = CompleteConfig(*config);  // as Start does
  GLUTWATCH_ASSERT_OK(again);
  EXPECT_EQ(again->admin_listen(), "");
}

TEST_F(ConfigTest, BackupsLieBesideTheFileAndKeepSeven) {
  const auto config = ReadConfig(
      Write("a.yaml", "rule_pack_file: r.yaml\nbackup: {dir: b, interval: 6h, verify: false}\n"));
  GLUTWATCH_ASSERT_OK(config);
  EXPECT_EQ(config->backup().dir(), dir_.path() + "/b");
  EXPECT_EQ(config->backup().interval().seconds(), 6 * 3600);
  EXPECT_EQ(config->backup().keep_count(), 7);
  EXPECT_FALSE(config->backup().verify());
  EXPECT_EQ(config->retention().receipt_days(), 400);
}

TEST_F(ConfigTest, WhatIsKeptForEverCanBeSaid) {
  const auto config = ReadConfig(Write("a.yaml",
                                       "rule_pack_file: r.yaml\nbackup: {keep_count: 0}\n"
                                       "retention: {receipt_days: 0, journal_keep: 48h}\n"));
  GLUTWATCH_ASSERT_OK(config);
  EXPECT_EQ(config->backup().keep_count(), 0);
  EXPECT_EQ(config->retention().receipt_days(), 0);
  EXPECT_EQ(config->retention().journal_keep().seconds(), 48 * 3600);
}

TEST_F(ConfigTest, ADurationReplacesTheWholeDefault) {
  const auto config = ReadConfig(Write("a.yaml", "rule_pack_file: r.yaml\nassess_delay: 1s\n"));
  GLUTWATCH_ASSERT_OK(config);
  EXPECT_EQ(config->assess_delay().seconds(), 1);
  EXPECT_EQ(config->assess_delay().nanos(), 0);
}

TEST_F(ConfigTest, APrincipalsQuotaIsTheDefaultButForWhatItSays) {
  const auto config =
      ReadConfig(Write("a.yaml",
                       "rule_pack_file: r.yaml\n"
                       "quotas:\n"
                       "  default: {burst_rows: 500, bytes_in_flight_mib: 0}\n"
                       "  principals:\n"
                       "    - {id: dali, rows_per_second: 50}\n"
                       "    - {id: open, rows_per_second: 0, new_series_per_day: 0}\n"
                       "calls_at_once: {writes: 3}\n"));
  GLUTWATCH_ASSERT_OK(config);
  const NodeQuotas quotas = QuotasOf(config->quotas());
  EXPECT_EQ(quotas.usual.rows_per_second, 20'000'000);
  EXPECT_EQ(quotas.usual.burst_rows, 500);
  EXPECT_EQ(quotas.usual.bytes_in_flight, 0);
  const security::QuotaLimits dali = quotas.by_principal.at("dali");
  EXPECT_EQ(dali.rows_per_second, 50);
  EXPECT_EQ(dali.burst_rows, 0) << "that of another rate";
  EXPECT_EQ(dali.new_series_per_day, 2'000'000);
  EXPECT_EQ(quotas.by_principal.at("open").new_series_per_day, 0);
  const rpc::CallLimits calls = CallLimitsOf(config->calls_at_once());
  EXPECT_EQ(calls.reads, 64);
  EXPECT_EQ(calls.writes, 3);
}

TEST_F(ConfigTest, CheckReadsTheFilesThatAreNamed) {
  const std::string deploy = std::string(GLUTWATCH_SOURCE) + "/deploy";
  const auto shipped = ReadConfig(deploy + "/config/quickstart.yaml");
  GLUTWATCH_ASSERT_OK(shipped);
  GLUTWATCH_ASSERT_OK(CheckFiles(*shipped));
  config::v1::ServerConfig config = *shipped;
  config.add_catalog_files(
      Write("late.yaml", "markets:\n  - name: markets/x\n    kind: WHOLESALE\n"));
  EXPECT_THAT(CheckFiles(config),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("late.yaml:2")));
}

TEST_F(ConfigTest, BadCatalogFileIsNamedWithItsLine) {
  config::v1::ServerConfig config;
  config.set_data_dir(dir_.path() + "/data");
  config.set_rule_pack_file(std::string(GLUTWATCH_SOURCE) + "/deploy/rules/yunnan-basic.yaml");
  config.add_catalog_files(Write("c.yaml",
                                 "regions:\n"
                                 "  - name: regions/XX\n"
                                 "    display_name: X\n"
                                 "    code_system: test\n"
                                 "    parent: regions/YY\n"));
  testing::FakeClock clock{absl::UnixEpoch()};
  EXPECT_THAT(Node::Start(config, &clock),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("c.yaml:")));
}

TEST_F(ConfigTest, TwoServersDoNotShareAFolder) {
  config::v1::ServerConfig config;
  config.set_data_dir(dir_.path() + "/data");
  config.set_listen("127.0.0.1:0");
  config.set_admin_listen("");
  config.set_rule_pack_file(std::string(GLUTWATCH_SOURCE) + "/deploy/rules/yunnan-basic.yaml");
  config.set_http_listen("127.0.0.1:0");
  config.set_admin_listen("127.0.0.1:0");
  testing::FakeClock clock{absl::UnixEpoch()};
  const auto first = Node::Start(config, &clock);
  GLUTWATCH_ASSERT_OK(first);
  EXPECT_THAT(Node::Start(config, &clock),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("data")));
}

}  // namespace
}  // namespace glutwatch
