#include "server/storage/price_store.h"

#include <optional>
#include <utility>

#include "base/mutex.h"
#include "base/status_macros.h"
#include "server/storage/price_store_impl.h"

namespace glutwatch::storage {

PriceStore::~PriceStore() = default;

absl::StatusOr<std::unique_ptr<PriceStore>> PriceStore::Open(Database* database, const Clock* clock,
                                                             const PriceStoreOptions& options) {
  auto store = std::make_unique<PriceStoreImpl>(database, clock, options);
  GLUTWATCH_RETURN_IF_ERROR(store->Start());
  return std::unique_ptr<PriceStore>(std::move(store));
}

absl::Status PriceStore::ReadColumns(SeriesId series, Day from, Day to, int64_t as_of_us,
                                     ColumnSet columns, PriceColumns* out) const {
  return ReadManyColumns({&series, 1}, from, to, as_of_us, columns, out,
                         [](size_t, const PriceColumns&) { return true; });
}

absl::StatusOr<Receipt> PriceStore::Append(Batch batch) {
  Mutex mu;
  CondVar answered;
  std::optional<absl::StatusOr<Receipt>> answer;
  AppendAsync(std::move(batch), [&](absl::StatusOr<Receipt> receipt) {
    MutexLock lock(&mu);
    answer = std::move(receipt);
    answered.Signal();
  });
  MutexLock lock(&mu);
  while (!answer.has_value()) answered.Wait(&mu);
  return *std::move(answer);
}

}  // namespace glutwatch::storage
