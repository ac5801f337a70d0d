#pragma once
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/day.h"

namespace glutwatch::sheet {

// Which number comes first where a date like 03/04/2022 does not tell.
enum class DateOrder { kDayFirst, kMonthFirst };

struct DateOptions {
  DateOrder order = DateOrder::kDayFirst;
  // Years of one to three digits are of the Republic of China calendar (115 = 2026).
  bool roc_years = false;
  // A plain number such as 41435 is an Excel serial of the 1900 system.
  bool excel_serials = false;
  // The year of dates without one, which are month first: "6月10日", "6/10". 0 refuses them.
  int default_year = 0;
};

// Reads one date as feeds write it; full-width digits and a time of day after a blank or 'T' are
// allowed ("2025-02-08 00:00:00"; the day is the market's own, the time is ignored).
//
//   year first   2013-06-10  2013/6/10  2013.6.10  20130610  2013年6月10日
//   year last    08/07/2026  8-7-2026   8.7.2026   per `order`
//   month name   01 Feb 2022  1-Feb-2022  Feb 1, 2022
//   ROC          115.05.17  115/5/17  1150517  民國115年5月17日 (the last one always)
//   serial       41435 or 41435.0
//
// INVALID_ARGUMENT quotes the text and the forms that were expected, also for a day that the
// calendar does not have or one outside [kMinDay, kMaxDay].
absl::StatusOr<Day> ParseDate(absl::string_view text, const DateOptions& options = {});

// The day of an Excel serial number; empty before 1900-03-01 (where Excel's calendar has a day
// too many) or 1904-01-01, and past 2169.
std::optional<Day> ExcelSerialToDay(double serial, bool system_1904);

// "2013-06-10", or "2013-06-10 05:40:00" if the serial has a time of day; "" where
// ExcelSerialToDay is empty.
std::string FormatExcelSerial(double serial, bool system_1904);

}  // namespace glutwatch::sheet
