#pragma once
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sheet/dates.h"
#include "sheet/feed_row.h"
#include "sheet/numbers.h"
#include "sheet/table.h"

namespace glutwatch::sheet {

// Reads a price or a quantity from the cell under `column`. An empty cell leaves `value` unset.
// INVALID_ARGUMENT "column 最低价: number is \"2.7（个）\", expected a decimal such as 1.55".
absl::Status ReadNumber(absl::string_view column, absl::string_view text,
                        const NumberOptions& options, std::optional<int64_t>* value);

// Reads the date under `column`; an empty cell is INVALID_ARGUMENT, as is a bad one.
absl::Status ReadDate(absl::string_view column, absl::string_view text, const DateOptions& options,
                      Day* day);

// INVALID_ARGUMENT "column 品名: is empty, expected ..." if `text` is blank.
absl::Status RequireText(absl::string_view column, absl::string_view text,
                         absl::string_view expected);

// Missing is not zero: a price of 0 means that the feed had none.
//
// Zeros among positive prices become unset. A row without any price that has arrivals stays
// TRADED; one without either becomes NOT_REPORTED. Touches only TRADED rows; negative prices stay
// for the server to refuse.
void SettleZeros(FeedRow* row);

// What a refusal's status says in Chinese; "" if it does not.
std::string ChineseOf(const absl::Status& why);

// A refusal of one row. `raw` is cut to kMaxRawBytes at a character's end.
RefusedRow Refusal(int64_t line, absl::string_view sheet, const absl::Status& why,
                   absl::string_view raw);

// Cells joined with '|'.
std::string RawCells(const TableRow& row);

// "Kuthuparambu Market" -> "kuthuparambu-market": ASCII letters and digits in lower case, anything
// else one dash. A name with other letters ends in a hash of the whole name, so that two names
// never share a slug for want of ASCII: "大白菜" -> "x3f9a01c7".
std::string Slug(absl::string_view name);

}  // namespace glutwatch::sheet
