#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/database.h"
#include "server/storage/price_store.h"
#include "tests/storage/price_model.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::storage {

inline BatchRow Row(uint32_t series, int day, int64_t modal_e4, uint16_t lot = 0) {
  BatchRow row;
  row.series = SeriesId{series};
  row.observation.day = Day{day};
  row.observation.lot = lot;
  row.observation.presence = kHasLow | kHasModal | kHasHigh | kHasArrivals;
  row.observation.low_e4 = modal_e4 - 500;
  row.observation.modal_e4 = modal_e4;
  row.observation.high_e4 = modal_e4 + 700;
  row.observation.arrivals_e4 = 120'000;
  return row;
}

inline Batch MakeBatch(const std::string& id, std::vector<BatchRow> rows, uint64_t digest = 1) {
  Batch batch;
  batch.batch_id = id;
  batch.digest = digest;
  batch.source = "xinfadi";
  batch.rows = std::move(rows);
  batch.note = "note of " + id;
  return batch;
}

// A store in a folder of its own, with a clock that stands still unless told otherwise.
class PriceStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void TearDown() override { Close(); }

  void Close() {
    store_.reset();
    database_.reset();
  }
  void Reopen() {
    Close();
    auto database = Database::Open({.path = dir_.File("db"), .write_buffer_bytes = 1 << 20});
    ASSERT_THAT(database, ::glutwatch::testing::IsOk());
    database_ = *std::move(database);
    OpenStore();
  }
  void OpenStore() {
    auto store = PriceStore::Open(database_.get(), &clock_, options_);
    ASSERT_THAT(store, ::glutwatch::testing::IsOk());
    store_ = *std::move(store);
  }
  Receipt MustAppend(const std::string& id, std::vector<BatchRow> rows) {
    auto receipt = store_->Append(MakeBatch(id, std::move(rows)));
    EXPECT_THAT(receipt, ::glutwatch::testing::IsOk());
    return receipt.ok() ? *std::move(receipt) : Receipt();
  }
  std::vector<Version> ReadAll(uint32_t series, int64_t as_of_us = PriceStore::kNow) {
    auto versions = store_->Read(SeriesId{series}, kMinDay, kMaxDay, as_of_us);
    EXPECT_THAT(versions, ::glutwatch::testing::IsOk());
    return versions.ok() ? *std::move(versions) : std::vector<Version>();
  }
  std::vector<Version> AllVersions(uint32_t series) {
    auto versions = store_->ReadVersions(SeriesId{series}, kMinDay, kMaxDay);
    EXPECT_THAT(versions, ::glutwatch::testing::IsOk());
    return versions.ok() ? *std::move(versions) : std::vector<Version>();
  }

  ::glutwatch::testing::TempDir dir_;
  ::glutwatch::testing::FakeClock clock_;
  PriceStoreOptions options_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<PriceStore> store_;
};

}  // namespace glutwatch::storage
