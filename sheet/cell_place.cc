#include "sheet/cell_place.h"

#include "absl/strings/str_cat.h"

namespace glutwatch::sheet {

std::string CellReference(int64_t row, int64_t column) {
  if (row <= 0) return "";
  std::string letters;
  for (int64_t rest = column; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return absl::StrCat(letters, row);
}

std::string PlaceText(const CellPlace& place) {
  const std::string reference = CellReference(place.row, place.column);
  if (place.sheet.empty()) return reference;
  return reference.empty() ? place.sheet : absl::StrCat(place.sheet, "!", reference);
}

std::string QuotedText(absl::string_view text) {
  if (text.size() <= kMaxQuotedCellBytes) return std::string(text);
  size_t end = kMaxQuotedCellBytes;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

}  // namespace glutwatch::sheet
