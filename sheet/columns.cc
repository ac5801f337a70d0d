#include "sheet/columns.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "sheet/text_encoding.h"

namespace glutwatch::sheet {

std::string HeadingKey(absl::string_view heading) {
  std::string key = FoldWidth(TrimText(heading));
  key.erase(std::remove_if(key.begin(), key.end(),
                           [](char c) { return absl::ascii_isspace(static_cast<uint8_t>(c)); }),
            key.end());
  absl::AsciiStrToLower(&key);
  return key;
}

Columns::Columns(const TableRow& header) {
  for (const absl::string_view cell : header.cells) keys_.push_back(HeadingKey(cell));
}

std::optional<size_t> Columns::Find(std::initializer_list<absl::string_view> names) const {
  for (const absl::string_view name : names) {
    const auto found = std::find(keys_.begin(), keys_.end(), HeadingKey(name));
    if (found != keys_.end()) return static_cast<size_t>(found - keys_.begin());
  }
  return std::nullopt;
}

bool Columns::IsHeader(const TableRow& row) const {
  if (row.cells.size() != keys_.size()) return false;
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (HeadingKey(row.cells[i]) != keys_[i]) return false;
  }
  return true;
}

bool IsBlank(const TableRow& row) {
  return std::all_of(row.cells.begin(), row.cells.end(),
                     [](absl::string_view cell) { return TrimText(cell).empty(); });
}

}  // namespace glutwatch::sheet
