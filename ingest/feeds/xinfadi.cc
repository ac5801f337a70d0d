#include "ingest/feeds/xinfadi.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "ingest/json_reader.h"
#include "sheet/columns.h"
#include "sheet/row_parts.h"
#include "sheet/table_document.h"
#include "sheet/text_encoding.h"

namespace glutwatch::ingest {
namespace {

using sheet::CellOf;
using sheet::Columns;
using sheet::DateOptions;
using sheet::IsBlank;
using sheet::LooksLikeJson;
using sheet::NoHeader;
using sheet::RawCells;
using sheet::ReadDate;
using sheet::ReadNumber;
using sheet::ReadTable;
using sheet::Refusal;
using sheet::RequireText;
using sheet::SettleZeros;
using sheet::TableRow;
using sheet::TrimText;

constexpr absl::string_view kExpected = "品名,最低价,平均价,最高价,规格,单位,发布日期";
// The exports of 2013-2016 write 发布日期 as an Excel serial where the style was lost.
constexpr DateOptions kDates = {.excel_serials = true};

std::shared_ptr<const FeedMarket> MakeMarket() {
  auto market = std::make_shared<FeedMarket>();
  market->id = "xinfadi";
  market->name = "北京新发地农产品批发市场";
  market->kind = "wholesale";
  market->time_zone = "Asia/Shanghai";
  market->regions = {{"CN", "中国", "", "ISO 3166"},
                     {"110000", "北京市", "CN", "GB/T 2260"},
                     {"110106", "丰台区", "110000", "GB/T 2260"}};
  return market;
}

// The cells of one row, whatever the layout calls them. `names` are for messages.
struct Names {
  absl::string_view product, low, modal, high, unit, date;
};
constexpr Names kTableNames = {"品名", "最低价", "平均价", "最高价", "单位", "发布日期"};
constexpr Names kJsonNames = {"prodName",  "lowPrice", "avgPrice",
                              "highPrice", "unitInfo", "pubDate"};
struct Cells {
  absl::string_view product, low, modal, high, grade, unit, date, category;
};

absl::Status FillRow(const Names& names, const Cells& cells, FeedRow* row) {
  GLUTWATCH_RETURN_IF_ERROR(RequireText(names.product, cells.product, "a product's name"));
  GLUTWATCH_RETURN_IF_ERROR(RequireText(names.unit, cells.unit, "a unit such as 斤"));
  GLUTWATCH_RETURN_IF_ERROR(ReadNumber(names.low, cells.low, {}, &row->low_e4));
  GLUTWATCH_RETURN_IF_ERROR(ReadNumber(names.modal, cells.modal, {}, &row->modal_e4));
  GLUTWATCH_RETURN_IF_ERROR(ReadNumber(names.high, cells.high, {}, &row->high_e4));
  GLUTWATCH_RETURN_IF_ERROR(ReadDate(names.date, cells.date, kDates, &row->day));
  row->product = std::string(TrimText(cells.product));
  row->grade = std::string(TrimText(cells.grade));
  row->unit = std::string(TrimText(cells.unit));
  row->category = std::string(TrimText(cells.category));
  row->currency = "CNY";
  SettleZeros(row);
  return absl::OkStatus();
}

class XinfadiFeed final : public Feed {
 public:
  absl::string_view name() const override { return "xinfadi"; }

  absl::Status Read(const FeedDocument& document, RowSink* sink) const override {
    return LooksLikeJson(document) ? ReadAnswer(document, sink) : ReadExport(document, sink);
  }

 private:
  absl::Status Deliver(int64_t line, absl::string_view sheet, const Names& names,
                       const Cells& cells, absl::FunctionRef<std::string()> raw,
                       RowSink* sink) const {
    FeedRow row;
    const absl::Status status = FillRow(names, cells, &row);
    if (!status.ok()) return sink->Refuse(Refusal(line, sheet, status, raw()));
    row.line = line;
    row.sheet = std::string(sheet);
    row.market = market_;
    return sink->Accept(std::move(row));
  }

  absl::Status ReadExport(const FeedDocument& document, RowSink* sink) const {
    Columns columns;
    std::string sheet_of_columns;
    std::optional<size_t> product, low, modal, high, grade, unit, date;
    const auto on_row = [&](absl::string_view sheet, const TableRow& row) -> absl::Status {
      if (IsBlank(row)) return absl::OkStatus();
      if (columns.empty() || sheet != sheet_of_columns) {
        columns = Columns(row);
        sheet_of_columns = std::string(sheet);
        product = columns.Find({kTableNames.product});
        low = columns.Find({kTableNames.low});
        modal = columns.Find({kTableNames.modal});
        high = columns.Find({kTableNames.high});
        grade = columns.Find({"规格"});
        unit = columns.Find({kTableNames.unit});
        date = columns.Find({kTableNames.date});
        return product && low && modal && high && unit && date ? absl::OkStatus()
                                                               : NoHeader(document, kExpected);
      }
      if (CellOf(row, date) == kTableNames.date) return absl::OkStatus();  // the header again
      return Deliver(
          row.line, sheet, kTableNames,
          {.product = CellOf(row, product),
           .low = CellOf(row, low),
           .modal = CellOf(row, modal),
           .high = CellOf(row, high),
           .grade = CellOf(row, grade),
           .unit = CellOf(row, unit),
           .date = CellOf(row, date),
           .category = ""},
          [&] { return RawCells(row); }, sink);
    };
    GLUTWATCH_RETURN_IF_ERROR(ReadTable(document, on_row));
    return columns.empty() ? NoHeader(document, kExpected) : absl::OkStatus();
  }

  absl::Status ReadAnswer(const FeedDocument& document, RowSink* sink) const {
    int64_t count = 0;
    int64_t limit = 0;
    int64_t current = 1;
    const auto on_envelope = [&](const JsonRecord& envelope) {
      (void)(absl::SimpleAtoi(envelope.Get("count"), &count) &&
             absl::SimpleAtoi(envelope.Get("limit"), &limit) &&
             absl::SimpleAtoi(envelope.Get("current"), &current));
      return absl::OkStatus();
    };
    int64_t rows = 0;
    const auto on_record = [&](int64_t number, const JsonRecord& record) {
      ++rows;
      return Deliver(
          number, "", kJsonNames,
          {.product = record.Get("prodName"),
           .low = record.Get("lowPrice"),
           .modal = record.Get("avgPrice"),
           .high = record.Get("highPrice"),
           .grade = record.Get("specInfo"),
           .unit = record.Get("unitInfo"),
           .date = record.Get("pubDate"),
           .category = record.Get("prodCat")},
          [&] { return record.Raw(); }, sink);
    };
    GLUTWATCH_RETURN_IF_ERROR(
        ReadJson(document.name, document.content, {"list"}, on_envelope, on_record));
    if (!document.is_page && count > rows) {
      sink->Note(absl::StrCat(document.name, ": page ", current, " of ", limit, " rows each holds ",
                              rows, " of ", count, " rows"));
    }
    return absl::OkStatus();
  }

  const std::shared_ptr<const FeedMarket> market_ = MakeMarket();
};

}  // namespace

std::unique_ptr<Feed> MakeXinfadiFeed() { return std::make_unique<XinfadiFeed>(); }

}  // namespace glutwatch::ingest
