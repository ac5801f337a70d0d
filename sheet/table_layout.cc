#include "sheet/table_layout.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sheet/columns.h"
#include "sheet/dates.h"
#include "sheet/feed_mapping.h"
#include "sheet/text_encoding.h"

namespace glutwatch::sheet {
namespace {

constexpr absl::string_view kPerUnit[] = {"元/", "Rs./", "Rs/", "₹/", "NT$/", "$/"};

// The key of a heading without what stands in brackets and without a unit behind it.
std::string BareKey(absl::string_view heading) {
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

// "$C" -> 2; empty for anything else.
std::optional<size_t> ColumnLetter(absl::string_view text) {
  if (text.size() < 2 || text.size() > 4 || text[0] != '$') return std::nullopt;
  size_t column = 0;
  for (const char c : text.substr(1)) {
    const char upper = absl::ascii_toupper(static_cast<unsigned char>(c));
    if (upper < 'A' || upper > 'Z') return std::nullopt;
    column = column * 26 + static_cast<size_t>(upper - 'A') + 1;
  }
  return column - 1;
}

}  // namespace

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

bool LayoutFinder::Add(const TableRow& row) {
  ++tried_;
  window_.emplace_back(row.cells.begin(), row.cells.end());
  const auto wanted = static_cast<size_t>(std::max(1, mapping_.header_rows()));
  if (mapping_.header_row() > 0) {
    if (row.line < mapping_.header_row()) {
      titles_.insert(titles_.end(), window_[0].begin(), window_[0].end());
      window_.clear();
      return false;
    }
    if (window_.size() < wanted) return false;
    if (TryHeadings()) return true;
    tried_ = kMaxSearchRows + 1;
    return false;
  }
  if (window_.size() > wanted) {
    titles_.insert(titles_.end(), window_[0].begin(), window_[0].end());
    window_.erase(window_.begin());
  }
  return window_.size() == wanted && TryHeadings();
}

std::string LayoutFinder::Missing() const {
  return absl::StrCat(
      "no heading \"", absl::StrJoin(missing_, "\", \""), "\"",
      mapping_.header_row() > 0
          ? absl::StrCat(" in line ", mapping_.header_row())
          : absl::StrCat(" in the first ", std::min(tried_, kMaxSearchRows), " lines"));
}

std::vector<std::string> LayoutFinder::Headings() const {
  size_t width = 0;
  for (const auto& row : window_) width = std::max(width, row.size());
  std::vector<std::string> headings(width);
  for (size_t r = 0; r < window_.size(); ++r) {
    const bool upper = r + 1 < window_.size();
    absl::string_view left;
    for (size_t c = 0; c < width; ++c) {
      absl::string_view cell = c < window_[r].size() ? TrimText(window_[r][c]) : "";
      if (cell.empty() && upper) cell = left;
      left = cell;
      // A heading that is merged downwards says the same in both lines.
      if (cell.empty() || headings[c] == cell) continue;
      absl::StrAppend(&headings[c], headings[c].empty() ? "" : " ", cell);
    }
  }
  return headings;
}

std::optional<size_t> LayoutFinder::Find(const std::vector<std::string>& headings,
                                         const std::string& wanted) const {
  if (wanted.empty()) return std::nullopt;
  if (const auto letter = ColumnLetter(wanted)) return letter;
  const std::string full = HeadingKey(wanted);
  for (size_t c = 0; c < headings.size(); ++c) {
    if (HeadingKey(headings[c]) == full) return c;
  }
  for (size_t c = 0; c < headings.size(); ++c) {
    if (!headings[c].empty() && BareKey(headings[c]) == full) return c;
  }
  return std::nullopt;
}

bool LayoutFinder::TryHeadings() {
  const auto& columns = mapping_.columns();
  const std::vector<std::string> headings = Headings();
  layout_ = {};
  std::vector<std::string> missing;
  const auto find = [&](const std::string& wanted, std::optional<size_t>* column) {
    *column = Find(headings, wanted);
    if (!wanted.empty() && !column->has_value()) missing.push_back(wanted);
  };
  find(columns.product(), &layout_.product);
  find(columns.grade(), &layout_.grade);
  find(columns.category(), &layout_.category);
  find(columns.unit(), &layout_.unit);
  find(columns.currency(), &layout_.currency);
  find(columns.market(), &layout_.market);
  find(columns.product_en(), &layout_.product_en);
  find(columns.status(), &layout_.status);
  if (mapping_.has_dates_across()) {
    AddDateBlocks(headings);
    if (layout_.blocks.empty()) missing.push_back("(a date)");
  } else {
    TableLayout::Block block;
    find(columns.date(), &layout_.date);
    find(columns.low(), &block.columns[kLow]);
    find(columns.modal(), &block.columns[kModal]);
    find(columns.high(), &block.columns[kHigh]);
    find(columns.arrivals(), &block.columns[kArrivals]);
    layout_.blocks.push_back(block);
  }
  if (!missing.empty()) {
    // The line that comes nearest tells the user most.
    if (missing_.empty() || missing.size() < missing_.size()) missing_ = std::move(missing);
    return false;
  }
  layout_.unit_in_heading = UnitIn(headings);
  if (layout_.product && *layout_.product < headings.size()) {
    layout_.product_heading = HeadingKey(headings[*layout_.product]);
  }
  return true;
}

void LayoutFinder::AddDateBlocks(const std::vector<std::string>& headings) {
  const DateOptions dates = DateOptionsOf(mapping_);
  const std::array<std::string, kFigureCount> names = {
      BareKey(mapping_.columns().low()), BareKey(mapping_.columns().modal()),
      BareKey(mapping_.columns().high()), BareKey(mapping_.columns().arrivals())};
  const auto stated = static_cast<size_t>(mapping_.dates_across().figure());
  const bool two_lines = window_.size() > 1;
  absl::string_view left;
  for (size_t c = 0; c < headings.size(); ++c) {
    absl::string_view top = c < window_[0].size() ? TrimText(window_[0][c]) : "";
    if (top.empty() && two_lines) top = left;
    left = top;
    const absl::StatusOr<Day> day = ParseDate(top, dates);
    if (!day.ok()) continue;
    size_t figure = stated == 0 ? size_t{kModal} : stated - 1;
    if (two_lines) {
      const std::string key = c < window_.back().size() ? BareKey(window_.back()[c]) : "";
      const auto name = std::find(names.begin(), names.end(), key);
      if (key.empty() || name == names.end()) continue;
      figure = static_cast<size_t>(name - names.begin());
    }
    if (layout_.blocks.empty() || layout_.blocks.back().day != *day) {
      layout_.blocks.push_back({*day, {}});
    }
    layout_.blocks.back().columns[figure] = c;
  }
}

std::string LayoutFinder::UnitIn(const std::vector<std::string>& headings) const {
  for (const TableLayout::Block& block : layout_.blocks) {
    for (const Figure figure : {kModal, kLow, kHigh}) {
      const std::optional<size_t> column = block.columns[figure];
      if (!column || *column >= headings.size()) continue;
      if (std::string unit = FindUnitInHeading(headings[*column]); !unit.empty()) return unit;
    }
  }
  for (const auto* texts : {&headings, &titles_}) {
    for (const std::string& text : *texts) {
      if (std::string unit = FindUnitInHeading(text); !unit.empty()) return unit;
    }
  }
  return "";
}

}  // namespace glutwatch::sheet
