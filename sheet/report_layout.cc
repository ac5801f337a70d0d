#include "sheet/report_layout.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sheet/columns.h"
#include "sheet/dates.h"
#include "sheet/report_mapping.h"
#include "sheet/report_words.h"
#include "sheet/text_encoding.h"
#include "sheet/written_units.h"

namespace glutwatch::sheet {
namespace {

using config::v1::ReportMapping;

constexpr size_t kMaxSearchRows = 200;
constexpr size_t kMaxTriedHeaderRows = 3;
constexpr int64_t kMaxHeadingColumns = 4'000;

bool IsPrice(v1::ReportKind kind) { return kind == v1::REPORT_KIND_FARM_GATE_PRICE; }

// The headings in the lines [first, last] of a grid, by column.
class Headings {
 public:
  Headings(const Grid& grid, size_t first, size_t last) : columns_(Width(grid, first, last)) {
    for (size_t r = first; r <= last; ++r) {
      absl::string_view left;
      for (size_t c = 0; c < columns_.size(); ++c) {
        absl::string_view cell = TrimText(grid.cell(r, c));
        // In CSV, a heading that was merged stands in its first column only.
        if (cell.empty() && r < last) cell = left;
        left = cell;
        // A heading that is merged downwards says the same in both lines.
        if (cell.empty() || (!columns_[c].empty() && columns_[c].back() == cell)) continue;
        columns_[c].emplace_back(cell);
      }
    }
  }

  size_t width() const { return columns_.size(); }
  const std::vector<std::string>& lines(size_t column) const { return columns_[column]; }

  // The column that is called one of `choices`: by its whole heading or by its lowest lines.
  std::optional<size_t> Find(const std::vector<std::string>& choices) const {
    for (const std::string& choice : choices) {
      if (const auto letter = ColumnOfLetter(choice)) return letter;
    }
    for (const bool bare : {false, true}) {
      for (const std::string& choice : choices) {
        const std::string key = HeadingKey(choice);
        for (size_t c = 0; c < columns_.size(); ++c) {
          if (IsCalled(c, key, bare)) return c;
        }
      }
    }
    return std::nullopt;
  }

  bool IsCalled(size_t column, const std::string& key, bool bare) const {
    const std::vector<std::string>& lines = columns_[column];
    size_t end = lines.size();
    // "面积" above "(亩)" is 面积.
    while (end > 1 && BareHeadingKey(lines[end - 1]).empty()) --end;
    while (end > 1 && IsUnitText(lines[end - 1])) --end;
    for (size_t begin = 0; begin < end; ++begin) {
      const std::string text = absl::StrJoin(lines.begin() + static_cast<std::ptrdiff_t>(begin),
                                             lines.begin() + static_cast<std::ptrdiff_t>(end), " ");
      if ((bare ? BareHeadingKey(text) : HeadingKey(text)) == key) return true;
    }
    return false;
  }

  // The unit in the lowest line that has one.
  std::string Unit(size_t column, bool price) const {
    if (column >= columns_.size()) return "";
    const std::vector<std::string>& lines = columns_[column];
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
      if (std::string unit = UnitOfHeading(*line, price); !unit.empty()) return unit;
    }
    return "";
  }

 private:
  static size_t Width(const Grid& grid, size_t first, size_t last) {
    size_t width = 0;
    for (size_t r = first; r <= last; ++r) width = std::max(width, grid.rows[r].cells.size());
    return std::min(width, static_cast<size_t>(kMaxHeadingColumns));
  }

  std::vector<std::vector<std::string>> columns_;
};

// A day in a title: "填报日期：2026年11月20日（星期五）".
std::optional<Day> DayInTitle(absl::string_view title) {
  const std::string text = FoldWidth(title);
  constexpr absl::string_view kMarks[] = {"年", "月", "日"};
  for (size_t at = 0; at < text.size(); ++at) {
    const auto digit = [&](size_t i) {
      return i < text.size() && absl::ascii_isdigit(static_cast<uint8_t>(text[i]));
    };
    if (!digit(at) || (at > 0 && digit(at - 1)) || !digit(at + 3) || digit(at + 4)) continue;
    size_t end = at;
    while (end < text.size()) {
      const absl::string_view rest = absl::string_view(text).substr(end);
      if (digit(end) || absl::StrContains("-/.", rest.substr(0, 1))) {
        ++end;
      } else if (std::any_of(std::begin(kMarks), std::end(kMarks),
                             [&](absl::string_view m) { return absl::StartsWith(rest, m); })) {
        end += kMarks[0].size();
      } else {
        break;
      }
    }
    const auto day = ParseDate(absl::string_view(text).substr(at, end - at));
    if (day.ok()) return *day;
  }
  return std::nullopt;
}

// Tries one place of the headings after the other.
class Finder {
 public:
  Finder(const ReportMapping& mapping, const Grid& grid)
      : mapping_(mapping), grid_(grid), words_(mapping) {}

  ReportLayoutSearch Run() {
    const auto rows = std::min(grid_.rows.size(), kMaxSearchRows);
    const auto stated = static_cast<size_t>(mapping_.header_rows());
    const size_t shortest = stated == 0 ? 1 : stated;
    const size_t longest = stated == 0 ? kMaxTriedHeaderRows : stated;
    // As few lines as will do: what stands above the headings is a title.
    for (size_t last = 0; last < rows && !search_.layout.has_value(); ++last) {
      for (size_t n = shortest; n <= std::min(longest, last + 1); ++n) {
        const size_t first = last + 1 - n;
        const int64_t wanted = mapping_.header_row();
        if (wanted > 0 && grid_.rows[first].line != wanted) continue;
        if (Try(first, last)) break;
      }
    }
    return std::move(search_);
  }

 private:
  bool Try(size_t first, size_t last) {
    ReportLayout layout;
    if (!Read(first, last, &layout, /*remember=*/true)) return false;
    while (mapping_.header_rows() == 0 && last + 1 < grid_.rows.size() &&
           ContinuesHeadings(layout, last)) {
      ReportLayout longer;
      if (!Read(first, last + 1, &longer, /*remember=*/false)) break;
      ++last;
      layout = std::move(longer);
    }
    layout.first_row = last + 1;
    ReadTitles(first, &layout);
    search_.layout = std::move(layout);
    return true;
  }

  // True if the line below `last` says more about the headings: it names no region and no product
  // of its own, and has words where figures would be.
  bool ContinuesHeadings(const ReportLayout& layout, size_t last) const {
    bool words = false;
    bool about = false;
    for (const std::optional<size_t>& column :
         {layout.region, layout.product, layout.site, layout.date}) {
      if (!column.has_value()) continue;
      about = true;
      const absl::string_view cell = TrimText(grid_.cell(last + 1, *column));
      if (!cell.empty() && cell != TrimText(grid_.cell(last, *column))) return false;
    }
    for (const ReportFigureAt& figure : layout.figures) {
      const absl::string_view cell = TrimText(grid_.cell(last + 1, figure.column));
      if (cell.empty()) continue;
      if (absl::ascii_isdigit(static_cast<uint8_t>(FoldWidth(cell)[0]))) return false;
      if (words_.IsAbsent(cell) || words_.IsNoBid(cell)) return false;
      words = words || cell != TrimText(grid_.cell(last, figure.column)) || IsUnitText(cell);
    }
    return words && about;
  }

  // Reads the layout from the headings in [first, last]. False if something is missing.
  bool Read(size_t first, size_t last, ReportLayout* layout, bool remember) {
    const Headings headings(grid_, first, last);
    std::vector<std::string> missing;
    const auto find = [&](const std::string& wanted, std::optional<size_t>* column) {
      *column = headings.Find(HeadingChoices(wanted));
      if (!wanted.empty() && !column->has_value()) missing.push_back(HeadingChoices(wanted)[0]);
    };
    const auto& columns = mapping_.columns();
    find(columns.region(), &layout->region);
    find(columns.product(), &layout->product);
    const size_t needed = missing.size();
    find(columns.grade(), &layout->grade);
    find(columns.grower_class(), &layout->grower_class);
    find(columns.site(), &layout->site);
    find(columns.date(), &layout->date);
    find(columns.reporter(), &layout->reporter);
    find(columns.unit(), &layout->unit);
    find(columns.note(), &layout->note);
    if (mapping_.dates_across() != v1::REPORT_KIND_UNSPECIFIED) {
      FindDates(headings, first, last, layout);
      if (layout->figures.empty()) missing.push_back("6月10日, ... (a date)");
    } else {
      FindFigures(headings, &missing, layout);
    }
    const bool enough = needed == 0 && !layout->figures.empty();
    if (mapping_.may_lack_columns()) {
      missing.resize(enough ? 0 : needed);
      if (layout->figures.empty()) missing.push_back("种植面积, 库存, ... (a figure)");
    }
    if (!missing.empty()) {
      // The line that comes nearest tells the user most.
      const bool nearer = search_.missing.empty() || missing.size() < search_.missing.size();
      if (remember && nearer) {
        search_.missing = std::move(missing);
        search_.nearest_line = grid_.rows[first].line;
      }
      return false;
    }
    KeepKeys(headings, layout);
    return true;
  }

  void FindFigures(const Headings& headings, std::vector<std::string>* missing,
                   ReportLayout* layout) const {
    for (const auto& figure : mapping_.figures()) {
      const std::vector<std::string> choices = HeadingChoices(figure.column());
      const auto column = headings.Find(choices);
      if (!column.has_value()) {
        missing->push_back(choices[0]);
        continue;
      }
      AddFigure(headings, *column, figure, std::nullopt, layout);
    }
  }

  void AddFigure(const Headings& headings, size_t column,
                 const config::v1::ReportFigureColumn& figure, std::optional<Day> day,
                 ReportLayout* layout) const {
    ReportFigureAt at;
    at.column = column;
    at.kind = figure.kind();
    at.part = figure.window() == "start" ? FigurePart::kWindowStart
              : figure.window() == "end" ? FigurePart::kWindowEnd
                                         : FigurePart::kValue;
    at.day = day;
    at.heading_unit = headings.Unit(column, IsPrice(at.kind));
    at.other_unit = figure.unit().empty() ? mapping_.unit() : figure.unit();
    layout->figures.push_back(std::move(at));
  }

  void FindDates(const Headings& headings, size_t first, size_t last, ReportLayout* layout) const {
    const DateOptions dates = DateOptionsOf(mapping_);
    for (size_t c = 0; c < headings.width(); ++c) {
      const std::vector<std::string>& lines = headings.lines(c);
      std::optional<Day> day;
      size_t below = 0;
      while (below < lines.size() && !day.has_value()) {
        const auto read = ParseDate(lines[below++], dates);
        if (read.ok()) day = *read;
      }
      if (!day.has_value()) continue;
      const std::string key =
          below < lines.size() && !IsUnitText(lines[below]) ? BareHeadingKey(lines[below]) : "";
      // Under a date that is merged over several columns, a column without words of its own is
      // none.
      if (key.empty() && last > first && !mapping_.figures().empty()) continue;
      AddUnderDate(headings, c, key, *day, layout);
    }
  }

  void AddUnderDate(const Headings& headings, size_t column, const std::string& key, Day day,
                    ReportLayout* layout) const {
    if (key.empty()) {
      config::v1::ReportFigureColumn plain;
      plain.set_kind(mapping_.dates_across());
      AddFigure(headings, column, plain, day, layout);
      return;
    }
    for (const auto& figure : mapping_.figures()) {
      for (const std::string& choice : HeadingChoices(figure.column())) {
        if (HeadingKey(choice) != key) continue;
        AddFigure(headings, column, figure, day, layout);
        return;
      }
    }
  }

  static void KeepKeys(const Headings& headings, ReportLayout* layout) {
    for (const std::optional<size_t>& column : {layout->region, layout->product, layout->site}) {
      if (!column.has_value() || *column >= headings.width()) continue;
      std::vector<std::string> keys;
      for (const std::string& line : headings.lines(*column)) keys.push_back(HeadingKey(line));
      layout->heading_keys.emplace_back(*column, std::move(keys));
    }
  }

  // Titles stand above the headings; merged ones say the same in every column.
  void ReadTitles(size_t first, ReportLayout* layout) const {
    std::string units[2];
    for (size_t r = 0; r < first; ++r) {
      for (const std::string& cell : grid_.rows[r].cells) {
        for (const bool price : {false, true}) {
          if (units[price].empty()) units[price] = UnitOfTitle(cell, price);
        }
        if (!layout->title_day.has_value()) layout->title_day = DayInTitle(cell);
      }
    }
    for (ReportFigureAt& figure : layout->figures) {
      if (figure.other_unit.empty()) figure.other_unit = units[IsPrice(figure.kind)];
    }
  }

  const ReportMapping& mapping_;
  const Grid& grid_;
  const ReportWords words_;
  ReportLayoutSearch search_;
};

}  // namespace

ReportLayoutSearch FindReportLayout(const ReportMapping& mapping, const Grid& grid) {
  return Finder(mapping, grid).Run();
}

}  // namespace glutwatch::sheet
