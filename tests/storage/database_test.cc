#include "server/storage/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "rocksdb/db.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

using KeyValues = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<Database> MustOpen(const std::string& path) {
  auto database = Database::Open({.path = path});
  EXPECT_THAT(database, IsOk());
  return database.ok() ? *std::move(database) : nullptr;
}

KeyValues ScanAll(const Database& database, Table table, const std::string& begin,
                  const std::string& end, bool backward = false) {
  KeyValues found;
  auto visit = [&](absl::string_view key, absl::string_view value) {
    found.emplace_back(std::string(key), std::string(value));
    return true;
  };
  EXPECT_THAT(backward ? database.ScanBackward(table, begin, end, visit)
                       : database.Scan(table, begin, end, visit),
              IsOk());
  return found;
}

void PutAll(Database* database, Table table, const KeyValues& entries) {
  WriteSet set;
  for (const auto& [key, value] : entries) set.Put(table, key, value);
  ASSERT_THAT(database->Write(set, Durability::kFsynced), IsOk());
}

// Makes a folder look as a release left it that did not know the tables `names`.
void DropTables(const std::string& path, const std::set<std::string>& names) {
  std::vector<std::string> all;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, path, &all).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : all) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), path, families, &handles, &raw).ok());
  const std::unique_ptr<rocksdb::DB> db(raw);
  size_t dropped = 0;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    if (names.contains(handle->GetName())) {
      ASSERT_TRUE(db->DropColumnFamily(handle).ok());
      ++dropped;
    }
    ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
  }
  ASSERT_EQ(dropped, names.size());
}

TEST(DatabaseTest, GivesBackWhatWasWrittenAlsoAfterReopen) {
  TempDir dir;
  auto database = MustOpen(dir.File("db"));
  PutAll(database.get(), Table::kCatalog, {{"a", "1"}, {"b", std::string("\0x", 2)}});
  database.reset();
  database = MustOpen(dir.File("db"));
  EXPECT_EQ(*database->Get(Table::kCatalog, "b"), std::string("\0x", 2));
  EXPECT_THAT(database->Get(Table::kCatalog, "c"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("catalog")));
  EXPECT_THAT(database->Get(Table::kSeries, "a"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("series")));
}

TEST(DatabaseTest, MakesTheTablesThatAnOlderReleaseDidNotHave) {
  TempDir dir;
  auto database = MustOpen(dir.File("db"));
  PutAll(database.get(), Table::kCatalog, {{"a", "1"}});
  database.reset();
  DropTables(dir.File("db"), {"reports", "report_receipts", "facts"});
  database = MustOpen(dir.File("db"));
  EXPECT_EQ(*database->Get(Table::kCatalog, "a"), "1");
  for (const Table table : {Table::kReports, Table::kReportReceipts, Table::kFacts}) {
    EXPECT_TRUE(ScanAll(*database, table, "", "").empty());
    PutAll(database.get(), table, {{"k", "v"}});
    EXPECT_EQ(*database->Get(table, "k"), "v");
  }
}

TEST(DatabaseTest, BufferedWriteIsThereAfterACleanClose) {
  TempDir dir;
  auto database = MustOpen(dir.File("db"));
  WriteSet set;
  set.Put(Table::kMeta, "position", "17");
  ASSERT_THAT(database->Write(set, Durability::kBuffered), IsOk());
  database.reset();
  EXPECT_EQ(*MustOpen(dir.File("db"))->Get(Table::kMeta, "position"), "17");
}

TEST(DatabaseTest, ScansHalfOpenRangesInBothDirections) {
  TempDir dir;
  auto database = MustOpen(dir.File("db"));
  PutAll(database.get(), Table::kTips, {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}});
  EXPECT_THAT(ScanAll(*database, Table::kTips, "b", "d"),
              ElementsAre(Pair("b", "2"), Pair("c", "3")));
  EXPECT_THAT(ScanAll(*database, Table::kTips, "b", "d", true),
              ElementsAre(Pair("c", "3"), Pair("b", "2")));
  EXPECT_THAT(ScanAll(*database, Table::kTips, "c", ""),
              ElementsAre(Pair("c", "3"), Pair("d", "4")));
  EXPECT_THAT(ScanAll(*database, Table::kTips, "c", "", true),
              ElementsAre(Pair("d", "4"), Pair("c", "3")));
  EXPECT_THAT(ScanAll(*database, Table::kTips, "x", "y"), ElementsAre());
}

TEST(DatabaseTest, CursorGoesWhereItIsSent) {
  TempDir dir;
  const auto database = MustOpen(dir.File("db"));
  PutAll(database.get(), Table::kTips, {{"a", "1"}, {"c", "3"}, {"e", "5"}});
  std::vector<std::string> seen;
  const auto note = [&seen](const Cursor& cursor) {
    seen.push_back(cursor.valid() ? std::string(cursor.key()) : "end");
  };
  EXPECT_THAT(database->Walk(Table::kTips,
                             [&](Cursor* cursor) -> absl::Status {
                               for (const char* key : {"b", "f", "a"}) {
                                 cursor->Seek(key);
                                 note(*cursor);
                               }
                               cursor->Next();
                               note(*cursor);
                               EXPECT_EQ(std::string(cursor->value()), "3");
                               return absl::OkStatus();
                             }),
              IsOk());
  EXPECT_THAT(seen, ElementsAre("c", "end", "a", "c"));
  EXPECT_THAT(database->Walk(Table::kTips,
                             [](Cursor*) { return absl::DataLossError("what the walk met"); }),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("what the walk met")));
}

TEST(DatabaseTest, ScanStopsWhenTheVisitorSaysSo) {
  TempDir dir;
  auto database = MustOpen(dir.File("db"));
  PutAll(database.get(), Table::kTips, {{"a", "1"}, {"b", "2"}});
  int seen = 0;
  ASSERT_THAT(database->Scan(Table::kTips, "", "",
                             [&](absl::string_view, absl::string_view) { return ++seen < 1; }),
              IsOk());
  EXPECT_EQ(seen, 1);
}

TEST(DatabaseTest, AppliesPutsDeletesAndRangesOfOneSetTogether) {
  TempDir dir;
  auto database = MustOpen(dir.File("db"));
  PutAll(database.get(), Table::kJournal, {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}});
  WriteSet set;
  EXPECT_TRUE(set.empty());
  set.DeleteRange(Table::kJournal, "b", "d");
  set.Delete(Table::kJournal, "a");
  set.Put(Table::kMeta, "folded", "d");
  EXPECT_FALSE(set.empty());
  ASSERT_THAT(database->Write(set, Durability::kFsynced), IsOk());
  database.reset();
  database = MustOpen(dir.File("db"));
  EXPECT_THAT(ScanAll(*database, Table::kJournal, "", ""), ElementsAre(Pair("d", "4")));
  EXPECT_EQ(*database->Get(Table::kMeta, "folded"), "d");
}

TEST(DatabaseTest, SecondOpenIsRefusedAndNamesTheFolder) {
  TempDir dir;
  auto database = MustOpen(dir.File("db"));
  EXPECT_THAT(Database::Open({.path = dir.File("db")}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(dir.File("db"))));
}

TEST(DatabaseTest, FolderWithoutParentIsRefused) {
  TempDir dir;
  EXPECT_THAT(Database::Open({.path = dir.File("no/db")}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no/db")));
}

TEST(DatabaseTest, NewerFormatIsRefusedUntouched) {
  TempDir dir;
  MustOpen(dir.File("db")).reset();
  std::ofstream(dir.File("db/FORMAT")) << "glutwatch store, format 3\n";
  EXPECT_THAT(Database::Open({.path = dir.File("db")}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("format 3")));
}

TEST(DatabaseTest, FolderOfAnOlderFormatIsOpenedAndFromThenOnRefusedByTheOlderProgram) {
  TempDir dir;
  MustOpen(dir.File("db")).reset();
  std::ofstream(dir.File("db/FORMAT")) << "glutwatch store, format 1\n";
  EXPECT_NE(MustOpen(dir.File("db")), nullptr);
  std::ifstream stamped(dir.File("db/FORMAT"));
  std::string line;
  std::getline(stamped, line);
  EXPECT_EQ(line, "glutwatch store, format 2");
}

TEST(DatabaseTest, EpochStaysAcrossReopenAndDiffersBetweenStores) {
  TempDir dir;
  auto first = MustOpen(dir.File("db"));
  const uint64_t epoch = first->epoch();
  first.reset();
  EXPECT_EQ(MustOpen(dir.File("db"))->epoch(), epoch);
  EXPECT_NE(MustOpen(dir.File("other"))->epoch(), epoch);
}

TEST(DatabaseTest, IsWritableAndCountsItsBytes) {
  TempDir dir;
  auto database = MustOpen(dir.File("db"));
  EXPECT_EQ(database->health().state, DatabaseHealth::State::kWritable);
  EXPECT_EQ(database->health().detail, "");
  EXPECT_GT(database->bytes_on_disk(), 100);
}

TEST(DatabaseTest, RefusesWritesBelowTheReserveButReads) {
  TempDir dir;
  {
    auto database = MustOpen(dir.File("db"));
    PutAll(database.get(), Table::kMeta, {{"a", "1"}});
  }
  auto database = Database::Open({.path = dir.File("db"), .disk_reserve_bytes = int64_t{1} << 60});
  ASSERT_THAT(database, IsOk());
  WriteSet set;
  set.Put(Table::kMeta, "b", "2");
  EXPECT_THAT((*database)->Write(set, Durability::kFsynced),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("DISK_FULL")));
  EXPECT_EQ((*database)->health().state, DatabaseHealth::State::kDiskFull);
  EXPECT_EQ(*(*database)->Get(Table::kMeta, "a"), "1");
}

}  // namespace
}  // namespace glutwatch::storage
