#pragma once
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "glutwatch/v1/health.pb.h"
#include "server/catalog/resources.h"
#include "server/observe/corrections.h"
#include "server/observe/data_health.h"
#include "server/observe/series_health.h"
#include "server/observe/source_tally.h"
#include "server/storage/price_store.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

v1::MarketHealth ToProto(const observe::MarketHealth& health, const catalog::Market& market,
                         bool with_missing_series);
v1::GetRegionHealthResponse ToProto(const observe::RegionHealth& health);
// Without the series itself.
v1::GetSeriesHealthResponse ToProto(const observe::SeriesHealth& health);
v1::SourceDay ToProto(const observe::SourceDay& day);
v1::QuotedRow ToProto(const storage::Version& version, const storage::PriceStore& store);
// Without who made it.
v1::Correction ToProto(const observe::Correction& correction, const storage::PriceStore& store);
v1::SuspiciousRow ToProto(const observe::DoubtfulRow& row, const storage::PriceStore& store);

// A place in a list of rows, for a page token, and back; INVALID_ARGUMENT "PAGE_TOKEN_MALFORMED:
// ..." if the text is not one.
std::string PlaceText(const observe::RowPlace& place);
absl::StatusOr<observe::RowPlace> ReadPlace(absl::string_view text);

}  // namespace glutwatch::rpc
