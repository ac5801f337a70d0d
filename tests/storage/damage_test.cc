// What a flipped, cut or missing byte in any file of a database leads to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/storage/database.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}
void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}
void FlipByte(const std::string& path, size_t offset) {
  std::string bytes = ReadFile(path);
  ASSERT_LT(offset, bytes.size()) << path;
  bytes[offset] = static_cast<char>(bytes[offset] ^ 0x10);
  WriteFile(path, bytes);
}

// The largest file of `folder` whose name contains `part`.
std::string FindFile(const std::string& folder, const std::string& part) {
  std::string best;
  uintmax_t best_size = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!absl::StrContains(entry.path().filename().string(), part)) continue;
    if (best.empty() || entry.file_size() > best_size) {
      best = entry.path().string();
      best_size = entry.file_size();
    }
  }
  return best;
}

class DamageTest : public ::testing::Test {
 protected:
  std::string folder() const { return dir_.File("db"); }

  absl::StatusOr<std::unique_ptr<Database>> Open() {
    // Small buffers: the tables are flushed soon, so that there are SSTs to damage.
    return Database::Open({.path = folder(), .write_buffer_bytes = 64 << 10});
  }
  // `n` records of about 1,000 bytes each; the last ones are in the log only.
  void Fill(int n) {
    auto database = Open();
    ASSERT_THAT(database, IsOk());
    for (int i = 0; i < n; ++i) {
      std::string value;
      for (int k = 0; k < 250; ++k) absl::StrAppend(&value, (i * 7919 + k * 104729) % 9973, ",");
      WriteSet set;
      set.Put(Table::kChunks, absl::StrCat("key", 1000 + i), value);
      ASSERT_THAT((*database)->Write(set, Durability::kFsynced), IsOk());
    }
  }

  TempDir dir_;
};

TEST_F(DamageTest, FlippedByteInTheMiddleOfTheLogIsRefusedWithFileAndOffset) {
  Fill(10);
  const std::string log = FindFile(folder(), ".log");
  FlipByte(log, ReadFile(log).size() / 2);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                               AllOf(HasSubstr(log), HasSubstr("damaged at byte offset"))));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(log)));  // and again
}

TEST_F(DamageTest, FlippedByteInTheLastAcknowledgedRecordIsRefused) {
  Fill(3);
  const std::string log = FindFile(folder(), ".log");
  FlipByte(log, ReadFile(log).size() - 20);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(log)));
}

TEST_F(DamageTest, TornLastRecordOfAKilledStoreIsDroppedAndTheRestIsThere) {
  Fill(5);
  // A store that was killed has no ledger that was closed.
  std::filesystem::remove(folder() + "/LEDGER");
  const std::string log = FindFile(folder(), ".log");
  const std::string bytes = ReadFile(log);
  WriteFile(log, bytes.substr(0, bytes.size() - 300));
  auto database = Open();
  ASSERT_THAT(database, IsOk());
  EXPECT_THAT((*database)->Get(Table::kChunks, "key1003"), IsOk());
  EXPECT_THAT((*database)->Get(Table::kChunks, "key1004"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("chunks")));
  WriteSet set;
  set.Put(Table::kChunks, "after", "1");
  ASSERT_THAT((*database)->Write(set, Durability::kFsynced), IsOk());
  database = absl::CancelledError();
  EXPECT_THAT((*Open())->Get(Table::kChunks, "after"), IsOk());
}

TEST_F(DamageTest, CutLogOfAStoreThatWasClosedIsRefused) {
  Fill(5);
  const std::string log = FindFile(folder(), ".log");
  const std::string bytes = ReadFile(log);
  WriteFile(log, bytes.substr(0, bytes.size() - 300));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                               AllOf(HasSubstr(log), HasSubstr("damaged at byte offset"))));
}

TEST_F(DamageTest, TornLogBeforeAnotherThatHasRecordsIsRefused) {
  Fill(2);
  const std::string log = FindFile(folder(), ".log");
  const std::string later = folder() + "/999999.log";
  std::filesystem::copy_file(log, later);
  const std::string bytes = ReadFile(log);
  WriteFile(log, bytes.substr(0, bytes.size() - 300));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(log)));
}

TEST_F(DamageTest, DamageInATableIsDataLossThatNamesTheFile) {
  Fill(300);
  Open()->reset();  // recovery writes what was in the log to a table
  const std::string table = FindFile(folder(), ".sst");
  ASSERT_NE(table, "");
  FlipByte(table, ReadFile(table).size() / 3);
  auto database = Open();
  ASSERT_THAT(database, IsOk());
  const absl::Status scanned = (*database)->Scan(
      Table::kChunks, "", "", [](absl::string_view, absl::string_view) { return true; });
  EXPECT_THAT(scanned, StatusIs(absl::StatusCode::kDataLoss, HasSubstr(table)));
}

TEST_F(DamageTest, MissingTableIsRefused) {
  Fill(300);
  const std::string table = FindFile(folder(), ".sst");
  std::filesystem::remove(table);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                               HasSubstr(std::filesystem::path(table).stem().string())));
}

TEST_F(DamageTest, DamagedManifestIsRefusedWithFileAndOffset) {
  Fill(3);
  const std::string manifest = FindFile(folder(), "MANIFEST-");
  FlipByte(manifest, 20);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                               AllOf(HasSubstr(manifest), HasSubstr("byte offset 0"))));
}

TEST_F(DamageTest, MissingManifestIsRefused) {
  Fill(3);
  const std::string manifest = FindFile(folder(), "MANIFEST-");
  std::filesystem::remove(manifest);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(manifest)));
}

TEST_F(DamageTest, DamagedCurrentIsRefused) {
  Fill(3);
  FlipByte(folder() + "/CURRENT", 3);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("CURRENT")));
}

TEST_F(DamageTest, MissingCurrentDoesNotBecomeAnEmptyStore) {
  Fill(3);
  std::filesystem::remove(folder() + "/CURRENT");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("CURRENT: missing")));
}

}  // namespace
}  // namespace glutwatch::storage
