// Resources, facts and blocks of series as they are on disk: damaged bytes are refused and never a
// crash; what is accepted is written back to bytes that decode to the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "server/catalog/fact_codec.h"
#include "server/catalog/resource_codec.h"
#include "server/catalog/series_block.h"

using namespace glutwatch::catalog;  // NOLINT(google-build-using-namespace): a fuzz target

namespace {

template <typename Resource>
void CheckResource(absl::string_view bytes) {
  Resource resource;
  if (!Decode(bytes, &resource)) return;
  const std::string written = Encode(resource);
  Resource again;
  if (!Decode(written, &again) || Encode(again) != written) std::abort();
}

void CheckDefinitions(absl::string_view bytes) {
  std::vector<SeriesKey> keys;
  if (!DecodeDefinitions(bytes, &keys)) return;
  SeriesKeyTable table;
  for (const SeriesKey& key : keys) {
    const auto number = static_cast<uint32_t>(table.rows.size());
    table.markets.push_back(key.market);
    table.goods.push_back({key.product, key.grade, key.currency, key.unit});
    table.rows.push_back({number, number});
  }
  std::vector<SeriesKey> again;
  if (!DecodeDefinitions(EncodeDefinitions(table, table.rows), &again) ||
      again.size() != keys.size()) {
    std::abort();
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!(again[i] == keys[i])) std::abort();
  }
}

std::string Encode(const std::vector<StoredArrivalsUnit>& stored) {
  std::vector<ArrivalsUnitChange> changes;
  for (const StoredArrivalsUnit& one : stored) changes.push_back({one.series, one.unit});
  return EncodeArrivalsUnits(changes);
}

void CheckArrivalsUnits(absl::string_view bytes) {
  std::vector<StoredArrivalsUnit> stored;
  if (!DecodeArrivalsUnits(bytes, &stored)) return;
  const std::string written = Encode(stored);
  std::vector<StoredArrivalsUnit> again;
  if (!DecodeArrivalsUnits(written, &again) || Encode(again) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckResource<Unit>(bytes);
  CheckResource<Region>(bytes);
  CheckResource<Market>(bytes);
  CheckResource<Product>(bytes);
  CheckDefinitions(bytes);
  CheckArrivalsUnits(bytes);
  if (Fact fact; DecodeFact(bytes, &fact)) {
    const std::string written = EncodeFact(fact);
    Fact again;
    if (!DecodeFact(written, &again) || EncodeFact(again) != written) std::abort();
  }
  return 0;
}
