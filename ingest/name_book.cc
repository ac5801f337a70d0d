#include "ingest/name_book.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/decimal.h"
#include "base/resource_id.h"

namespace glutwatch::ingest {
namespace {

// A name that no id can be made of stands for itself; the server will refuse it.
std::string IdOr(absl::string_view name) {
  absl::StatusOr<std::string> id = CanonicalId(name);
  return id.ok() ? *std::move(id) : std::string(name);
}

}  // namespace

void NameBook::Add(const v1::Product& product) {
  const std::string id(absl::StripPrefix(product.name(), "products/"));
  products_[IdOr(id)] = id;
  products_[IdOr(product.display_name())] = id;
  for (const std::string& alias : product.aliases()) products_[IdOr(alias)] = id;
}

void NameBook::Add(const v1::Unit& unit) {
  const KnownUnit known{unit.code(), unit.has_base_quantity_e4()};
  units_[IdOr(unit.code())] = known;
  for (const std::string& alias : unit.aliases()) units_[IdOr(alias)] = known;
}

std::string NameBook::Product(absl::string_view name) const {
  std::string id = IdOr(name);
  const auto found = products_.find(id);
  return found == products_.end() ? id : found->second;
}

std::string NameBook::Unit(absl::string_view name) const {
  std::string id = IdOr(name);
  if (const auto found = units_.find(id); found != units_.end()) return found->second.code;
  const size_t digits = std::min(name.find_first_not_of("0123456789."), name.size());
  const absl::StatusOr<int64_t> count_e4 = ParseE4(name.substr(0, digits));
  if (!count_e4.ok() || *count_e4 <= 0) return id;
  const size_t rest = std::min(name.find_first_not_of(" -", digits), name.size());
  const auto one = units_.find(IdOr(name.substr(rest)));
  if (one == units_.end() || !one->second.converts) return id;
  if (*count_e4 == kE4) return one->second.code;
  return absl::StrCat(FormatE4(*count_e4), "-", one->second.code);
}

}  // namespace glutwatch::ingest
