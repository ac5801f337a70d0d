#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "server/observe/intake.h"
#include "server/observe/price_hub.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::observe {

// A batch with its columns; price rows by default.
struct TestBatch {
  std::string id;
  std::vector<int32_t> series = {};
  std::vector<int32_t> days = {};
  std::vector<int> statuses = {};
  std::vector<int32_t> presences = {};
  std::vector<int64_t> low = {};
  std::vector<int64_t> modal = {};
  std::vector<int64_t> high = {};
  std::vector<int64_t> arrivals = {};
  std::vector<int32_t> lots = {};

  // Adds a traded row with all three prices.
  TestBatch& Price(int32_t series_index, Day day, int64_t low_e4, int64_t modal_e4,
                   int64_t high_e4) {
    series.push_back(series_index);
    days.push_back(DayNumber(day));
    low.push_back(low_e4);
    modal.push_back(modal_e4);
    high.push_back(high_e4);
    return *this;
  }
  TestBatch& Modal(int32_t series_index, Day day, int64_t modal_e4) {
    return Price(series_index, day, modal_e4, modal_e4, modal_e4);
  }
  BatchColumns Columns() const {
    return {id, series, days, statuses, presences, low, modal, high, arrivals, lots};
  }
};

// A real store in a fresh folder behind an intake. The clock stands at 2026-03-01 00:00 UTC, 08:00
// in China.
class IntakeFixture : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    session_.reset();
    intake_.reset();
    store_.reset();
    registry_.reset();
    catalog_.reset();
    database_.reset();
    auto database = testing::OpenDatabase(dir_);
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = catalog::Catalog::Open(database_.get(), &clock_);
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    GLUTWATCH_ASSERT_OK(catalog_->Put(testing::ExampleResources()));
    auto registry = catalog::SeriesRegistry::Open(database_.get(), catalog_.get());
    GLUTWATCH_ASSERT_OK(registry);
    registry_ = *std::move(registry);
    auto store = storage::PriceStore::Open(database_.get(), &clock_, {});
    GLUTWATCH_ASSERT_OK(store);
    store_ = *std::move(store);
    intake_ = Intake::Create(catalog_.get(), registry_.get(), store_.get(), &clock_, {}, &hub_);
  }

  std::unique_ptr<IntakeSession> OpenSession(const Intake::SessionOptions& options,
                                             const security::Principal& principal) {
    auto session = intake_->Open(principal, options);
    EXPECT_THAT(session, testing::IsOk());
    goods_[session->get()] = 0;  // the address may have been another session's
    return *std::move(session);
  }
  std::unique_ptr<IntakeSession> OpenSession() {
    return OpenSession({.source = "test"}, security::LocalPrincipal("local"));
  }
  // A session that knows garlic in Beijing (0) and in Eryuan (1), both per 斤.
  std::unique_ptr<IntakeSession> GarlicSession() {
    auto session = OpenSession();
    session->AddMarkets({ExistingMarket("xinfadi"), ExistingMarket("eryuan")});
    AddSeries(session.get(), {Garlic(0), Garlic(1)});
    return session;
  }
  // A market's index in its session, and what it quotes.
  struct Named {
    int32_t market = 0;
    GoodsSpec goods;
  };
  void AddSeries(IntakeSession* session, const std::vector<Named>& named) {
    std::vector<GoodsSpec> goods;
    std::vector<SeriesSpec> series;
    for (const Named& one : named) {
      goods.push_back(one.goods);
      series.push_back({one.market, goods_[session]++});
    }
    session->AddGoods(std::move(goods));
    session->AddSeries(series);
  }
  static MarketSpec ExistingMarket(const std::string& id) {
    MarketSpec spec;
    spec.market.id = id;
    return spec;
  }
  static Named Garlic(int32_t market) { return {market, {"大蒜", "", "", "", "CNY", "斤", "kg"}}; }

  // Sends and waits.
  static absl::StatusOr<BatchVerdict> Send(IntakeSession* session, const TestBatch& batch) {
    absl::StatusOr<BatchVerdict> answer;
    absl::Notification done;
    session->Submit(batch.Columns(), [&](absl::StatusOr<BatchVerdict> verdict) {
      answer = std::move(verdict);
      done.Notify();
    });
    done.WaitForNotification();
    return answer;
  }
  // "row:verdict:REASON ..." of everything that is not simply accepted.
  static std::string Summary(const absl::StatusOr<BatchVerdict>& verdict) {
    if (!verdict.ok()) return verdict.status().ToString();
    constexpr const char* kNames[] = {"", "suspicious", "refused", "duplicate"};
    std::string text;
    for (const RowResult& row : verdict->rows) {
      text += std::to_string(row.row) + ":" + kNames[static_cast<int>(row.verdict)];
      if (!row.reason.empty()) text += ":" + row.reason;
      text += " ";
    }
    if (!text.empty()) text.pop_back();
    return text;
  }
  std::vector<storage::Version> ReadAll(uint32_t series) {
    return store_->Read(storage::SeriesId{series}, kMinDay, kMaxDay).value();
  }

  const Day today_ = ToDay(absl::CivilDay(2026, 3, 1));
  testing::TempDir dir_;
  testing::FakeClock clock_;
  PriceHub hub_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<catalog::SeriesRegistry> registry_;
  std::unique_ptr<storage::PriceStore> store_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<IntakeSession> session_;
  std::map<const IntakeSession*, int32_t> goods_;  // how many each has named
};

}  // namespace glutwatch::observe
