#include "sheet/report_line.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "sheet/columns.h"
#include "sheet/report_mapping.h"
#include "sheet/text_encoding.h"
#include "sheet/written_units.h"

namespace glutwatch::sheet {
namespace {

int64_t Number(std::optional<size_t> column) {
  return column.has_value() ? static_cast<int64_t>(*column) + 1 : 0;
}

bool NeedsUnit(v1::ReportKind kind) { return kind != v1::REPORT_KIND_GROWTH_STAGE; }

bool StartsWithDigit(absl::string_view cell) {
  return !cell.empty() && absl::ascii_isdigit(static_cast<uint8_t>(cell[0]));
}

// Figures, a yield and its window being one.
int64_t CountReports(const std::vector<const ReportFigureAt*>& figures) {
  int64_t count = 0;
  std::set<std::optional<Day>> harvests;
  for (const ReportFigureAt* figure : figures) {
    const bool harvest = figure->kind == v1::REPORT_KIND_EXPECTED_HARVEST;
    if (!harvest || harvests.insert(figure->day).second) ++count;
  }
  return count;
}

}  // namespace

ReportLineReader::ReportLineReader(const config::v1::ReportMapping& mapping, const Sheet& sheet,
                                   const ReportLayout& layout, ReportSink* sink)
    : mapping_(mapping),
      sheet_(sheet),
      layout_(layout),
      sink_(sink),
      words_(mapping),
      dates_(DateOptionsOf(mapping)),
      fill_down_(mapping.fill_down() || !sheet.is_workbook) {
  for (const CellRange& range : sheet.grid.merged) {
    auto row = std::lower_bound(sheet.grid.rows.begin(), sheet.grid.rows.end(), range.first_row,
                                [](const Grid::Row& at, int64_t line) { return at.line < line; });
    for (; row != sheet.grid.rows.end() && row->line <= range.last_row; ++row) {
      merged_[row->line].push_back(&range);
    }
  }
}

absl::string_view ReportLineReader::Cell(std::optional<size_t> column) const {
  return column.has_value() ? TrimText(sheet_.grid.cell(index_, *column)) : absl::string_view();
}

CellPlace ReportLineReader::Place(size_t column) const {
  return {sheet_.name, sheet_.grid.rows[index_].line, Number(column)};
}

absl::Status ReportLineReader::Refuse(std::optional<size_t> column, absl::string_view code,
                                      std::string message, std::string message_zh,
                                      int64_t report_count) {
  RefusedCell cell;
  cell.place = {sheet_.name, sheet_.grid.rows[index_].line, Number(column)};
  cell.problem = {cell.place.column, QuotedText(Cell(column)), std::string(code),
                  std::move(message), std::move(message_zh)};
  cell.report_count = report_count;
  return sink_->Refuse(std::move(cell));
}

bool ReportLineReader::IsNoLine() const {
  const std::vector<std::string>& cells = sheet_.grid.rows[index_].cells;
  const auto first = std::find_if(cells.begin(), cells.end(),
                                  [](const std::string& cell) { return !TrimText(cell).empty(); });
  if (first == cells.end() || words_.IsSkipped(TrimText(*first))) return true;
  for (const auto& column :
       {layout_.region, layout_.product, layout_.grade, layout_.grower_class, layout_.site}) {
    if (words_.IsSkipped(Cell(column))) return true;
  }
  // Headings that are repeated on a new page.
  return std::any_of(
      layout_.heading_keys.begin(), layout_.heading_keys.end(), [&](const auto& heading) {
        const std::string key = HeadingKey(Cell(heading.first));
        return !key.empty() &&
               std::find(heading.second.begin(), heading.second.end(), key) != heading.second.end();
      });
}

absl::Status ReportLineReader::Read(size_t index) {
  index_ = index;
  if (IsNoLine()) return absl::OkStatus();
  Figures figures;
  GLUTWATCH_RETURN_IF_ERROR(FindFigures(&figures));
  ReportRow context;
  GLUTWATCH_ASSIGN_OR_RETURN(const bool good, FillContext(figures, &context));
  if (!good) return absl::OkStatus();
  Figures harvests;
  for (const ReportFigureAt* figure : figures) {
    if (figure->kind == v1::REPORT_KIND_EXPECTED_HARVEST) {
      harvests.push_back(figure);
      continue;
    }
    ReportRow row = context;
    GLUTWATCH_ASSIGN_OR_RETURN(const bool filled, FillFigure(*figure, &row));
    if (filled) GLUTWATCH_RETURN_IF_ERROR(sink_->Accept(std::move(row)));
  }
  return ReadHarvests(harvests, context);
}

const CellRange* ReportLineReader::MergedAt(size_t column) const {
  const auto ranges = merged_.find(sheet_.grid.rows[index_].line);
  if (ranges == merged_.end()) return nullptr;
  for (const CellRange* range : ranges->second) {
    if (column >= range->first_column && column <= range->last_column) return range;
  }
  return nullptr;
}

bool ReportLineReader::IsMergedFigure(const CellRange& range, size_t column) const {
  if (range.last_row > range.first_row) return true;
  return std::any_of(layout_.figures.begin(), layout_.figures.end(), [&](const auto& figure) {
    return figure.column != column && figure.column >= range.first_column &&
           figure.column <= range.last_column;
  });
}

absl::Status ReportLineReader::FindFigures(Figures* figures) {
  for (const ReportFigureAt& figure : layout_.figures) {
    const absl::string_view cell = Cell(figure.column);
    if (cell.empty() || (!StartsWithDigit(cell) && words_.IsAbsent(cell))) continue;
    const CellRange* const range = MergedAt(figure.column);
    if (range == nullptr || !IsMergedFigure(*range, figure.column)) {
      figures->push_back(&figure);
      continue;
    }
    // Once, at the first cell that would be a figure.
    const bool repeated =
        sheet_.grid.rows[index_].line > range->first_row ||
        std::any_of(layout_.figures.begin(), layout_.figures.end(), [&](const auto& other) {
          return other.column < figure.column && other.column >= range->first_column;
        });
    if (repeated) continue;
    const std::string corner = CellReference(range->last_row, Number(range->last_column));
    GLUTWATCH_RETURN_IF_ERROR(Refuse(
        figure.column, "MERGED_FIGURE",
        absl::StrCat("\"", QuotedText(cell), "\" stands in a cell that is merged up to ", corner,
                     ", expected one cell for each figure"),
        absl::StrCat("“", QuotedText(cell), "”所在单元格合并到 ", corner, "，应为每个数据单独一格"),
        1));
  }
  return absl::OkStatus();
}

absl::string_view ReportLineReader::Filled(std::optional<size_t> column, std::string* last) const {
  const absl::string_view cell = Cell(column);
  if (!cell.empty()) *last = std::string(cell);
  return cell.empty() && fill_down_ ? absl::string_view(*last) : cell;
}

absl::StatusOr<bool> ReportLineReader::FillContext(const Figures& figures, ReportRow* row) {
  // A product is repeated within its region only.
  if (const auto region = Cell(layout_.region); !region.empty() && region != last_region_) {
    last_product_.clear();
  }
  const absl::string_view region = Filled(layout_.region, &last_region_);
  const absl::string_view product = Filled(layout_.product, &last_product_);
  if (const auto date = Cell(layout_.date); !date.empty()) last_date_ = std::string(date);
  if (figures.empty()) return false;
  int64_t lost = CountReports(figures);
  const auto refuse = [&](std::optional<size_t> column, absl::string_view code, std::string message,
                          std::string zh) {
    const int64_t count = lost;
    lost = 0;
    return Refuse(column, code, std::move(message), std::move(zh), count);
  };
  row->region = layout_.region.has_value() ? std::string(region) : mapping_.region();
  if (row->region.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(refuse(layout_.region, "REGION_MISSING",
                                     "the region is empty, expected a region's name or code",
                                     "地区为空，应填地区名称或代码"));
  }
  row->product = layout_.product.has_value() ? std::string(product) : mapping_.product();
  if (row->product.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(refuse(layout_.product, "PRODUCT_MISSING",
                                     "the product is empty, expected a product's name",
                                     "品种为空，应填产品名称"));
  }
  const auto grower_class = GrowerClassOf(Cell(layout_.grower_class));
  if (!grower_class.has_value()) {
    const std::string word = QuotedText(Cell(layout_.grower_class));
    GLUTWATCH_RETURN_IF_ERROR(refuse(
        layout_.grower_class, "UNKNOWN_WORD",
        absl::StrCat("the grower class is \"", word, "\", expected 农户, 合作社, 公司 or 国有农场"),
        absl::StrCat("主体为“", word, "”，应为 农户、合作社、公司 或 国有农场")));
  }
  bool bad_day = false;
  const std::optional<Day> day = DayOfLine(&bad_day);
  const bool needs_day = std::any_of(figures.begin(), figures.end(),
                                     [](const auto* figure) { return !figure->day.has_value(); });
  if (needs_day && !day.has_value()) {
    const std::string word = QuotedText(Cell(layout_.date));
    GLUTWATCH_RETURN_IF_ERROR(
        refuse(layout_.date, bad_day ? "NOT_A_DATE" : "DATE_MISSING",
               absl::StrCat("the date is \"", word, "\", expected a day such as 2026-11-20"),
               word.empty() ? "日期为空，应为 2026-11-20 这样的日期"
                            : absl::StrCat("日期为“", word, "”，应为 2026-11-20 这样的日期")));
  }
  row->columns = {.region = Number(layout_.region),
                  .product = Number(layout_.product),
                  .grade = Number(layout_.grade),
                  .grower_class = Number(layout_.grower_class),
                  .site = Number(layout_.site),
                  .date = Number(layout_.date),
                  .reporter = Number(layout_.reporter),
                  .note = Number(layout_.note)};
  row->grade = std::string(Cell(layout_.grade));
  row->grower_class = grower_class.value_or(v1::GROWER_CLASS_UNSPECIFIED);
  row->site = std::string(Cell(layout_.site));
  row->day = day.value_or(Day{});
  row->reporter = layout_.reporter.has_value() && !Cell(layout_.reporter).empty()
                      ? std::string(Cell(layout_.reporter))
                      : mapping_.reporter();
  row->note = std::string(Cell(layout_.note));
  return lost > 0;
}

std::optional<Day> ReportLineReader::DayOfLine(bool* bad) const {
  std::string text(Cell(layout_.date));
  if (text.empty() && fill_down_) text = last_date_;
  if (!text.empty()) {
    const absl::StatusOr<Day> day = ParseDate(text, dates_);
    *bad = !day.ok();
    return day.ok() ? std::optional<Day>(*day) : std::nullopt;
  }
  // An empty cell in a column of dates is not the title's day: somebody forgot it.
  if (layout_.date.has_value()) return std::nullopt;
  if (!mapping_.date().empty()) return ParseDay(mapping_.date()).value();
  return layout_.title_day;
}

absl::StatusOr<bool> ReportLineReader::FillFigure(const ReportFigureAt& figure, ReportRow* row) {
  row->place = Place(figure.column);
  row->value = QuotedText(Cell(figure.column));
  row->kind = figure.kind;
  if (figure.day.has_value()) row->day = *figure.day;
  if (figure.kind != v1::REPORT_KIND_GROWTH_STAGE) return FillValue(figure, row);
  const auto stage = GrowthStageOf(row->value);
  if (stage.has_value()) {
    row->stage = *stage;
    return true;
  }
  GLUTWATCH_RETURN_IF_ERROR(Refuse(
      figure.column, "UNKNOWN_WORD",
      absl::StrCat("the growth stage is \"", row->value,
                   "\", expected 播种, 苗期, 生长期, 开花期, 结果期, 成熟期, 采收期 or 采收结束"),
      absl::StrCat("生育期为“", row->value,
                   "”，应为 播种、苗期、生长期、开花期、结果期、成熟期、采收期 或 采收结束"),
      next_count_));
  return false;
}

std::string ReportLineReader::UnitOf(const ReportFigureAt& figure,
                                     const std::string& in_cell) const {
  if (!in_cell.empty()) return in_cell;
  if (!figure.heading_unit.empty()) return figure.heading_unit;
  if (const absl::string_view cell = Cell(layout_.unit); !cell.empty()) {
    const bool price = figure.kind == v1::REPORT_KIND_FARM_GATE_PRICE;
    const std::string per = FindUnitInHeading(cell);
    if (price) return per.empty() ? std::string(cell) : per;
    if (per.empty()) return std::string(cell);
  }
  return figure.other_unit;
}

absl::StatusOr<bool> ReportLineReader::FillValue(const ReportFigureAt& figure, ReportRow* row) {
  const absl::string_view cell = Cell(figure.column);
  const bool price = figure.kind == v1::REPORT_KIND_FARM_GATE_PRICE;
  if (price) row->currency = mapping_.currency().empty() ? "CNY" : mapping_.currency();
  if (price && words_.IsNoBid(cell)) {
    row->no_bid = true;
    row->unit = UnitOf(figure, "");
    return true;
  }
  absl::StatusOr<WrittenFigure> read = ReadWrittenFigure(cell, price, mapping_.round_figures());
  if (read.ok()) {
    // 万 of the cell ("1.2万") is out already; now that of the unit ("万吨").
    read->unit = UnitOf(figure, read->unit);
    const absl::Status status = TakeMyriadOut(&*read);
    if (!status.ok()) read = status;
  }
  if (!read.ok()) {
    GLUTWATCH_RETURN_IF_ERROR(
        Refuse(figure.column, "NOT_A_NUMBER",
               absl::StrCat(read.status().message(), "; 0 if there is none, — if it is not known"),
               absl::StrCat("“", row->value,
                            "”不是数，应为 1.55 这样的数（最多四位小数）；没有填 0，不知道填“—”"),
               next_count_));
    return false;
  }
  if (read->unit.empty() && NeedsUnit(figure.kind)) {
    GLUTWATCH_RETURN_IF_ERROR(Refuse(
        figure.column, "UNIT_MISSING",
        absl::StrCat("the unit of \"", row->value,
                     "\" is said nowhere, expected it in the heading as in 库存(吨)"),
        absl::StrCat("“", row->value, "”没有单位，应在表头写明，如“库存(吨)”"), next_count_));
    return false;
  }
  row->value_e4 = read->value_e4;
  row->unit = read->unit;
  return true;
}

absl::StatusOr<bool> ReportLineReader::FillWindow(const ReportFigureAt& figure, ReportRow* row) {
  const bool start = figure.part == FigurePart::kWindowStart;
  const absl::string_view cell = Cell(figure.column);
  const absl::StatusOr<Day> day = ParseDate(cell, dates_);
  if (!day.ok()) {
    GLUTWATCH_RETURN_IF_ERROR(Refuse(
        figure.column, "NOT_A_DATE", std::string(day.status().message()),
        absl::StrCat("“", QuotedText(cell), "”不是日期，应为 2026-11-20 这样的日期"), next_count_));
    return false;
  }
  (start ? row->window_start : row->window_end) = *day;
  (start ? row->columns.window_start : row->columns.window_end) = Number(figure.column);
  if (row->place.row == 0) {
    row->place = Place(figure.column);
    row->value = QuotedText(cell);
  }
  return true;
}

// The yield and both ends of the window are one report of its day: all of it is good or none is
// taken.
absl::Status ReportLineReader::ReadHarvests(const Figures& figures, const ReportRow& context) {
  std::vector<std::optional<Day>> days;
  for (const ReportFigureAt* figure : figures) {
    if (std::find(days.begin(), days.end(), figure->day) == days.end()) {
      days.push_back(figure->day);
    }
  }
  for (const std::optional<Day>& day : days) {
    ReportRow row = context;
    row.kind = v1::REPORT_KIND_EXPECTED_HARVEST;
    if (day.has_value()) row.day = *day;
    bool good = true;
    for (const bool yields : {true, false}) {
      for (const ReportFigureAt* figure : figures) {
        if (figure->day != day || (figure->part == FigurePart::kValue) != yields) continue;
        GLUTWATCH_ASSIGN_OR_RETURN(const bool filled,
                                   yields ? FillFigure(*figure, &row) : FillWindow(*figure, &row));
        good = good && filled;
        if (!good) next_count_ = 0;  // of this harvest, all is lost already
      }
    }
    next_count_ = 1;
    if (good) GLUTWATCH_RETURN_IF_ERROR(sink_->Accept(std::move(row)));
  }
  return absl::OkStatus();
}

}  // namespace glutwatch::sheet
