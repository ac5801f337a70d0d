#include "sheet/feed_mapping.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/yaml_message.h"

namespace glutwatch::sheet {
namespace {

using config::v1::FeedMapping;
using config::v1::FeedMappingMarket;

class Checker {
 public:
  Checker(const FeedMapping& mapping, const YamlPlaces& places, absl::string_view file)
      : mapping_(mapping), places_(places), file_(file) {}

  absl::Status Check() const {
    GLUTWATCH_RETURN_IF_ERROR(CheckMarket(mapping_.market()));
    GLUTWATCH_RETURN_IF_ERROR(CheckColumns());
    if (mapping_.currency().empty() && mapping_.columns().currency().empty()) {
      return Bad("currency", "is empty, expected a code such as CNY or columns.currency");
    }
    if (mapping_.header_row() < 0) return Bad("header_row", "expected a line from 1, or 0");
    if (mapping_.header_rows() < 0 || mapping_.header_rows() > kMaxHeaderRows) {
      return Bad("header_rows", absl::StrCat("expected 1..", kMaxHeaderRows));
    }
    if (mapping_.delimiter().size() > 1 && mapping_.delimiter() != "tab") {
      return Bad("delimiter", "expected one character or \"tab\"");
    }
    for (int i = 0; i < mapping_.status_words_size(); ++i) {
      const auto& word = mapping_.status_words(i);
      if (word.word().empty() || word.status() == v1::DAY_STATUS_UNSPECIFIED) {
        return Bad(absl::StrCat("status_words[", i, "]"), "expected a word and a status");
      }
    }
    return absl::OkStatus();
  }

 private:
  static constexpr int kMaxHeaderRows = 5;

  absl::Status Bad(absl::string_view field, absl::string_view why) const {
    const std::string place = places_.Find(field);
    return absl::InvalidArgumentError(
        absl::StrCat(place.empty() ? std::string(file_) : place, ": ", field, ": ", why));
  }

  absl::Status CheckMarket(const FeedMappingMarket& market) const {
    if (market.id().empty()) return Bad("market.id", "is empty, expected an id such as xinfadi");
    if (market.name().empty() && mapping_.columns().market().empty()) {
      return Bad("market.name", "is empty, expected a name or columns.market");
    }
    if (market.time_zone().empty()) {
      return Bad("market.time_zone", "is empty, expected a zone such as Asia/Shanghai");
    }
    if (market.regions().empty()) {
      return Bad("market.regions", "is empty, expected at least a country");
    }
    for (int i = 0; i < market.regions_size(); ++i) {
      if (market.regions(i).code().empty() || market.regions(i).name().empty()) {
        return Bad(absl::StrCat("market.regions[", i, "]"), "expected a code and a name");
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckColumns() const {
    const auto& columns = mapping_.columns();
    if (columns.product().empty() && mapping_.product().empty()) {
      return Bad("columns.product", "is empty, expected a heading, or product for all rows");
    }
    if (columns.date().empty() && !mapping_.has_dates_across()) {
      return Bad("columns.date", "is empty, expected a heading, or dates_across");
    }
    if (!mapping_.has_dates_across() && columns.low().empty() && columns.modal().empty() &&
        columns.high().empty() && columns.arrivals().empty()) {
      return Bad("columns", "names no figure, expected one of low, modal, high, arrivals");
    }
    return absl::OkStatus();
  }

  const FeedMapping& mapping_;
  const YamlPlaces& places_;
  const absl::string_view file_;
};

}  // namespace

absl::StatusOr<FeedMapping> LoadFeedMapping(const std::string& path) {
  FeedMapping mapping;
  YamlPlaces places;
  GLUTWATCH_RETURN_IF_ERROR(ReadYamlFile(path, &mapping, &places));
  GLUTWATCH_RETURN_IF_ERROR(Checker(mapping, places, path).Check());
  return mapping;
}

absl::StatusOr<FeedMapping> ParseFeedMapping(absl::string_view yaml, absl::string_view name) {
  FeedMapping mapping;
  YamlPlaces places;
  GLUTWATCH_RETURN_IF_ERROR(ReadYaml(yaml, name, &mapping, &places));
  GLUTWATCH_RETURN_IF_ERROR(Checker(mapping, places, name).Check());
  return mapping;
}

DateOptions DateOptionsOf(const FeedMapping& mapping) {
  return {.order = mapping.date_order() == config::v1::FEED_DATE_ORDER_MONTH_FIRST
                       ? DateOrder::kMonthFirst
                       : DateOrder::kDayFirst,
          .roc_years = mapping.roc_years(),
          .excel_serials = true,
          .default_year = mapping.year()};
}

NumberOptions NumberOptionsOf(const FeedMapping& mapping) {
  return {.decimal_comma = mapping.decimal_comma(), .round_to_e4 = mapping.round_prices()};
}

FeedMarket MarketOf(const FeedMapping& mapping) {
  const FeedMappingMarket& from = mapping.market();
  FeedMarket market;
  market.id = from.id();
  market.name = from.name();
  market.kind = from.kind().empty() ? "wholesale" : from.kind();
  market.time_zone = from.time_zone();
  std::string parent;
  for (const auto& region : from.regions()) {
    market.regions.push_back({region.code(), region.name(), parent,
                              region.code_system().empty() ? "glutwatch" : region.code_system()});
    parent = region.code();
  }
  if (from.has_latitude() && from.has_longitude()) {
    market.latitude = from.latitude();
    market.longitude = from.longitude();
  }
  return market;
}

}  // namespace glutwatch::sheet
