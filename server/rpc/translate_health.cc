#include "server/rpc/translate_health.h"

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/rpc/timestamps.h"
#include "server/rpc/translate_catalog.h"

namespace glutwatch::rpc {
namespace {

google::protobuf::Duration ToDuration(absl::Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(absl::ToInt64Seconds(duration));
  return proto;
}

// Of anything that counts rows by what is said about them.
template <typename Health>
void SetRows(const Health& health, v1::RowCounts* rows) {
  rows->set_suspicious(health.suspicious);
  rows->set_discarded(health.discarded);
  rows->set_frozen(health.frozen);
  rows->set_flat(health.flat);
  rows->set_corrected(health.corrected);
}

v1::Correction::Kind KindOf(const observe::Correction& correction) {
  if (!correction.is_review()) return v1::Correction::KIND_QUOTE;
  const bool discarded = (correction.after.observation.flags & storage::kDiscarded) != 0;
  return discarded ? v1::Correction::KIND_DISCARDED : v1::Correction::KIND_CONFIRMED;
}

}  // namespace

v1::MarketHealth ToProto(const observe::MarketHealth& health, const catalog::Market& market,
                         bool with_missing_series) {
  v1::MarketHealth proto;
  proto.set_market("markets/" + market.id);
  proto.set_region("regions/" + market.region);
  *proto.mutable_date() = ToProto(health.day);
  proto.set_state(static_cast<v1::MarketDayState>(health.state));
  proto.set_expected_count(health.expected);
  proto.set_received_count(health.received);
  proto.set_unexpected_count(health.unexpected);
  if (with_missing_series) {
    for (const storage::SeriesId series : health.missing) {
      proto.add_missing_series(catalog::SeriesName(series));
    }
  }
  if (health.newest_day.has_value()) {
    *proto.mutable_newest_date() = ToProto(*health.newest_day);
    proto.set_days_since_newest(health.days_since);
  }
  proto.set_usual_gap_days(health.usual_gap_days.value_or(0));
  proto.set_stale(health.stale);
  if (health.arrival.has_value()) {
    *proto.mutable_arrival_time() = ToTimestamp(absl::ToUnixMicros(*health.arrival));
  }
  if (health.usual_delay.has_value()) {
    *proto.mutable_usual_delay() = ToDuration(*health.usual_delay);
  }
  if (health.lateness.has_value()) *proto.mutable_lateness() = ToDuration(*health.lateness);
  SetRows(health, proto.mutable_rows());
  return proto;
}

v1::GetRegionHealthResponse ToProto(const observe::RegionHealth& health) {
  v1::GetRegionHealthResponse proto;
  proto.set_market_count(health.markets);
  for (int state = 1; state < observe::kMarketDayStates; ++state) {
    if (health.by_state[state] == 0) continue;
    auto* count = proto.add_states();
    count->set_state(static_cast<v1::MarketDayState>(state));
    count->set_market_count(health.by_state[state]);
  }
  proto.set_stale_market_count(health.stale);
  proto.set_blind(health.blind());
  proto.set_expected_count(health.expected);
  proto.set_received_count(health.received);
  if (health.newest_day.has_value()) *proto.mutable_newest_date() = ToProto(*health.newest_day);
  SetRows(health, proto.mutable_rows());
  return proto;
}

v1::GetSeriesHealthResponse ToProto(const observe::SeriesHealth& health) {
  v1::GetSeriesHealthResponse proto;
  *proto.mutable_date() = ToProto(health.day);
  if (health.newest_day.has_value()) {
    *proto.mutable_newest_date() = ToProto(*health.newest_day);
    proto.set_days_since_newest(health.days_since);
  }
  proto.set_usual_gap_days(health.usual_gap_days.value_or(0));
  proto.set_stale(health.stale);
  if (health.usual_delay.has_value()) {
    *proto.mutable_usual_delay() = ToDuration(*health.usual_delay);
  }
  proto.set_window_days(health.window_days);
  proto.set_answered_days(health.answered_days);
  proto.set_traded_days(health.traded_days);
  proto.set_repeated_days(health.repeated_days);
  proto.set_same_quote_days(health.same_days);
  proto.set_flat_quote_days(health.flat_days);
  SetRows(health, proto.mutable_rows());
  return proto;
}

v1::SourceDay ToProto(const observe::SourceDay& day) {
  v1::SourceDay proto;
  proto.set_source(day.source);
  *proto.mutable_date() = ToProto(day.day);
  proto.set_batch_count(day.batches);
  proto.set_added_count(day.added);
  proto.set_corrected_count(day.corrected);
  proto.set_duplicate_count(day.duplicate);
  proto.set_refused_count(day.refused);
  proto.set_suspicious_count(day.suspicious);
  proto.set_review_count(day.reviews);
  *proto.mutable_first_time() = ToTimestamp(day.first_us);
  *proto.mutable_last_time() = ToTimestamp(day.last_us);
  return proto;
}

v1::QuotedRow ToProto(const storage::Version& version, const storage::PriceStore& store) {
  const storage::Observation& o = version.observation;
  v1::QuotedRow row;
  row.set_day_status(static_cast<v1::DayStatus>(o.status));
  if ((o.presence & storage::kHasLow) != 0) row.set_low_price_e4(o.low_e4);
  if ((o.presence & storage::kHasModal) != 0) row.set_modal_price_e4(o.modal_e4);
  if ((o.presence & storage::kHasHigh) != 0) row.set_high_price_e4(o.high_e4);
  if ((o.presence & storage::kHasArrivals) != 0) row.set_arrivals_e4(o.arrivals_e4);
  row.set_flags(o.flags);
  row.set_source(store.SourceName(o.source));
  *row.mutable_record_time() = ToTimestamp(version.recorded_us);
  return row;
}

v1::Correction ToProto(const observe::Correction& correction, const storage::PriceStore& store) {
  v1::Correction proto;
  proto.set_series(catalog::SeriesName(correction.series));
  *proto.mutable_date() = ToProto(correction.after.observation.day);
  proto.set_lot(correction.after.observation.lot);
  proto.set_kind(KindOf(correction));
  *proto.mutable_before() = ToProto(correction.before, store);
  *proto.mutable_after() = ToProto(correction.after, store);
  return proto;
}

v1::SuspiciousRow ToProto(const observe::DoubtfulRow& row, const storage::PriceStore& store) {
  v1::SuspiciousRow proto;
  proto.set_series(catalog::SeriesName(row.series));
  *proto.mutable_date() = ToProto(row.version.observation.day);
  proto.set_lot(row.version.observation.lot);
  *proto.mutable_row() = ToProto(row.version, store);
  if (row.before.has_value()) {
    *proto.mutable_previous_date() = ToProto(row.before->day);
    proto.set_previous_modal_price_e4(row.before->modal_e4);
  }
  return proto;
}

std::string PlaceText(const observe::RowPlace& place) {
  return absl::StrCat(static_cast<uint32_t>(place.series), " ", DayNumber(place.day), " ",
                      place.lot, " ", place.recorded_us);
}

absl::StatusOr<observe::RowPlace> ReadPlace(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ' ');
  uint32_t series = 0;
  int32_t day = 0;
  uint32_t lot = 0;
  observe::RowPlace place;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[0], &series) || series == 0 ||
      !absl::SimpleAtoi(parts[1], &day) || !absl::SimpleAtoi(parts[2], &lot) ||
      lot > std::numeric_limits<uint16_t>::max() ||
      !absl::SimpleAtoi(parts[3], &place.recorded_us)) {
    return absl::InvalidArgumentError("PAGE_TOKEN_MALFORMED: expected a token of this list");
  }
  place.series = storage::SeriesId{series};
  place.day = Day{day};
  place.lot = static_cast<uint16_t>(lot);
  return place;
}

}  // namespace glutwatch::rpc
