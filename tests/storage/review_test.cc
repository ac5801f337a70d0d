#include "server/storage/commit_log.h"
#include "tests/storage/price_store_fixture.h"

// Reviews: versions of a row with the same quote and other flags.
namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

class ReviewBatchTest : public PriceStoreTest {
 protected:
  // Day 10 at 100, and day 11 at 900, which is suspicious.
  void AppendDoubtful() {
    BatchRow jump = Row(1, 11, 900);
    jump.observation.flags = kPriceJump | kFrozenQuote;
    MustAppend("a", {Row(1, 10, 100), jump});
  }
  Batch ReviewOf(const Version& version, const std::string& id, uint16_t flags) {
    Batch batch = MakeBatch(id, {{SeriesId{1}, version.observation}});
    batch.rows[0].observation.flags = flags;
    batch.reviewed_us = version.recorded_us;
    batch.author = "dali";
    return batch;
  }
};

TEST_F(ReviewBatchTest, SameQuoteWithOtherFlagsIsANewVersion) {
  AppendDoubtful();
  EXPECT_EQ(store_->Tip(SeriesId{1})->modal_e4, 100);
  const int64_t before_us = store_->newest_recorded_us();
  const Version doubtful = ReadAll(1)[1];
  const auto receipt = store_->Append(ReviewOf(doubtful, "r1", kFrozenQuote));
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->corrected, 1);
  EXPECT_EQ(ReadAll(1)[1].observation.flags, kFrozenQuote);
  EXPECT_EQ(ReadAll(1)[1].observation.modal_e4, 900);
  EXPECT_EQ(ReadAll(1, before_us)[1].observation.flags, kPriceJump | kFrozenQuote);
  EXPECT_EQ(store_->Tip(SeriesId{1})->modal_e4, 900);
  EXPECT_EQ(CommitLog(database_.get()).Find(receipt->recorded_us)->kind, CommitKind::kReview);
}

TEST_F(ReviewBatchTest, DiscardingTakesThePriceFromTheTipAlsoFromChunksAndOverRestarts) {
  MustAppend("a", {Row(1, 10, 100), Row(1, 11, 120)});
  ASSERT_THAT(store_->Fold(), IsOk());
  ASSERT_THAT(store_->Append(ReviewOf(ReadAll(1)[1], "r1", kDiscarded)), IsOk());
  EXPECT_EQ(store_->Tip(SeriesId{1})->modal_e4, 100);
  EXPECT_EQ(store_->Tip(SeriesId{1})->newest_day, Day{11});
  ASSERT_THAT(store_->Fold(), IsOk());
  Reopen();
  EXPECT_EQ(store_->Tip(SeriesId{1})->modal_e4, 100);
  EXPECT_EQ(ReadAll(1)[1].observation.flags, kDiscarded);
  EXPECT_EQ(AllVersions(1).size(), 3u);
}

TEST_F(ReviewBatchTest, EqualFlagsAreADuplicate) {
  AppendDoubtful();
  const Version doubtful = ReadAll(1)[1];
  const auto receipt = store_->Append(ReviewOf(doubtful, "r1", doubtful.observation.flags));
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->duplicates.size(), 1u);
  EXPECT_EQ(AllVersions(1).size(), 2u);
}

TEST_F(ReviewBatchTest, OnlyTheNewestVersionCanBeReviewed) {
  AppendDoubtful();
  const Version doubtful = ReadAll(1)[1];
  MustAppend("b", {Row(1, 11, 130)});
  for (const bool folded : {false, true}) {
    if (folded) {
      ASSERT_THAT(store_->Fold(), IsOk());
    }
    EXPECT_THAT(store_->Append(ReviewOf(doubtful, "r1", 0)),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("REVIEW_OUTDATED: series/1 on 1970-01-12 lot 0")));
  }
  Version absent = doubtful;
  absent.observation.day = Day{12};
  EXPECT_THAT(store_->Append(ReviewOf(absent, "r2", 0)),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("newest version is 0")));
  EXPECT_EQ(AllVersions(1).size(), 3u);
}

TEST_F(ReviewBatchTest, SentAgainItChangesNothingAndAResendOfTheQuoteDoesNotUndoIt) {
  AppendDoubtful();
  const Batch review = ReviewOf(ReadAll(1)[1], "r1", 0);
  ASSERT_THAT(store_->Append(review), IsOk());
  const auto again = store_->Append(review);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed);
  BatchRow jump = Row(1, 11, 900);
  jump.observation.flags = kPriceJump;
  EXPECT_EQ(MustAppend("b", {jump}).duplicates.size(), 1u);
  EXPECT_EQ(ReadAll(1)[1].observation.flags, 0);
  EXPECT_EQ(AllVersions(1).size(), 3u);
}

TEST_F(ReviewBatchTest, IsOfOneRow) {
  AppendDoubtful();
  Batch batch = ReviewOf(ReadAll(1)[1], "r1", 0);
  batch.rows.push_back(Row(2, 10, 1));
  EXPECT_THAT(store_->Append(batch),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("expected 1 row")));
  batch.rows.resize(1);
  batch.remark = std::string(kMaxRemarkBytes + 1, 'x');
  EXPECT_THAT(store_->Append(batch),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("remark: 2001 bytes")));
}

}  // namespace
}  // namespace glutwatch::storage
