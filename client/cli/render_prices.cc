#include "client/cli/render_prices.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "client/cli/words.h"
#include "client/messages.h"
#include "client/price_block.h"

namespace glutwatch::client {
namespace {

constexpr int kLowBit = 1;
constexpr int kModalBit = 2;
constexpr int kHighBit = 4;
constexpr int kArrivalsBit = 8;
constexpr int kAllBits = 15;
// A quote has four digits; half of one, as per 斤, has five.
constexpr int kDigits = 6;
constexpr char kSimulatedPrefix[] = "simulated:";

// Element `i` of an optional column.
template <typename Column>
int64_t At(const Column& column, int i) {
  return i < column.size() ? static_cast<int64_t>(column.Get(i)) : 0;
}

// How many units of the view one quoted unit's price is; 1 where prices are as quoted.
double ViewFactor(const v1::PriceBlock& block) {
  for (int i = 0; i < block.modal_prices_size(); ++i) {
    if (At(block.modal_prices_e4(), i) != 0) {
      return block.modal_prices(i) / E4ToDouble(block.modal_prices_e4(i));
    }
  }
  return 1;
}

std::string Price(int64_t value_e4, bool present, bool viewed, double factor) {
  if (!present) return "";
  return viewed ? FormatNumber(E4ToDouble(value_e4) * factor, kDigits) : FormatE4(value_e4);
}

std::vector<Column> PriceColumns(Language language, const PriceTable::Options& options) {
  const auto t = [language](Msg message) { return Text(message, language); };
  const auto if_shown = [&](bool shown, Msg message) { return shown ? t(message) : std::string(); };
  return {{"series", if_shown(options.with_series, Msg::kColSeries)},
          {"market", if_shown(options.with_series, Msg::kColMarket)},
          {"product", if_shown(options.with_series, Msg::kColProduct)},
          {"grade", if_shown(options.with_series, Msg::kColGrade)},
          {"market_date", t(Msg::kColDate)},
          {"lot", ""},
          {"day_status", t(Msg::kColStatus)},
          {"low_price", t(Msg::kColLow), true},
          {"modal_price", t(Msg::kColModal), true},
          {"high_price", t(Msg::kColHigh), true},
          {"price_unit", t(Msg::kColUnit)},
          {"arrivals", t(Msg::kColArrivals), true},
          {"arrivals_unit", ""},
          {"flags", t(Msg::kColNotes)},
          {"source", t(Msg::kColSource)},
          {"record_time", if_shown(options.with_versions, Msg::kColRecorded)}};
}

}  // namespace

bool IsSimulated(const v1::PriceBlock& block) {
  for (const std::string& source : block.source_names()) {
    if (absl::StartsWith(source, kSimulatedPrefix)) return true;
  }
  return false;
}

std::string SeriesTitle(const v1::Series& series, const std::string& unit, const NameBook& names) {
  return absl::StrCat(series.name(), "  ", names.Product(series.product()), " · ",
                      names.Market(series.market()), series.grade().empty() ? "" : " · ",
                      series.grade(), " (", unit, ")");
}

PriceTable::PriceTable(const NameBook* names, Language language, absl::TimeZone zone,
                       Options options)
    : names_(names),
      language_(language),
      zone_(zone),
      options_(options),
      table_(PriceColumns(language, options)) {}

void PriceTable::AddBlock(const v1::PriceBlock& block, const v1::Series& series) {
  const bool viewed = block.modal_prices_size() > 0;
  const double factor = ViewFactor(block);
  for (int i = 0; i < block.row_count(); ++i) {
    const auto status =
        block.day_statuses_size() == 0 ? v1::DAY_STATUS_TRADED : block.day_statuses(i);
    const int present = block.presences_size() == 0 ? kAllBits : block.presences(i);
    const int64_t source = At(block.sources(), i);
    const std::string source_name =
        source < block.source_names_size() ? block.source_names(static_cast<int>(source)) : "";
    const std::string shown_source =
        absl::StartsWith(source_name, kSimulatedPrefix)
            ? absl::StrCat(Text(Msg::kSimulated, language_), ":",
                           source_name.substr(sizeof(kSimulatedPrefix) - 1))
            : source_name;
    const int flags = static_cast<int>(At(block.flags(), i));
    const absl::Time recorded = absl::FromUnixMicros(At(block.record_times_us(), i));
    const std::string arrivals_unit = series.quote().arrivals_unit();
    const std::string arrivals =
        (present & kArrivalsBit) != 0 ? FormatE4(At(block.arrivals_e4(), i)) : "";
    const auto price = [&](const auto& column, int bit) {
      return Price(At(column, i), (present & bit) != 0, viewed, factor);
    };
    table_.AddRow({series.name(),
                   {names_->Market(series.market()), series.market()},
                   {names_->Product(series.product()), series.product()},
                   series.grade(),
                   FormatDay(DayOfRow(block, i)),
                   absl::StrCat(At(block.lots(), i)),
                   {status == v1::DAY_STATUS_TRADED ? "" : Text(DayStatusWord(status), language_),
                    v1::DayStatus_Name(status)},
                   price(block.low_prices_e4(), kLowBit),
                   price(block.modal_prices_e4(), kModalBit),
                   price(block.high_prices_e4(), kHighBit),
                   {options_.with_series ? block.price_unit() : "", block.price_unit()},
                   {arrivals.empty() ? "" : absl::StrCat(arrivals, " ", arrivals_unit), arrivals},
                   arrivals_unit,
                   {FlagWords(flags, language_), absl::StrCat(flags)},
                   {shown_source, source_name},
                   {FormatInstant(recorded, zone_),
                    absl::FormatTime(absl::RFC3339_full, recorded, absl::UTCTimeZone())}});
  }
}

Table LatestTable(const v1::LatestPricesResponse& list, const NameBook& names, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"series", t(Msg::kColSeries)},
               {"product", t(Msg::kColProduct)},
               {"market", t(Msg::kColMarket)},
               {"grade", t(Msg::kColGrade)},
               {"price_date", t(Msg::kColDate)},
               {"price", t(Msg::kColPrice), true},
               {"price_unit", t(Msg::kColUnit)},
               {"quoted_price", ""},
               {"quoted_unit", ""},
               {"newest_date", t(Msg::kColNewest)}});
  for (const auto& latest : list.prices()) {
    const v1::Series& series = latest.series();
    const bool priced = latest.price_date().year() != 0;
    const std::string quoted_unit =
        absl::StrCat(series.quote().currency_code(), "/", series.quote().unit());
    const std::string quoted = priced ? FormatE4(latest.modal_price_e4()) : "";
    const bool viewed = !latest.price_unit().empty() && latest.price_unit() != quoted_unit;
    table.AddRow({series.name(),
                  {names.Product(series.product()), series.product()},
                  {names.Market(series.market()), series.market()},
                  series.grade(),
                  FormatDate(latest.price_date()),
                  viewed && priced ? FormatNumber(latest.modal_price(), kDigits) : quoted,
                  viewed ? latest.price_unit() : quoted_unit,
                  quoted,
                  quoted_unit,
                  FormatDate(latest.newest_date())});
  }
  return table;
}

Table ForecastTable(const v1::GetForecastResponse& forecast, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"market_date", t(Msg::kColDate)},
               {"low95", t(Msg::kColLow95), true},
               {"low80", t(Msg::kColLow80), true},
               {"price", t(Msg::kColMedian), true},
               {"high80", t(Msg::kColHigh80), true},
               {"high95", t(Msg::kColHigh95), true},
               {"seasonal_norm", t(Msg::kColNorm), true},
               {"price_unit", ""}});
  const auto number = [](double value) {
    return Cell(FormatNumber(value, 2), FormatNumber(value, kDigits));
  };
  for (const auto& point : forecast.points()) {
    table.AddRow({FormatDate(point.market_date()), number(point.low95()), number(point.low80()),
                  number(point.price()), number(point.high80()), number(point.high95()),
                  point.has_seasonal_norm() ? number(point.seasonal_norm()) : Cell(""),
                  forecast.price_unit()});
  }
  return table;
}

}  // namespace glutwatch::client
