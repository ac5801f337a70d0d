#pragma once
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/chart.h"
#include "client/cli/context.h"
#include "client/cli/names.h"
#include "glutwatch/v1/assess.pb.h"
#include "glutwatch/v1/observe.pb.h"

// What charts show, from the server's answers.
namespace glutwatch::client {

// The modal prices of one series' blocks, from its first to its last priced day; the first lot and
// newest version of each day. `days` is 0 if there is no price.
ChartData PriceHistory(const std::vector<v1::PriceBlock>& blocks);

// Makes room for `forecast` after the history and fills the fan and the norm of its days.
void AddForecast(const v1::GetForecastResponse& forecast, ChartData* data);

// Fills `norm` over the days that are there: asks for at most 12 of them and draws straight lines
// between. Nothing if the server's unit cannot be
// turned into `unit`.
absl::Status AddNorm(Context* context, const v1::Series& series, const std::string& unit,
                     ChartData* data);

// Colours the days of warnings for the series' product in its market's region.
absl::Status AddWarningColors(Context* context, const v1::Series& series, const NameBook& names,
                              ChartData* data);

}  // namespace glutwatch::client
