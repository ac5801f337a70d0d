// Dates and numbers as people and spreadsheets write them: any text is refused with its quotation
// or read to a value in range, and a value's own text reads back to it.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/day.h"
#include "base/decimal.h"
#include "sheet/dates.h"
#include "sheet/numbers.h"

using namespace glutwatch;         // NOLINT(google-build-using-namespace): a fuzz target
using namespace glutwatch::sheet;  // NOLINT(google-build-using-namespace)

namespace {

void CheckDay(Day day) {
  if (day < kMinDay || day > kMaxDay) std::abort();
  const auto again = ParseDay(FormatDay(day));
  if (!again.ok() || *again != day) std::abort();
  const auto read = ParseDate(FormatDay(day));
  if (!read.ok() || *read != day) std::abort();
}

void CheckNumber(int64_t value_e4) {
  if (value_e4 > kMaxE4 || value_e4 < -kMaxE4) std::abort();
  const auto again = ParseE4(FormatE4(value_e4));
  if (!again.ok() || *again != value_e4) std::abort();
  const auto cell = ParseCellE4(FormatE4(value_e4));
  if (!cell.ok() || *cell != value_e4) std::abort();
}

template <typename T, typename Check>
void Expect(const absl::StatusOr<T>& read, const Check& check) {
  if (read.ok()) {
    check(*read);
  } else if (!absl::IsInvalidArgument(read.status()) || read.status().message().empty()) {
    std::abort();
  }
}

void CheckSerial(double serial, bool system_1904) {
  const auto day = ExcelSerialToDay(serial, system_1904);
  if (day.has_value()) CheckDay(*day);
  if (FormatExcelSerial(serial, system_1904).empty() == day.has_value()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t how = data[0];
  const absl::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const DateOptions dates = {.order = how % 2 == 0 ? DateOrder::kDayFirst : DateOrder::kMonthFirst,
                             .roc_years = (how & 2) != 0,
                             .excel_serials = (how & 4) != 0,
                             .default_year = (how & 8) != 0 ? 2024 : 0};
  Expect(ParseDate(text, dates), CheckDay);
  Expect(ParseDay(text), CheckDay);
  Expect(ParseE4(text), CheckNumber);
  Expect(ParseCellE4(text, {.decimal_comma = (how & 16) != 0, .round_to_e4 = (how & 32) != 0}),
         CheckNumber);
  if (text.size() < sizeof(double)) return 0;
  double number = 0;
  std::memcpy(&number, text.data(), sizeof(number));
  CheckSerial(number, (how & 64) != 0);
  if (std::isfinite(number) && ShortestDecimal(number).empty()) std::abort();
  return 0;
}
