#include "ingest/worker_batch.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/status_macros.h"

namespace glutwatch::ingest {
namespace {

enum Presence : int32_t { kLow = 1, kModal = 2, kHigh = 4, kArrivals = 8 };

v1::MarketKind KindOf(absl::string_view kind) {
  if (kind == "wholesale") return v1::MARKET_KIND_WHOLESALE;
  if (kind == "producing_area") return v1::MARKET_KIND_PRODUCING_AREA;
  if (kind == "retail") return v1::MARKET_KIND_RETAIL;
  if (kind == "farm_gate") return v1::MARKET_KIND_FARM_GATE;
  return v1::MARKET_KIND_UNSPECIFIED;
}

v1::Region ToProto(const FeedRegion& region) {
  v1::Region proto;
  proto.set_name(absl::StrCat("regions/", region.code));
  if (!region.parent_code.empty()) {
    proto.set_parent(absl::StrCat("regions/", region.parent_code));
  }
  proto.set_code_system(region.code_system);
  proto.set_display_name(region.name);
  return proto;
}

v1::MarketSpec ToProto(const FeedMarket& market) {
  v1::MarketSpec spec;
  v1::Market* proto = spec.mutable_market();
  proto->set_name(absl::StrCat("markets/", market.id));
  if (!market.regions.empty()) {
    proto->set_region(absl::StrCat("regions/", market.regions.back().code));
  }
  proto->set_kind(KindOf(market.kind));
  proto->set_display_name(market.name);
  proto->set_time_zone(market.time_zone);
  if (market.latitude.has_value() && market.longitude.has_value()) {
    proto->mutable_position()->set_latitude(*market.latitude);
    proto->mutable_position()->set_longitude(*market.longitude);
  }
  for (const FeedRegion& region : market.regions) *spec.add_regions() = ToProto(region);
  return spec;
}

v1::SeriesSpec ToSpec(const FeedRow& row, int32_t market) {
  v1::SeriesSpec spec;
  spec.set_market_index(market);
  spec.set_product(row.product);
  spec.set_product_en(row.product_en);
  spec.set_category(row.category);
  spec.set_grade(row.grade);
  spec.set_currency_code(row.currency);
  spec.set_unit(row.unit);
  spec.set_arrivals_unit(row.arrivals_unit);
  return spec;
}

void AppendRow(const FeedRow& row, int32_t series, int32_t lot, v1::ObservationBatch* columns) {
  int32_t presence = 0;
  const auto number = [&](const std::optional<int64_t>& value, Presence bit) {
    if (value.has_value()) presence |= bit;
    return value.value_or(0);
  };
  columns->add_series_indexes(series);
  columns->add_market_days(DayNumber(row.day));
  columns->add_day_statuses(static_cast<v1::DayStatus>(row.status));
  columns->add_low_prices_e4(number(row.low_e4, kLow));
  columns->add_modal_prices_e4(number(row.modal_e4, kModal));
  columns->add_high_prices_e4(number(row.high_e4, kHigh));
  columns->add_arrivals_e4(number(row.arrivals_e4, kArrivals));
  columns->add_presences(presence);
  columns->add_lots(lot);
}

}  // namespace

int32_t StreamDictionary::IndexOf(const FeedRow& row) {
  const auto [market, new_market] =
      market_indexes_.try_emplace(row.market->id, static_cast<int32_t>(markets_.size()));
  if (new_market) markets_.push_back(ToProto(*row.market));
  const auto [series, new_series] = series_indexes_.try_emplace(
      SeriesKey(market->second, row.product, row.grade, row.currency, row.unit, row.arrivals_unit),
      static_cast<int32_t>(series_.size()));
  if (!new_series) return series->second;
  series_.push_back(ToSpec(row, market->second));
  // The unit of arrivals makes no other series.
  const auto [first, unknown] =
      first_indexes_.try_emplace(SeriesKey(market->second, names_.Product(row.product), row.grade,
                                           row.currency, names_.Unit(row.unit), ""),
                                 series->second);
  leads_to_.push_back(first->second);
  return series->second;
}

void StreamDictionary::TakeNew(v1::PushObservationsRequest* request) {
  for (; markets_taken_ < markets_.size(); ++markets_taken_) {
    *request->add_new_markets() = markets_[markets_taken_];
  }
  for (; series_taken_ < series_.size(); ++series_taken_) {
    *request->add_new_series() = series_[series_taken_];
  }
}

std::string DescribeRow(const StreamDictionary& dictionary, const v1::ObservationBatch& columns,
                        int row) {
  const auto series_index = static_cast<size_t>(columns.series_indexes(row));
  if (series_index >= dictionary.series().size()) return "";
  const v1::SeriesSpec& series = dictionary.series()[series_index];
  const v1::Market& market =
      dictionary.markets()[static_cast<size_t>(series.market_index())].market();
  const int presence = columns.presences(row);
  const auto number = [&](int64_t value, Presence bit) {
    return (presence & bit) != 0 ? FormatE4(value) : std::string();
  };
  return absl::StrCat(
      market.display_name(), "|", series.product(), "|", series.grade(), "|",
      series.currency_code(), "/", series.unit(), "|", FormatDay(Day{columns.market_days(row)}),
      "|", number(columns.low_prices_e4(row), kLow), "|",
      number(columns.modal_prices_e4(row), kModal), "|", number(columns.high_prices_e4(row), kHigh),
      "|", number(columns.arrivals_e4(row), kArrivals));
}

BatchBuilder::BatchBuilder(StreamDictionary* dictionary, int64_t batch_rows, BatchFn on_batch,
                           NoteFn on_note)
    : dictionary_(dictionary),
      batch_rows_(batch_rows),
      on_batch_(std::move(on_batch)),
      on_note_(std::move(on_note)) {
  pending_.first_row = 1;
}

absl::Status BatchBuilder::Accept(FeedRow row) {
  const int32_t series = dictionary_->IndexOf(row);
  const absl::StatusOr<LotDecision> decision =
      lots_.Place(dictionary_->SeriesOf(series), series, row);
  if (!decision.ok()) return decision.status();
  if (decision->duplicate) {
    ++pending_.local.duplicate;
  } else {
    AppendRow(row, series, decision->lot, &pending_.columns);
    pending_.places.push_back({row.line, std::move(row.sheet)});
  }
  return Count();
}

absl::Status BatchBuilder::Refuse(RefusedRow row) {
  ++pending_.local.refused;
  pending_.refused.push_back({.document = "",
                              .sheet = std::move(row.sheet),
                              .line = row.line,
                              .verdict = "refused",
                              .reason = "UNREADABLE",
                              .message = std::move(row.reason),
                              .raw = std::move(row.raw)});
  return Count();
}

absl::Status BatchBuilder::Count() {
  ++rows_read_;
  ++pending_.local.read;
  return pending_.local.read >= batch_rows_ ? Flush() : absl::OkStatus();
}

absl::Status BatchBuilder::Flush() {
  if (pending_.local.read == 0) return absl::OkStatus();
  pending_.last_row = rows_read_;
  PendingBatch full = std::exchange(pending_, PendingBatch{});
  pending_.first_row = rows_read_ + 1;
  return on_batch_(std::move(full));
}

}  // namespace glutwatch::ingest
