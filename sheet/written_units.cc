#include "sheet/written_units.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/decimal.h"
#include "base/status_macros.h"
#include "sheet/cell_place.h"
#include "sheet/columns.h"
#include "sheet/numbers.h"
#include "sheet/text_encoding.h"

namespace glutwatch::sheet {
namespace {

constexpr absl::string_view kUnits[] = {
    // Areas, masses, counts, times, shares; then packs.
    "亩",    "公顷", "平方米", "平米", "㎡",   "mu", "ha",   "m2",    "公斤", "千克",    "斤",
    "市斤",  "吨",   "克",     "两",   "公担", "kg", "g",    "t",     "jin",  "quintal", "头",
    "羽",    "只",   "匹",     "尾",   "枚",   "个", "株",   "棵",    "head", "bird",    "piece",
    "plant", "小时", "分钟",   "天",   "日",   "h",  "hour", "hours", "min",  "d",       "days",
    "%",     "箱",   "筐",     "袋",   "件",   "盒", "捆",   "把",    "盘",   "车",      "托"};
constexpr absl::string_view kMyriad = "万";

bool IsPlainUnit(absl::string_view key) {
  absl::ConsumePrefix(&key, kMyriad);
  return std::find(std::begin(kUnits), std::end(kUnits), key) != std::end(kUnits);
}

// What stands in the last pair of brackets; "" if there is none. `text` is width-folded.
absl::string_view LastBracket(absl::string_view text) {
  const size_t open = text.rfind('(');
  if (open == absl::string_view::npos) return {};
  const size_t close = text.find(')', open);
  return TrimText(
      text.substr(open + 1, close == absl::string_view::npos ? close : close - open - 1));
}

// Length of the number at the beginning.
size_t NumberLength(absl::string_view text) {
  size_t n = 0;
  while (n < text.size() && (absl::ascii_isdigit(static_cast<uint8_t>(text[n])) || text[n] == '.' ||
                             text[n] == ',' || (n == 0 && (text[n] == '-' || text[n] == '+')))) {
    ++n;
  }
  return n;
}

absl::Status NotAFigure(absl::string_view text, bool price) {
  return absl::InvalidArgumentError(absl::StrCat(
      "number is \"", QuotedText(text), "\", expected a decimal such as 1.55",
      price ? ", possibly with its unit as in 1.55元/斤" : ", possibly with its unit as in 350吨"));
}

}  // namespace

bool IsUnitText(absl::string_view text) {
  const std::string key = HeadingKey(text);
  const size_t slash = key.find('/');
  if (slash == std::string::npos) return IsPlainUnit(key);
  return IsPlainUnit(absl::string_view(key).substr(0, slash)) &&
         IsPlainUnit(absl::string_view(key).substr(slash + 1));
}

std::string UnitOfHeading(absl::string_view heading, bool price) {
  const std::string per = FindUnitInHeading(heading);
  if (price || !per.empty()) return price ? per : "";
  const std::string folded = FoldWidth(TrimText(heading));
  const absl::string_view bracket = LastBracket(folded);
  if (IsUnitText(bracket)) return std::string(bracket);
  // "面积 亩", "面积,亩", or the unit alone.
  const size_t gap = folded.find_last_of(" ,:\n");
  const absl::string_view last =
      gap == std::string::npos ? folded : absl::string_view(folded).substr(gap + 1);
  return IsUnitText(last) ? std::string(TrimText(last)) : "";
}

std::string UnitOfTitle(absl::string_view title, bool price) {
  const std::string folded = FoldWidth(title);
  const size_t at = folded.find("单位:");
  if (at == std::string::npos) return "";
  absl::string_view rest = absl::string_view(folded).substr(at + sizeof("单位:") - 1);
  std::vector<std::string> found;
  while (!rest.empty()) {
    const size_t end = std::min({rest.find_first_of(",; )\t\n"), rest.find("、"), rest.size()});
    const absl::string_view word = TrimText(rest.substr(0, end));
    std::string unit = price ? FindUnitInHeading(word) : "";
    if (!price && IsUnitText(word)) unit = std::string(word);
    if (!unit.empty() && std::find(found.begin(), found.end(), unit) == found.end()) {
      found.push_back(std::move(unit));
    }
    rest.remove_prefix(end);
    if (!absl::ConsumePrefix(&rest, "、") && !rest.empty()) rest.remove_prefix(1);
  }
  return found.size() == 1 ? found[0] : "";
}

absl::Status TakeMyriadOut(WrittenFigure* figure) {
  constexpr int64_t kFactor = 10'000;
  absl::string_view unit = figure->unit;
  if (!absl::ConsumePrefix(&unit, kMyriad) || absl::StartsWith(unit, "亩")) return absl::OkStatus();
  if (figure->value_e4 > kMaxE4 / kFactor || figure->value_e4 < -kMaxE4 / kFactor) {
    return absl::InvalidArgumentError(absl::StrCat("number is \"", FormatE4(figure->value_e4),
                                                   figure->unit, "\", which is too large"));
  }
  figure->value_e4 *= kFactor;
  figure->unit = std::string(unit);
  return absl::OkStatus();
}

absl::StatusOr<WrittenFigure> ReadWrittenFigure(absl::string_view text, bool price, bool round) {
  const std::string folded = FoldWidth(TrimText(text));
  const size_t length = NumberLength(folded);
  const absl::string_view behind = TrimText(absl::string_view(folded).substr(length));
  WrittenFigure figure;
  absl::string_view unit = behind;
  const bool myriad = price ? false : behind == kMyriad;
  if (price && !behind.empty()) {
    if (!absl::ConsumePrefix(&unit, "元")) return NotAFigure(text, price);
    if (!unit.empty() && (!absl::ConsumePrefix(&unit, "/") || TrimText(unit).empty())) {
      return NotAFigure(text, price);
    }
  } else if (!behind.empty() && !myriad && !IsUnitText(behind)) {
    return NotAFigure(text, price);
  }
  if (length == 0) return NotAFigure(text, price);
  const absl::StatusOr<int64_t> value = ParseCellE4(absl::string_view(folded).substr(0, length),
                                                    {.decimal_comma = false, .round_to_e4 = round});
  if (!value.ok()) return value.status();
  figure.value_e4 = *value;
  figure.unit = std::string(TrimText(unit));
  GLUTWATCH_RETURN_IF_ERROR(TakeMyriadOut(&figure));
  return figure;
}

}  // namespace glutwatch::sheet
