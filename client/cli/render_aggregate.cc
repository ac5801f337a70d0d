#include "client/cli/render_aggregate.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/day.h"
#include "client/cli/words.h"
#include "client/messages.h"

namespace glutwatch::client {
namespace {

constexpr int kDigitsForPeople = 2;
constexpr int kDigitsForPrograms = 6;
constexpr size_t kPeriodColumn = 4;

std::vector<Column> Columns(const v1::AggregateObservationsRequest& request, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  std::vector<Column> columns = {
      {"region", t(Msg::kColRegion)},       {"category", t(Msg::kColCategory)},
      {"product", t(Msg::kColProduct)},     {"market", t(Msg::kColMarket)},
      {"period_start", t(Msg::kColPeriod)}, {"mean", t(Msg::kColMean), true}};
  for (const double quantile : request.quantiles()) {
    columns.push_back({absl::StrCat("quantile_", quantile),
                       absl::StrCat("P", FormatNumber(quantile * 100, kDigitsForPeople)), true});
  }
  for (const Column& column : std::vector<Column>{{"minimum", t(Msg::kColMinimum), true},
                                                  {"maximum", t(Msg::kColMaximum), true},
                                                  {"price_unit", t(Msg::kColUnit)},
                                                  {"arrivals", t(Msg::kColArrivals), true},
                                                  {"arrivals_unit", ""},
                                                  {"markets", t(Msg::kColMarketCount), true},
                                                  {"observations", t(Msg::kColObservations), true},
                                                  {"suspicious", t(Msg::kColLeftOut)},
                                                  {"unweighed", ""},
                                                  {"unweighed_markets", ""},
                                                  {"simulated", t(Msg::kColNotes)}}) {
    columns.push_back(column);
  }
  return columns;
}

// Element `row` of a column that may not have been asked for.
double Number(const google::protobuf::RepeatedField<double>& column, int row) {
  return row < column.size() ? column.Get(row) : std::numeric_limits<double>::quiet_NaN();
}
int64_t Count(const google::protobuf::RepeatedField<int64_t>& column, int row) {
  return row < column.size() ? column.Get(row) : 0;
}

Cell Price(double price) {
  return {FormatNumber(price, kDigitsForPeople), FormatNumber(price, kDigitsForPrograms)};
}

// "2026-03", "2026-03 上旬", "2026": the period that begins on `start`.
std::string PeriodName(v1::AggregatePeriod period, Day start, Language language) {
  const std::string date = FormatDay(start);
  switch (period) {
    case v1::AGGREGATE_PERIOD_TEN_DAYS: {
      const int day = ToCivil(start).day();
      const Msg part = day == 1    ? Msg::kTenDaysFirst
                       : day == 11 ? Msg::kTenDaysSecond
                                   : Msg::kTenDaysThird;
      return absl::StrCat(date.substr(0, 7), " ", Text(part, language));
    }
    case v1::AGGREGATE_PERIOD_MONTH:
      return date.substr(0, 7);
    case v1::AGGREGATE_PERIOD_YEAR:
      return date.substr(0, 4);
    default:
      return date;
  }
}

}  // namespace

AggregateTable::AggregateTable(const v1::AggregateObservationsRequest* request,
                               const NameBook* names, Language language)
    : request_(request),
      names_(names),
      language_(language),
      table_(Columns(*request, language), kPeriodColumn) {}

void AggregateTable::AddBlock(const v1::AggregateBlock& block) {
  if (block.has_group()) group_ = block.group();
  simulated_ |= group_.simulated();
  mixed_ |= group_.product_count() > 1;
  for (int row = 0; row < block.period_start_days_size(); ++row) AddRow(block, row);
}

void AggregateTable::AddRow(const v1::AggregateBlock& block, int row) {
  const bool volume = request_->weighting() == v1::AGGREGATE_WEIGHTING_VOLUME;
  const int64_t markets = Count(block.market_counts(), row);
  const int64_t suspicious = Count(block.suspicious_counts(), row);
  const int64_t unweighed = Count(block.unweighed_counts(), row);
  const int64_t unweighed_markets = Count(block.unweighed_market_counts(), row);

  std::string arrivals = FormatNumber(Number(block.arrivals(), row), kDigitsForPeople);
  if (!arrivals.empty()) {
    arrivals = !volume && unweighed_markets > 0
                   ? Text(Msg::kArrivalsOfSome, language_, arrivals, group_.arrivals_unit(),
                          markets - unweighed_markets, markets)
                   : absl::StrCat(arrivals, " ", group_.arrivals_unit());
  }
  std::vector<std::string> left_out;
  if (suspicious > 0) left_out.push_back(Text(Msg::kLeftOutSuspicious, language_, suspicious));
  if (volume && unweighed > 0) {
    left_out.push_back(Text(Msg::kLeftOutUnweighed, language_, unweighed));
  }
  if (volume && unweighed_markets > 0) {
    left_out.push_back(Text(Msg::kLeftOutMarkets, language_, unweighed_markets));
  }

  const Day start{block.period_start_days(row)};
  std::vector<Cell> cells = {{names_->Region(group_.region()), group_.region()},
                             group_.category(),
                             {names_->Product(group_.product()), group_.product()},
                             {names_->Market(group_.market()), group_.market()},
                             {PeriodName(request_->period(), start, language_), FormatDay(start)},
                             Price(Number(block.means(), row))};
  for (int q = 0; q < request_->quantiles_size(); ++q) {
    cells.push_back(q < block.quantiles_size() ? Price(Number(block.quantiles(q).values(), row))
                                               : Cell(""));
  }
  for (const Cell& cell : std::vector<Cell>{
           Price(Number(block.minima(), row)),
           Price(Number(block.maxima(), row)),
           group_.price_unit(),
           {arrivals, FormatNumber(Number(block.arrivals(), row), kDigitsForPrograms)},
           group_.arrivals_unit(),
           absl::StrCat(markets),
           absl::StrCat(Count(block.observation_counts(), row)),
           {absl::StrJoin(left_out, ", "), absl::StrCat(suspicious)},
           absl::StrCat(unweighed),
           absl::StrCat(unweighed_markets),
           {group_.simulated() ? absl::StrCat("[", Text(Msg::kSimulated, language_), "]") : "",
            group_.simulated() ? "true" : "false"}}) {
    cells.push_back(cell);
  }
  table_.AddRow(std::move(cells));
}

}  // namespace glutwatch::client
