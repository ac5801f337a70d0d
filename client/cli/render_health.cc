#include "client/cli/render_health.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/decimal.h"
#include "client/cli/words.h"
#include "client/messages.h"

namespace glutwatch::client {
namespace {

constexpr int kHourDigits = 1;
constexpr double kSecondsPerHour = 3600;

// A message by its language.
class Words {
 public:
  explicit Words(Language language) : language_(language) {}
  std::string operator()(Msg message) const { return Text(message, language_); }

 private:
  const Language language_;
};

// Zero is what should be there: it is left blank for people.
Cell CountCell(int64_t count) {
  return {count == 0 ? "" : absl::StrCat(count), absl::StrCat(count)};
}

Cell HoursCell(bool present, const google::protobuf::Duration& duration) {
  if (!present) return "";
  const double hours = static_cast<double>(duration.seconds()) / kSecondsPerHour;
  return FormatNumber(hours, kHourDigits);
}

Cell TimeCell(bool present, const google::protobuf::Timestamp& time, absl::TimeZone zone) {
  if (!present) return "";
  return {FormatInstant(time, zone),
          absl::FormatTime(absl::RFC3339_full, TimeOf(time), absl::UTCTimeZone())};
}

Color StateColor(v1::MarketDayState state) {
  if (state == v1::MARKET_DAY_STATE_MISSING) return Color::kRed;
  return state == v1::MARKET_DAY_STATE_PARTIAL ? Color::kOrange : Color::kNone;
}

std::map<std::string, const v1::Series*> ByName(
    const google::protobuf::RepeatedPtrField<v1::Series>& series) {
  std::map<std::string, const v1::Series*> by_name;
  for (const v1::Series& one : series) by_name[one.name()] = &one;
  return by_name;
}

// A series' market, product and grade as cells; ids only where it is not known.
std::vector<Cell> SeriesCells(const std::map<std::string, const v1::Series*>& series,
                              const std::string& name, const NameBook& names) {
  const auto found = series.find(name);
  if (found == series.end()) return {name, "", "", ""};
  const v1::Series& one = *found->second;
  return {name,
          {names.Market(one.market()), one.market()},
          {names.Product(one.product()), one.product()},
          one.grade()};
}

std::string PriceText(bool present, int64_t value_e4) { return present ? FormatE4(value_e4) : "-"; }

Msg KindWord(v1::Correction::Kind kind) {
  switch (kind) {
    case v1::Correction::KIND_CONFIRMED:
      return Msg::kReviewConfirmed;
    case v1::Correction::KIND_DISCARDED:
      return Msg::kReviewDiscarded;
    default:
      return Msg::kCorrectedQuote;
  }
}

}  // namespace

Msg MarketDayWord(v1::MarketDayState state) {
  switch (state) {
    case v1::MARKET_DAY_STATE_COMPLETE:
      return Msg::kDayComplete;
    case v1::MARKET_DAY_STATE_PARTIAL:
      return Msg::kDayPartial;
    case v1::MARKET_DAY_STATE_MISSING:
      return Msg::kDayMissing;
    case v1::MARKET_DAY_STATE_PENDING:
      return Msg::kDayPending;
    case v1::MARKET_DAY_STATE_CLOSED:
      return Msg::kDayClosed;
    case v1::MARKET_DAY_STATE_REST_DAY:
      return Msg::kDayRest;
    default:
      return Msg::kDayUnknown;
  }
}

Table MarketHealthTable(const v1::ListMarketHealthResponse& list, const Reader& reader) {
  const Words t(reader.language);
  Table table({{"market", t(Msg::kColMarket)},
               {"region", t(Msg::kColRegion)},
               {"market_date", t(Msg::kColDate)},
               {"state", t(Msg::kColState)},
               {"received", t(Msg::kColReceived), true},
               {"expected", ""},
               {"unexpected", ""},
               {"newest_date", t(Msg::kColNewest)},
               {"days_since_newest", t(Msg::kColDaysSince), true},
               {"usual_gap_days", t(Msg::kColUsualGap), true},
               {"stale", t(Msg::kColFresh)},
               {"arrival_time", t(Msg::kColArrived)},
               {"late_hours", t(Msg::kColLate), true},
               {"suspicious", t(Msg::kColSuspicious), true},
               {"discarded", t(Msg::kColDiscarded), true},
               {"frozen", t(Msg::kColFrozen), true},
               {"flat", t(Msg::kColFlat), true},
               {"corrected", t(Msg::kColCorrected), true}});
  for (const v1::MarketHealth& one : list.markets()) {
    const bool newest = one.has_newest_date();
    table.AddRow({{reader.names->Market(one.market()), one.market()},
                  {reader.names->Region(one.region()), one.region()},
                  FormatDate(one.date()),
                  {t(MarketDayWord(one.state())), v1::MarketDayState_Name(one.state()),
                   StateColor(one.state())},
                  {absl::StrCat(one.received_count(), "/", one.expected_count()),
                   absl::StrCat(one.received_count())},
                  absl::StrCat(one.expected_count()),
                  absl::StrCat(one.unexpected_count()),
                  FormatDate(one.newest_date()),
                  newest ? absl::StrCat(one.days_since_newest()) : "",
                  CountCell(one.usual_gap_days()),
                  {one.stale() ? t(Msg::kStale) : "", one.stale() ? "true" : "false", Color::kRed},
                  TimeCell(one.has_arrival_time(), one.arrival_time(), reader.zone),
                  HoursCell(one.has_lateness(), one.lateness()),
                  CountCell(one.rows().suspicious()),
                  CountCell(one.rows().discarded()),
                  CountCell(one.rows().frozen()),
                  CountCell(one.rows().flat()),
                  CountCell(one.rows().corrected())});
  }
  return table;
}

Table GapTable(const v1::ListMarketHealthResponse& list, const Reader& reader) {
  const Words t(reader.language);
  Table table({{"series", t(Msg::kColSeries)},
               {"market", t(Msg::kColMarket)},
               {"product", t(Msg::kColProduct)},
               {"grade", t(Msg::kColGrade)},
               {"market_date", t(Msg::kColDate)},
               {"state", t(Msg::kColState)},
               {"market_newest_date", t(Msg::kColNewest)},
               {"stale", t(Msg::kColFresh)}});
  const auto series = ByName(list.series());
  for (const v1::MarketHealth& one : list.markets()) {
    std::vector<std::string> missing(one.missing_series().begin(), one.missing_series().end());
    if (missing.empty()) missing.push_back("");
    for (const std::string& name : missing) {
      std::vector<Cell> row = SeriesCells(series, name, *reader.names);
      row[1] = {reader.names->Market(one.market()), one.market()};
      row.push_back(FormatDate(one.date()));
      row.push_back({t(MarketDayWord(one.state())), v1::MarketDayState_Name(one.state()),
                     StateColor(one.state())});
      row.push_back(FormatDate(one.newest_date()));
      row.push_back(
          {one.stale() ? t(Msg::kStale) : "", one.stale() ? "true" : "false", Color::kRed});
      table.AddRow(std::move(row));
    }
  }
  return table;
}

Table SeriesHealthTable(const v1::GetSeriesHealthResponse& health, const Reader& reader) {
  const Words t(reader.language);
  Table table({{"figure", t(Msg::kColFigure)}, {"value", t(Msg::kColValue)}});
  const auto add = [&](Msg word, const char* key, std::string value) {
    table.AddRow({{t(word), key}, std::move(value)});
  };
  const auto days = [&](int count) { return Text(Msg::kSeriesStands, reader.language, count); };
  add(Msg::kFigureNewest, "newest_date",
      absl::StrCat(FormatDate(health.newest_date()),
                   health.stale() ? absl::StrCat(" (", t(Msg::kStale), ")") : ""));
  if (health.usual_gap_days() > 0) {
    add(Msg::kFigureGap, "usual_gap_days", absl::StrCat(health.usual_gap_days()));
  }
  if (health.has_usual_delay()) {
    add(Msg::kFigureDelay, "usual_delay_hours", HoursCell(true, health.usual_delay()).text);
  }
  add(Msg::kFigureWindow, "window_days", absl::StrCat(health.window_days()));
  add(Msg::kFigureAnswered, "answered_days", absl::StrCat(health.answered_days()));
  add(Msg::kFigureTraded, "traded_days", absl::StrCat(health.traded_days()));
  add(Msg::kFigureRepeated, "repeated_days", absl::StrCat(health.repeated_days()));
  add(Msg::kFigureSame, "same_quote_days", days(health.same_quote_days()));
  add(Msg::kFigureFlat, "flat_quote_days", days(health.flat_quote_days()));
  add(Msg::kColSuspicious, "suspicious", absl::StrCat(health.rows().suspicious()));
  add(Msg::kColDiscarded, "discarded", absl::StrCat(health.rows().discarded()));
  add(Msg::kColFrozen, "frozen", absl::StrCat(health.rows().frozen()));
  add(Msg::kColFlat, "flat", absl::StrCat(health.rows().flat()));
  add(Msg::kColCorrected, "corrected", absl::StrCat(health.rows().corrected()));
  return table;
}

Table SourceDayTable(const v1::ListSourceDaysResponse& list, const Reader& reader) {
  const Words t(reader.language);
  Table table({{"date", t(Msg::kColDate)},
               {"source", t(Msg::kColSource)},
               {"batches", t(Msg::kColBatches), true},
               {"added", t(Msg::kColAdded), true},
               {"corrected", t(Msg::kColCorrected), true},
               {"duplicate", t(Msg::kColDuplicate), true},
               {"refused", t(Msg::kColRefused), true},
               {"suspicious", t(Msg::kColSuspicious), true},
               {"reviews", t(Msg::kColReviews), true},
               {"last_time", t(Msg::kColLast)}},
              /*id_column=*/1);
  for (const v1::SourceDay& day : list.days()) {
    table.AddRow({FormatDate(day.date()), day.source(), absl::StrCat(day.batch_count()),
                  CountCell(day.added_count()), CountCell(day.corrected_count()),
                  CountCell(day.duplicate_count()), CountCell(day.refused_count()),
                  CountCell(day.suspicious_count()), CountCell(day.review_count()),
                  TimeCell(true, day.last_time(), reader.zone)});
  }
  return table;
}

std::string QuoteText(const v1::QuotedRow& row, Language language) {
  if (row.day_status() != v1::DAY_STATUS_TRADED) {
    return Text(DayStatusWord(row.day_status()), language);
  }
  return absl::StrCat(PriceText(row.has_low_price_e4(), row.low_price_e4()), "/",
                      PriceText(row.has_modal_price_e4(), row.modal_price_e4()), "/",
                      PriceText(row.has_high_price_e4(), row.high_price_e4()));
}

std::string QuoteDifference(const v1::QuotedRow& before, const v1::QuotedRow& after,
                            Language language) {
  std::vector<std::string> parts;
  const auto add = [&](Msg word, const std::string& from, const std::string& to) {
    if (from != to) parts.push_back(absl::StrCat(Text(word, language), " ", from, " -> ", to));
  };
  add(Msg::kColStatus, Text(DayStatusWord(before.day_status()), language),
      Text(DayStatusWord(after.day_status()), language));
  add(Msg::kColLow, PriceText(before.has_low_price_e4(), before.low_price_e4()),
      PriceText(after.has_low_price_e4(), after.low_price_e4()));
  add(Msg::kColModal, PriceText(before.has_modal_price_e4(), before.modal_price_e4()),
      PriceText(after.has_modal_price_e4(), after.modal_price_e4()));
  add(Msg::kColHigh, PriceText(before.has_high_price_e4(), before.high_price_e4()),
      PriceText(after.has_high_price_e4(), after.high_price_e4()));
  add(Msg::kColArrivals, PriceText(before.has_arrivals_e4(), before.arrivals_e4()),
      PriceText(after.has_arrivals_e4(), after.arrivals_e4()));
  const auto flags = [&](const v1::QuotedRow& row) {
    const std::string words = FlagWords(row.flags(), language);
    return words.empty() ? "-" : words;
  };
  add(Msg::kColNotes, flags(before), flags(after));
  return absl::StrJoin(parts, "; ");
}

Table CorrectionTable(const v1::ListCorrectionsResponse& list, const Reader& reader) {
  const Words t(reader.language);
  Table table({{"series", t(Msg::kColSeries)},
               {"market", t(Msg::kColMarket)},
               {"product", t(Msg::kColProduct)},
               {"grade", t(Msg::kColGrade)},
               {"market_date", t(Msg::kColDate)},
               {"lot", ""},
               {"kind", t(Msg::kColKind)},
               {"before", ""},
               {"after", ""},
               {"change", t(Msg::kColChange)},
               {"before_record_time", ""},
               {"record_time", t(Msg::kColChangedAt)},
               {"source", t(Msg::kColSource)},
               {"author", t(Msg::kColAuthor)},
               {"batch_id", ""},
               {"note", t(Msg::kColWhy)}});
  const auto series = ByName(list.series());
  for (const v1::Correction& one : list.corrections()) {
    std::vector<Cell> row = SeriesCells(series, one.series(), *reader.names);
    const std::vector<Cell> rest = {
        FormatDate(one.date()),
        absl::StrCat(one.lot()),
        {t(KindWord(one.kind())), v1::Correction::Kind_Name(one.kind())},
        QuoteText(one.before(), Language::kEnglish),
        QuoteText(one.after(), Language::kEnglish),
        {QuoteDifference(one.before(), one.after(), reader.language),
         QuoteDifference(one.before(), one.after(), Language::kEnglish)},
        TimeCell(true, one.before().record_time(), reader.zone),
        TimeCell(true, one.after().record_time(), reader.zone),
        one.after().source(),
        one.author(),
        one.batch_id(),
        one.note()};
    row.insert(row.end(), rest.begin(), rest.end());
    table.AddRow(std::move(row));
  }
  return table;
}

Table SuspiciousTable(const v1::ListSuspiciousResponse& list, const Reader& reader) {
  const Words t(reader.language);
  Table table({{"series", t(Msg::kColSeries)},
               {"market", t(Msg::kColMarket)},
               {"product", t(Msg::kColProduct)},
               {"grade", t(Msg::kColGrade)},
               {"market_date", t(Msg::kColDate)},
               {"lot", ""},
               {"quote", t(Msg::kColQuote)},
               {"flags", t(Msg::kColNotes)},
               {"previous_price", t(Msg::kColPreviousPrice)},
               {"previous_date", ""},
               {"source", t(Msg::kColSource)},
               {"record_time", t(Msg::kColRecorded)}});
  const auto series = ByName(list.series());
  for (const v1::SuspiciousRow& one : list.rows()) {
    std::vector<Cell> row = SeriesCells(series, one.series(), *reader.names);
    const bool has_previous = one.has_previous_date();
    const std::string previous = has_previous ? FormatE4(one.previous_modal_price_e4()) : "";
    const std::string previous_date = FormatDate(one.previous_date());
    const std::vector<Cell> rest = {
        FormatDate(one.date()),
        absl::StrCat(one.lot()),
        {QuoteText(one.row(), reader.language), QuoteText(one.row(), Language::kEnglish)},
        {FlagWords(one.row().flags(), reader.language), absl::StrCat(one.row().flags())},
        {has_previous ? absl::StrCat(previous, " (", previous_date, ")") : "", previous},
        previous_date,
        one.row().source(),
        TimeCell(true, one.row().record_time(), reader.zone)};
    row.insert(row.end(), rest.begin(), rest.end());
    table.AddRow(std::move(row));
  }
  return table;
}

}  // namespace glutwatch::client
