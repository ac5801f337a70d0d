#include "sheet/row_parts.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sheet/cell_place.h"
#include "sheet/text_encoding.h"

namespace glutwatch::sheet {
namespace {

// The same in Chinese travels with the status: most readers of feeds do not ask for it.
constexpr char kChinesePayload[] = "glutwatch/zh";

absl::Status InBothLanguages(absl::string_view english, absl::string_view chinese) {
  absl::Status status = absl::InvalidArgumentError(english);
  status.SetPayload(kChinesePayload, absl::Cord(chinese));
  return status;
}

absl::Status InColumn(absl::string_view column, absl::string_view cell, const absl::Status& why,
                      absl::string_view expected_zh) {
  return InBothLanguages(
      absl::StrCat("column ", column, ": ", why.message()),
      absl::StrCat("“", column, "”列：填的是“", QuotedText(cell), "”，应为", expected_zh));
}

}  // namespace

absl::Status ReadNumber(absl::string_view column, absl::string_view text,
                        const NumberOptions& options, std::optional<int64_t>* value) {
  value->reset();
  if (TrimText(text).empty()) return absl::OkStatus();
  const absl::StatusOr<int64_t> number = ParseCellE4(text, options);
  if (!number.ok()) return InColumn(column, text, number.status(), "数字，如 1.55");
  *value = *number;
  return absl::OkStatus();
}

absl::Status ReadDate(absl::string_view column, absl::string_view text, const DateOptions& options,
                      Day* day) {
  const absl::StatusOr<Day> date = ParseDate(text, options);
  if (!date.ok()) return InColumn(column, text, date.status(), "日期，如 2026-03-01");
  *day = *date;
  return absl::OkStatus();
}

absl::Status RequireText(absl::string_view column, absl::string_view text,
                         absl::string_view expected) {
  if (!TrimText(text).empty()) return absl::OkStatus();
  return InBothLanguages(absl::StrCat("column ", column, ": is empty, expected ", expected),
                         absl::StrCat("“", column, "”列：为空，必须填写"));
}

std::string ChineseOf(const absl::Status& why) {
  const auto payload = why.GetPayload(kChinesePayload);
  return payload.has_value() ? std::string(*payload) : "";
}

void SettleZeros(FeedRow* row) {
  if (row->status != DayStatus::kTraded) return;
  for (std::optional<int64_t>* price : {&row->low_e4, &row->modal_e4, &row->high_e4}) {
    if (price->has_value() && **price == 0) price->reset();
  }
  const bool has_price =
      row->low_e4.has_value() || row->modal_e4.has_value() || row->high_e4.has_value();
  const bool has_arrivals = row->arrivals_e4.has_value() && *row->arrivals_e4 != 0;
  if (!has_price && !has_arrivals) {
    row->status = DayStatus::kNotReported;
    row->arrivals_e4.reset();
  }
}

RefusedRow Refusal(int64_t line, absl::string_view sheet, const absl::Status& why,
                   absl::string_view raw) {
  if (raw.size() > kMaxRawBytes) {
    size_t end = kMaxRawBytes;
    while (end > 0 && (static_cast<uint8_t>(raw[end]) & 0xC0) == 0x80) --end;
    raw = raw.substr(0, end);
  }
  return {.line = line,
          .sheet = std::string(sheet),
          .reason = std::string(why.message()),
          .raw = std::string(raw),
          .reason_zh = ChineseOf(why)};
}

std::string RawCells(const TableRow& row) { return absl::StrJoin(row.cells, "|"); }

std::string Slug(absl::string_view name) {
  name = TrimText(name);
  std::string slug;
  bool gap = false;
  uint32_t hash = 2166136261u;  // FNV-1a
  for (const char c : name) {
    const auto byte = static_cast<uint8_t>(c);
    hash = (hash ^ byte) * 16777619u;
    if (!absl::ascii_isalnum(byte)) {
      gap = true;
      continue;
    }
    if (gap && !slug.empty()) slug += '-';
    gap = false;
    slug += absl::ascii_tolower(byte);
  }
  if (IsAscii(name)) return slug;
  return absl::StrCat(slug, slug.empty() ? "x" : "-x", absl::Hex(hash, absl::kZeroPad8));
}

}  // namespace glutwatch::sheet
