// One life of a price store, with a fault at every point of it: the N-th fsync fails, the disk is
// full from the N-th append on. Buffers are small, so that commits, folds, flushes, compactions and
// logs are all among the points.
//
// GLUTWATCH_FAULT_POINTS (15 of each) and GLUTWATCH_FAULT_SEED choose how many and which.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "absl/time/clock.h"
#include "server/storage/rocks_database.h"
#include "tests/storage/crash_batches.h"
#include "tests/storage/faulty_file_system.h"
#include "tests/storage/price_store_fixture.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::FakeClock;
using ::glutwatch::testing::FaultyFileSystem;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::TempDir;

constexpr int kBatches = 90;
constexpr int kBatchesPerFold = 7;
constexpr uint32_t kSeries = 40;  // those of CrashBatch

uint32_t FromEnvironment(const char* name, uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? static_cast<uint32_t>(std::atoll(text)) : otherwise;
}

// A store on a file system with faults, and what it acknowledged.
class Life {
 public:
  explicit Life(uint32_t seed) : seed_(seed) {}

  absl::Status Open() {
    Close();
    auto database = OpenDatabaseOn({.path = dir_.File("db"), .write_buffer_bytes = 64 << 10}, fs_);
    if (!database.ok()) return database.status();
    database_ = *std::move(database);
    auto store = PriceStore::Open(database_.get(), &clock_, {.head_bytes = 1 << 20});
    if (store.ok()) store_ = *std::move(store);
    return store.status();
  }
  void Close() {
    store_.reset();
    database_.reset();
  }
  // Sends batches in order from the first that is not acknowledged; the first error.
  absl::Status Work() {
    for (; next_ < kBatches; ++next_) {
      const Batch batch = CrashBatch(seed_, 0, next_);
      const auto receipt = store_->Append(batch);
      if (!receipt.ok()) return receipt.status();
      model_.Apply(batch.rows, receipt->recorded_us, 0);
      if (next_ % kBatchesPerFold == kBatchesPerFold - 1) {
        const absl::Status folded = store_->Fold();
        if (!folded.ok()) return ++next_, folded;
      }
    }
    return absl::OkStatus();
  }
  // What was sent and not acknowledged may be there, as a whole: a resend tells.
  void Settle() {
    if (next_ == kBatches) return;
    const Batch batch = CrashBatch(seed_, 0, next_);
    const auto receipt = store_->Append(batch);
    ASSERT_THAT(receipt, IsOk());
    model_.Apply(batch.rows, receipt->recorded_us, 0);
    ++next_;
  }
  void CheckRows() const {
    for (uint32_t s = 1; s <= kSeries; ++s) {
      auto got = store_->ReadVersions(SeriesId{s}, kMinDay, kMaxDay);
      ASSERT_THAT(got, IsOk());
      for (Version& version : *got) version.observation.source = 0;
      ASSERT_EQ(*got, model_.Versions(SeriesId{s}, kMinDay, kMaxDay, PriceStore::kNow)) << s;
    }
  }
  // The rows that were acknowledged, whatever else there may be.
  void CheckRowsAreServed() const {
    for (uint32_t s = 1; s <= kSeries; ++s) {
      auto got = store_->ReadVersions(SeriesId{s}, kMinDay, kMaxDay);
      ASSERT_THAT(got, IsOk());
      for (Version& version : *got) version.observation.source = 0;
      ASSERT_THAT(*got, ::testing::IsSupersetOf(
                            model_.Versions(SeriesId{s}, kMinDay, kMaxDay, PriceStore::kNow)));
    }
  }

  FaultyFileSystem* fs() { return fs_.get(); }
  Database* database() { return database_.get(); }
  bool open() const { return store_ != nullptr; }

 private:
  const uint32_t seed_;
  TempDir dir_;
  FakeClock clock_;
  const std::shared_ptr<FaultyFileSystem> fs_ = std::make_shared<FaultyFileSystem>();
  std::unique_ptr<Database> database_;
  std::unique_ptr<PriceStore> store_;
  PriceModel model_;
  int next_ = 0;
};

class FaultSweepTest : public ::testing::Test {
 protected:
  void SetUp() override {
    seed_ = FromEnvironment("GLUTWATCH_FAULT_SEED", std::random_device()());
    points_ = static_cast<int64_t>(FromEnvironment("GLUTWATCH_FAULT_POINTS", 15));
    RecordProperty("seed", absl::StrCat(seed_));
    // A life in peace, to know how many points there are.
    Life life(seed_);
    ASSERT_THAT(life.Open(), IsOk());
    ASSERT_THAT(life.Work(), IsOk());
    life.CheckRows();
    life.Close();
    syncs_ = life.fs()->syncs;
    appends_ = life.fs()->tried_appends;
  }
  // The points of a sweep: evenly over the life, and not the same ones every time.
  std::vector<int64_t> Points(int64_t count) const {
    std::vector<int64_t> points;
    const int64_t step = std::max<int64_t>(1, count / points_);
    for (int64_t at = 1 + seed_ % step; at <= count; at += step) points.push_back(at);
    return points;
  }

  uint32_t seed_ = 0;
  int64_t points_ = 0;
  int64_t syncs_ = 0;
  int64_t appends_ = 0;
};

TEST_F(FaultSweepTest, AfterAFailedFsyncNothingIsWrittenUntilRestartAndNothingIsLost) {
  SCOPED_TRACE(absl::StrCat("GLUTWATCH_FAULT_SEED=", seed_));
  int stopped = 0;
  for (const int64_t point : Points(syncs_)) {
    SCOPED_TRACE(absl::StrCat("fsync ", point, " of about ", syncs_));
    Life life(seed_);
    life.fs()->failing_sync = point;
    absl::Status status = life.Open();
    if (status.ok()) status = life.Work();
    if (life.open() && life.fs()->syncs >= point) {
      EXPECT_EQ(life.database()->health().state, DatabaseHealth::State::kFailedSync);
      const int64_t appends = life.fs()->appends;
      const int64_t syncs = life.fs()->syncs;
      const absl::Status again = life.Work();
      EXPECT_FALSE(again.ok() && !status.ok()) << "wrote after a failed fsync";
      life.CheckRowsAreServed();
      life.Close();
      EXPECT_EQ(life.fs()->appends, appends);
      EXPECT_EQ(life.fs()->syncs, syncs);
      ++stopped;
    }
    life.fs()->failing_sync = 0;
    ASSERT_THAT(life.Open(), IsOk());
    life.Settle();
    life.CheckRows();
    ASSERT_THAT(life.Work(), IsOk());
    life.CheckRows();
    if (HasFailure()) break;
  }
  std::printf("seed %u: %lld fsyncs in a life, %d of them failed under an open store\n", seed_,
              static_cast<long long>(syncs_), stopped);
}

TEST_F(FaultSweepTest, AfterAFullDiskItGoesOnByItselfAndNothingIsLost) {
  SCOPED_TRACE(absl::StrCat("GLUTWATCH_FAULT_SEED=", seed_));
  int refused = 0;
  for (const int64_t point : Points(appends_)) {
    SCOPED_TRACE(absl::StrCat("append ", point, " of about ", appends_));
    Life life(seed_);
    life.fs()->no_space_from = point;
    absl::Status status = life.Open();
    if (status.ok()) status = life.Work();
    if (life.open()) {
      EXPECT_TRUE(status.ok() || absl::IsResourceExhausted(status)) << status;
      refused += status.ok() ? 0 : 1;
      life.CheckRowsAreServed();
      life.fs()->no_space_from = INT64_MAX;
      const absl::Time deadline = absl::Now() + absl::Seconds(20);
      while (!life.Work().ok() && absl::Now() < deadline) {
      }
      ASSERT_THAT(life.Work(), IsOk());
      life.CheckRows();
    }
    life.fs()->no_space_from = INT64_MAX;
    ASSERT_THAT(life.Open(), IsOk());
    life.CheckRows();
    if (HasFailure()) break;
  }
  std::printf("seed %u: %lld appends in a life, %d times a full disk refused work\n", seed_,
              static_cast<long long>(appends_), refused);
}

}  // namespace
}  // namespace glutwatch::storage
