#include "server/storage/receipt_pruner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/storage/journal_codec.h"
#include "tests/storage/price_store_fixture.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

constexpr absl::Duration kKeep = absl::Hours(24 * 30);

class ReceiptPrunerTest : public PriceStoreTest {
 protected:
  absl::StatusOr<ReceiptPruner::Progress> Step(ReceiptPruner* pruner) {
    return pruner->Step(clock_.Now(), store_->newest_recorded_us());
  }
  bool Known(const std::string& batch_id) {
    return database_->Get(Table::kReceipts, batch_id).ok();
  }
};

TEST_F(ReceiptPrunerTest, DropsOldReceiptsAndKeepsTheRest) {
  MustAppend("old", {Row(1, 100, 10'000)});
  clock_.Advance(absl::Hours(24 * 20));
  MustAppend("middle", {Row(1, 101, 10'000)});
  clock_.Advance(absl::Hours(24 * 20));
  MustAppend("new", {Row(1, 102, 10'000)});
  ReceiptPruner pruner(database_.get(), kKeep);
  const auto progress = Step(&pruner);
  ASSERT_THAT(progress, IsOk());
  EXPECT_EQ(progress->dropped, 1);
  EXPECT_TRUE(progress->pass_ended);
  EXPECT_FALSE(Known("old"));
  EXPECT_TRUE(Known("middle"));
  EXPECT_TRUE(Known("new"));
}

TEST_F(ReceiptPrunerTest, BatchSentAgainAfterwardsIsJudgedAnewAsDuplicates) {
  MustAppend("old", {Row(1, 100, 10'000), Row(2, 100, 11'000)});
  clock_.Advance(absl::Hours(24 * 40));
  MustAppend("new", {Row(1, 101, 10'000)});
  ReceiptPruner pruner(database_.get(), kKeep);
  ASSERT_THAT(Step(&pruner), IsOk());
  const Receipt again = MustAppend("old", {Row(1, 100, 10'000), Row(2, 100, 11'000)});
  EXPECT_FALSE(again.replayed);
  EXPECT_EQ(again.added + again.corrected, 0);
  EXPECT_EQ(again.duplicates.size(), 2u);
  EXPECT_EQ(AllVersions(1).size(), 2u);
}

TEST_F(ReceiptPrunerTest, AgeCountsFromTheNewestCommitNotFromTheClock) {
  MustAppend("a", {Row(1, 100, 10'000)});
  clock_.Advance(absl::Hours(24 * 365 * 10));  // a clock that jumped; nothing was recorded since
  ReceiptPruner pruner(database_.get(), kKeep);
  EXPECT_EQ(Step(&pruner)->dropped, 0);
  EXPECT_TRUE(Known("a"));
}

TEST_F(ReceiptPrunerTest, WorksInStepsAndOnceADay) {
  clock_.Advance(absl::Hours(24 * 365));
  const int64_t old_us = absl::ToUnixMicros(clock_.Now() - absl::Hours(24 * 300));
  StoredReceipt stored;
  stored.receipt.recorded_us = old_us;
  WriteSet set;
  const int count = ReceiptPruner::kStepReceipts + 5;
  for (int i = 0; i < count; ++i) {
    set.Put(Table::kReceipts, absl::StrCat("r", 100'000 + i), EncodeReceipt(stored));
  }
  ASSERT_THAT(database_->Write(set, Durability::kFsynced), IsOk());
  MustAppend("new", {Row(1, 100, 10'000)});
  ReceiptPruner pruner(database_.get(), kKeep);
  auto first = Step(&pruner);
  EXPECT_EQ(first->dropped, ReceiptPruner::kStepReceipts - 1);  // "new" sorts before them
  EXPECT_FALSE(first->pass_ended);
  auto second = Step(&pruner);
  EXPECT_EQ(second->dropped, 6);
  EXPECT_TRUE(second->pass_ended);
  ASSERT_THAT(database_->Write(set, Durability::kFsynced), IsOk());
  EXPECT_EQ(Step(&pruner)->dropped, 0);  // not before tomorrow
  clock_.Advance(ReceiptPruner::kPassInterval);
  EXPECT_EQ(Step(&pruner)->dropped, ReceiptPruner::kStepReceipts - 1);
}

TEST_F(ReceiptPrunerTest, DamagedReceiptIsNamedAndStays) {
  WriteSet set;
  set.Put(Table::kReceipts, "broken", "?");
  ASSERT_THAT(database_->Write(set, Durability::kFsynced), IsOk());
  MustAppend("old", {Row(1, 100, 10'000)});
  clock_.Advance(absl::Hours(24 * 40));
  MustAppend("new", {Row(1, 101, 10'000)});
  ReceiptPruner pruner(database_.get(), kKeep);
  EXPECT_THAT(Step(&pruner), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("broken")));
  EXPECT_TRUE(Known("broken"));
  EXPECT_FALSE(Known("old"));
}

}  // namespace
}  // namespace glutwatch::storage
