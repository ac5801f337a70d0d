#include "server/storage/price_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "server/storage/rocks_database.h"
#include "tests/storage/faulty_file_system.h"
#include "tests/storage/price_store_fixture.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::FaultyFileSystem;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

MATCHER_P2(Quote, day, modal, "") {
  return arg.observation.day == Day{day} && arg.observation.modal_e4 == modal;
}

TEST_F(PriceStoreTest, StoresExactlyWhatWasQuotedAndWhoObservedIt) {
  BatchRow row = Row(7, 100, 15'500, 3);
  row.observation.flags = kSecondLot;
  row.observation.arrivals_e4 = -1;
  const Receipt receipt = MustAppend("a", {row});
  EXPECT_EQ(receipt.added, 1);
  EXPECT_EQ(receipt.corrected, 0);
  EXPECT_FALSE(receipt.replayed);
  EXPECT_EQ(receipt.recorded_us, absl::ToUnixMicros(clock_.Now()));
  const std::vector<Version> versions = ReadAll(7);
  ASSERT_THAT(versions, SizeIs(1));
  EXPECT_TRUE(versions[0].observation.SameQuoteAs(row.observation));
  EXPECT_EQ(versions[0].recorded_us, receipt.recorded_us);
  EXPECT_EQ(store_->SourceName(versions[0].observation.source), "xinfadi");
  EXPECT_EQ(store_->SourceName(99), "");
}

TEST_F(PriceStoreTest, CommitsAreNumberedUpwardsEvenIfTheClockGoesBack) {
  const int64_t first = MustAppend("a", {Row(1, 1, 10)}).recorded_us;
  clock_.Advance(-absl::Hours(5));
  EXPECT_EQ(MustAppend("b", {Row(1, 2, 10)}).recorded_us, first + 1);
  Reopen();
  EXPECT_EQ(store_->newest_recorded_us(), first + 1);
  EXPECT_EQ(MustAppend("c", {Row(1, 3, 10)}).recorded_us, first + 2);
}

TEST_F(PriceStoreTest, CorrectionBecomesTheNewestVersionAndAsOfReadsTheEarlier) {
  const int64_t first = MustAppend("a", {Row(1, 10, 100), Row(1, 11, 110)}).recorded_us;
  const Receipt second = MustAppend("b", {Row(1, 10, 101)});
  EXPECT_EQ(second.corrected, 1);
  EXPECT_EQ(second.added, 0);
  EXPECT_THAT(ReadAll(1), ElementsAre(Quote(10, 101), Quote(11, 110)));
  EXPECT_THAT(ReadAll(1, first), ElementsAre(Quote(10, 100), Quote(11, 110)));
  EXPECT_THAT(ReadAll(1, first - 1), IsEmpty());
  EXPECT_THAT(AllVersions(1), ElementsAre(Quote(10, 100), Quote(10, 101), Quote(11, 110)));
}

TEST_F(PriceStoreTest, EqualRowIsADuplicateAlsoFromAnotherSource) {
  MustAppend("a", {Row(1, 10, 100), Row(1, 11, 110)});
  Batch batch = MakeBatch("b", {Row(1, 12, 120), Row(1, 10, 100)});
  batch.source = "other";
  const auto receipt = store_->Append(batch);
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->added, 1);
  EXPECT_THAT(receipt->duplicates, ElementsAre(1));
  EXPECT_THAT(AllVersions(1), SizeIs(3));
}

TEST_F(PriceStoreTest, GoingBackToAnEarlierQuoteIsACorrectionNotADuplicate) {
  MustAppend("a", {Row(1, 10, 100)});
  MustAppend("b", {Row(1, 10, 101)});
  EXPECT_EQ(MustAppend("c", {Row(1, 10, 100)}).corrected, 1);
  EXPECT_THAT(AllVersions(1), ElementsAre(Quote(10, 100), Quote(10, 101), Quote(10, 100)));
}

TEST_F(PriceStoreTest, CorrectionsAndDuplicatesAreKnownInChunksToo) {
  MustAppend("a", {Row(1, 10, 100), Row(1, 11, 110)});
  ASSERT_THAT(store_->Fold(), IsOk());
  EXPECT_EQ(store_->stats().rows_in_head, 0);
  const Receipt receipt = MustAppend("b", {Row(1, 9, 90), Row(1, 10, 100), Row(1, 11, 111)});
  EXPECT_EQ(receipt.added, 1);
  EXPECT_EQ(receipt.corrected, 1);
  EXPECT_THAT(receipt.duplicates, ElementsAre(1));
  ASSERT_THAT(store_->Fold(), IsOk());
  EXPECT_THAT(AllVersions(1),
              ElementsAre(Quote(9, 90), Quote(10, 100), Quote(11, 110), Quote(11, 111)));
  EXPECT_EQ(MustAppend("c", {Row(1, 9, 90), Row(1, 11, 111)}).duplicates.size(), 2u);
}

TEST_F(PriceStoreTest, ResentBatchChangesNothingAndGetsTheFirstReceipt) {
  const Receipt first = MustAppend("a", {Row(1, 10, 100), Row(2, 10, 200)});
  MustAppend("b", {Row(1, 10, 101)});
  for (int round = 0; round < 2; ++round) {
    const Receipt again = MustAppend("a", {Row(1, 10, 100), Row(2, 10, 200)});
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.recorded_us, first.recorded_us);
    EXPECT_EQ(again.added, 2);
    EXPECT_EQ(again.note, "note of a");
    EXPECT_THAT(ReadAll(1), ElementsAre(Quote(10, 101)));
    ASSERT_THAT(store_->Fold(), IsOk());
    Reopen();
  }
}

TEST_F(PriceStoreTest, SameIdWithOtherContentIsRefused) {
  MustAppend("a", {Row(1, 10, 100)});
  EXPECT_THAT(store_->Append(MakeBatch("a", {Row(1, 10, 100)}, 2)),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("BATCH_ID_REUSED")));
}

TEST_F(PriceStoreTest, BatchOfOnlyDuplicatesIsACommitWithAReceipt) {
  MustAppend("a", {Row(1, 10, 100)});
  const Receipt receipt = MustAppend("b", {Row(1, 10, 100)});
  EXPECT_THAT(receipt.duplicates, ElementsAre(0));
  EXPECT_EQ(store_->newest_recorded_us(), receipt.recorded_us);
  Reopen();
  EXPECT_TRUE(MustAppend("b", {Row(1, 10, 100)}).replayed);
  ASSERT_THAT(store_->Fold(), IsOk());
}

TEST_F(PriceStoreTest, YearBoundariesAndTheFirstAndLastDayKeepTheirRows) {
  const int new_year_2024 = DayNumber(ToDay(absl::CivilDay(2024, 1, 1)));
  std::vector<BatchRow> rows = {Row(1, DayNumber(kMinDay), 1)};
  for (int day = new_year_2024 - 2; day <= new_year_2024 + 2; ++day) {
    rows.push_back(Row(1, day, day));
  }
  rows.push_back(Row(1, DayNumber(kMaxDay), 2));
  MustAppend("a", rows);
  const std::vector<Version> before = ReadAll(1);
  ASSERT_THAT(before, SizeIs(7));
  ASSERT_THAT(store_->Fold(), IsOk());
  EXPECT_EQ(ReadAll(1), before);
  EXPECT_THAT(*store_->Read(SeriesId{1}, Day{new_year_2024 - 1}, Day{new_year_2024}),
              ElementsAre(Quote(new_year_2024 - 1, new_year_2024 - 1),
                          Quote(new_year_2024, new_year_2024)));
}

TEST_F(PriceStoreTest, LotsOfOneDayAreRowsOfTheirOwn) {
  MustAppend("a", {Row(1, 10, 100, 0), Row(1, 10, 120, 1)});
  EXPECT_EQ(MustAppend("b", {Row(1, 10, 121, 1)}).corrected, 1);
  EXPECT_THAT(ReadAll(1), ElementsAre(Quote(10, 100), Quote(10, 121)));
}

TEST_F(PriceStoreTest, UnknownSeriesIsEmptyAndHasNoTip) {
  EXPECT_THAT(ReadAll(123), IsEmpty());
  EXPECT_FALSE(store_->Tip(SeriesId{123}).has_value());
  EXPECT_FALSE(store_->Tip(SeriesId{0xffffffff}).has_value());
  EXPECT_THAT(*store_->Read(SeriesId{0xffffffff}, kMinDay, kMaxDay), IsEmpty());
}

TEST_F(PriceStoreTest, TipShowsTheNewestGoodPrice) {
  BatchRow closed = Row(1, 12, 0);
  closed.observation = {.day = Day{12}, .status = DayStatus::kClosed};
  BatchRow jump = Row(1, 11, 900);
  jump.observation.flags = kPriceJump;
  MustAppend("a", {Row(1, 10, 100), jump, closed});
  EXPECT_EQ(store_->Tip(SeriesId{1})->newest_day, Day{12});
  EXPECT_EQ(store_->Tip(SeriesId{1})->newest_price_day, Day{10});
  EXPECT_EQ(store_->Tip(SeriesId{1})->modal_e4, 100);
  EXPECT_EQ(store_->stats().series, 1);
}

TEST_F(PriceStoreTest, TipFallsBackWhenItsPriceIsTakenAwayAlsoFromChunks) {
  MustAppend("a", {Row(1, 10, 100), Row(1, 500, 150), Row(1, 500, 151, 1), Row(1, 501, 160)});
  ASSERT_THAT(store_->Fold(), IsOk());
  BatchRow bad = Row(1, 501, 320);  // corrected, and doubtful
  bad.observation.flags = kUnitSlip;
  MustAppend("b", {bad});
  EXPECT_EQ(store_->Tip(SeriesId{1})->newest_price_day, Day{500});
  EXPECT_EQ(store_->Tip(SeriesId{1})->modal_e4, 150);
  BatchRow closed = Row(1, 500, 0);
  closed.observation = {.day = Day{500}, .status = DayStatus::kClosed};
  MustAppend("c", {closed});
  EXPECT_EQ(store_->Tip(SeriesId{1})->modal_e4, 151);  // the second lot is left
  Reopen();
  EXPECT_EQ(store_->Tip(SeriesId{1})->modal_e4, 151);
  EXPECT_EQ(store_->Tip(SeriesId{1})->newest_day, Day{501});
}

TEST_F(PriceStoreTest, ListenerHearsEveryCommitInOrderBeforeItsAnswer) {
  std::vector<std::string> heard;
  store_->SetChangeListener([&](int64_t, absl::Span<const PriceStore::Change> changes) {
    std::string line = "commit";
    for (const auto& change : changes) {
      absl::StrAppend(&line, " ", static_cast<uint32_t>(change.series), "@",
                      DayNumber(change.first_day));
    }
    heard.push_back(line);
  });
  MustAppend("a", {Row(2, 11, 1), Row(1, 10, 1), Row(2, 9, 1)});
  EXPECT_THAT(heard, ElementsAre("commit 1@10 2@9"));
  MustAppend("b", {Row(1, 10, 1)});
  EXPECT_THAT(heard, ElementsAre("commit 1@10 2@9", "commit"));
}

TEST_F(PriceStoreTest, ReplaysChangesAfterRestartAndFoldAsFarAsTheJournalIsKept) {
  const int64_t first = MustAppend("a", {Row(1, 10, 1)}).recorded_us;
  const int64_t second = MustAppend("b", {Row(2, 20, 1)}).recorded_us;
  store_->KeepJournalAfter(first);
  ASSERT_THAT(store_->Fold(), IsOk());
  const int64_t third = MustAppend("c", {Row(3, 30, 1)}).recorded_us;
  Reopen();
  ASSERT_THAT(store_->Fold(), IsOk());
  std::vector<int64_t> seen;
  auto visit = [&](int64_t us, absl::Span<const PriceStore::Change>) { seen.push_back(us); };
  ASSERT_THAT(store_->ReplayChanges(first, visit), IsOk());
  EXPECT_THAT(seen, ElementsAre(second, third));
  seen.clear();
  ASSERT_THAT(store_->ReplayChanges(third, visit), IsOk());
  EXPECT_THAT(seen, IsEmpty());
  EXPECT_THAT(store_->ReplayChanges(first - 1, visit),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("the journal holds")));
  store_->KeepJournalAfter(third);
  MustAppend("d", {Row(3, 31, 1)});
  ASSERT_THAT(store_->Fold(), IsOk());
  EXPECT_THAT(store_->ReplayChanges(first, visit),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("the journal holds")));
}

TEST_F(PriceStoreTest, FoldEmptiesTheJournal) {
  MustAppend("a", {Row(1, 10, 1)});
  EXPECT_GT(store_->stats().journal_bytes, 0);
  ASSERT_THAT(store_->Fold(), IsOk());
  EXPECT_EQ(store_->stats().journal_bytes, 0);
  EXPECT_EQ(store_->stats().folds, 1);
  ASSERT_THAT(store_->Fold(), IsOk());  // nothing to do
  EXPECT_EQ(store_->stats().folds, 1);
}

struct RefusalCase {
  std::string name;
  Batch batch;
  std::string want;
};
void PrintTo(const RefusalCase& c, std::ostream* os) { *os << c.name; }

class RefusalTest : public PriceStoreTest, public ::testing::WithParamInterface<RefusalCase> {};

TEST_P(RefusalTest, NamesTheRowAndTheLimit) {
  EXPECT_THAT(store_->Append(GetParam().batch),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().want)));
  EXPECT_EQ(store_->newest_recorded_us(), 0);
}

BatchRow Changed(const std::function<void(Observation*)>& change) {
  BatchRow row = Row(1, 11, 10);
  change(&row.observation);
  return row;
}

INSTANTIATE_TEST_SUITE_P(
    BadBatches, RefusalTest,
    ::testing::ValuesIn(std::vector<RefusalCase>{
        {"NoId", MakeBatch("", {}), "batch id: 0 bytes"},
        {"LongId", MakeBatch(std::string(201, 'x'), {}), "batch id: 201 bytes"},
        {"TooManyRows", MakeBatch("a", std::vector<BatchRow>(100'001)), "100001 rows"},
        {"SeriesZero", MakeBatch("a", {Row(1, 1, 1), Row(0, 1, 1)}), "row 1: its series"},
        {"SeriesTooLarge", MakeBatch("a", {Row(1u << 26, 1, 1)}), "row 0: its series"},
        {"DayTooEarly", MakeBatch("a", {Row(1, DayNumber(kMinDay) - 1, 1)}), "row 0: its day"},
        {"DayTooLate", MakeBatch("a", {Row(1, DayNumber(kMaxDay) + 1, 1)}), "row 0: its day"},
        {"BadStatus", MakeBatch("a", {Changed([](Observation* o) { o->status = DayStatus{6}; })}),
         "row 0: its day status"},
        {"BadPresence", MakeBatch("a", {Changed([](Observation* o) { o->presence |= 16; })}),
         "row 0: its presence"},
        {"AbsentButSet", MakeBatch("a", {Changed([](Observation* o) { o->presence = kHasLow; })}),
         "row 0: a number that is not present"},
        {"SameRowTwice", MakeBatch("a", {Row(1, 5, 1), Row(2, 3, 1), Row(1, 5, 2)}),
         "row 2: an earlier row"},
        {"SameRowTwiceInOrder", MakeBatch("a", {Row(1, 5, 1), Row(1, 5, 2)}),
         "row 1: an earlier row"},
    }),
    [](const auto& test) { return test.param.name; });

TEST_F(PriceStoreTest, GroupedBatchesSeeOneAnother) {
  // The first batch holds the writer up while the others queue, so that they share a group.
  std::atomic<bool> queued{false};
  store_->SetChangeListener([&](int64_t, absl::Span<const PriceStore::Change>) {
    while (!queued) std::this_thread::yield();
  });
  std::atomic<int> answered{0};
  std::vector<absl::StatusOr<Receipt>> receipts(5, absl::UnknownError(""));
  auto append = [&](size_t i, Batch batch) {
    store_->AppendAsync(std::move(batch), [&receipts, &answered, i](auto receipt) {
      receipts[i] = std::move(receipt);
      ++answered;
    });
  };
  append(0, MakeBatch("first", {Row(9, 1, 1)}));
  append(1, MakeBatch("a", {Row(1, 10, 100)}));
  append(2, MakeBatch("b", {Row(1, 10, 101), Row(1, 9, 90)}));
  append(3, MakeBatch("c", {Row(1, 10, 101)}));
  append(4, MakeBatch("a", {Row(1, 10, 100)}));
  queued = true;
  while (answered < 5) std::this_thread::yield();
  EXPECT_EQ(receipts[1]->added, 1);
  EXPECT_EQ(receipts[2]->corrected, 1);
  EXPECT_EQ(receipts[2]->added, 1);
  EXPECT_THAT(receipts[3]->duplicates, ElementsAre(0));
  EXPECT_TRUE(receipts[4]->replayed);
  EXPECT_EQ(receipts[4]->recorded_us, receipts[1]->recorded_us);
  EXPECT_THAT(ReadAll(1), ElementsAre(Quote(9, 90), Quote(10, 101)));
}

TEST_F(PriceStoreTest, FullQueueAnswersAtOnce) {
  options_.max_queued_batches = 1;
  Reopen();
  std::atomic<bool> go{false};
  std::atomic<int> heard{0};
  std::atomic<int> done{0};
  store_->SetChangeListener([&](int64_t, absl::Span<const PriceStore::Change>) {
    ++heard;
    while (!go) std::this_thread::yield();
  });
  auto count = [&](const absl::StatusOr<Receipt>&) { ++done; };
  store_->AppendAsync(MakeBatch("a", {Row(1, 1, 1)}), count);
  while (heard == 0) std::this_thread::yield();
  store_->AppendAsync(MakeBatch("b", {Row(1, 2, 1)}), count);
  EXPECT_THAT(store_->Append(MakeBatch("c", {Row(1, 3, 1)})),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("QUEUE_FULL")));
  EXPECT_EQ(store_->stats().queued_batches, 1);
  go = true;
  store_.reset();  // commits what is queued
  EXPECT_EQ(done, 2);
}

TEST_F(PriceStoreTest, ReadersSeeWholeBatchesWhileTheHeadIsFolded) {
  options_.head_bytes = 1 << 20;
  Reopen();
  constexpr uint32_t kSeries = 500;
  std::atomic<bool> stop{false};
  std::atomic<int> broken{0};
  std::thread reader([&] {
    while (!stop) {
      const int64_t as_of = store_->newest_recorded_us();
      const auto a = store_->Read(SeriesId{1}, kMinDay, kMaxDay, as_of);
      const auto b = store_->Read(SeriesId{kSeries}, kMinDay, kMaxDay, as_of);
      if (!a.ok() || !b.ok() || a->size() != b->size()) ++broken;
      (void)store_->Tip(SeriesId{1});
    }
  });
  for (int day = 0; day < 200; ++day) {
    std::vector<BatchRow> rows;
    for (uint32_t s = 1; s <= kSeries; ++s) rows.push_back(Row(s, day, 100 + day));
    MustAppend(absl::StrCat("day", day), rows);
  }
  stop = true;
  reader.join();
  EXPECT_EQ(broken, 0);
  EXPECT_GT(store_->stats().folds, 3);
  EXPECT_LE(store_->stats().head_bytes, 3 << 20);
  EXPECT_THAT(ReadAll(250), SizeIs(200));
}

TEST_F(PriceStoreTest, DamagedValuesAreDataLossThatNamesTableAndKey) {
  MustAppend("a", {Row(5, 10, 100)});
  ASSERT_THAT(store_->Fold(), IsOk());
  MustAppend("b", {Row(6, 10, 100)});
  auto flip = [&](Table table, const std::string& key) {
    auto value = database_->Get(table, key);
    ASSERT_THAT(value, IsOk());
    value->back() ^= 1;
    WriteSet set;
    set.Put(table, key, *value);
    ASSERT_THAT(database_->Write(set, Durability::kFsynced), IsOk());
  };
  flip(Table::kChunks, std::string("\0\0\0\5\x07\xb2", 6));  // 1970
  EXPECT_THAT(store_->Read(SeriesId{5}, kMinDay, kMaxDay),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("table chunks, series 5, year 1970: checksum mismatch")));
  flip(Table::kReceipts, "a");
  EXPECT_THAT(store_->Append(MakeBatch("a", {})),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("table receipts, batch \"a\"")));
  const int64_t us = store_->newest_recorded_us();
  store_.reset();
  std::string key(8, '\0');
  for (int i = 0; i < 8; ++i) key[static_cast<size_t>(i)] = static_cast<char>(us >> (56 - 8 * i));
  flip(Table::kJournal, key);
  EXPECT_THAT(PriceStore::Open(database_.get(), &clock_, options_),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr(absl::StrCat("table journal, commit ", us, ": checksum"))));
}

class PriceStoreFaultTest : public PriceStoreTest {
 protected:
  void SetUp() override {
    auto database = OpenDatabaseOn({.path = dir_.File("db")}, fs_);
    ASSERT_THAT(database, IsOk());
    database_ = *std::move(database);
    OpenStore();
    MustAppend("before", {Row(1, 10, 100)});
  }
  const std::shared_ptr<FaultyFileSystem> fs_ = std::make_shared<FaultyFileSystem>();
};

TEST_F(PriceStoreFaultTest, FullDiskRefusesLeavesNoTraceAndRecovers) {
  fs_->no_space = true;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(store_->Append(MakeBatch(absl::StrCat("full", i), {Row(1, 10, 999), Row(2, 1, 1)})),
                StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("DISK_FULL")));
  }
  EXPECT_THAT(store_->Fold(), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("")));
  EXPECT_THAT(ReadAll(1), ElementsAre(Quote(10, 100)));
  EXPECT_THAT(ReadAll(2), IsEmpty());
  EXPECT_FALSE(store_->Tip(SeriesId{2}).has_value());
  fs_->no_space = false;
  absl::StatusOr<Receipt> receipt = absl::UnknownError("");
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!receipt.ok() && absl::Now() < deadline) {
    receipt = store_->Append(MakeBatch("full0", {Row(1, 10, 999), Row(2, 1, 1)}));
  }
  ASSERT_THAT(receipt, IsOk());
  EXPECT_FALSE(receipt->replayed);
  EXPECT_EQ(receipt->corrected, 1);
  EXPECT_EQ(receipt->added, 1);
  ASSERT_THAT(store_->Fold(), IsOk());
  Reopen();
  EXPECT_THAT(AllVersions(1), ElementsAre(Quote(10, 100), Quote(10, 999)));
}

TEST_F(PriceStoreFaultTest, FailedSyncRefusesUntilRestartAndReadsGoOn) {
  fs_->fail_syncs = true;
  EXPECT_THAT(store_->Append(MakeBatch("lost", {Row(1, 10, 999)})),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("FAILED_SYNC")));
  fs_->fail_syncs = false;
  EXPECT_THAT(store_->Append(MakeBatch("later", {Row(1, 11, 1)})),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("FAILED_SYNC")));
  EXPECT_THAT(ReadAll(1), ElementsAre(Quote(10, 100)));
  Reopen();
  EXPECT_THAT(store_->Append(MakeBatch("later", {Row(1, 11, 1)})), IsOk());
}

}  // namespace
}  // namespace glutwatch::storage
