// Random work against the simplest possible model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/storage/price_store_fixture.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;

constexpr uint32_t kSeries = 12;
constexpr int kFirstDay = 19'700;  // 2023-12-09: the days below cross two New Years
constexpr int kDays = 420;

class PricePropertyTest : public PriceStoreTest, public ::testing::WithParamInterface<uint32_t> {
 protected:
  void SetUp() override {
    options_.head_bytes = 1 << 20;
    PriceStoreTest::SetUp();
    random_.seed(GetParam());
  }
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  BatchRow RandomRow() {
    BatchRow row = Row(1 + static_cast<uint32_t>(Below(kSeries)), kFirstDay + Below(kDays),
                       100 * (1 + Below(3)), static_cast<uint16_t>(Below(8) == 0 ? 1 : 0));
    if (Below(10) == 0) row.observation.flags = kPriceJump;
    if (Below(10) == 0) {
      const Observation& o = row.observation;
      row.observation = {.day = o.day, .lot = o.lot, .status = DayStatus::kClosed};
    }
    return row;
  }
  std::vector<BatchRow> RandomRows() {
    std::map<std::tuple<SeriesId, Day, uint16_t>, BatchRow> rows;
    const int count = 1 + Below(40);
    for (int i = 0; i < count; ++i) {
      const BatchRow row = RandomRow();
      rows[{row.series, row.observation.day, row.observation.lot}] = row;
    }
    std::vector<BatchRow> shuffled;
    for (const auto& [key, row] : rows) shuffled.push_back(row);
    std::shuffle(shuffled.begin(), shuffled.end(), random_);
    return shuffled;
  }
  void AppendRandomBatch(int number) {
    const std::vector<BatchRow> rows = RandomRows();
    clock_.Advance(absl::Microseconds(Below(3)));
    const Receipt receipt = MustAppend(absl::StrCat("batch", number), rows);
    commits_.push_back(receipt.recorded_us);
    EXPECT_EQ(model_.Apply(rows, receipt.recorded_us, 0), receipt.duplicates);
    EXPECT_EQ(receipt.added + receipt.corrected + static_cast<int64_t>(receipt.duplicates.size()),
              static_cast<int64_t>(rows.size()));
  }
  void CheckAgainstModel() {
    for (uint32_t s = 1; s <= kSeries; ++s) {
      const SeriesId series{s};
      const Day from{kFirstDay + Below(kDays)};
      const Day to = from + Below(kDays);
      const int64_t as_of = commits_[static_cast<size_t>(Below(static_cast<int>(commits_.size())))];
      ASSERT_EQ(AllVersions(s), model_.Versions(series, kMinDay, kMaxDay, PriceStore::kNow));
      ASSERT_EQ(*store_->Read(series, from, to, as_of), model_.Newest(series, from, to, as_of));
      ASSERT_EQ(*store_->Read(series, from, to), model_.Newest(series, from, to, PriceStore::kNow));
      const auto tip = store_->Tip(series);
      const auto want = model_.Tip(series);
      ASSERT_EQ(tip.has_value(), want.has_value());
      if (!want.has_value()) continue;
      ASSERT_EQ(tip->newest_day, want->newest_day);
      ASSERT_EQ(tip->recorded_us, want->recorded_us);
      ASSERT_EQ(tip->newest_price_day, want->newest_price_day);
      ASSERT_EQ(tip->modal_e4, want->modal_e4);
    }
  }

  std::mt19937 random_;
  PriceModel model_;
  std::vector<int64_t> commits_;
};

TEST_P(PricePropertyTest, AnyOrderOfRowsCorrectionsFoldsAndRestartsReadsAsTheModel) {
  for (int step = 0; step < 250 && !HasFatalFailure(); ++step) {
    AppendRandomBatch(step);
    if (Below(25) == 0) {
      ASSERT_THAT(store_->Fold(), IsOk());
    }
    if (Below(40) == 0) Reopen();
    if (Below(5) == 0) CheckAgainstModel();
  }
  CheckAgainstModel();
}

INSTANTIATE_TEST_SUITE_P(Seeds, PricePropertyTest, ::testing::Range(1u, 9u));

}  // namespace
}  // namespace glutwatch::storage
