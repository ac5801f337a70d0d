#pragma once
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/catalog/series_registry.h"

// The values of the kSeries table: docs/format/catalog.md. Private to the room.
namespace glutwatch::catalog {

struct ArrivalsUnitChange {
  SeriesId series{};
  absl::string_view unit;  // lives elsewhere
};
// One that was read.
struct StoredArrivalsUnit {
  SeriesId series{};
  std::string unit;
};

// Definitions of consecutive series, which are `rows` of `keys`; each distinct string is written
// once.
std::string EncodeDefinitions(const SeriesKeyTable& keys,
                              absl::Span<const SeriesKeyTable::Row> rows);
bool DecodeDefinitions(absl::string_view bytes, std::vector<SeriesKey>* keys);

std::string EncodeArrivalsUnits(absl::Span<const ArrivalsUnitChange> changes);
bool DecodeArrivalsUnits(absl::string_view bytes, std::vector<StoredArrivalsUnit>* changes);

}  // namespace glutwatch::catalog
