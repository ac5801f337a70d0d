#include "server/warn/warning.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "server/warn/day_bytes.h"

namespace glutwatch::warn {
namespace {

constexpr uint8_t kFormatVersion = 1;
constexpr uint64_t kMostElements = 1'000'000;  // rules or series in one evidence

// One order for both directions.
template <typename Indicators, typename Visit>
void ForEachIndicator(Indicators& i, Visit visit) {
  visit(i.price);
  visit(i.median_price);
  visit(i.norm);
  visit(i.price_to_norm);
  visit(i.ifpa);
  visit(i.alps);
  visit(i.price_to_total_cost);
  visit(i.price_to_cash_cost);
  visit(i.year_on_year);
  visit(i.norm_in_28_days);
  visit(i.forecast_to_norm);
}

void PutIndicators(const forecast::risk::DayIndicators& indicators, ByteWriter* out) {
  PutDay(indicators.day, out);
  out->Signed(indicators.norm_years);
  ForEachIndicator(indicators,
                   [&](const std::optional<double>& value) { out->OptionalDouble(value); });
}

forecast::risk::DayIndicators TakeIndicators(ByteReader* in) {
  forecast::risk::DayIndicators indicators;
  indicators.day = TakeDay(in);
  indicators.norm_years = static_cast<int>(in->Signed());
  ForEachIndicator(indicators, [&](std::optional<double>& value) { value = in->OptionalDouble(); });
  return indicators;
}

void PutEvidence(const Evidence& evidence, ByteWriter* out) {
  out->Varint(evidence.rules.size());
  for (const RuleOutcome& rule : evidence.rules) {
    out->String(rule.rule);
    out->U8(static_cast<uint8_t>(rule.level));
    PutDay(rule.held_since, out);
    out->String(rule.detail);
  }
  PutIndicators(evidence.group, out);
  out->Varint(evidence.series.size());
  for (const SeriesEvidence& series : evidence.series) {
    out->Varint(static_cast<uint32_t>(series.series));
    PutIndicators(series.indicators, out);
  }
  out->Signed(evidence.vintage_us);
  out->String(evidence.rule_pack);
  out->Signed(evidence.model_version);
  out->Signed(evidence.missing_days);
}

Evidence TakeEvidence(ByteReader* in) {
  Evidence evidence;
  const uint64_t rules = in->Varint();
  for (uint64_t i = 0; i < rules && rules < kMostElements && in->ok(); ++i) {
    RuleOutcome rule;
    rule.rule = in->String();
    rule.level = static_cast<Level>(in->U8());
    rule.held_since = TakeDay(in);
    rule.detail = in->String();
    evidence.rules.push_back(std::move(rule));
  }
  evidence.group = TakeIndicators(in);
  const uint64_t series = in->Varint();
  for (uint64_t i = 0; i < series && series < kMostElements && in->ok(); ++i) {
    const auto id = static_cast<storage::SeriesId>(in->Varint());
    evidence.series.push_back({id, TakeIndicators(in)});
  }
  evidence.vintage_us = in->Signed();
  evidence.rule_pack = in->String();
  evidence.model_version = static_cast<int>(in->Signed());
  evidence.missing_days = static_cast<int>(in->Signed());
  return evidence;
}

bool IsWhole(const WarningEvent& event) {
  const auto within = [](auto value, int least, int most) {
    return static_cast<int>(value) >= least && static_cast<int>(value) <= most;
  };
  const Warning& warning = event.warning;
  bool levels = within(warning.level, 0, 4);
  for (const RuleOutcome& rule : warning.evidence.rules) levels &= within(rule.level, 0, 4);
  return levels && within(event.transition, 1, 9) && within(warning.kind, 1, 2) &&
         within(warning.state, 1, 3) && within(warning.freshness, 1, 3);
}

}  // namespace

std::string EncodeEvent(const WarningEvent& event) {
  const Warning& warning = event.warning;
  ByteWriter out;
  out.U8(kFormatVersion);
  out.U8(static_cast<uint8_t>(event.transition));
  out.Signed(event.commit_us);
  PutDay(event.market_day, &out);
  out.String(event.cause);
  out.String(warning.id);
  out.U8(static_cast<uint8_t>(warning.kind));
  out.String(warning.group.product);
  out.String(warning.group.region);
  out.U8(static_cast<uint8_t>(warning.level));
  out.U8(static_cast<uint8_t>(warning.state));
  out.U8(static_cast<uint8_t>(warning.freshness));
  PutDay(warning.raised_day, &out);
  PutDay(warning.market_day, &out);
  PutOptionalDay(warning.ended_day, &out);
  out.Signed(warning.generation);
  out.U8(warning.simulated ? 1 : 0);
  PutEvidence(warning.evidence, &out);
  return out.Take();
}

absl::StatusOr<WarningEvent> DecodeEvent(absl::string_view bytes, int64_t seq) {
  ByteReader in(bytes);
  const auto damaged = [&](absl::string_view why) {
    return absl::DataLossError(absl::StrCat("warning event ", seq, " ", why));
  };
  if (const uint8_t version = in.U8(); version != kFormatVersion) {
    return damaged(absl::StrCat("has format ", version, ", expected ", kFormatVersion));
  }
  WarningEvent event;
  Warning& warning = event.warning;
  event.seq = seq;
  event.transition = static_cast<Transition>(in.U8());
  event.commit_us = in.Signed();
  event.market_day = TakeDay(&in);
  event.cause = in.String();
  warning.id = in.String();
  warning.kind = static_cast<Kind>(in.U8());
  warning.group.product = in.String();
  warning.group.region = in.String();
  warning.level = static_cast<Level>(in.U8());
  warning.state = static_cast<State>(in.U8());
  warning.freshness = static_cast<Freshness>(in.U8());
  warning.raised_day = TakeDay(&in);
  warning.market_day = TakeDay(&in);
  warning.ended_day = TakeOptionalDay(&in);
  warning.generation = in.Signed();
  warning.simulated = in.U8() != 0;
  warning.evidence = TakeEvidence(&in);
  if (!in.done() || !IsWhole(event)) return damaged("is damaged");
  return event;
}

}  // namespace glutwatch::warn
