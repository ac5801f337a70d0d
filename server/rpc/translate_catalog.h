#pragma once
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/day.h"
#include "glutwatch/v1/catalog.pb.h"
#include "google/type/date.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/resources.h"
#include "server/catalog/series_registry.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

// "regions/530127" -> "530127". INVALID_ARGUMENT names `field` and the collection expected.
absl::StatusOr<std::string> IdOf(absl::string_view name, absl::string_view collection,
                                 absl::string_view field);

// INVALID_ARGUMENT names `field` if the calendar has no such day.
absl::StatusOr<Day> FromProto(const google::type::Date& date, absl::string_view field);
google::type::Date ToProto(Day day);

v1::Region ToProto(const catalog::Region& region);
v1::Market ToProto(const catalog::Market& market);
v1::Product ToProto(const catalog::Product& product);
v1::Unit ToProto(const catalog::Unit& unit);
v1::Series ToProto(const catalog::Series& series);
v1::CatalogResource ToProto(const catalog::Resource& resource);
v1::CatalogChange ToProto(const catalog::ResourceChange& change);
v1::CatalogFile ToProto(const catalog::Resources& resources);

// INVALID_ARGUMENT begins with `path` and the field.
absl::StatusOr<catalog::Region> FromProto(const v1::Region& region, absl::string_view path);
absl::StatusOr<catalog::Market> FromProto(const v1::Market& market, absl::string_view path);
absl::StatusOr<catalog::Product> FromProto(const v1::Product& product, absl::string_view path);
absl::StatusOr<catalog::Unit> FromProto(const v1::Unit& unit, absl::string_view path);
absl::StatusOr<catalog::Resources> FromProto(const v1::CatalogFile& file);

}  // namespace glutwatch::rpc
