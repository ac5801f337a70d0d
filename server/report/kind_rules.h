#pragma once
#include <cstdint>

#include "absl/strings/string_view.h"
#include "server/report/report.h"

namespace glutwatch::report {

// What a kind's figure is.
enum class FigureForm : uint8_t {
  kNone,     // has no figure
  kArea,     // "mu"
  kMass,     // "t"
  kCount,    // "head"
  kTime,     // "h"
  kPercent,  // "%"
  kYield,    // mass per area: "kg/mu"
  kPrice,    // money per mass or count: "jin"
};

// What a report of one kind holds.
struct KindRule {
  FigureForm form = FigureForm::kNone;
  bool needs_figure = false;  // unless it is a no-bid mark
  absl::string_view name;     // "planted area"
  absl::string_view name_zh;  // "种植面积"
};

// nullptr for a number that is no kind.
const KindRule* FindKindRule(Kind kind);

// "an area such as mu, wan-mu or ha", for messages; "" for kNone.
absl::string_view ExpectedUnit(FigureForm form);
absl::string_view ExpectedUnitZh(FigureForm form);

}  // namespace glutwatch::report
