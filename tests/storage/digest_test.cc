// What two stores have to share to have the same digest.
#include "server/storage/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/storage/bytes.h"
#include "server/storage/commit_log.h"
#include "server/storage/journal_codec.h"
#include "tests/storage/price_store_fixture.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::FakeClock;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::HasSubstr;

constexpr int kDay = 20'000;

class DigestTest : public PriceStoreTest {
 protected:
  StoreDigest MustDigest(DigestOptions options = {}) {
    auto digest = DigestStore(*database_, options);
    EXPECT_THAT(digest, IsOk());
    return digest.ok() ? *std::move(digest) : StoreDigest();
  }
};

// Another store beside the fixture's.
class OtherStore {
 public:
  OtherStore() {
    database_ = *Database::Open({.path = dir_.File("db"), .write_buffer_bytes = 1 << 20});
    store_ = *PriceStore::Open(database_.get(), &clock_, {});
  }
  void Append(Batch batch) { ASSERT_THAT(store_->Append(std::move(batch)), IsOk()); }
  StoreDigest Digest() { return *DigestStore(*database_, {}); }
  FakeClock& clock() { return clock_; }

 private:
  TempDir dir_;
  FakeClock clock_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<PriceStore> store_;
};

TEST_F(DigestTest, OfAKnownStoreIsWhatTheHeaderDefines) {
  clock_.Set(absl::FromUnixMicros(1'750'000'000'000'000));
  MustAppend("a", {Row(1, kDay, 30'000)});
  const StoreDigest digest = MustDigest();
  // By a second implementation, in Python:
  //   quote = struct.pack('<IihBB4q', 1, 20000, 0, 1, 15, 29500, 30000, 30700, 120000)
  //   record = quote + struct.pack('<HB7sq', 0, 7, b'xinfadi', 1750000000000000)
  EXPECT_EQ(DigestText(digest.history),
            "03d0aa0240cb703e7ed59d9b2c461c0bae801ccb25173f6760f61d1540849b91");
  EXPECT_EQ(DigestText(digest.quotes),
            "cec5826fd1922264d16f77ac35c5d4c06f5ea38ad0f1fac1c82260828832bdb2");
  EXPECT_EQ(digest.versions, 1);
  EXPECT_EQ(digest.series, 1);
  EXPECT_EQ(digest.newest_recorded_us, 1'750'000'000'000'000);
}

TEST_F(DigestTest, FoldingAndReopeningChangeNothing) {
  MustAppend("a", {Row(1, kDay, 30'000), Row(2, kDay, 31'000), Row(1, kDay + 400, 1)});
  MustAppend("b", {Row(1, kDay, 30'500), Row(7, kDay, 9'000)});
  const StoreDigest before = MustDigest();
  ASSERT_THAT(store_->Fold(), IsOk());
  EXPECT_EQ(MustDigest().whole, before.whole);
  MustAppend("c", {Row(1, kDay - 1, 5), Row(9, kDay, 6)});  // partly folded now
  const StoreDigest mixed = MustDigest();
  EXPECT_NE(mixed.whole, before.whole);
  Reopen();
  EXPECT_EQ(MustDigest().whole, mixed.whole);
  ASSERT_THAT(store_->Fold(), IsOk());
  EXPECT_EQ(MustDigest().whole, mixed.whole);
  EXPECT_EQ(mixed.versions, 7);
  EXPECT_EQ(mixed.observations, 6);
  EXPECT_EQ(mixed.series, 4);
}

TEST_F(DigestTest, FoldThatWasCutOffCountsEachVersionOnce) {
  MustAppend("a", {Row(1, kDay, 30'000), Row(3, kDay, 31'000)});
  const StoreDigest before = MustDigest();
  std::vector<std::pair<std::string, std::string>> journal;
  ASSERT_THAT(database_->Scan(Table::kJournal, "", "",
                              [&](absl::string_view key, absl::string_view value) {
                                journal.emplace_back(key, value);
                                return true;
                              }),
              IsOk());
  ASSERT_THAT(store_->Fold(), IsOk());
  // As a crash between the chunks and the position leaves it.
  WriteSet set;
  for (const auto& [key, value] : journal) set.Put(Table::kJournal, key, value);
  std::string zero;
  PutBe64(0, &zero);
  set.Put(Table::kMeta, "price/folded_us", zero);
  ASSERT_THAT(database_->Write(set, Durability::kFsynced), IsOk());
  const StoreDigest twice = MustDigest();
  EXPECT_EQ(twice.whole, before.whole);
  EXPECT_EQ(twice.versions, 2);
}

TEST_F(DigestTest, QuotesDoNotDependOnTheOrderOfArrivalButHistoryDoes) {
  MustAppend("a", {Row(1, kDay, 30'000)});
  MustAppend("b", {Row(2, kDay, 31'000), Row(1, kDay + 1, 32'000)});
  OtherStore other;
  other.Append(MakeBatch("x", {Row(1, kDay + 1, 32'000)}));
  other.Append(MakeBatch("y", {Row(2, kDay, 31'000), Row(1, kDay, 30'000)}));
  other.Append(MakeBatch("z", {Row(1, kDay, 30'000)}));  // a duplicate
  const StoreDigest ours = MustDigest();
  EXPECT_EQ(ours.quotes, other.Digest().quotes);
  EXPECT_NE(ours.history, other.Digest().history);
}

TEST_F(DigestTest, CorrectionsCountInTheirOrder) {
  MustAppend("a", {Row(1, kDay, 30'000)});
  MustAppend("b", {Row(1, kDay, 31'000)});
  OtherStore other;
  other.Append(MakeBatch("a", {Row(1, kDay, 31'000)}));
  other.Append(MakeBatch("b", {Row(1, kDay, 30'000)}));
  EXPECT_NE(MustDigest().quotes, other.Digest().quotes);
}

TEST_F(DigestTest, ReviewIsHistoryButNoOtherQuotation) {
  BatchRow row = Row(1, kDay, 30'000);
  row.observation.flags = kPriceJump;
  const Receipt stored = MustAppend("a", {row});
  const StoreDigest before = MustDigest();
  row.observation.flags = 0;
  Batch review = MakeBatch("review", {row});
  review.reviewed_us = stored.recorded_us;
  ASSERT_THAT(store_->Append(review), IsOk());
  EXPECT_NE(MustDigest().history, before.history);
  EXPECT_EQ(MustDigest().quotes, before.quotes);
}

TEST_F(DigestTest, SourceCountsByItsNameNotItsNumber) {
  Batch kalimati = MakeBatch("k", {Row(2, kDay, 31'000)});
  kalimati.source = "kalimati";
  clock_.Set(absl::FromUnixSeconds(100));
  MustAppend("x", {Row(1, kDay, 30'000)});
  clock_.Set(absl::FromUnixSeconds(200));
  ASSERT_THAT(store_->Append(kalimati), IsOk());
  OtherStore other;
  other.clock().Set(absl::FromUnixSeconds(100));
  Batch first = MakeBatch("x", {Row(1, kDay, 30'000)});
  other.Append(std::move(first));
  other.clock().Set(absl::FromUnixSeconds(200));
  other.Append(kalimati);
  EXPECT_EQ(MustDigest().history, other.Digest().history);
  OtherStore third;
  kalimati.source = "agmarknet";
  third.clock().Set(absl::FromUnixSeconds(100));
  third.Append(MakeBatch("x", {Row(1, kDay, 30'000)}));
  third.clock().Set(absl::FromUnixSeconds(200));
  third.Append(kalimati);
  EXPECT_NE(MustDigest().history, third.Digest().history);
  EXPECT_EQ(MustDigest().quotes, third.Digest().quotes);
}

TEST_F(DigestTest, AsOfShowsThePastHoweverMuchWasRecordedSince) {
  const Receipt first = MustAppend("a", {Row(1, kDay, 30'000), Row(2, kDay, 31'000)});
  const StoreDigest then = MustDigest();
  MustAppend("b", {Row(1, kDay, 30'500), Row(3, kDay, 1)});
  ASSERT_THAT(store_->Fold(), IsOk());
  MustAppend("c", {Row(1, kDay, 30'600)});
  const StoreDigest past = MustDigest({.as_of_us = first.recorded_us});
  EXPECT_EQ(past.history, then.history);
  EXPECT_EQ(past.quotes, then.quotes);
  EXPECT_EQ(past.newest_recorded_us, first.recorded_us);
  EXPECT_NE(MustDigest().history, then.history);
}

TEST_F(DigestTest, EveryTableOfContentCounts) {
  std::string last = MustDigest().whole;
  for (const Table table :
       {Table::kReceipts, Table::kCatalog, Table::kSeries, Table::kWarnings, Table::kEventLog,
        Table::kReports, Table::kReportReceipts, Table::kFacts}) {
    WriteSet set;
    set.Put(table, "key", EncodeReceipt({}));
    ASSERT_THAT(database_->Write(set, Durability::kFsynced), IsOk());
    const std::string now = MustDigest().whole;
    EXPECT_NE(now, last) << static_cast<int>(table);
    last = now;
  }
  WriteSet set;
  set.Put(Table::kCommits, EncodeCommitKey(5), EncodeCommit({}));
  ASSERT_THAT(database_->Write(set, Durability::kFsynced), IsOk());
  EXPECT_NE(MustDigest().whole, last);
}

TEST_F(DigestTest, WhatDoesNotDecodeIsDataLossWithItsPlace) {
  struct Case {
    Table table;
    std::string key;
    std::string want;
  };
  const std::vector<Case> cases = {
      {Table::kChunks, std::string("\0\0\0\1\7\xd0", 6), "chunks"},
      {Table::kJournal, EncodeJournalKey(5), "table journal, commit 5"},
      {Table::kReceipts, "batch-1", "batch-1"},
      {Table::kCommits, EncodeCommitKey(5), "table commits, commit 5"},
      {Table::kCommits, "short", "table commits: key short"},
      {Table::kTips, std::string("\0\0\0\1", 4), "tips"}};
  for (const Case& c : cases) {
    WriteSet set;
    set.Put(c.table, c.key, "not what it should be");
    ASSERT_THAT(database_->Write(set, Durability::kFsynced), IsOk());
    EXPECT_THAT(DigestStore(*database_, {}),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(c.want)));
    WriteSet undo;
    undo.Delete(c.table, c.key);
    ASSERT_THAT(database_->Write(undo, Durability::kFsynced), IsOk());
  }
  EXPECT_THAT(DigestStore(*database_, {}), IsOk());
}

TEST_F(DigestTest, StopsWhenAsked) {
  for (int i = 0; i < 100; ++i) MustAppend(absl::StrCat("b", i), {Row(1, kDay + i, 30'000)});
  EXPECT_THAT(DigestStore(*database_, {.stop = [] { return true; }}),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("stopped")));
}

}  // namespace
}  // namespace glutwatch::storage
