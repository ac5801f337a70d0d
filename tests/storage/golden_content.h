#pragma once
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "server/storage/database.h"
#include "server/storage/event_log.h"
#include "server/storage/price_store.h"
#include "tests/support/fake_clock.h"

// What the checked-in stores of golden_store/ hold. A new format gets a new folder beside the old
// ones, made by make_golden_store with this same content.
namespace glutwatch::storage {

inline constexpr char kGoldenLog[] = "golden";

inline BatchRow GoldenRow(uint32_t series, int day, int64_t modal_e4) {
  BatchRow row;
  row.series = SeriesId{series};
  row.observation.day = Day{day};
  row.observation.presence = kHasLow | kHasModal | kHasHigh | kHasArrivals;
  row.observation.low_e4 = modal_e4 - 2'500;
  row.observation.modal_e4 = modal_e4;
  row.observation.high_e4 = modal_e4 + 2'500;
  row.observation.arrivals_e4 = int64_t{day} * 1'000;
  return row;
}

// Two sources, two years, a correction, a second lot, a day without a bid, a suspicious price and a
// duplicate; half of it folded. And an event.
inline absl::Status WriteGoldenContent(Database* database) {
  testing::FakeClock clock(absl::FromUnixSeconds(1'750'000'000));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto store, PriceStore::Open(database, &clock, {}));
  Batch first;
  first.batch_id = "golden-1";
  first.digest = 11;
  first.source = "xinfadi";
  first.note = "n1";
  for (int day = 20'000; day < 20'400; ++day) {
    first.rows.push_back(GoldenRow(1, day, 30'000 + (day % 7) * 500));
    if (day % 3 == 0) first.rows.push_back(GoldenRow(2, day, 52'000));
  }
  GLUTWATCH_RETURN_IF_ERROR(store->Append(first).status());
  GLUTWATCH_RETURN_IF_ERROR(store->Fold());
  clock.Advance(absl::Seconds(60));
  Batch second;
  second.batch_id = "golden-2";
  second.digest = 22;
  second.source = "eryuan";
  second.rows.push_back(GoldenRow(1, 20'100, 31'700));                       // a correction
  second.rows.push_back(GoldenRow(1, 20'399, 30'000 + (20'399 % 7) * 500));  // a duplicate
  BatchRow lot = GoldenRow(1, 20'399, 90'000);
  lot.observation.lot = 1;
  lot.observation.flags = kSecondLot | kPriceJump;
  second.rows.push_back(lot);
  BatchRow no_bid;
  no_bid.series = SeriesId{2};
  no_bid.observation.day = Day{20'400};
  no_bid.observation.status = DayStatus::kNoBid;
  second.rows.push_back(no_bid);
  GLUTWATCH_RETURN_IF_ERROR(store->Append(second).status());
  GLUTWATCH_ASSIGN_OR_RETURN(EventLog log, EventLog::Open(database, kGoldenLog));
  WriteSet set;
  log.Append("an event", &set);
  return database->Write(set, Durability::kFsynced);
}

}  // namespace glutwatch::storage
