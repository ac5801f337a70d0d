#include "ingest/feeds/kalimati_yearly.h"

#include <array>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "ingest/bikram_sambat.h"
#include "ingest/feeds/nepal_markets.h"
#include "sheet/columns.h"
#include "sheet/row_parts.h"
#include "sheet/text_encoding.h"
#include "sheet/xlsx_reader.h"

namespace glutwatch::ingest {
namespace {

using sheet::Grid;
using sheet::HeadingKey;
using sheet::NumberOptions;
using sheet::ReadNumber;
using sheet::Refusal;
using sheet::RequireText;
using sheet::SettleZeros;
using sheet::TrimText;
using sheet::XlsxWorkbook;

constexpr int kMonths = 12;
constexpr size_t kMaxHeaderRow = 6;
// Averages and arrivals are computed by a spreadsheet.
constexpr NumberOptions kNumbers = {.round_to_e4 = true};

// "Tomato Big" and "tomato big " are one name; "Tomato Big(Nepali)" is another.
std::string NameKey(absl::string_view name) {
  std::string key;
  for (const char c : HeadingKey(name)) {
    if (absl::ascii_isalnum(static_cast<uint8_t>(c)) || static_cast<uint8_t>(c) >= 0x80) key += c;
  }
  return key;
}

// "03 -2060" and the date cell 2060-03-01 -> (2060, 3); false for "Annual" and anything else.
bool ParseMonthHeading(absl::string_view heading, int* year, int* month) {
  const std::string key = HeadingKey(heading);
  const std::vector<absl::string_view> parts = absl::StrSplit(key, '-');
  if (parts.size() == 3) {
    return parts[2] == "01" && absl::SimpleAtoi(parts[0], year) &&
           absl::SimpleAtoi(parts[1], month) && *month >= 1 && *month <= kMonths;
  }
  return parts.size() == 2 && absl::SimpleAtoi(parts[0], month) &&
         absl::SimpleAtoi(parts[1], year) && *year >= 2000 && *month >= 1 && *month <= kMonths;
}

// "." and "-" are how the reports draw an empty cell.
absl::string_view Figure(absl::string_view cell) {
  cell = TrimText(cell);
  return cell == "." || cell == "-" ? absl::string_view() : cell;
}

bool IsHeaderName(absl::string_view name) {
  const std::string key = HeadingKey(name);
  return key == "commodity" || key == "comodity" || key == "name/month";
}

// A line that is no product: a sum, or the header's second line where it is merged downwards.
bool IsNoProduct(absl::string_view name) {
  if (name.empty() || IsHeaderName(name)) return true;
  const std::string key = HeadingKey(name);
  return absl::StartsWith(key, "total") || absl::StartsWith(key, "percent");
}

// The index of the row whose first cells name the columns, or -1.
int FindHeader(const Grid& grid) {
  for (size_t i = 0; i < grid.rows.size() && i < kMaxHeaderRow; ++i) {
    if (IsHeaderName(grid.cell(i, 0))) return static_cast<int>(i);
  }
  return -1;
}

enum Price { kMin, kMax, kAvg, kPriceCount };
using Prices = std::array<absl::string_view, kPriceCount>;
constexpr Prices kPriceNames = {"Min", "Max", "Avg"};
constexpr Prices kNoPrices = {"", "", ""};  // joined, so that none may be null

// Where a month's cells are: month -> its columns.
using PriceColumns = std::map<int, std::array<std::optional<size_t>, kPriceCount>>;

// One product's arrivals by month; texts as in the sheet.
struct Volume {
  std::string name;
  int64_t line = 0;
  std::array<std::string, kMonths + 1> kg;
  bool used = false;
};

class YearlyReader {
 public:
  YearlyReader(const FeedDocument& document, RowSink* sink)
      : document_(document), sink_(sink), market_(MakeNepaliMarket("kalimati_kathmandu", "")) {}

  absl::Status Read() {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto workbook,
                               XlsxWorkbook::Open(document_.name, document_.content));
    Grid prices;
    Grid volumes;
    for (const XlsxWorkbook::Sheet& sheet : workbook->sheets()) {
      const std::string key = HeadingKey(sheet.name);
      if (sheet.hidden || (key != "price" && key != "volumebymonth")) continue;
      GLUTWATCH_ASSIGN_OR_RETURN((key == "price" ? prices : volumes),
                                 workbook->ReadGrid(sheet, /*expand_merged=*/true));
      (key == "price" ? price_sheet_ : volume_sheet_) = sheet.name;
    }
    const int header = FindHeader(prices);
    PriceColumns columns;
    if (header < 0 || !ReadPriceHeader(prices, static_cast<size_t>(header), &columns)) {
      return absl::InvalidArgumentError(
          absl::StrCat(document_.name,
                       ": no sheet Price with a row Commodity, Unit, 1 - 2080, "
                       "..., expected a yearly report of Kalimati"));
    }
    ReadVolumes(volumes);
    for (size_t i = static_cast<size_t>(header) + 1; i < prices.rows.size(); ++i) {
      GLUTWATCH_RETURN_IF_ERROR(DeliverProduct(prices, i, columns));
    }
    for (Volume& volume : volumes_) {
      GLUTWATCH_RETURN_IF_ERROR(DeliverVolumeOnly(volume));
    }
    return absl::OkStatus();
  }

 private:
  bool ReadPriceHeader(const Grid& grid, size_t header, PriceColumns* columns) {
    int month = 0;
    for (size_t column = 1; column < grid.rows[header].cells.size(); ++column) {
      const absl::string_view heading = grid.cell(header, column);
      int year = 0;
      int heading_month = 0;
      if (HeadingKey(heading) == "unit") unit_column_ = column;
      if (ParseMonthHeading(heading, &year, &heading_month)) {
        month = heading_month;
        year_ = year;
      } else if (!TrimText(heading).empty()) {
        month = 0;  // Annual
      }
      for (size_t price = 0; month > 0 && price < kPriceCount; ++price) {
        if (HeadingKey(grid.cell(header + 1, column)) == HeadingKey(kPriceNames[price])) {
          (*columns)[month][price] = column;
        }
      }
    }
    return unit_column_.has_value() && !columns->empty();
  }

  void ReadVolumes(const Grid& grid) {
    const int header = FindHeader(grid);
    if (header < 0) {
      sink_->Note(absl::StrCat(document_.name, ": no sheet Volume by month: no arrivals"));
      return;
    }
    std::array<std::optional<size_t>, kMonths + 1> columns;
    for (size_t column = 1; column < grid.rows[static_cast<size_t>(header)].cells.size();
         ++column) {
      int month = 0;
      if (absl::SimpleAtoi(grid.cell(static_cast<size_t>(header), column), &month) && month >= 1 &&
          month <= kMonths) {
        columns[static_cast<size_t>(month)] = column;
      }
    }
    for (size_t i = static_cast<size_t>(header) + 1; i < grid.rows.size(); ++i) {
      const absl::string_view name = TrimText(grid.cell(i, 0));
      if (IsNoProduct(name)) continue;
      Volume volume;
      volume.name = std::string(name);
      volume.line = grid.rows[i].line;
      for (size_t month = 1; month <= kMonths; ++month) {
        if (columns[month]) volume.kg[month] = std::string(Figure(grid.cell(i, *columns[month])));
      }
      volume_of_[NameKey(name)].push_back(volumes_.size());
      volumes_.push_back(std::move(volume));
    }
  }

  // The arrivals that belong to a price row: the first of its name that no other row has taken.
  const Volume* TakeVolume(absl::string_view name) {
    const auto found = volume_of_.find(NameKey(name));
    if (found == volume_of_.end()) return nullptr;
    for (const size_t index : found->second) {
      if (!std::exchange(volumes_[index].used, true)) return &volumes_[index];
    }
    return nullptr;
  }

  absl::Status DeliverProduct(const Grid& grid, size_t index, const PriceColumns& columns) {
    const absl::string_view name = TrimText(grid.cell(index, 0));
    if (IsNoProduct(name)) return absl::OkStatus();
    const Volume* volume = TakeVolume(name);
    const std::string unit = NepaliUnit(grid.cell(index, *unit_column_));
    for (int month = 1; month <= kMonths; ++month) {
      Prices prices = kNoPrices;
      if (const auto at = columns.find(month); at != columns.end()) {
        for (size_t price = 0; price < kPriceCount; ++price) {
          if (at->second[price]) prices[price] = Figure(grid.cell(index, *at->second[price]));
        }
      }
      absl::string_view kg;
      if (volume != nullptr) kg = volume->kg[static_cast<size_t>(month)];
      GLUTWATCH_RETURN_IF_ERROR(
          Deliver(grid.rows[index].line, price_sheet_, name, unit, month, prices, kg));
    }
    return absl::OkStatus();
  }

  absl::Status DeliverVolumeOnly(const Volume& volume) {
    if (volume.used) return absl::OkStatus();
    for (int month = 1; month <= kMonths; ++month) {
      GLUTWATCH_RETURN_IF_ERROR(Deliver(volume.line, volume_sheet_, volume.name, "kg", month,
                                        kNoPrices, volume.kg[static_cast<size_t>(month)]));
    }
    return absl::OkStatus();
  }

  // One cell pair: a product's prices and arrivals of one month.
  absl::Status Deliver(int64_t line, const std::string& sheet, absl::string_view name,
                       absl::string_view unit, int month, const Prices& prices,
                       absl::string_view kg) {
    if (kg.empty() && absl::StrJoin(prices, "").empty()) return absl::OkStatus();
    FeedRow row;
    const absl::Status status = FillRow(unit, month, prices, kg, &row);
    if (!status.ok()) {
      return sink_->Refuse(Refusal(
          line, sheet,
          absl::InvalidArgumentError(absl::StrCat("month ", month, ": ", status.message())),
          absl::StrCat(name, "|", unit, "|", month, "|", absl::StrJoin(prices, "|"), "|", kg)));
    }
    row.line = line;
    row.sheet = sheet;
    row.market = market_;
    row.product = std::string(name);
    row.product_en = row.product;
    row.unit = std::string(unit);
    row.currency = "NPR";
    return sink_->Accept(std::move(row));
  }

  absl::Status FillRow(absl::string_view unit, int month, const Prices& prices,
                       absl::string_view kg, FeedRow* row) const {
    GLUTWATCH_RETURN_IF_ERROR(RequireText("Unit", unit, "a unit such as Rs/Kg"));
    GLUTWATCH_RETURN_IF_ERROR(ReadNumber("Min", prices[kMin], kNumbers, &row->low_e4));
    GLUTWATCH_RETURN_IF_ERROR(ReadNumber("Max", prices[kMax], kNumbers, &row->high_e4));
    GLUTWATCH_RETURN_IF_ERROR(ReadNumber("Avg", prices[kAvg], kNumbers, &row->modal_e4));
    GLUTWATCH_RETURN_IF_ERROR(ReadNumber("volume", kg, kNumbers, &row->arrivals_e4));
    if (row->arrivals_e4.has_value()) row->arrivals_unit = "kg";
    GLUTWATCH_ASSIGN_OR_RETURN(row->day, BikramSambatToDay(year_, month, kBsMonthlyDay));
    SettleZeros(row);
    return absl::OkStatus();
  }

  const FeedDocument& document_;
  RowSink* const sink_;
  const std::shared_ptr<const FeedMarket> market_;
  std::string price_sheet_;
  std::string volume_sheet_;
  int year_ = 0;
  std::optional<size_t> unit_column_;
  std::vector<Volume> volumes_;
  std::map<std::string, std::vector<size_t>> volume_of_;
};

}  // namespace

absl::Status ReadKalimatiYearly(const FeedDocument& document, RowSink* sink) {
  return YearlyReader(document, sink).Read();
}

}  // namespace glutwatch::ingest
