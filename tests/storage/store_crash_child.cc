// Appends to a store until it is killed: the child of the crash test.
//
// usage: store_crash_child <folder> <seed> <round>. Writes one line to standard output for every
// acknowledged batch: its round, its number and its recorded_us.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "server/storage/database.h"
#include "server/storage/price_store.h"
#include "tests/storage/crash_batches.h"

namespace glutwatch::storage {
namespace {

constexpr int kMaxBatches = 100'000;
constexpr int kMaxQueued = 8;

int Main(const std::string& folder, uint32_t seed, int round) {
  auto database = Database::Open({.path = folder, .write_buffer_bytes = 1 << 20});
  if (!database.ok()) {
    std::fprintf(stderr, "%s\n", database.status().ToString().c_str());
    return 2;
  }
  const SystemClock clock;
  // Small, so that folds are among what is killed.
  auto store = PriceStore::Open(database->get(), &clock, {.head_bytes = 1 << 20});
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
    return 2;
  }
  (void)!::write(STDOUT_FILENO, "open\n", 5);
  for (int number = 0; number < kMaxBatches; ++number) {
    auto acknowledge = [round, number](const absl::StatusOr<Receipt>& receipt) {
      if (!receipt.ok()) return;
      const std::string line = absl::StrCat(round, " ", number, " ", receipt->recorded_us, "\n");
      (void)!::write(STDOUT_FILENO, line.data(), line.size());
    };
    while ((*store)->stats().queued_batches >= kMaxQueued) ::usleep(100);
    (*store)->AppendAsync(CrashBatch(seed, round, number), acknowledge);
  }
  return 0;
}

}  // namespace
}  // namespace glutwatch::storage

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  return glutwatch::storage::Main(argv[1], static_cast<uint32_t>(std::atoi(argv[2])),
                                  std::atoi(argv[3]));
}
