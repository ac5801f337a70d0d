#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/assess/assess_loop.h"
#include "server/assess/group_assessor.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/storage/price_store.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::assess {

inline const catalog::Group kGarlicInEryuan{"garlic", "532930"};

// A store and a catalog in a folder of their own, with the example catalog: garlic at the market
// of Eryuan costs 1.5 CNY/kg from 2018 on (day 17532).
class PriceWorldTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void TearDown() override { Close(); }

  virtual void Close() {
    assessor_.reset();
    store_.reset();
    registry_.reset();
    catalog_.reset();
    database_.reset();
  }
  void Reopen() {
    Close();
    database_ = *testing::OpenDatabase(dir_);
    catalog_ = *catalog::Catalog::Open(database_.get());
    GLUTWATCH_ASSERT_OK(catalog_->Put(testing::ExampleResources()));
    registry_ = *catalog::SeriesRegistry::Open(database_.get(), catalog_.get());
    store_ = *storage::PriceStore::Open(database_.get(), &clock_, {});
    assessor_ = std::make_unique<GroupAssessor>(catalog_.get(), registry_.get(), store_.get());
  }

  storage::SeriesId Series(const catalog::SeriesKey& key) {
    const auto ids = registry_->Resolve({&key, 1});
    EXPECT_THAT(ids, testing::IsOk());
    return ids->front();
  }
  storage::SeriesId Garlic(const std::string& grade = "", const std::string& unit = "jin") {
    return Series({"eryuan", "garlic", grade, "CNY", unit});
  }

  static storage::BatchRow Row(storage::SeriesId series, int day, double price,
                               uint16_t flags = 0) {
    storage::BatchRow row;
    row.series = series;
    row.observation.day = Day{day};
    row.observation.presence = storage::kHasModal;
    row.observation.modal_e4 = std::llround(price * 10'000);
    row.observation.flags = flags;
    return row;
  }
  // Prices on every `step`-th day of [from, to]: `level` with a season of 20 %.
  static std::vector<storage::BatchRow> Season(storage::SeriesId series, int from, int to,
                                               double level, int step = 1) {
    std::vector<storage::BatchRow> rows;
    for (int day = from; day <= to; day += step) {
      rows.push_back(Row(series, day, level * (1 + 0.2 * std::sin(day * 2 * M_PI / 365.25))));
    }
    return rows;
  }
  // Returns the batch's vintage.
  int64_t Append(std::vector<storage::BatchRow> rows, const std::string& source = "test") {
    storage::Batch batch;
    batch.batch_id = absl::StrCat("batch-", ++batches_);
    batch.source = source;
    batch.rows = std::move(rows);
    const auto receipt = store_->Append(std::move(batch));
    EXPECT_THAT(receipt, testing::IsOk());
    return receipt.ok() ? receipt->recorded_us : 0;
  }

  testing::TempDir dir_;
  testing::FakeClock clock_;
  int batches_ = 0;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<catalog::SeriesRegistry> registry_;
  std::unique_ptr<storage::PriceStore> store_;
  std::unique_ptr<GroupAssessor> assessor_;
};

}  // namespace glutwatch::assess
