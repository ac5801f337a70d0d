#include "server/report/kind_rules.h"

#include <cstddef>
#include <iterator>

namespace glutwatch::report {
namespace {

// By number of the kind, from 1.
constexpr KindRule kRules[] = {
    {FigureForm::kArea, true, "planting intention", "种植意向面积"},
    {FigureForm::kArea, true, "planted area", "种植面积"},
    {FigureForm::kCount, true, "seedling sales", "种苗销量"},
    {FigureForm::kNone, false, "growth stage", "生育期"},
    {FigureForm::kYield, false, "expected harvest", "预计采收"},
    {FigureForm::kPercent, true, "harvest progress", "采收进度"},
    {FigureForm::kMass, true, "stock", "库存"},
    {FigureForm::kMass, true, "unsold backlog", "滞销量"},
    {FigureForm::kPrice, true, "farm-gate price", "地头价"},
    {FigureForm::kTime, true, "truck wait", "车辆等待时间"},
    {FigureForm::kCount, true, "animal stock", "存栏"},
    {FigureForm::kCount, true, "animal output", "出栏"},
};
static_assert(std::size(kRules) == static_cast<size_t>(Kind::kAnimalOutput));

}  // namespace

const KindRule* FindKindRule(Kind kind) {
  const auto number = static_cast<size_t>(kind);
  return number >= 1 && number <= std::size(kRules) ? &kRules[number - 1] : nullptr;
}

absl::string_view ExpectedUnit(FigureForm form) {
  switch (form) {
    case FigureForm::kNone:
      return "";
    case FigureForm::kArea:
      return "an area such as mu, wan-mu or ha";
    case FigureForm::kMass:
      return "a mass such as kg, jin or t";
    case FigureForm::kCount:
      return "a count such as head, bird, piece or plant";
    case FigureForm::kTime:
      return "a time such as h, min or d";
    case FigureForm::kPercent:
      return "%";
    case FigureForm::kYield:
      return "a mass per area such as kg/mu or t/ha";
    case FigureForm::kPrice:
      return "a mass or a count such as kg, jin or head";
  }
  return "";
}

absl::string_view ExpectedUnitZh(FigureForm form) {
  switch (form) {
    case FigureForm::kNone:
      return "";
    case FigureForm::kArea:
      return "面积单位，如亩、万亩、公顷";
    case FigureForm::kMass:
      return "重量单位，如公斤、斤、吨";
    case FigureForm::kCount:
      return "数量单位，如头、羽、个、株";
    case FigureForm::kTime:
      return "时间单位，如小时、分钟、天";
    case FigureForm::kPercent:
      return "%";
    case FigureForm::kYield:
      return "单产单位，如公斤/亩、吨/公顷";
    case FigureForm::kPrice:
      return "重量或数量单位，如公斤、斤、头";
  }
  return "";
}

}  // namespace glutwatch::report
