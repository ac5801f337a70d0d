#include "sheet/price_sheet.h"

#include <algorithm>
#include <map>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "sheet/cell_place.h"
#include "sheet/columns.h"
#include "sheet/csv_reader.h"
#include "sheet/feed_mapping.h"
#include "sheet/row_parts.h"
#include "sheet/table_document.h"
#include "sheet/table_layout.h"
#include "sheet/text_encoding.h"
#include "sheet/xlsx_reader.h"

namespace glutwatch::sheet {
namespace {

using config::v1::FeedMapping;

constexpr absl::string_view kFigureNames[kFigureCount] = {"low", "modal", "high", "arrivals"};

// Turns the rows of one sheet into observations.
class SheetReader {
 public:
  SheetReader(const FeedMapping& mapping, std::string sheet, RowSink* sink)
      : mapping_(mapping),
        sheet_(std::move(sheet)),
        sink_(sink),
        finder_(mapping),
        dates_(DateOptionsOf(mapping)),
        numbers_(NumberOptionsOf(mapping)),
        market_(std::make_shared<FeedMarket>(MarketOf(mapping))) {
    for (const auto& word : mapping.status_words()) {
      words_[HeadingKey(word.word())] = static_cast<DayStatus>(word.status());
    }
  }

  absl::Status OnRow(const TableRow& row) {
    if (!found_) {
      found_ = !finder_.gave_up() && finder_.Add(row);
      return absl::OkStatus();
    }
    if (IsNoRow(row)) return absl::OkStatus();
    for (const TableLayout::Block& block : finder_.layout().blocks) {
      if (block.day.has_value() && IsEmpty(row, block)) continue;
      FeedRow out;
      const absl::Status status = FillRow(row, block, &out);
      if (!status.ok()) {
        RefusedRow refused = Refusal(row.line, sheet_, status, RawCells(row));
        refused.column = at_;
        if (at_ > 0) refused.value = QuotedText(CellOf(row, static_cast<size_t>(at_ - 1)));
        GLUTWATCH_RETURN_IF_ERROR(sink_->Refuse(std::move(refused)));
        continue;
      }
      out.columns = ColumnsOf(block);
      out.line = row.line;
      out.sheet = sheet_;
      GLUTWATCH_RETURN_IF_ERROR(sink_->Accept(std::move(out)));
    }
    return absl::OkStatus();
  }

  bool found() const { return found_; }
  std::string Missing() const { return finder_.Missing(); }

 private:
  bool IsNoRow(const TableRow& row) const {
    const auto first = std::find_if(row.cells.begin(), row.cells.end(),
                                    [](absl::string_view cell) { return !TrimText(cell).empty(); });
    if (first == row.cells.end()) return true;
    const absl::string_view text = TrimText(*first);
    for (const std::string& prefix : mapping_.skip_prefixes()) {
      if (absl::StartsWith(text, prefix)) return true;
    }
    const TableLayout& layout = finder_.layout();
    return !layout.product_heading.empty() &&
           HeadingKey(CellOf(row, layout.product)) == layout.product_heading;
  }

  static bool IsEmpty(const TableRow& row, const TableLayout::Block& block) {
    return std::all_of(
        block.columns.begin(), block.columns.end(),
        [&](const std::optional<size_t>& column) { return TrimText(CellOf(row, column)).empty(); });
  }

  // What a cell says about the day; empty if it is no status word.
  std::optional<DayStatus> StatusIn(absl::string_view cell) const {
    if (words_.empty()) return std::nullopt;
    const auto found = words_.find(HeadingKey(cell));
    return found == words_.end() ? std::nullopt : std::optional<DayStatus>(found->second);
  }

  // The number of a column, from 1; 0 if there is none.
  static int32_t NumberOf(const std::optional<size_t>& column) {
    return column.has_value() ? static_cast<int32_t>(*column) + 1 : 0;
  }

  PriceColumns ColumnsOf(const TableLayout::Block& block) const {
    const TableLayout& layout = finder_.layout();
    return {.date = NumberOf(layout.date),
            .market = NumberOf(layout.market),
            .product = NumberOf(layout.product),
            .grade = NumberOf(layout.grade),
            .unit = NumberOf(layout.unit),
            .low = NumberOf(block.columns[kLow]),
            .modal = NumberOf(block.columns[kModal]),
            .high = NumberOf(block.columns[kHigh]),
            .arrivals = NumberOf(block.columns[kArrivals])};
  }

  absl::Status FillRow(const TableRow& row, const TableLayout::Block& block, FeedRow* out) {
    const TableLayout& layout = finder_.layout();
    at_ = NumberOf(layout.date);
    if (block.day.has_value()) {
      out->day = *block.day;
    } else {
      GLUTWATCH_RETURN_IF_ERROR(
          ReadDate(mapping_.columns().date(), CellOf(row, layout.date), dates_, &out->day));
    }
    GLUTWATCH_RETURN_IF_ERROR(FillProduct(row, out));
    GLUTWATCH_RETURN_IF_ERROR(FillQuote(row, out));
    GLUTWATCH_RETURN_IF_ERROR(FillMarket(row, out));
    if (out->product == kAllProducts) return absl::OkStatus();
    return FillFigures(row, block, out);
  }

  absl::Status FillProduct(const TableRow& row, FeedRow* out) {
    const TableLayout& layout = finder_.layout();
    at_ = NumberOf(layout.product);
    absl::string_view product = TrimText(CellOf(row, layout.product));
    if (product.empty() && mapping_.fill_down()) product = last_product_;
    if (!layout.product.has_value()) product = mapping_.product();
    GLUTWATCH_RETURN_IF_ERROR(
        RequireText(mapping_.columns().product(), product, "a product's name"));
    if (const auto status = StatusIn(product)) {
      out->product = kAllProducts;
      out->status = *status;
      return absl::OkStatus();
    }
    out->product = std::string(product);
    if (mapping_.fill_down()) last_product_ = out->product;
    out->product_en = std::string(TrimText(CellOf(row, layout.product_en)));
    out->grade = layout.grade ? std::string(TrimText(CellOf(row, layout.grade))) : mapping_.grade();
    out->category =
        layout.category ? std::string(TrimText(CellOf(row, layout.category))) : mapping_.category();
    return absl::OkStatus();
  }

  absl::Status FillQuote(const TableRow& row, FeedRow* out) {
    const TableLayout& layout = finder_.layout();
    at_ = NumberOf(layout.currency);
    const absl::string_view currency = TrimText(CellOf(row, layout.currency));
    out->currency = currency.empty() ? mapping_.currency() : std::string(currency);
    GLUTWATCH_RETURN_IF_ERROR(
        RequireText(mapping_.columns().currency(), out->currency, "a code such as CNY"));
    at_ = NumberOf(layout.unit);
    const absl::string_view unit = TrimText(CellOf(row, layout.unit));
    out->unit = !mapping_.unit().empty() ? mapping_.unit()
                : !unit.empty()          ? UnitOfCell(unit)
                                         : layout.unit_in_heading;
    return RequireText("unit", out->unit,
                       "a unit in the mapping, a column, a heading (元/公斤) or a title");
  }

  // A unit column may say "元/公斤" as well as "公斤".
  static std::string UnitOfCell(absl::string_view cell) {
    std::string unit = FindUnitInHeading(cell);
    return unit.empty() ? std::string(cell) : unit;
  }

  absl::Status FillMarket(const TableRow& row, FeedRow* out) {
    const TableLayout& layout = finder_.layout();
    if (!layout.market.has_value()) {
      out->market = market_;
      return absl::OkStatus();
    }
    at_ = NumberOf(layout.market);
    const absl::string_view name = TrimText(CellOf(row, layout.market));
    GLUTWATCH_RETURN_IF_ERROR(RequireText(mapping_.columns().market(), name, "a market's name"));
    std::shared_ptr<const FeedMarket>& known = markets_[std::string(name)];
    if (known == nullptr) {
      auto market = std::make_shared<FeedMarket>(*market_);
      market->id = absl::StrCat(market_->id, "-", Slug(name));
      market->name = std::string(name);
      known = market;
    }
    out->market = known;
    return absl::OkStatus();
  }

  absl::Status FillFigures(const TableRow& row, const TableLayout::Block& block, FeedRow* out) {
    const TableLayout& layout = finder_.layout();
    std::optional<DayStatus> said;
    std::optional<int64_t>* const values[kFigureCount] = {&out->low_e4, &out->modal_e4,
                                                          &out->high_e4, &out->arrivals_e4};
    for (size_t i = 0; i < kFigureCount; ++i) {
      const absl::string_view cell = CellOf(row, block.columns[i]);
      at_ = NumberOf(block.columns[i]);
      if (const auto status = StatusIn(cell)) {
        if (!said.has_value()) said = status;
        continue;
      }
      GLUTWATCH_RETURN_IF_ERROR(ReadNumber(FigureName(i), cell, numbers_, values[i]));
    }
    if (out->arrivals_e4.has_value()) {
      out->arrivals_unit = mapping_.arrivals_unit().empty() ? "kg" : mapping_.arrivals_unit();
    }
    if (layout.status.has_value()) {
      const absl::string_view cell = TrimText(CellOf(row, layout.status));
      at_ = NumberOf(layout.status);
      said = cell.empty() ? said : StatusIn(cell);
      if (!cell.empty() && !said.has_value()) {
        return absl::InvalidArgumentError(
            absl::StrCat("column ", mapping_.columns().status(), ": is \"", cell,
                         "\", expected one of the mapping's status_words"));
      }
      if (said.has_value()) out->status = *said;
    }
    const bool has_price =
        out->low_e4.has_value() || out->modal_e4.has_value() || out->high_e4.has_value();
    if (said.has_value() && !has_price) out->status = *said;
    SettleZeros(out);
    return absl::OkStatus();
  }

  absl::string_view FigureName(size_t figure) const {
    const auto& columns = mapping_.columns();
    const std::string* const names[kFigureCount] = {&columns.low(), &columns.modal(),
                                                    &columns.high(), &columns.arrivals()};
    return names[figure]->empty() ? kFigureNames[figure] : absl::string_view(*names[figure]);
  }

  const FeedMapping& mapping_;
  const std::string sheet_;
  RowSink* const sink_;
  LayoutFinder finder_;
  bool found_ = false;
  const DateOptions dates_;
  const NumberOptions numbers_;
  const std::shared_ptr<const FeedMarket> market_;
  std::map<std::string, std::shared_ptr<const FeedMarket>> markets_;
  std::map<std::string, DayStatus> words_;
  std::string last_product_;
  int32_t at_ = 0;  // the column that is being read, from 1; 0 if it is none
};

// Reads one document, sheet by sheet.
class DocumentReader {
 public:
  explicit DocumentReader(const FeedMapping& mapping) : mapping_(mapping) {}

  absl::Status Read(const FeedDocument& document, RowSink* sink) const {
    return LooksLikeXlsx(document.content) ? ReadBook(document, sink) : ReadText(document, sink);
  }

 private:
  static absl::Status NotFound(const FeedDocument& document, absl::string_view sheet,
                               const SheetReader& reader) {
    return absl::InvalidArgumentError(absl::StrCat(
        document.name, sheet.empty() ? "" : absl::StrCat("(", sheet, ")"), ": ", reader.Missing()));
  }

  absl::Status ReadText(const FeedDocument& document, RowSink* sink) const {
    const TextEncoding encoding =
        mapping_.encoding() == config::v1::FEED_ENCODING_GB18030 ? TextEncoding::kGb18030
        : mapping_.encoding() == config::v1::FEED_ENCODING_UTF8  ? TextEncoding::kUtf8
                                                                 : TextEncoding::kDetect;
    const absl::StatusOr<std::string> text = ToUtf8(document.content, encoding);
    if (!text.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(document.name, ": ", text.status().message()));
    }
    CsvOptions options;
    if (!mapping_.delimiter().empty()) {
      options.delimiter = mapping_.delimiter() == "tab" ? '\t' : mapping_.delimiter()[0];
    }
    SheetReader reader(mapping_, "", sink);
    GLUTWATCH_RETURN_IF_ERROR(ReadCsv(document.name, *text, options,
                                      [&](const TableRow& row) { return reader.OnRow(row); }));
    return reader.found() ? absl::OkStatus() : NotFound(document, "", reader);
  }

  absl::Status ReadBook(const FeedDocument& document, RowSink* sink) const {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto workbook,
                               XlsxWorkbook::Open(document.name, document.content));
    GLUTWATCH_RETURN_IF_ERROR(CheckSheets(document, *workbook));
    bool found = false;
    absl::Status not_found = absl::InvalidArgumentError(
        absl::StrCat(document.name, ": no visible sheet, expected at least one"));
    for (const XlsxWorkbook::Sheet& sheet : workbook->sheets()) {
      if (!IsWanted(sheet)) continue;
      GLUTWATCH_ASSIGN_OR_RETURN(const Grid grid, workbook->ReadGrid(sheet, true));
      SheetReader reader(mapping_, sheet.name, sink);
      std::vector<absl::string_view> views;
      for (const Grid::Row& row : grid.rows) {
        views.assign(row.cells.begin(), row.cells.end());
        GLUTWATCH_RETURN_IF_ERROR(reader.OnRow({row.line, views}));
      }
      found = found || reader.found();
      if (reader.found()) continue;
      not_found = NotFound(document, sheet.name, reader);
      if (!mapping_.sheets().empty()) return not_found;
      sink->Note(absl::StrCat(not_found.message(), "; the sheet is left out"));
    }
    return found ? absl::OkStatus() : not_found;
  }

  bool IsWanted(const XlsxWorkbook::Sheet& sheet) const {
    if (mapping_.sheets().empty()) return !sheet.hidden;
    return std::any_of(mapping_.sheets().begin(), mapping_.sheets().end(),
                       [&](const std::string& name) { return Same(name, sheet.name); });
  }

  static bool Same(absl::string_view a, absl::string_view b) { return TrimText(a) == TrimText(b); }

  absl::Status CheckSheets(const FeedDocument& document, const XlsxWorkbook& workbook) const {
    for (const std::string& name : mapping_.sheets()) {
      const bool known =
          std::any_of(workbook.sheets().begin(), workbook.sheets().end(),
                      [&](const XlsxWorkbook::Sheet& sheet) { return Same(name, sheet.name); });
      if (known) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          document.name, ": no sheet \"", name, "\", there are \"",
          absl::StrJoin(workbook.sheets(), "\", \"",
                        [](std::string* out, const auto& sheet) { out->append(sheet.name); }),
          "\""));
    }
    return absl::OkStatus();
  }

  const FeedMapping& mapping_;
};

}  // namespace

absl::Status ReadPriceSheet(const FeedMapping& mapping, const FeedDocument& document,
                            RowSink* sink) {
  return DocumentReader(mapping).Read(document, sink);
}

}  // namespace glutwatch::sheet
