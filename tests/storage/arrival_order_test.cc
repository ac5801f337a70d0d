// The order in which rows, corrections and duplicates arrive, how they are cut into batches, and
// when the store folds or restarts do not show in its state.
//
// GLUTWATCH_ARRIVAL_CASES (1000) and GLUTWATCH_ARRIVAL_SEED choose how many and which.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "tests/storage/price_store_fixture.h"
#include "tests/storage/random_history.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::FakeClock;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::TempDir;
using Order = RandomHistory::Order;

constexpr uint32_t kCasesPerWorld = 100;
constexpr uint32_t kSeriesPerCase = 3;
constexpr absl::Duration kBetweenBatches = absl::Milliseconds(1);

uint32_t FromEnvironment(const char* name, uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? static_cast<uint32_t>(std::atoll(text)) : otherwise;
}

// What a reader of `versions` sees, apart from when each was recorded.
std::string TextOf(const std::vector<Version>& versions, const PriceStore& store) {
  std::string text;
  for (const Version& version : versions) {
    const Observation& o = version.observation;
    absl::StrAppend(&text, DayNumber(o.day), " lot ", o.lot, " status ", static_cast<int>(o.status),
                    " presence ", o.presence, " flags ", o.flags, " by ",
                    store.SourceName(o.source), ": ", o.low_e4, " ", o.modal_e4, " ", o.high_e4,
                    " ", o.arrivals_e4, "\n");
  }
  return text;
}

// A store in a folder of its own, and what it said before.
class Shop {
 public:
  Shop() { Restart(); }

  void Restart() {
    Close();
    auto database = Database::Open({.path = dir_.File("db"), .write_buffer_bytes = 1 << 20});
    ASSERT_THAT(database, IsOk());
    database_ = *std::move(database);
    auto store = PriceStore::Open(database_.get(), &clock_, {.head_bytes = 1 << 20});
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
  }
  void Close() {
    store_.reset();
    database_.reset();
  }
  Receipt Append(Batch batch) {
    auto receipt = store_->Append(std::move(batch));
    EXPECT_THAT(receipt, IsOk());
    return receipt.ok() ? *std::move(receipt) : Receipt();
  }
  void Fold() { ASSERT_THAT(store_->Fold(), IsOk()); }

  std::string View(uint32_t series, int64_t as_of_us = PriceStore::kNow) const {
    const auto versions = store_->Read(SeriesId{series}, kMinDay, kMaxDay, as_of_us);
    EXPECT_THAT(versions, IsOk());
    return versions.ok() ? TextOf(*versions, *store_) : "";
  }
  std::string TipText(uint32_t series) const {
    const std::optional<SeriesTip> tip = store_->Tip(SeriesId{series});
    if (!tip.has_value()) return "";
    const std::string price =
        tip->newest_price_day.has_value()
            ? absl::StrCat(DayNumber(*tip->newest_price_day), ": ", tip->modal_e4)
            : "none";
    return absl::StrCat("newest ", DayNumber(tip->newest_day), ", price ", price);
  }
  // "key=value" of everything in `table`, in hexadecimal.
  std::vector<std::string> Dump(Table table) const {
    std::vector<std::string> entries;
    const absl::Status scanned =
        database_->Scan(table, "", "", [&](absl::string_view key, absl::string_view value) {
          entries.push_back(
              absl::StrCat(absl::BytesToHexString(key), "=", absl::BytesToHexString(value)));
          return true;
        });
    EXPECT_THAT(scanned, IsOk());
    return entries;
  }

  // Remembers what a series is known to be now; CheckMemories finds that it is still so as of now.
  void Remember(uint32_t series) {
    memories_.push_back({series, store_->newest_recorded_us(), View(series)});
  }
  void CheckMemories() const {
    for (const Memory& memory : memories_) {
      ASSERT_EQ(View(memory.series, memory.as_of_us), memory.view)
          << "series " << memory.series << " as of " << memory.as_of_us;
    }
  }

  FakeClock& clock() { return clock_; }
  const PriceStore& store() const { return *store_; }

 private:
  struct Memory {
    uint32_t series;
    int64_t as_of_us;
    std::string view;
  };
  TempDir dir_;
  FakeClock clock_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<PriceStore> store_;
  std::vector<Memory> memories_;
};

class ArrivalOrderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    seed_ = FromEnvironment("GLUTWATCH_ARRIVAL_SEED", std::random_device()());
    random_.seed(seed_);
    RecordProperty("seed", absl::StrCat(seed_));
    const uint32_t cases = FromEnvironment("GLUTWATCH_ARRIVAL_CASES", 1000);
    worlds_ = (cases + kCasesPerWorld - 1) / kCasesPerWorld;
  }
  void TearDown() override {
    std::printf("seed %u: %u cases, %lld rows\n", seed_, worlds_ * kCasesPerWorld,
                static_cast<long long>(rows_));
  }

  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(random_()) % n; }
  RandomHistory MakeHistory() {
    RandomHistory history(kCasesPerWorld, kSeriesPerCase, &random_);
    rows_ += history.rows();
    return history;
  }
  std::vector<Batch> InAnyOrder(const RandomHistory& history) {
    return history.InBatches(static_cast<Order>(Below(RandomHistory::kOrders)), &random_);
  }
  // Folds, restarts, looks and resends now and then.
  void Disturb(const std::vector<Batch>& sent, uint32_t series, Shop* shop) {
    if (Below(6) == 0) shop->Fold();
    if (Below(25) == 0) shop->Restart();
    for (int i = 0; i < 3; ++i) shop->Remember(1 + Below(series));
    if (sent.empty() || Below(4) != 0) return;
    const Receipt receipt = shop->Append(sent[Below(static_cast<uint32_t>(sent.size()))]);
    EXPECT_TRUE(receipt.replayed);
  }
  // Sends the batch's rows again under another id, right behind them: nothing is stored.
  void SendTwice(Batch batch, Shop* shop) {
    batch.batch_id += "-again";
    std::shuffle(batch.rows.begin(), batch.rows.end(), random_);
    const Receipt receipt = shop->Append(batch);
    EXPECT_EQ(receipt.added, 0);
    EXPECT_EQ(receipt.corrected, 0);
    EXPECT_EQ(receipt.duplicates.size(), batch.rows.size());
  }

  uint32_t seed_ = 0;
  std::mt19937 random_;
  uint32_t worlds_ = 0;
  int64_t rows_ = 0;
};

TEST_F(ArrivalOrderTest, NewestViewIsTheSameInAnyOrder) {
  SCOPED_TRACE(absl::StrCat("GLUTWATCH_ARRIVAL_SEED=", seed_));
  for (uint32_t world = 0; world < worlds_ && !HasFailure(); ++world) {
    const RandomHistory history = MakeHistory();
    Shop peace;
    for (Batch& batch : history.InBatches(Order::kDayOrder, &random_)) {
      peace.Append(std::move(batch));
    }
    Shop other;
    const std::vector<Batch> batches = InAnyOrder(history);
    std::vector<Batch> sent;
    for (const Batch& batch : batches) {
      other.clock().Advance(absl::Microseconds(Below(3)));
      other.Append(batch);
      sent.push_back(batch);
      if (Below(5) == 0) SendTwice(batch, &other);
      Disturb(sent, history.series_count(), &other);
    }
    for (uint32_t series = 1; series <= history.series_count(); ++series) {
      ASSERT_EQ(other.View(series), peace.View(series)) << "series " << series;
      ASSERT_EQ(other.TipText(series), peace.TipText(series)) << "series " << series;
    }
    other.CheckMemories();
    other.Fold();
    other.Restart();
    other.CheckMemories();
    for (uint32_t series = 1; series <= history.series_count(); ++series) {
      ASSERT_EQ(other.View(series), peace.View(series)) << "folded, series " << series;
      ASSERT_EQ(other.TipText(series), peace.TipText(series)) << "folded, series " << series;
    }
  }
}

TEST_F(ArrivalOrderTest, EqualVersionsAreEqualBytesHoweverTheyWereFolded) {
  SCOPED_TRACE(absl::StrCat("GLUTWATCH_ARRIVAL_SEED=", seed_));
  for (uint32_t world = 0; world < worlds_ && !HasFailure(); ++world) {
    const RandomHistory history = MakeHistory();
    const std::vector<Batch> batches = InAnyOrder(history);
    Shop peace;
    Shop other;
    absl::Time now = peace.clock().Now();
    std::vector<Batch> sent;
    for (const Batch& batch : batches) {
      // The same commit, whatever happened between: recorded at the same microsecond.
      now += kBetweenBatches;
      peace.clock().Set(now);
      other.clock().Set(now);
      Batch shuffled = batch;
      std::shuffle(shuffled.rows.begin(), shuffled.rows.end(), random_);
      const Receipt want = peace.Append(batch);
      ASSERT_EQ(other.Append(std::move(shuffled)).recorded_us, want.recorded_us);
      sent.push_back(batch);
      if (Below(5) == 0) SendTwice(batch, &other);
      Disturb(sent, history.series_count(), &other);
    }
    peace.Fold();
    other.Fold();
    ASSERT_EQ(other.Dump(Table::kChunks), peace.Dump(Table::kChunks));
    ASSERT_EQ(other.Dump(Table::kTips), peace.Dump(Table::kTips));
    ASSERT_FALSE(peace.Dump(Table::kChunks).empty());
    other.CheckMemories();
  }
}

}  // namespace
}  // namespace glutwatch::storage
