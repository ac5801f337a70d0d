#include "ingest/feeds/kalimati.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "ingest/bikram_sambat.h"
#include "ingest/feeds/kalimati_yearly.h"
#include "ingest/feeds/nepal_markets.h"
#include "ingest/json_reader.h"
#include "sheet/columns.h"
#include "sheet/row_parts.h"
#include "sheet/table_document.h"
#include "sheet/text_encoding.h"
#include "sheet/xlsx_reader.h"

namespace glutwatch::ingest {
namespace {

using sheet::CellOf;
using sheet::Columns;
using sheet::IsBlank;
using sheet::LooksLikeJson;
using sheet::LooksLikeXlsx;
using sheet::NoHeader;
using sheet::NumberOptions;
using sheet::RawCells;
using sheet::ReadDate;
using sheet::ReadNumber;
using sheet::ReadTable;
using sheet::Refusal;
using sheet::RequireText;
using sheet::SettleZeros;
using sheet::TableRow;
using sheet::TrimText;

// Nepal Standard Time, without daylight saving.
constexpr int kKathmanduOffsetSeconds = (5 * 60 + 45) * 60;
// Before this hour the boards still show the day before.
constexpr int kBoardHour = 6;
constexpr NumberOptions kNumbers = {.round_to_e4 = true};

struct Cells {
  absl::string_view product, product_en, unit, low, high, modal;
};

// What all layouts share but the day.
absl::Status FillRow(const Cells& cells, FeedRow* row) {
  GLUTWATCH_RETURN_IF_ERROR(RequireText("commodity", cells.product, "a commodity's name"));
  GLUTWATCH_RETURN_IF_ERROR(RequireText("unit", cells.unit, "a unit such as Kg"));
  GLUTWATCH_RETURN_IF_ERROR(ReadNumber("min", cells.low, kNumbers, &row->low_e4));
  GLUTWATCH_RETURN_IF_ERROR(ReadNumber("max", cells.high, kNumbers, &row->high_e4));
  GLUTWATCH_RETURN_IF_ERROR(ReadNumber("avg", cells.modal, kNumbers, &row->modal_e4));
  row->product = std::string(TrimText(cells.product));
  row->product_en = std::string(TrimText(cells.product_en));
  row->unit = NepaliUnit(cells.unit);
  row->currency = "NPR";
  SettleZeros(row);
  return absl::OkStatus();
}

// The market day of a capture.
absl::StatusOr<Day> DayOfCapture(const FeedDocument& document, absl::string_view fetched_at_utc) {
  absl::Time fetched;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, fetched_at_utc, &fetched, &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(document.name, ": fetched_at_utc is \"", fetched_at_utc,
                     "\", expected an instant such as 2026-07-01T20:58:01+00:00"));
  }
  const absl::TimeZone zone = absl::FixedTimeZone(kKathmanduOffsetSeconds);
  const absl::CivilDay civil = absl::ToCivilDay(fetched - absl::Hours(kBoardHour), zone);
  if (civil < ToCivil(kMinDay) || civil > ToCivil(kMaxDay)) {
    return absl::InvalidArgumentError(absl::StrCat(document.name, ": fetched_at_utc is \"",
                                                   fetched_at_utc,
                                                   "\", expected a year in 1900..2169"));
  }
  return ToDay(civil);
}

absl::Status ReadAmpis(const FeedDocument& document, RowSink* sink) {
  std::shared_ptr<const FeedMarket> market;
  Day fetched_day{};
  const auto on_envelope = [&](const JsonRecord& envelope) -> absl::Status {
    if (envelope.Get("market_slug").empty() || envelope.Get("status") != "ok") {
      return absl::InvalidArgumentError(
          absl::StrCat(document.name, ": market_slug is \"", envelope.Get("market_slug"),
                       "\" and status \"", envelope.Get("status"), "\", expected \"ok\""));
    }
    market = MakeNepaliMarket(envelope.Get("market_slug"), envelope.Get("market_name_en"));
    GLUTWATCH_ASSIGN_OR_RETURN(fetched_day, DayOfCapture(document, envelope.Get("fetched_at_utc")));
    return absl::OkStatus();
  };
  return ReadJson(document.name, document.content, {"prices"}, on_envelope,
                  [&](int64_t number, const JsonRecord& record) {
                    const absl::string_view english = record.Get("name.en");
                    const absl::string_view unit = record.Get("unit.en");
                    FeedRow row;
                    const absl::Status status =
                        FillRow({.product = english.empty() ? record.Get("name.ne") : english,
                                 .product_en = english,
                                 .unit = unit.empty() ? record.Get("unit.ne") : unit,
                                 .low = record.Get("min"),
                                 .high = record.Get("max"),
                                 .modal = record.Get("avg")},
                                &row);
                    if (!status.ok()) {
                      return sink->Refuse(Refusal(number, "", status, record.Raw()));
                    }
                    row.line = number;
                    row.market = market;
                    row.day = FindBikramSambatDate(record.Get("category_np")).value_or(fetched_day);
                    return sink->Accept(std::move(row));
                  });
}

class DailyReader {
 public:
  DailyReader(const FeedDocument& document, RowSink* sink) : document_(document), sink_(sink) {}

  absl::Status OnRow(const TableRow& row) {
    if (IsBlank(row)) return absl::OkStatus();
    if (market_ == nullptr) return ReadHeader(row);
    const absl::string_view date = TrimText(CellOf(row, date_));
    const Cells cells = {.product = CellOf(row, product_),
                         .product_en = CellOf(row, product_),
                         .unit = CellOf(row, unit_),
                         .low = CellOf(row, low_),
                         .high = CellOf(row, high_),
                         .modal = CellOf(row, modal_)};
    if (date.empty() && TrimText(cells.low).empty() && TrimText(cells.high).empty() &&
        TrimText(cells.modal).empty()) {
      ++left_out_;
      return absl::OkStatus();
    }
    FeedRow out;
    absl::Status status = ReadDate("date", date, {}, &out.day);
    status.Update(FillRow(cells, &out));
    if (!status.ok()) return sink_->Refuse(Refusal(row.line, "", status, RawCells(row)));
    out.line = row.line;
    out.market = market_;
    return sink_->Accept(std::move(out));
  }

  absl::Status Finish() const {
    if (market_ == nullptr) return NoHeader(document_, kExpected);
    if (left_out_ > 0) {
      sink_->Note(absl::StrCat(document_.name, ": ", left_out_,
                               " rows without date and prices were left out"));
    }
    return absl::OkStatus();
  }

 private:
  static constexpr absl::string_view kExpected =
      "date, product or commodity_en, unit, min, max, avg";

  absl::Status ReadHeader(const TableRow& row) {
    const Columns columns(row);
    date_ = columns.Find({"date"});
    product_ = columns.Find({"commodity_en", "product"});
    unit_ = columns.Find({"unit_en", "unit"});
    low_ = columns.Find({"min", "min_price"});
    high_ = columns.Find({"max", "max_price"});
    modal_ = columns.Find({"avg", "avg_price"});
    if (!date_ || !product_ || !unit_ || !low_ || !high_ || !modal_) {
      return NoHeader(document_, kExpected);
    }
    const std::string slug = NepaliMarketOfFile(document_.name);
    if (slug.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          document_.name, ": which market? Expected a name such as dharan_sunsari.csv"));
    }
    market_ = MakeNepaliMarket(slug, "");
    return absl::OkStatus();
  }

  const FeedDocument& document_;
  RowSink* const sink_;
  std::shared_ptr<const FeedMarket> market_;
  std::optional<size_t> date_, product_, unit_, low_, high_, modal_;
  int64_t left_out_ = 0;
};

class KalimatiFeed final : public Feed {
 public:
  absl::string_view name() const override { return "kalimati"; }

  absl::Status Read(const FeedDocument& document, RowSink* sink) const override {
    if (LooksLikeXlsx(document.content)) return ReadKalimatiYearly(document, sink);
    if (LooksLikeJson(document)) return ReadAmpis(document, sink);
    DailyReader reader(document, sink);
    GLUTWATCH_RETURN_IF_ERROR(ReadTable(
        document, [&](absl::string_view, const TableRow& row) { return reader.OnRow(row); }));
    return reader.Finish();
  }
};

}  // namespace

std::unique_ptr<Feed> MakeKalimatiFeed() { return std::make_unique<KalimatiFeed>(); }

}  // namespace glutwatch::ingest
