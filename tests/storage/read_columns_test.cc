// Reading in columns: the same rows as by rows, whatever is in chunks and what in the head.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "server/storage/column_rows.h"
#include "tests/storage/price_store_fixture.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kFirstDay = 19'700;  // 2023-12-09: the days below cross two New Years
constexpr int kDays = 420;
constexpr uint32_t kSeries = 8;

std::vector<Version> Rows(const PriceColumns& columns) {
  std::vector<Version> rows;
  for (size_t i = 0; i < columns.rows(); ++i) rows.push_back(RowAt(columns, i));
  return rows;
}

class ReadColumnsTest : public PriceStoreTest {
 protected:
  std::vector<Version> Read(uint32_t series, int from, int to, int64_t as_of_us = PriceStore::kNow,
                            ColumnSet columns = kAllColumns) {
    EXPECT_THAT(
        store_->ReadColumns(SeriesId{series}, Day{from}, Day{to}, as_of_us, columns, &columns_),
        IsOk());
    return columns == kAllColumns ? Rows(columns_) : std::vector<Version>();
  }
  std::vector<int64_t> Modals() const {
    return {columns_.modal_e4.begin(), columns_.modal_e4.end()};
  }

  PriceColumns columns_;
};

TEST_F(ReadColumnsTest, RowsOfTheHeadGoIntoTheirPlaceAmongThoseOfTheChunk) {
  MustAppend("a", {Row(1, 100, 10), Row(1, 102, 12), Row(1, 104, 14)});
  ASSERT_THAT(store_->Fold(), IsOk());
  MustAppend("b", {Row(1, 101, 11), Row(1, 102, 22), Row(1, 102, 23, 1), Row(1, 105, 15)});
  Read(1, 0, 1000, PriceStore::kNow, kModalColumn);
  EXPECT_THAT(Modals(), ElementsAre(10, 11, 22, 23, 14, 15));
  EXPECT_THAT(columns_.lots.span(), IsEmpty());
  Read(1, 101, 102, PriceStore::kNow, kModalColumn);
  EXPECT_THAT(Modals(), ElementsAre(11, 22, 23));
  Read(1, 104, 103, PriceStore::kNow, kModalColumn);
  EXPECT_THAT(Modals(), IsEmpty());
}

TEST_F(ReadColumnsTest, SaysWhatHoldsOfEveryRow) {
  BatchRow closed = Row(1, 200, 0);
  closed.observation = {.day = Day{200}, .status = DayStatus::kClosed};
  BatchRow jump = Row(1, 300, 10, 2);
  jump.observation.flags = kPriceJump;
  MustAppend("a", {Row(1, 100, 10), Row(1, 101, 11), closed, jump});
  ASSERT_THAT(store_->Fold(), IsOk());
  Read(1, 100, 101);
  EXPECT_TRUE(columns_.all_first_lots);
  EXPECT_TRUE(columns_.all_traded);
  EXPECT_EQ(columns_.common_presence, 15);
  EXPECT_EQ(columns_.any_flags, 0);
  Read(1, 100, 300);
  EXPECT_FALSE(columns_.all_first_lots);
  EXPECT_FALSE(columns_.all_traded);
  EXPECT_EQ(columns_.common_presence, 0);
  EXPECT_EQ(columns_.any_flags, kPriceJump);
  Read(1, 100, 101, PriceStore::kNow, kModalColumn);
  EXPECT_FALSE(columns_.all_first_lots);
  EXPECT_FALSE(columns_.all_traded);
  EXPECT_EQ(columns_.common_presence, 0);
  EXPECT_EQ(columns_.any_flags, 0xffff);
}

TEST_F(ReadColumnsTest, ManySeriesComeInTheOrderAskedForUntilTheCallerHasEnough) {
  for (uint32_t s = 1; s <= 4; ++s) {
    MustAppend(absl::StrCat("b", s), {Row(s, 100, 10 * s), Row(s, 101, 10 * s + 1)});
  }
  ASSERT_THAT(store_->Fold(), IsOk());
  const std::vector<SeriesId> asked = {SeriesId{3}, SeriesId{99}, SeriesId{1}, SeriesId{1},
                                       SeriesId{4}};
  std::vector<int64_t> first_modals;
  const auto read = [&](size_t stop_at) {
    first_modals.clear();
    return store_->ReadManyColumns(
        asked, kMinDay, kMaxDay, PriceStore::kNow, kModalColumn, &columns_,
        [&](size_t i, const PriceColumns& rows) {
          first_modals.push_back(rows.rows() == 0 ? -1 : rows.modal_e4[0]);
          return i != stop_at;
        });
  };
  ASSERT_THAT(read(100), IsOk());
  EXPECT_THAT(first_modals, ElementsAre(30, -1, 10, 10, 40));
  ASSERT_THAT(read(1), IsOk());
  EXPECT_THAT(first_modals, ElementsAre(30, -1));
}

TEST_F(ReadColumnsTest, ReadingAgainAllocatesNothingNew) {
  std::vector<BatchRow> rows;
  for (int day = 0; day < 700; ++day) rows.push_back(Row(1, kFirstDay + day, 10 + day));
  MustAppend("a", rows);
  ASSERT_THAT(store_->Fold(), IsOk());
  Read(1, 0, 100'000 / 2);
  ASSERT_THAT(columns_.days.span(), SizeIs(700));
  const int64_t* const before = columns_.modal_e4.data();
  for (int i = 0; i < 5; ++i) Read(1, kFirstDay + i, kFirstDay + 600);
  EXPECT_EQ(columns_.modal_e4.data(), before);
}

// Random batches with corrections and second lots, folds and restarts in between.
class ReadColumnsPropertyTest : public ReadColumnsTest,
                                public ::testing::WithParamInterface<uint32_t> {
 protected:
  void SetUp() override {
    ReadColumnsTest::SetUp();
    random_.seed(GetParam());
  }
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  void AppendRandomBatch(int number) {
    std::map<std::tuple<SeriesId, Day, uint16_t>, BatchRow> rows;
    // Mostly the newest days, as it is in life, so that the head goes behind the chunks.
    const int newest = kDays * number / 150;
    for (int i = 1 + Below(60); i > 0; --i) {
      const int day = Below(4) == 0 ? Below(kDays) : std::min(newest + Below(5), kDays - 1);
      BatchRow row = Row(1 + static_cast<uint32_t>(Below(kSeries)), kFirstDay + day,
                         100 * (1 + Below(9)), static_cast<uint16_t>(Below(8) == 0 ? 1 : 0));
      if (Below(10) == 0) row.observation.flags = kUnitSlip;
      if (Below(10) == 0) {
        const Observation& o = row.observation;
        row.observation = {.day = o.day, .lot = o.lot, .status = DayStatus::kHoliday};
      }
      rows[{row.series, row.observation.day, row.observation.lot}] = row;
    }
    std::vector<BatchRow> batch;
    for (const auto& [key, row] : rows) batch.push_back(row);
    clock_.Advance(absl::Microseconds(Below(3)));
    const Receipt receipt = MustAppend(absl::StrCat("batch", number), batch);
    commits_.push_back(receipt.recorded_us);
    model_.Apply(batch, receipt.recorded_us, 0);
  }
  void CheckAgainstModel() {
    const int64_t as_of = commits_[static_cast<size_t>(Below(static_cast<int>(commits_.size())))];
    const Day from{kFirstDay + Below(kDays)};
    const Day to = from + Below(kDays);
    std::vector<SeriesId> asked;
    for (uint32_t s = 1; s <= kSeries; ++s) asked.push_back(SeriesId{s});
    for (const int64_t limit_us : {as_of, PriceStore::kNow}) {
      ASSERT_THAT(store_->ReadManyColumns(asked, from, to, limit_us, kAllColumns, &columns_,
                                          [&](size_t i, const PriceColumns& rows) {
                                            EXPECT_EQ(Rows(rows),
                                                      model_.Newest(asked[i], from, to, limit_us));
                                            return true;
                                          }),
                  IsOk());
    }
  }

  std::mt19937 random_;
  PriceModel model_;
  std::vector<int64_t> commits_;
};

TEST_P(ReadColumnsPropertyTest, ColumnsAreWhatTheModelSays) {
  for (int step = 0; step < 150 && !HasFailure(); ++step) {
    AppendRandomBatch(step);
    if (Below(20) == 0) {
      ASSERT_THAT(store_->Fold(), IsOk());
    }
    if (Below(50) == 0) Reopen();
    if (Below(3) == 0) CheckAgainstModel();
  }
  CheckAgainstModel();
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReadColumnsPropertyTest, ::testing::Range(1u, 7u));

}  // namespace
}  // namespace glutwatch::storage
