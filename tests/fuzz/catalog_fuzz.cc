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
  std::vector<SeriesKeyView> views;
  for (const SeriesKey& key : keys) {
    views.push_back({key.market, key.product, key.grade, key.currency, key.unit});
  }
  std::vector<SeriesKey> again;
  if (!DecodeDefinitions(EncodeDefinitions(views), &again) || again.size() != keys.size()) {
    std::abort();
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!(again[i] == keys[i])) std::abort();
  }
}

void CheckArrivalsUnits(absl::string_view bytes) {
  std::vector<ArrivalsUnitChange> changes;
  if (!DecodeArrivalsUnits(bytes, &changes)) return;
  const std::string written = EncodeArrivalsUnits(changes);
  std::vector<ArrivalsUnitChange> again;
  if (!DecodeArrivalsUnits(written, &again) || EncodeArrivalsUnits(again) != written) std::abort();
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
