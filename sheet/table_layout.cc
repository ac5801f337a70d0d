#include "sheet/table_layout.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sheet/columns.h"
#include "sheet/dates.h"
#include "sheet/feed_mapping.h"
#include "sheet/text_encoding.h"

namespace glutwatch::sheet {
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
  // Too few lines to look at: no heading was looked for.
  const std::string what =
      missing_.empty() ? "no headings"
                       : absl::StrCat("no heading \"", absl::StrJoin(missing_, "\", \""), "\"");
  return absl::StrCat(
      what, mapping_.header_row() > 0
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
  if (const auto letter = ColumnOfLetter(wanted)) return letter;
  const std::string full = HeadingKey(wanted);
  for (size_t c = 0; c < headings.size(); ++c) {
    if (HeadingKey(headings[c]) == full) return c;
  }
  for (size_t c = 0; c < headings.size(); ++c) {
    if (!headings[c].empty() && BareHeadingKey(headings[c]) == full) return c;
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
      BareHeadingKey(mapping_.columns().low()), BareHeadingKey(mapping_.columns().modal()),
      BareHeadingKey(mapping_.columns().high()), BareHeadingKey(mapping_.columns().arrivals())};
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
      const std::string key = c < window_.back().size() ? BareHeadingKey(window_.back()[c]) : "";
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
