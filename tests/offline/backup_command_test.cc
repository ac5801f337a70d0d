// `glutwatch backup`: what it prints and what its exit codes are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/cli/commands.h"
#include "offline/commands.h"
#include "offline/render_backup.h"
#include "server/node.h"
#include "server/storage/backup.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::offline {
namespace {

using ::glutwatch::testing::FakeClock;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

class BackupCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = storage::Database::Open({.path = dir_.File("db")});
    ASSERT_THAT(database, IsOk());
    storage::WriteSet set;
    set.Put(storage::Table::kMeta, "test/key", "value");
    ASSERT_THAT((*database)->Write(set, storage::Durability::kFsynced), IsOk());
    for (int i = 0; i < 2; ++i) {
      storage::CreateBackupOptions options;
      options.now_us = absl::ToUnixMicros(clock_.Now());
      ASSERT_THAT(storage::CreateBackup(database->get(), backups(), options), IsOk());
    }
  }
  std::string backups() const { return dir_.File("backups"); }

  Outcome Run(std::vector<std::string> args) {
    std::ostringstream out;
    std::ostringstream err;
    Outcome outcome;
    args.insert(args.begin(), "backup");
    outcome.code = client::RunCli(args,
                                  {.out = &out,
                                   .err = &err,
                                   .clock = &clock_,
                                   .get_env = [](const char*) { return std::string(); }},
                                  AddCommands);
    outcome.out = out.str();
    outcome.err = err.str();
    return outcome;
  }

  TempDir dir_;
  FakeClock clock_;
};

TEST_F(BackupCommandTest, ListsAFolder) {
  const Outcome table = Run({"list", "--from", backups()});
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, StartsWith("BACKUP"));
  EXPECT_THAT(table.out, HasSubstr("backups/2  2026-03-01"));
  const Outcome csv = Run({"list", "--from", backups(), "-o", "csv"});
  EXPECT_THAT(csv.out, StartsWith("backup,create_time,newest_record_time,size_bytes,"));
  const Outcome json = Run({"list", "--from", backups(), "-o", "json"});
  EXPECT_THAT(json.out, HasSubstr("\"name\": \"backups/1\""));
  EXPECT_EQ(Run({"list", "--from", backups(), "-q"}).out, "backups/1\nbackups/2\n");
}

TEST_F(BackupCommandTest, ListWithAProblemEndsWith1) {
  std::filesystem::remove(backups() + "/seal/2");
  const Outcome list = Run({"list", "--from", backups()});
  EXPECT_EQ(list.code, 1);
  EXPECT_THAT(list.out, HasSubstr("did not come to its end"));
}

TEST_F(BackupCommandTest, VerifiesRestoresAndDigestsTheSameContent) {
  const Outcome verified = Run({"verify", "--from", backups()});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_THAT(verified.err, HasSubstr("backups/2 is whole"));
  EXPECT_THAT(verified.out, HasSubstr("catalog"));
  const std::string to = dir_.File("restored");
  const Outcome restored =
      Run({"restore", "--from", backups(), "--id", "1", "--to", to, "-o", "jsonl"});
  EXPECT_EQ(restored.code, 0) << restored.err;
  const Outcome digest = Run({"digest", "--data-dir", to, "-q"});
  EXPECT_EQ(digest.code, 0) << digest.err;
  EXPECT_EQ(digest.out.size(), 65u);
  EXPECT_THAT(restored.out, HasSubstr("\"digest\":\"" + digest.out.substr(0, 64)));
  EXPECT_EQ(Run({"digest", "--data-dir", dir_.File("db"), "-q"}).out, digest.out);
}

TEST_F(BackupCommandTest, SpeaksChinese) {
  EXPECT_THAT(Run({"verify", "--from", backups(), "--lang", "zh"}).err, HasSubstr("完好"));
  EXPECT_THAT(Run({"list", "--from", backups(), "--lang", "zh"}).out, HasSubstr("备份时间"));
}

TEST_F(BackupCommandTest, PrunesAFolder) {
  const Outcome dry = Run({"prune", "--from", backups(), "--keep-count", "1", "--dry-run"});
  EXPECT_EQ(dry.out, "backups/1\n");
  EXPECT_EQ(Run({"list", "--from", backups(), "-q"}).out, "backups/1\nbackups/2\n");
  EXPECT_EQ(Run({"prune", "--from", backups(), "--keep-count", "1"}).code, 0);
  EXPECT_EQ(Run({"list", "--from", backups(), "-q"}).out, "backups/2\n");
}

TEST_F(BackupCommandTest, ExitCodesTellWhatIsWrong) {
  std::ofstream(backups() + "/private/2/CURRENT") << "damaged";
  struct Case {
    std::vector<std::string> args;
    int code;
    std::string want;
  };
  for (const Case& c :
       std::vector<Case>{{{"verify", "--from", backups()}, 7, "CURRENT"},
                         {{"restore", "--from", backups(), "--to", dir_.File("r")}, 7, "CURRENT"},
                         {{"verify", "--from", backups(), "--id", "9"}, 3, "no backup 9"},
                         {{"verify", "--from", backups(), "--id", "first"}, 2, "--id"},
                         {{"restore", "--from", backups(), "--id", "1", "--to", dir_.File("db")},
                          1,
                          "new folder"},
                         {{"restore", "--from", backups()}, 2, "--to"},
                         {{"prune", "--from", backups()}, 2, "--keep-count"},
                         {{"digest", "--data-dir", dir_.File("nothing")}, 3, "no store"},
                         {{"list", "--from", dir_.File("nothing")}, 3, "no such folder"},
                         {{"list", "--admin", "nowhere"}, 2, "--admin"},
                         {{"create", "--admin", "127.0.0.1:1", "--timeout", "1s"}, 5, ""}}) {
    const Outcome outcome = Run(c.args);
    EXPECT_EQ(outcome.code, c.code) << c.want << ": " << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(c.want));
  }
}

TEST_F(BackupCommandTest, HelpHasExamplesAtEveryLevel) {
  for (const std::vector<std::string>& path : std::vector<std::vector<std::string>>{
           {}, {"create"}, {"list"}, {"verify"}, {"restore"}, {"prune"}, {"digest"}}) {
    std::vector<std::string> args = path;
    args.push_back("--help");
    const Outcome outcome = Run(args);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("Examples:\n  glutwatch backup"));
  }
}

TEST_F(BackupCommandTest, AsksARunningServer) {
  config::v1::ServerConfig config;
  config.set_data_dir(dir_.File("db"));
  config.set_listen("127.0.0.1:0");
  config.set_admin_listen("127.0.0.1:0");
  config.set_http_listen("127.0.0.1:0");
  config.set_rule_pack_file(std::string(GLUTWATCH_SOURCE) + "/deploy/rules/yunnan-basic.yaml");
  config.mutable_backup()->set_dir(backups());
  config.mutable_backup()->set_keep_count(2);
  const auto node = Node::Start(config, &clock_);
  ASSERT_THAT(node, IsOk());
  const std::string admin = (*node)->addresses().admin;
  const Outcome made = Run({"create", "--admin", admin});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("made backups/3"));
  EXPECT_EQ(Run({"list", "--admin", admin, "-q"}).out, "backups/2\nbackups/3\n");
  EXPECT_THAT(Run({"verify", "--admin", admin, "--id", "2"}).err, HasSubstr("backups/2 is whole"));
  EXPECT_EQ(Run({"verify", "--admin", admin, "--id", "1"}).code, 3);
  EXPECT_EQ(Run({"prune", "--admin", admin, "--keep-days", "1"}).code, 0);
  EXPECT_THAT(Run({"create", "--admin", admin, "--no-wait"}).out, HasSubstr("has begun"));
  EXPECT_EQ(Run({"digest", "--data-dir", dir_.File("db")}).code, 1);  // the server holds it
}

TEST(FormatBytesTest, HasOneDigitBehindThePoint) {
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(int64_t{3} << 30), "3.0 GiB");
}

}  // namespace
}  // namespace glutwatch::offline
