// This program opens what every earlier format wrote, and refuses what a newer one did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/backup_fixture.h"
#include "tests/storage/golden_content.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::FakeClock;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::HasSubstr;

struct Golden {
  int format;
  std::string whole;
};
void PrintTo(const Golden& golden, std::ostream* os) { *os << "format " << golden.format; }

// The prices are the same in all of them.
constexpr char kHistory[] =
    "d82f6db1322a3fd84ee8bd59c96885129b5f03fe009fedfd1bff2e9e12d520f0";

class GoldenStoreTest : public ::testing::TestWithParam<Golden> {
 protected:
  void SetUp() override {
    const std::string golden =
        std::string(GLUTWATCH_GOLDEN_STORES) + "/format-" + std::to_string(GetParam().format);
    std::filesystem::copy(golden, store(), std::filesystem::copy_options::recursive);
  }
  std::string store() const { return dir_.File("store"); }

  TempDir dir_;
  FakeClock clock_;
};

TEST_P(GoldenStoreTest, HoldsEverythingThatWasWritten) {
  const auto database = Database::Open({.path = store()});
  ASSERT_THAT(database, IsOk());
  const auto digest = DigestStore(**database, {});
  ASSERT_THAT(digest, IsOk());
  EXPECT_EQ(DigestText(digest->whole), GetParam().whole);
  EXPECT_EQ(DigestText(digest->history), kHistory);
}

TEST_P(GoldenStoreTest, IsReadAndWrittenAsIfItWereOurs) {
  const auto database = Database::Open({.path = store()});
  ASSERT_THAT(database, IsOk());
  const auto prices = PriceStore::Open(database->get(), &clock_, {});
  ASSERT_THAT(prices, IsOk());
  const auto corrected = (*prices)->ReadVersions(SeriesId{1}, Day{20'100}, Day{20'100});
  ASSERT_THAT(corrected, IsOk());
  ASSERT_EQ(corrected->size(), 2u);
  EXPECT_EQ((*corrected)[1].observation.modal_e4, 31'700);
  EXPECT_EQ((*prices)->SourceName((*corrected)[0].observation.source), "xinfadi");
  EXPECT_EQ((*prices)->SourceName((*corrected)[1].observation.source), "eryuan");
  EXPECT_EQ((*prices)->Tip(SeriesId{2})->newest_day, Day{20'400});
  Batch again = MakeBatch("golden-1", {}, /*digest=*/11);
  const auto receipt = (*prices)->Append(again);
  ASSERT_THAT(receipt, IsOk());
  EXPECT_TRUE(receipt->replayed);
  EXPECT_EQ(receipt->note, "n1");
  const auto log = EventLog::Open(database->get(), kGoldenLog);
  ASSERT_THAT(log, IsOk());
  EXPECT_EQ(log->ReadAfter(0, 10)->at(0).payload, "an event");
  ASSERT_THAT((*prices)->Append(MakeBatch("new", {Row(1, 20'500, 1'000)})), IsOk());
  ASSERT_THAT((*prices)->Fold(), IsOk());
  EXPECT_EQ((*prices)->Read(SeriesId{1}, Day{20'500}, Day{20'500})->size(), 1u);
}

TEST_P(GoldenStoreTest, IsBackedUpAndRestored) {
  std::string whole;
  {
    const auto database = Database::Open({.path = store()});
    ASSERT_THAT(database, IsOk());
    const auto backup = CreateBackup(database->get(), dir_.File("backups"), {});
    ASSERT_THAT(backup, IsOk());
    whole = backup->whole;
  }
  EXPECT_EQ(DigestText(whole), GetParam().whole);
  EXPECT_THAT(RestoreBackup(dir_.File("backups"), 1, dir_.File("restored"), {}), IsOk());
}

INSTANTIATE_TEST_SUITE_P(
    Formats, GoldenStoreTest,
    ::testing::ValuesIn(std::vector<Golden>{
        // Of release 0.1.0: chunks of version 1, no table of commits.
        {1, "29ac61df0533aa45642127f3182dae8caad6ce4d4dae86856682f5e6ebc0dd54"},
        {2, "c6867aa6f2596b9a541c9f8242331d4c29645ff588976d0d3ece60c1600c8f16"},
    }),
    [](const auto& test) { return "Format" + std::to_string(test.param.format); });

TEST(NewerStoreTest, IsRefusedBeforeAnythingIsTouched) {
  TempDir dir;
  const std::string store = dir.File("store");
  std::filesystem::copy(std::string(GLUTWATCH_GOLDEN_STORES) + "/format-2", store);
  WriteBytes(store + "/FORMAT", "glutwatch store, format 99\n");
  const auto before = FilesOf(store);
  EXPECT_THAT(Database::Open({.path = store}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("has format 99; this program knows formats up to 2")));
  auto after = FilesOf(store);
  after.erase("HOLDER");  // the lock
  EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace glutwatch::storage
