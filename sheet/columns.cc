#include "sheet/columns.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "sheet/text_encoding.h"

namespace glutwatch::sheet {
namespace {

constexpr absl::string_view kPerUnit[] = {"元/", "Rs./", "Rs/", "₹/", "NT$/", "$/"};

}  // namespace

std::string HeadingKey(absl::string_view heading) {
  std::string key = FoldWidth(TrimText(heading));
  key.erase(std::remove_if(key.begin(), key.end(),
                           [](char c) { return absl::ascii_isspace(static_cast<uint8_t>(c)); }),
            key.end());
  absl::AsciiStrToLower(&key);
  return key;
}

std::string BareHeadingKey(absl::string_view heading) {
  const std::string key = HeadingKey(heading);
  std::string bare;
  int depth = 0;
  for (const char c : key) {
    if (c == '(' || c == '[') ++depth;
    if (depth == 0) bare += c;
    if ((c == ')' || c == ']') && depth > 0) --depth;
  }
  for (const absl::string_view per : kPerUnit) {
    const size_t at = bare.find(HeadingKey(per));
    if (at != std::string::npos && at > 0) bare.resize(at);
  }
  return bare;
}

std::optional<size_t> ColumnOfLetter(absl::string_view text) {
  if (text.size() < 2 || text.size() > 4 || text[0] != '$') return std::nullopt;
  size_t column = 0;
  for (const char c : text.substr(1)) {
    const char upper = absl::ascii_toupper(static_cast<unsigned char>(c));
    if (upper < 'A' || upper > 'Z') return std::nullopt;
    column = column * 26 + static_cast<size_t>(upper - 'A') + 1;
  }
  return column - 1;
}

std::string FindUnitInHeading(absl::string_view heading) {
  const std::string folded = FoldWidth(heading);
  for (const absl::string_view per : kPerUnit) {
    const size_t at = folded.find(std::string(per));
    if (at == std::string::npos) continue;
    const absl::string_view rest = absl::string_view(folded).substr(at + per.size());
    const size_t end = std::min(rest.find_first_of(")],;: \t\n"), rest.find("、"));
    const absl::string_view unit = TrimText(rest.substr(0, end));
    if (!unit.empty()) return std::string(unit);
  }
  return "";
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
