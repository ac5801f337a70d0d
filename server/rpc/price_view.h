#pragma once
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "glutwatch/v1/observe.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/storage/price_columns.h"
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

// ViewOf for many series: works each quote out once. Not thread-safe.
class ViewCache {
 public:
  // `catalog` outlives it.
  ViewCache(const catalog::Catalog* catalog, v1::UnitView view) : catalog_(catalog), view_(view) {}
  // Lives as long as the cache.
  const PriceView& Of(const catalog::Series& series);

 private:
  const catalog::Catalog* const catalog_;
  const v1::UnitView view_;
  std::map<std::pair<std::string, std::string>, PriceView> views_;  // by currency and unit
};

// The columns that a reader asked for, and those that are always there; all if it asked for none.
// INVALID_ARGUMENT names the element that is not a column.
absl::StatusOr<storage::ColumnSet> ColumnsOf(const google::protobuf::RepeatedField<int>& columns);

// Appends a row to all of a block's columns: as quoted, and the view's price where it converts.
// `source` is an index into the block's source_names.
void AddRow(const storage::Version& version, const PriceView& view, int source,
            v1::PriceBlock* block);
// Fills a block without rows with the `count` rows of `rows` from `begin` on: the columns of
// `wanted`, but those that are at their default throughout, and the names of the sources.
void AddRows(const storage::PriceColumns& rows, size_t begin, size_t count,
             storage::ColumnSet wanted, const PriceView& view, const storage::PriceStore& store,
             v1::PriceBlock* block);

// INVALID_ARGUMENT names the field of a selection that is not well-formed.
absl::StatusOr<catalog::SeriesSelection> FromProto(const v1::SeriesSelection& selection);

}  // namespace glutwatch::rpc
