#pragma once
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/catalog/series_registry.h"

// The values of the kSeries table: docs/format/catalog.md. Private to the room.
namespace glutwatch::catalog {

// A key as views into strings that live elsewhere.
struct SeriesKeyView {
  absl::string_view market;
  absl::string_view product;
  absl::string_view grade;
  absl::string_view currency;
  absl::string_view unit;
};

struct ArrivalsUnitChange {
  SeriesId series{};
  std::string unit;
};

// Definitions of consecutive series; each distinct string is written once.
std::string EncodeDefinitions(absl::Span<const SeriesKeyView> keys);
bool DecodeDefinitions(absl::string_view bytes, std::vector<SeriesKey>* keys);

std::string EncodeArrivalsUnits(absl::Span<const ArrivalsUnitChange> changes);
bool DecodeArrivalsUnits(absl::string_view bytes, std::vector<ArrivalsUnitChange>* changes);

}  // namespace glutwatch::catalog
