#pragma once
#include <string>

#include "absl/types/span.h"
#include "glutwatch/v1/observe.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/storage/price_store.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

// How a series' prices are shown: a factor on the quoted price, and what the result is per.
struct PriceView {
  std::string unit;       // "CNY/jin"
  double factor = 1;      // shown price = quoted price * factor
  bool as_quoted = true;  // the factor is 1 because nothing is converted
};

// The view that was asked for, for series quoted by mass; as quoted for all others.
PriceView ViewOf(const catalog::Series& series, const catalog::Catalog& catalog, v1::UnitView view);

// Appends a row to a block's columns: as quoted, and the view's price where it converts. `source`
// is an index into the block's source_names.
void AddRow(const storage::Version& version, const PriceView& view, int source,
            v1::QueryObservationsResponse* block);
// Appends `versions`, and the names of their sources, to a block without any.
void AddRows(absl::Span<const storage::Version> versions, const PriceView& view,
             const storage::PriceStore& store, v1::QueryObservationsResponse* block);

// INVALID_ARGUMENT names the field of a selection that is not well-formed.
absl::StatusOr<catalog::SeriesSelection> FromProto(const v1::SeriesSelection& selection);

}  // namespace glutwatch::rpc
