#include "server/storage/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::storage {

void PrintTo(const EventLog::Entry& entry, std::ostream* os) {
  *os << entry.seq << ":" << entry.payload;
}

namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

MATCHER_P2(Event, seq, payload, "") { return arg.seq == seq && arg.payload == payload; }

class EventLogTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() {
    database_.reset();
    auto database = Database::Open({.path = dir_.File("db")});
    ASSERT_THAT(database, IsOk());
    database_ = *std::move(database);
  }
  EventLog Log(const std::string& id) {
    auto log = EventLog::Open(database_.get(), id);
    EXPECT_THAT(log, IsOk());
    return *std::move(log);
  }
  void AppendAndCommit(EventLog* log, const std::vector<std::string>& payloads) {
    WriteSet set;
    for (const std::string& payload : payloads) log->Append(payload, &set);
    ASSERT_THAT(database_->Write(set, Durability::kFsynced), IsOk());
    log->Committed();
  }

  TempDir dir_;
  std::unique_ptr<Database> database_;
};

TEST_F(EventLogTest, NumbersFromOneAndGoesOnAfterReopen) {
  EventLog log = Log("warnings");
  EXPECT_EQ(log.last_seq(), 0);
  AppendAndCommit(&log, {"a", "b"});
  EXPECT_EQ(log.last_seq(), 2);
  Reopen();
  EventLog again = Log("warnings");
  EXPECT_EQ(again.last_seq(), 2);
  AppendAndCommit(&again, {""});
  EXPECT_THAT(*again.ReadAfter(0, 10), ElementsAre(Event(1, "a"), Event(2, "b"), Event(3, "")));
}

TEST_F(EventLogTest, ReadAfterIsLimitedAndExclusive) {
  EventLog log = Log("w");
  AppendAndCommit(&log, {"a", "b", "c"});
  EXPECT_THAT(*log.ReadAfter(1, 1), ElementsAre(Event(2, "b")));
  EXPECT_THAT(*log.ReadAfter(-5, 2), ElementsAre(Event(1, "a"), Event(2, "b")));
  EXPECT_THAT(*log.ReadAfter(3, 10), ElementsAre());
  EXPECT_THAT(*log.ReadAfter(0, 0), ElementsAre());
}

TEST_F(EventLogTest, UncommittedEventIsNotReadAndAbortedNumberIsUsedAgain) {
  EventLog log = Log("w");
  WriteSet lost;
  EXPECT_EQ(log.Append("lost", &lost), 1);
  EXPECT_THAT(*log.ReadAfter(0, 10), ElementsAre());
  log.Aborted();
  AppendAndCommit(&log, {"kept"});
  EXPECT_THAT(*log.ReadAfter(0, 10), ElementsAre(Event(1, "kept")));
}

TEST_F(EventLogTest, LogsWithCommonPrefixDoNotMix) {
  EventLog a = Log("a");
  EventLog ab = Log("a-b");
  AppendAndCommit(&a, {"1"});
  AppendAndCommit(&ab, {"2"});
  EXPECT_THAT(*Log("a").ReadAfter(0, 10), ElementsAre(Event(1, "1")));
  EXPECT_THAT(*Log("a-b").ReadAfter(0, 10), ElementsAre(Event(1, "2")));
}

TEST_F(EventLogTest, RefusesABadId) {
  for (const std::string id : {"", "Upper", "a b", "123456789012345678901234567890123"}) {
    EXPECT_THAT(EventLog::Open(database_.get(), id),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("[a-z0-9-]")));
  }
}

TEST_F(EventLogTest, DamagedEventIsDataLossAndNamed) {
  EventLog log = Log("w");
  AppendAndCommit(&log, {"payload"});
  const std::string key("w\0\0\0\0\0\0\0\0\1", 10);
  std::string value = *database_->Get(Table::kEventLog, key);
  value.back() ^= 1;
  WriteSet damage;
  damage.Put(Table::kEventLog, key, value);
  ASSERT_THAT(database_->Write(damage, Durability::kFsynced), IsOk());
  EXPECT_THAT(log.ReadAfter(0, 10), StatusIs(absl::StatusCode::kDataLoss,
                                             HasSubstr("log w, event 1: checksum mismatch")));
}

// The bytes of one event are on disk for good: docs/format/event_log.md.
TEST_F(EventLogTest, ValueIsVersionCrcPayload) {
  EventLog log = Log("w");
  AppendAndCommit(&log, {"123456789"});
  EXPECT_EQ(*database_->Get(Table::kEventLog, std::string("w\0\0\0\0\0\0\0\0\1", 10)),
            "\x01\x83\x92\x06\xe3"
            "123456789");
}

}  // namespace
}  // namespace glutwatch::storage
