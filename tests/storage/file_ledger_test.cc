#include "server/storage/file_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "tests/storage/damage_world.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;

FileLedger Example() {
  return {.generation = 3,
          .closed = true,
          .manifest = 20,
          .manifest_bytes = 700,
          .logs = {{12, 40}, {300, 0}}};
}

TEST(LedgerCodecTest, GoldenBytesOfVersionOne) {
  const std::string slot = EncodeLedger(Example());
  ASSERT_EQ(slot.size(), kLedgerSlotBytes);
  EXPECT_EQ(absl::BytesToHexString(absl::string_view(slot).substr(0, 26)),
            "4c01"
            "b9ae0d46"
            "0300000000000000"
            "01"
            "14"
            "bc05"
            "02"
            "0c28"
            "a00200"
            "0000");
  EXPECT_EQ(slot.find_first_not_of('\0', 26), std::string::npos);
  EXPECT_EQ(DecodeLedger(slot), Example());
}

TEST(LedgerCodecTest, AnyFlippedByteIsSeen) {
  const std::string slot = EncodeLedger(Example());
  for (size_t at = 0; at < slot.size(); ++at) {
    std::string flipped = slot;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x20);
    ASSERT_EQ(DecodeLedger(flipped), std::nullopt) << at;
  }
  EXPECT_EQ(DecodeLedger(absl::string_view(slot).substr(1)), std::nullopt);
}

TEST(LedgerCodecTest, ManyLogsKeepTheNewest) {
  FileLedger ledger;
  for (uint64_t i = 0; i < 2 * kMaxLedgerLogs; ++i) {
    ledger.logs.push_back({(uint64_t{1} << 62) + i * 1'000'000'000, uint64_t{1} << 62});
  }
  const std::string slot = EncodeLedger(ledger);
  ASSERT_EQ(slot.size(), kLedgerSlotBytes);
  const auto decoded = DecodeLedger(slot);
  ASSERT_TRUE(decoded.has_value());
  ASSERT_EQ(decoded->logs.size(), kMaxLedgerLogs);
  EXPECT_EQ(decoded->logs.back(), ledger.logs.back());
}

class LedgerTest : public ::testing::Test {
 protected:
  std::string folder() const { return dir_.File("db"); }
  absl::StatusOr<std::unique_ptr<Database>> Open() {
    return Database::Open({.path = folder(), .write_buffer_bytes = 64 << 10});
  }
  static void Put(Database* database, int first, int count) {
    for (int i = first; i < first + count; ++i) {
      WriteSet set;
      set.Put(Table::kChunks, absl::StrCat("key", i), std::string(100, 'v'));
      ASSERT_THAT(database->Write(set, Durability::kFsynced), IsOk());
    }
  }
  void Fill() {
    auto database = Open();
    ASSERT_THAT(database, IsOk());
    Put(database->get(), 0, 10);
  }
  // A program is killed after ten more records.
  void FillAndKill() {
    Fill();
    auto database = Open();
    ASSERT_THAT(database, IsOk());
    Put(database->get(), 10, 10);
    DamageWorld::Copy(folder(), dir_.File("copy"));
    *database = nullptr;
    std::filesystem::remove_all(folder());
    std::filesystem::rename(dir_.File("copy"), folder());
  }
  std::string NewestLog() const {
    std::string newest;
    for (const std::string& name : NamesIn(folder())) {
      if (absl::EndsWith(name, ".log")) newest = absl::StrCat(folder(), "/", name);
    }
    return newest;
  }

  TempDir dir_;
};

TEST_F(LedgerTest, SaysWhatThereIsAndThatItIsClosed) {
  Fill();
  const auto ledger = ReadLedger(folder());
  ASSERT_THAT(ledger, IsOk());
  ASSERT_TRUE(ledger->has_value());
  EXPECT_TRUE((*ledger)->closed);
  EXPECT_TRUE(std::filesystem::exists(
      absl::StrCat(folder(), "/MANIFEST-", absl::Dec((*ledger)->manifest, absl::kZeroPad6))));
  ASSERT_FALSE((*ledger)->logs.empty());
  EXPECT_EQ((*ledger)->logs.back().bytes, std::filesystem::file_size(NewestLog()));
}

TEST_F(LedgerTest, IsOpenWhileTheStoreIs) {
  Fill();
  auto database = Open();
  ASSERT_THAT(database, IsOk());
  EXPECT_FALSE(ReadLedger(folder()).value()->closed);
}

TEST_F(LedgerTest, DeletedLastLogOfAKilledStoreIsNamed) {
  FillAndKill();
  const std::string log = NewestLog();
  std::filesystem::remove(log);
  EXPECT_THAT(Open(),
              StatusIs(absl::StatusCode::kDataLoss, AllOf(HasSubstr(log), HasSubstr("missing"))));
}

TEST_F(LedgerTest, LogThatWasCutBetweenTwoRecordsIsNamed) {
  Fill();
  const std::string log = NewestLog();
  const std::string bytes = ReadBytes(log);
  const size_t record = 7 + (static_cast<uint8_t>(bytes[4]) | static_cast<size_t>(bytes[5]) << 8);
  WriteBytes(log, bytes.substr(0, record));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                               AllOf(HasSubstr(log), HasSubstr("when it was closed"))));
}

TEST_F(LedgerTest, OldManifestThatIsCopiedBackIsRefused) {
  Fill();
  const std::string current = ReadBytes(folder() + "/CURRENT");
  const std::string manifest = current.substr(0, current.size() - 1);
  const std::string bytes = ReadBytes(folder() + "/" + manifest);
  for (int i = 0; i < 2; ++i) {
    auto database = Open();
    ASSERT_THAT(database, IsOk());
    Put(database->get(), 20 + i, 1);
  }
  ASSERT_FALSE(std::filesystem::exists(folder() + "/" + manifest));
  WriteBytes(folder() + "/CURRENT", current);
  WriteBytes(folder() + "/" + manifest, bytes);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                               AllOf(HasSubstr("/CURRENT"), HasSubstr("an old copy"))));
}

TEST_F(LedgerTest, TornNoteLeavesTheOneBefore) {
  Fill();
  const std::string path = folder() + "/LEDGER";
  const FileLedger newest = *ReadLedger(folder()).value();
  std::string bytes = ReadBytes(path);
  ASSERT_EQ(bytes.size(), 2 * kLedgerSlotBytes);
  bytes[newest.generation % 2 * kLedgerSlotBytes + 20] ^= 1;
  WriteBytes(path, bytes);
  EXPECT_EQ((*ReadLedger(folder()))->generation, newest.generation - 1);
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(LedgerTest, WithoutAWholeSlotTheFileIsNamed) {
  Fill();
  WriteBytes(folder() + "/LEDGER", std::string(2 * kLedgerSlotBytes, 'x'));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(folder() + "/LEDGER")));
  std::filesystem::remove(folder() + "/LEDGER");
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(LedgerTest, FolderOfAProgramThatKeepsNoLedgerIsTaken) {
  Fill();
  const std::string before = ReadBytes(folder() + "/LEDGER");
  { auto database = Open(); }
  WriteBytes(folder() + "/LEDGER", before);  // as if that had been such a program
  EXPECT_THAT(Open(), IsOk());
  std::filesystem::remove(folder() + "/LEDGER");
  EXPECT_THAT(Open(), IsOk());
  WriteBytes(folder() + "/LEDGER", "");  // killed while it was made
  EXPECT_THAT(Open(), IsOk());
}

}  // namespace
}  // namespace glutwatch::storage
