#pragma once
#include <string>

#include "absl/time/time.h"
#include "client/cli/names.h"
#include "client/cli/table.h"
#include "client/language.h"
#include "glutwatch/v1/assess.pb.h"
#include "glutwatch/v1/observe.pb.h"

// Prices and forecasts as tables.
namespace glutwatch::client {

// Columns of a table of observations; rows are added block by block.
//
// Prices print exactly as quoted; in a view per kilogram and so on they are converted.
class PriceTable {
 public:
  struct Options {
    bool with_series = false;    // a column for each part of the series, for rows of several
    bool with_versions = false;  // when each version was recorded
  };
  PriceTable(const NameBook* names, Language language, absl::TimeZone zone, Options options);
  // `series` is the block's; a block after the first of a series does not repeat it.
  void AddBlock(const v1::PriceBlock& block, const v1::Series& series);
  const Table& table() const { return table_; }

 private:
  const NameBook* names_;
  Language language_;
  absl::TimeZone zone_;
  Options options_;
  Table table_;
};

// Whether the block has prices that a simulation made up.
bool IsSimulated(const v1::PriceBlock& block);
// "series/12  大蒜 · 江川产地市场 · 5.0cm (CNY/kg)".
std::string SeriesTitle(const v1::Series& series, const std::string& unit, const NameBook& names);

Table LatestTable(const v1::LatestPricesResponse& list, const NameBook& names, Language language);
Table ForecastTable(const v1::GetForecastResponse& forecast, Language language);

}  // namespace glutwatch::client
