#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "server/report/report_book.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::testing {

inline Day TestDay(absl::string_view iso) { return *ParseDay(iso); }

// 31,000 mu of garlic in Eryuan, as an officer would send it.
inline report::Report AreaReport(Day day, int64_t mu, absl::string_view region = "532930") {
  report::Report report;
  report.subject = {
      .kind = report::Kind::kPlantedArea, .region = std::string(region), .product = "大蒜"};
  report.day = day;
  report.figures.value_e4 = mu * kE4;
  report.figures.unit = "亩";
  report.reporter = "station 1";
  report.source = "sheet";
  return report;
}

inline report::Report PriceReport(Day day, int64_t price_e4, absl::string_view unit = "公斤") {
  report::Report report = AreaReport(day, 0);
  report.subject.kind = report::Kind::kFarmGatePrice;
  report.figures.value_e4 = price_e4;
  report.figures.unit = std::string(unit);
  report.figures.currency = "CNY";
  return report;
}

// A book over the example catalog and no facts. Today is 2026-03-01 in China.
class ReportBookTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    auto database = OpenDatabase(dir_);
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = catalog::Catalog::Open(database_.get(), &clock_);
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    GLUTWATCH_ASSERT_OK(catalog_->Put(ExampleResources()));
    auto facts = catalog::FactBook::Open(database_.get(), catalog_.get(), &clock_);
    GLUTWATCH_ASSERT_OK(facts);
    facts_ = *std::move(facts);
    auto book =
        report::ReportBook::Open(database_.get(), catalog_.get(), facts_.get(), &clock_, options_);
    GLUTWATCH_ASSERT_OK(book);
    book_ = *std::move(book);
  }
  void Close() {
    book_.reset();
    facts_.reset();
    catalog_.reset();
    database_.reset();
  }
  void Reopen() {
    Close();
    Open();
  }

  absl::StatusOr<report::Answer> Submit(const std::string& id,
                                        std::vector<report::Report> reports) {
    return book_->Submit(local_, {.request_id = id, .reports = std::move(reports)});
  }
  std::vector<report::Report> List(const report::Selection& selection = {},
                                   int64_t as_of_us = report::kNow) {
    std::vector<report::Report> reports;
    EXPECT_THAT(book_->List(selection, as_of_us, std::nullopt,
                            [&](const report::Report& report) {
                              reports.push_back(report);
                              return true;
                            }),
                IsOk());
    return reports;
  }

  const TempDir dir_;
  FakeClock clock_;
  report::BookOptions options_;
  const security::Principal local_ = security::LocalPrincipal("local");
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<catalog::FactBook> facts_;
  std::unique_ptr<report::ReportBook> book_;
};

}  // namespace glutwatch::testing
