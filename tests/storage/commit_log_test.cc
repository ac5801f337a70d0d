#include "server/storage/commit_log.h"

#include "absl/strings/escaping.h"
#include "tests/storage/price_store_fixture.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Made when the format was new; a newer program must still read them. Never change, only add.
constexpr char kGolden[] =
    "43010630962102097265766965772f72310778696e666164690b6275726561753a64616c690ce794b5e8af9de6a0"
    "b8e5ae9e00010000ac02";

CommitRecord GoldenRecord() {
  CommitRecord record;
  record.recorded_us = 1'772'323'200'000'000;
  record.kind = CommitKind::kReview;
  record.batch_id = "review/r1";
  record.source = "xinfadi";
  record.author = "bureau:dali";
  record.remark = "电话核实";
  record.corrected = 1;
  record.suspicious = 300;
  return record;
}

std::string Summary(const CommitRecord& r) {
  return absl::StrCat(r.batch_id, " ", r.source, " by ", r.author, ": ", r.added, " ", r.corrected,
                      " ", r.duplicate, " ", r.refused, " ", r.suspicious);
}

class CommitLogTest : public PriceStoreTest {
 protected:
  std::vector<std::string> Commits(int64_t from_us = 0, int64_t to_us = INT64_MAX) {
    std::vector<std::string> commits;
    EXPECT_THAT(CommitLog(database_.get())
                    .Scan(from_us, to_us,
                          [&](const CommitRecord& record) {
                            commits.push_back(Summary(record));
                            return true;
                          }),
                IsOk());
    return commits;
  }
};

TEST(CommitCodecTest, WritesAndReadsTheGoldenBytes) {
  const CommitRecord golden = GoldenRecord();
  EXPECT_EQ(absl::BytesToHexString(EncodeCommit(golden)), kGolden);
  const auto read = DecodeCommit(golden.recorded_us, absl::HexStringToBytes(kGolden));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(Summary(*read), Summary(golden));
  EXPECT_EQ(read->kind, CommitKind::kReview);
  EXPECT_EQ(read->remark, golden.remark);
  EXPECT_EQ(read->recorded_us, golden.recorded_us);
}

TEST(CommitCodecTest, EveryCutAndEveryFlippedBitIsDamage) {
  const std::string good = EncodeCommit(GoldenRecord());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_THAT(DecodeCommit(7, good.substr(0, size)),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("table commits, commit 7")));
  }
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_THAT(DecodeCommit(7, bad), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("commit 7")))
        << bit;
  }
}

TEST_F(CommitLogTest, CountsWhatBecameOfABatchOnceHoweverOftenItIsSent) {
  BatchRow jump = Row(1, 11, 900);
  jump.observation.flags = kPriceJump;
  Batch batch = MakeBatch("a", {Row(1, 10, 100), jump});
  batch.author = "feeder:wholesale";
  batch.refused = 3;
  batch.repeated = 1;
  ASSERT_THAT(store_->Append(batch), IsOk());
  ASSERT_THAT(store_->Append(batch), IsOk());  // sent again
  MustAppend("b", {Row(1, 10, 100), Row(1, 11, 120), Row(1, 12, 130)});
  const std::vector<std::string> want = {"a xinfadi by feeder:wholesale: 2 0 1 3 1",
                                         "b xinfadi by : 1 1 1 0 0"};
  EXPECT_EQ(Commits(), want);
  Reopen();
  EXPECT_EQ(Commits(), want);
}

TEST_F(CommitLogTest, ABatchWithoutARowThatIsKeptIsCountedToo) {
  Batch batch = MakeBatch("a", {});
  batch.refused = 8;
  ASSERT_THAT(store_->Append(batch), IsOk());
  EXPECT_THAT(Commits(), ElementsAre("a xinfadi by : 0 0 0 8 0"));
}

TEST_F(CommitLogTest, ScansWithinBoundsAndFindsByVersion) {
  const int64_t first = MustAppend("a", {Row(1, 10, 100)}).recorded_us;
  const int64_t second = MustAppend("b", {Row(1, 11, 100)}).recorded_us;
  EXPECT_EQ(Commits(first, second).size(), 1u);
  EXPECT_EQ(Commits(second, second).size(), 0u);
  EXPECT_EQ(Commits(first + 1, second + 1).size(), 1u);
  const CommitLog log(database_.get());
  ASSERT_THAT(log.Find(AllVersions(1)[1].recorded_us), IsOk());
  EXPECT_EQ(log.Find(second)->batch_id, "b");
  EXPECT_TRUE(absl::IsNotFound(log.Find(second + 1).status()));
}

TEST_F(CommitLogTest, ARefusedBatchLeavesNoRecord) {
  EXPECT_THAT(store_->Append(MakeBatch("", {Row(1, 10, 100)})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("batch id")));
  MustAppend("a", {Row(1, 10, 100)});
  EXPECT_THAT(store_->Append(MakeBatch("a", {Row(1, 10, 101)}, /*digest=*/2)),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("BATCH_ID_REUSED")));
  EXPECT_EQ(Commits().size(), 1u);
}

TEST_F(CommitLogTest, DamageIsFoundWhenItIsRead) {
  MustAppend("a", {Row(1, 10, 100)});
  WriteSet set;
  set.Put(Table::kCommits, EncodeCommitKey(5), "C1 nonsense");
  ASSERT_THAT(database_->Write(set, Durability::kFsynced), IsOk());
  EXPECT_THAT(CommitLog(database_.get()).Scan(0, INT64_MAX, [](const auto&) { return true; }),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("table commits, commit 5")));
  set.Put(Table::kCommits, "short", "");
  ASSERT_THAT(database_->Write(set, Durability::kFsynced), IsOk());
  EXPECT_THAT(CommitLog(database_.get()).Scan(6, INT64_MAX, [](const auto&) { return true; }),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is not a commit")));
}

}  // namespace
}  // namespace glutwatch::storage
