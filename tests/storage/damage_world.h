#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/database.h"
#include "server/storage/event_log.h"
#include "server/storage/file_ledger.h"
#include "server/storage/price_store.h"
#include "tests/storage/price_store_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::storage {

inline std::string ReadBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}
inline void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}
inline std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// What readers of a store see.
struct Contents {
  std::vector<std::string> versions;  // of every series, "<recorded_us> <series> ...", sorted
  std::string rest;                   // events, receipts, other tables, tips, newest views
  bool operator==(const Contents&) const = default;
};

// A store with something in every table: chunks and tips from several folds, tables and logs of
// several lives, commits that are in the last log only.
class DamageWorld {
 public:
  static constexpr uint32_t kSeries = 6;
  static constexpr int kLastCommits = 12;

  DamageWorld() { Make(); }
  // The folder as a program left it that was closed in order, or killed.
  std::string closed() const { return dir_.File("closed"); }
  std::string killed() const { return dir_.File("killed"); }
  // The same before its last life.
  std::string earlier() const { return dir_.File("earlier"); }

  // Opens a folder and reads everything. DATA_LOSS and other errors as they come.
  static absl::StatusOr<Contents> ReadAll(const std::string& folder) {
    const ::glutwatch::testing::FakeClock clock;
    GLUTWATCH_ASSIGN_OR_RETURN(auto database,
                               Database::Open({.path = folder, .write_buffer_bytes = 64 << 10}));
    GLUTWATCH_ASSIGN_OR_RETURN(auto store,
                               PriceStore::Open(database.get(), &clock, {.head_bytes = 1 << 20}));
    Contents contents;
    for (uint32_t series = 1; series <= kSeries; ++series) {
      GLUTWATCH_RETURN_IF_ERROR(AddSeries(*store, SeriesId{series}, &contents));
    }
    std::sort(contents.versions.begin(), contents.versions.end());
    GLUTWATCH_ASSIGN_OR_RETURN(const EventLog log, EventLog::Open(database.get(), "warnings"));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto events, log.ReadAfter(0, 1000));
    for (const auto& event : events) {
      absl::StrAppend(&contents.rest, event.seq, " ", event.payload, "\n");
    }
    for (const Table table : kOtherTables) {
      GLUTWATCH_RETURN_IF_ERROR(
          database->Scan(table, "", "", [&](absl::string_view key, absl::string_view value) {
            absl::StrAppend(&contents.rest, absl::CHexEscape(key), "=", absl::CHexEscape(value),
                            "\n");
            return true;
          }));
    }
    return contents;
  }

  static void Copy(const std::string& from, const std::string& to) {
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  }

 private:
  static constexpr Table kOtherTables[] = {Table::kCatalog, Table::kSeries, Table::kWarnings,
                                           Table::kReports, Table::kFacts,  Table::kReportReceipts};

  static absl::Status AddSeries(const PriceStore& store, SeriesId series, Contents* contents) {
    const auto add = [&](const Version& v, std::string* text) {
      const Observation& o = v.observation;
      absl::StrAppend(text, v.recorded_us, " ", static_cast<uint32_t>(series), " ",
                      DayNumber(o.day), " ", o.lot, " ", static_cast<int>(o.status), " ",
                      o.presence, " ", o.flags, " ", store.SourceName(o.source), " ", o.low_e4, " ",
                      o.modal_e4, " ", o.high_e4, " ", o.arrivals_e4);
    };
    GLUTWATCH_ASSIGN_OR_RETURN(const auto all, store.ReadVersions(series, kMinDay, kMaxDay));
    for (const Version& version : all) add(version, &contents->versions.emplace_back());
    // The other ways of reading agree with it, whatever state the folder is in.
    GLUTWATCH_ASSIGN_OR_RETURN(const auto newest, store.Read(series, kMinDay, kMaxDay));
    size_t at = 0;
    for (const Version& version : newest) {
      while (at < all.size() && !(all[at] == version)) ++at;
      if (at == all.size()) return absl::InternalError("Read has what ReadVersions has not");
    }
    const auto tip = store.Tip(series);
    if (tip.has_value() != !all.empty() ||
        (tip.has_value() && tip->newest_day != all.back().observation.day)) {
      return absl::InternalError(absl::StrCat("the tip of series ", static_cast<uint32_t>(series),
                                              " is not of its newest day"));
    }
    return absl::OkStatus();
  }

  struct Life {
    std::unique_ptr<Database> database;
    std::unique_ptr<PriceStore> store;
  };
  Life Open() {
    Life life;
    auto database = Database::Open({.path = dir_.File("closed"), .write_buffer_bytes = 64 << 10});
    EXPECT_THAT(database, ::glutwatch::testing::IsOk());
    life.database = *std::move(database);
    auto store = PriceStore::Open(life.database.get(), &clock_, {.head_bytes = 1 << 20});
    EXPECT_THAT(store, ::glutwatch::testing::IsOk());
    life.store = *std::move(store);
    return life;
  }
  void Make() {
    constexpr int kLives = 3;
    for (int number = 0; number < kLives; ++number) {
      Life life = Open();
      AddOthers(number, life.database.get());
      for (int i = 0; i < 25; ++i) Append(life.store.get(), 40);
      if (number + 1 == kLives) break;
      EXPECT_THAT(life.store->Fold(), ::glutwatch::testing::IsOk());
    }
    Copy(closed(), earlier());
    {
      Life life = Open();
      for (int i = 0; i < kLastCommits; ++i) Append(life.store.get(), 1);
    }
    // Closing only syncs: killed at its end, the store would be the same but for its ledger.
    Copy(closed(), killed());
    FileLedger ledger = ReadLedger(killed()).value().value();
    ledger.closed = false;
    const std::string slot = EncodeLedger(ledger);
    WriteBytes(killed() + "/LEDGER", slot + slot);
  }
  void Append(PriceStore* store, int rows) {
    clock_.Advance(absl::Milliseconds(1));
    std::map<std::pair<uint32_t, int>, BatchRow> batch;
    for (int i = 0; i < rows; ++i) {
      ++made_;
      const uint32_t series = 1 + static_cast<uint32_t>(made_ * 7 % static_cast<int>(kSeries));
      const int day = 19'600 + made_ * 131 % 700;
      batch[{series, day}] = Row(series, day, 10'000 + made_ * 17 % 900);
    }
    std::vector<BatchRow> list;
    for (const auto& [key, row] : batch) list.push_back(row);
    EXPECT_TRUE(store->Append(MakeBatch(absl::StrCat("batch", made_), std::move(list))).ok());
  }
  static void AddOthers(int life, Database* database) {
    auto log = EventLog::Open(database, "warnings");
    ASSERT_THAT(log, ::glutwatch::testing::IsOk());
    for (int i = 0; i < 30; ++i) {
      WriteSet set;
      (void)log->Append(absl::StrCat("event of life ", life, " number ", i), &set);
      for (const Table table : kOtherTables) {
        set.Put(table, absl::StrCat("key", life, "-", 100 + i),
                std::string(static_cast<size_t>(40 + i * 5), static_cast<char>('a' + i % 26)));
      }
      ASSERT_TRUE(database->Write(set, Durability::kFsynced).ok());
      log->Committed();
    }
  }

  ::glutwatch::testing::TempDir dir_;
  ::glutwatch::testing::FakeClock clock_;
  int made_ = 0;
};

}  // namespace glutwatch::storage
