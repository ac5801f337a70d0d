#include "server/report/amount.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace glutwatch::report {
namespace {

using catalog::Dimension;

// Groups the digits before the point by three.
std::string Grouped(const std::string& number) {
  const size_t point = std::min(number.find('.'), number.size());
  std::string grouped;
  for (size_t i = 0; i < number.size(); ++i) {
    const bool in_front = i == 0 || (i == 1 && number[0] == '-');
    if (!in_front && i < point && (point - i) % 3 == 0) grouped.push_back(',');
    grouped.push_back(number[i]);
  }
  return grouped;
}

// 株, of which the catalog does not know how much produce it is, is one seedling all the same.
constexpr absl::string_view kPlant = "plant";

bool Fits(FigureForm form, const catalog::Unit& unit) {
  switch (form) {
    case FigureForm::kArea:
      return unit.dimension == Dimension::kArea;
    case FigureForm::kMass:
      return unit.dimension == Dimension::kMass;
    case FigureForm::kCount:
      return unit.dimension == Dimension::kCount || unit.code == kPlant;
    case FigureForm::kTime:
      return unit.dimension == Dimension::kTime;
    case FigureForm::kPrice:
      return unit.dimension == Dimension::kMass || unit.dimension == Dimension::kCount;
    case FigureForm::kNone:
    case FigureForm::kPercent:
    case FigureForm::kYield:
      return false;
  }
  return false;
}

std::string ChineseName(const catalog::Unit& unit) {
  for (const std::string& alias : unit.aliases) {
    if (!alias.empty() && !absl::ascii_isascii(static_cast<unsigned char>(alias[0]))) return alias;
  }
  return unit.code;
}

bool IsPercent(absl::string_view text) {
  return text == "%" || text == "％" || text == "percent" || text == "百分比";
}

}  // namespace

double Amount::base() const {
  return E4ToDouble(value_e4) * static_cast<double>(unit.base_e4) /
         static_cast<double>(unit.per_e4);
}

std::string Amount::Text() const {
  return absl::StrCat(GroupedE4(value_e4), unit.code == "%" ? "" : " ", unit.code);
}

std::string Amount::TextZh() const { return absl::StrCat(GroupedE4(value_e4), unit.name_zh); }

bool operator>(const Amount& a, const Amount& b) {
  // A value has at most 10^16, a unit's share at most 10^9 as a rule; beyond that doubles will do.
  constexpr int64_t kExact = 1'000'000'000;
  for (const FigureUnit* unit : {&a.unit, &b.unit}) {
    if (unit->base_e4 > kExact || unit->per_e4 > kExact) return a.base() > b.base();
  }
  return absl::int128(a.value_e4) * a.unit.base_e4 * b.unit.per_e4 >
         absl::int128(b.value_e4) * b.unit.base_e4 * a.unit.per_e4;
}

const UnitReader::Reading& UnitReader::Read(FigureForm form, absl::string_view text) {
  std::unique_ptr<const Reading>& reading = readings_[{form, std::string(text)}];
  if (reading == nullptr) reading = std::make_unique<const Reading>(ReadAnew(form, text));
  return *reading;
}

UnitReader::Reading UnitReader::ReadAnew(FigureForm form, absl::string_view text) const {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(text);
  if (form == FigureForm::kPercent) {
    if (IsPercent(trimmed)) return {.unit = FigureUnit{.code = "%", .name_zh = "%"}};
    const bool known = catalog_->FindUnit(trimmed) != nullptr;
    return {.unit = std::nullopt, .problem = known ? Problem::kWrongDimension : Problem::kUnknown};
  }
  if (form != FigureForm::kYield) return ReadSimple(form, trimmed);
  const size_t slash = trimmed.find('/');
  if (slash == absl::string_view::npos) {
    const bool known = catalog_->FindUnit(trimmed) != nullptr;
    return {.unit = std::nullopt, .problem = known ? Problem::kWrongDimension : Problem::kUnknown};
  }
  Reading mass = ReadSimple(FigureForm::kMass, trimmed.substr(0, slash));
  if (!mass.unit) return mass;
  Reading area = ReadSimple(FigureForm::kArea, trimmed.substr(slash + 1));
  if (!area.unit) return area;
  return {.unit = FigureUnit{.code = absl::StrCat(mass.unit->code, "/", area.unit->code),
                             .name_zh = absl::StrCat(mass.unit->name_zh, "/", area.unit->name_zh),
                             .base_e4 = mass.unit->base_e4,
                             .per_e4 = area.unit->base_e4}};
}

UnitReader::Reading UnitReader::ReadSimple(FigureForm form, absl::string_view text) const {
  const auto unit = catalog_->FindUnit(absl::StripAsciiWhitespace(text));
  if (unit == nullptr) return {.unit = std::nullopt, .problem = Problem::kUnknown};
  if (!Fits(form, *unit)) return {.unit = std::nullopt, .problem = Problem::kWrongDimension};
  return {.unit = FigureUnit{.code = unit->code,
                             .name_zh = ChineseName(*unit),
                             .base_e4 = unit->base_quantity_e4.value_or(kE4),
                             .per_e4 = kE4,
                             .is_mass = unit->dimension == Dimension::kMass}};
}

std::string GroupedE4(int64_t value_e4) { return Grouped(FormatE4(value_e4)); }

std::string GroupedNumber(double value) {
  constexpr double kLimit = 1e14;
  const double shown = std::min(std::max(value, -kLimit), kLimit);
  return GroupedE4(std::llround(shown * 100) * (kE4 / 100));
}

}  // namespace glutwatch::report
