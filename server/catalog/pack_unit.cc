#include "server/catalog/pack_unit.h"

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/decimal.h"

namespace glutwatch::catalog {

std::shared_ptr<const Unit> ParsePackUnit(
    absl::string_view name,
    const std::function<std::shared_ptr<const Unit>(absl::string_view)>& find) {
  size_t digits = 0;
  while (digits < name.size() &&
         (absl::ascii_isdigit(static_cast<unsigned char>(name[digits])) || name[digits] == '.')) {
    ++digits;
  }
  if (digits == 0) return nullptr;
  const absl::StatusOr<int64_t> count_e4 = ParseE4(name.substr(0, digits));
  if (!count_e4.ok() || *count_e4 <= 0) return nullptr;
  absl::string_view rest = name.substr(digits);
  while (!rest.empty() && (rest[0] == ' ' || rest[0] == '-')) rest.remove_prefix(1);
  if (rest.empty()) return nullptr;
  std::shared_ptr<const Unit> unit = find(rest);
  if (unit == nullptr || !unit->base_quantity_e4.has_value()) return nullptr;
  if (*count_e4 == kE4) return unit;
  const absl::int128 product = absl::int128(*count_e4) * *unit->base_quantity_e4;
  if (product % kE4 != 0 || product / kE4 > kMaxE4) return nullptr;
  Unit pack;
  pack.code = absl::StrCat(FormatE4(*count_e4), "-", unit->code);
  pack.dimension = unit->dimension;
  pack.base_quantity_e4 = static_cast<int64_t>(product / kE4);
  return std::make_shared<const Unit>(std::move(pack));
}

}  // namespace glutwatch::catalog
