#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/database.h"
#include "server/warn/warning_desk.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/warn/risk_days.h"

namespace glutwatch::warn {

inline const catalog::Group kGarlic{"garlic", "532930"};
inline const catalog::Group kCabbage{"napa-cabbage", "532930"};
inline const catalog::Group kGarlicInBeijing{"garlic", "110106"};

// Risks as a script says, with every vintage that was ever written.
class ScriptedRisks final : public RiskSource {
 public:
  // Replaces the day of `risk` from `vintage_us` on.
  void Write(const catalog::Group& group, int64_t vintage_us, const RiskDay& risk) {
    days_[group][risk.day][vintage_us] = risk;
  }
  // The day is without a price from `vintage_us` on.
  void Withdraw(const catalog::Group& group, int64_t vintage_us, int day) {
    days_[group][Day{day}][vintage_us] = std::nullopt;
  }
  void set_today(int day) { today_ = Day{day}; }
  void set_simulated(bool simulated) { simulated_ = simulated; }
  void set_failing(bool failing) { failing_ = failing; }
  int64_t days_read() const { return days_read_; }

  absl::StatusOr<std::vector<RiskDay>> Days(const catalog::Group& group, Day from, Day to,
                                            int64_t vintage_us) const override {
    std::vector<RiskDay> result;
    const auto found = days_.find(group);
    if (failing_ && group == kGarlicInBeijing) return absl::UnavailableError("no disk");
    if (found == days_.end()) return result;
    for (const auto& [day, versions] : found->second) {
      if (day < from || day > to) continue;
      const auto newer = versions.upper_bound(vintage_us);
      if (newer == versions.begin()) continue;
      const auto& risk = std::prev(newer)->second;
      if (risk.has_value()) result.push_back(*risk);
    }
    days_read_ += static_cast<int64_t>(result.size());
    return result;
  }
  absl::StatusOr<std::vector<SeriesEvidence>> Series(const catalog::Group& group, Day day,
                                                     int64_t vintage_us) const override {
    std::vector<SeriesEvidence> result;
    const auto days = Days(group, day, day, vintage_us);
    for (const RiskDay& one : *days) result.push_back({storage::SeriesId{17}, one.indicators});
    return result;
  }
  bool IsSimulated(const catalog::Group&) const override { return simulated_; }
  Day Today(const catalog::Group&) const override { return today_; }

 private:
  std::map<catalog::Group, std::map<Day, std::map<int64_t, std::optional<RiskDay>>>> days_;
  Day today_{};
  bool simulated_ = false;
  bool failing_ = false;
  mutable int64_t days_read_ = 0;
};

// The real database, except that writes fail on command.
class RefusingDatabase final : public storage::Database {
 public:
  explicit RefusingDatabase(std::unique_ptr<storage::Database> real) : real_(std::move(real)) {}
  // Refuses writes from the `after`-th on; -1: none.
  void RefuseAfter(int after) { left_ = after; }
  int64_t writes() const { return writes_; }
  int64_t fsynced_writes() const { return fsynced_writes_; }
  int64_t bytes() const { return bytes_; }

  absl::Status Write(const storage::WriteSet& set, storage::Durability durability) override {
    if (left_ == 0) return absl::ResourceExhaustedError("DISK_FULL: refused by the test");
    if (left_ > 0) --left_;
    ++writes_;
    bytes_ += static_cast<int64_t>(set.bytes());
    if (durability == storage::Durability::kFsynced) ++fsynced_writes_;
    return real_->Write(set, durability);
  }
  absl::StatusOr<std::string> Get(storage::Table table, absl::string_view key) const override {
    return real_->Get(table, key);
  }
  absl::Status Scan(
      storage::Table table, absl::string_view begin, absl::string_view end,
      const std::function<bool(absl::string_view, absl::string_view)>& visit) const override {
    return real_->Scan(table, begin, end, visit);
  }
  absl::Status ScanBackward(
      storage::Table table, absl::string_view begin, absl::string_view end,
      const std::function<bool(absl::string_view, absl::string_view)>& visit) const override {
    return real_->ScanBackward(table, begin, end, visit);
  }
  absl::Status Walk(
      storage::Table table,
      const std::function<absl::Status(storage::Cursor* cursor)>& walk) const override {
    return real_->Walk(table, walk);
  }
  storage::DatabaseHealth health() const override { return real_->health(); }
  uint64_t epoch() const override { return real_->epoch(); }
  int64_t bytes_on_disk() const override { return real_->bytes_on_disk(); }

 private:
  std::unique_ptr<storage::Database> real_;
  int left_ = -1;
  int64_t writes_ = 0;
  int64_t fsynced_writes_ = 0;
  int64_t bytes_ = 0;
};

// A desk over a real database in a folder of its own.
class DeskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    pack_ = TestPack();
    Reopen();
  }

  void Close() {
    desk_.reset();
    catalog_.reset();
    database_.reset();
  }
  // A new store; the script is forgotten.
  void StartOver() {
    Close();
    dir_ = std::make_unique<testing::TempDir>();
    risks_ = ScriptedRisks();
    vintage_us_ = 0;
    newest_ = 0;
    Reopen();
  }
  void Reopen() {
    Close();
    auto database = testing::OpenDatabase(*dir_);
    GLUTWATCH_ASSERT_OK(database);
    database_ = std::make_unique<RefusingDatabase>(*std::move(database));
    auto catalog = catalog::Catalog::Open(database_.get());
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    GLUTWATCH_ASSERT_OK(catalog_->Put(testing::ExampleResources()));
    auto desk = WarningDesk::Open(database_.get(), catalog_.get(), &risks_, &clock_, pack_);
    GLUTWATCH_ASSERT_OK(desk);
    desk_ = *std::move(desk);
  }

  // Records the days under the next vintage and has the group judged; it is then the day of the
  // newest.
  void Report(const catalog::Group& group, const std::vector<RiskDay>& days) {
    Record(group, days);
    GLUTWATCH_ASSERT_OK(Judge(group, days.front().day));
  }
  void Record(const catalog::Group& group, const std::vector<RiskDay>& days) {
    ++vintage_us_;
    for (const RiskDay& day : days) {
      risks_.Write(group, vintage_us_, day);
      newest_ = std::max(newest_, DayNumber(day.day));
    }
    risks_.set_today(newest_);
  }
  absl::Status Judge(const catalog::Group& group, Day first_day) {
    const std::vector<WarningDesk::Change> changes = {{group, first_day}};
    return desk_->Judge(changes, vintage_us_);
  }

  // "opened orange 532930-garlic-19700111 #1", for the events after `after`.
  std::vector<std::string> Log(int64_t after = 0) {
    std::vector<std::string> lines;
    const auto events = desk_->ReadAfter(after, 1000);
    EXPECT_THAT(events, testing::IsOk());
    if (!events.ok()) return lines;
    for (const WarningEvent& event : *events) {
      lines.push_back(absl::StrCat(NameOf(event.transition), " ", NameOf(event.warning.level), " ",
                                   event.warning.id, " #", event.warning.generation));
    }
    return lines;
  }
  // "yellow 532930-garlic-19700111".
  std::vector<std::string> InForce() {
    std::vector<std::string> lines;
    int64_t seq = 0;
    for (const Warning& warning : desk_->Snapshot({}, &seq)) {
      lines.push_back(absl::StrCat(NameOf(warning.level), " ", warning.id));
    }
    return lines;
  }

  std::unique_ptr<testing::TempDir> dir_ = std::make_unique<testing::TempDir>();
  testing::FakeClock clock_;
  ScriptedRisks risks_;
  RulePack pack_;
  int64_t vintage_us_ = 0;
  int newest_ = 0;
  std::unique_ptr<RefusingDatabase> database_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<WarningDesk> desk_;
};

}  // namespace glutwatch::warn
