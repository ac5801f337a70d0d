#pragma once
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "server/storage/price_store.h"

namespace glutwatch::storage {

// The batch that the crash test's child appends as `number` in its `round`-th life: the parent
// makes the same one to know what must be there. Has corrections, duplicates and late rows.
inline Batch CrashBatch(uint32_t seed, int round, int number) {
  std::seed_seq seeds{seed, static_cast<uint32_t>(round), static_cast<uint32_t>(number)};
  std::mt19937 random(seeds);
  std::map<std::tuple<uint32_t, int>, BatchRow> rows;
  const auto count = static_cast<uint32_t>(1 + random() % 120);
  for (uint32_t i = 0; i < count; ++i) {
    BatchRow row;
    row.series = SeriesId{1 + static_cast<uint32_t>(random() % 40)};
    const int day = 19'700 + static_cast<int>(random() % 60) + round * 10;
    row.observation.day = Day{day};
    row.observation.presence = kHasModal;
    row.observation.modal_e4 = 100 + static_cast<int64_t>(random() % 5);
    rows[{static_cast<uint32_t>(row.series), day}] = row;
  }
  Batch batch;
  batch.batch_id = absl::StrCat("batch-", round, "-", number);
  batch.digest = random();
  batch.source = absl::StrCat("source", number % 3);
  for (const auto& [key, row] : rows) batch.rows.push_back(row);
  return batch;
}

}  // namespace glutwatch::storage
