#pragma once
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::offline {

struct NamedSeries {
  std::string id;
  std::vector<double> values;  // NaN where a cell is empty or NA and others follow
  std::vector<double> truth;   // of M3's files: what the forecast is to be held against
};

// Sets of series in the competitions' wide form: a line of headings, then a line for each series,
// its id and its values; cells may be quoted, and empty ones at the end of a line are not there.
// In the M3 competition's form, which is known by its headings, the last NF values are the truth.
//
// `bytes` may be .xz. INVALID_ARGUMENT names `name`, line and column; a line without values, and an
// id that comes twice, are errors as well.
absl::StatusOr<std::vector<NamedSeries>> ReadSeries(const std::string& name,
                                                    absl::string_view bytes);

// The same form, with headings "id,F1,F2,...": what ReadSeries reads back to the last bit.
std::string WriteForecasts(const std::vector<NamedSeries>& forecasts);

}  // namespace glutwatch::offline
