#include "ingest/feeds/wfp.h"

#include <array>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "ingest/feeds/wfp_countries.h"
#include "sheet/columns.h"
#include "sheet/row_parts.h"
#include "sheet/table_document.h"
#include "sheet/text_encoding.h"

namespace glutwatch::ingest {
namespace {

using sheet::CellOf;
using sheet::Columns;
using sheet::IsBlank;
using sheet::NoHeader;
using sheet::RawCells;
using sheet::ReadDate;
using sheet::ReadNumber;
using sheet::ReadTable;
using sheet::Refusal;
using sheet::RequireText;
using sheet::SettleZeros;
using sheet::Slug;
using sheet::TableRow;
using sheet::TrimText;

enum Field {
  kDate,
  kAdmin1,
  kAdmin2,
  kMarket,
  kLatitude,
  kLongitude,
  kCategory,
  kCommodity,
  kUnit,
  kFlag,
  kType,
  kCurrency,
  kPrice,
  kRequiredCount,
  kCountry = kRequiredCount,
  kFieldCount
};
constexpr std::array<absl::string_view, kFieldCount> kNames = {
    "date",      "admin1", "admin2",    "market",    "latitude", "longitude", "category",
    "commodity", "unit",   "priceflag", "pricetype", "currency", "price",     "countryiso3"};

std::optional<double> Degrees(absl::string_view text, double limit) {
  double value = 0;
  if (!absl::SimpleAtod(TrimText(text), &value)) return std::nullopt;
  return value >= -limit && value <= limit ? std::optional<double>(value) : std::nullopt;
}

// The market kinds of the catalog.
absl::string_view KindOf(absl::string_view type) {
  if (absl::EqualsIgnoreCase(type, "Retail")) return "retail";
  if (absl::EqualsIgnoreCase(type, "Wholesale")) return "wholesale";
  if (absl::EqualsIgnoreCase(type, "Farm Gate")) return "farm_gate";
  if (absl::EqualsIgnoreCase(type, "Producer")) return "farm_gate";
  return "";
}

class WfpReader {
 public:
  WfpReader(const FeedDocument& document, RowSink* sink)
      : document_(document), sink_(sink), file_country_(WfpCountryOfFile(document.name)) {}

  absl::Status OnRow(const TableRow& row) {
    if (IsBlank(row)) return absl::OkStatus();
    if (!has_header_) return ReadHeader(row);
    if (absl::StartsWith(row.cell(0), "#")) return absl::OkStatus();  // HXL tags
    FeedRow out;
    const absl::Status status = FillRow(row, &out);
    if (!status.ok()) return sink_->Refuse(Refusal(row.line, "", status, RawCells(row)));
    out.line = row.line;
    return sink_->Accept(std::move(out));
  }

  absl::Status Finish() const {
    return has_header_ ? absl::OkStatus() : NoHeader(document_, "date,admin1,admin2,market,...");
  }

 private:
  absl::Status ReadHeader(const TableRow& row) {
    const Columns columns(row);
    for (size_t i = 0; i < kFieldCount; ++i) {
      columns_[i] = columns.Find({kNames[i]});
      if (i < kRequiredCount && !columns_[i].has_value()) {
        return NoHeader(document_, absl::StrCat("date, admin1, ..., priceflag, pricetype, "
                                                "currency, price; there is no ",
                                                kNames[i]));
      }
    }
    if (file_country_ == nullptr && !columns_[kCountry].has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat(document_.name,
                       ": which country? Expected the name "
                       "wfp_food_prices_{iso3}.csv or a column countryiso3"));
    }
    has_header_ = true;
    return absl::OkStatus();
  }

  absl::Status FillRow(const TableRow& cells, FeedRow* row) {
    const auto cell = [&](Field field) { return TrimText(CellOf(cells, columns_[field])); };
    if (absl::EqualsIgnoreCase(cell(kFlag), "forecast")) {
      return absl::InvalidArgumentError("priceflag is forecast, which is not an observation");
    }
    GLUTWATCH_RETURN_IF_ERROR(RequireText("market", cell(kMarket), "a market's name"));
    GLUTWATCH_RETURN_IF_ERROR(RequireText("commodity", cell(kCommodity), "a commodity's name"));
    GLUTWATCH_RETURN_IF_ERROR(RequireText("unit", cell(kUnit), "a unit such as KG"));
    GLUTWATCH_RETURN_IF_ERROR(RequireText("currency", cell(kCurrency), "a code such as KES"));
    GLUTWATCH_RETURN_IF_ERROR(ReadDate("date", cell(kDate), {}, &row->day));
    GLUTWATCH_RETURN_IF_ERROR(
        ReadNumber("price", cell(kPrice), {.round_to_e4 = true}, &row->modal_e4));
    const absl::string_view kind = KindOf(cell(kType));
    if (kind.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("column pricetype: is \"", cell(kType),
                       "\", expected Retail, Wholesale, Farm Gate or Producer"));
    }
    const WfpCountry* country =
        columns_[kCountry].has_value() ? FindWfpCountry(cell(kCountry)) : file_country_;
    if (country == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("column countryiso3: is \"", cell(kCountry),
                                                     "\", expected a country such as KEN"));
    }
    row->market = Market(*country, kind, cell(kAdmin1), cell(kAdmin2), cell(kMarket),
                         Degrees(cell(kLatitude), 90), Degrees(cell(kLongitude), 180));
    row->product = std::string(cell(kCommodity));
    row->product_en = row->product;
    row->category = std::string(cell(kCategory));
    row->currency = std::string(cell(kCurrency));
    row->unit = std::string(cell(kUnit));
    SettleZeros(row);
    return absl::OkStatus();
  }

  std::shared_ptr<const FeedMarket> Market(const WfpCountry& country, absl::string_view kind,
                                           absl::string_view admin1, absl::string_view admin2,
                                           absl::string_view name, std::optional<double> latitude,
                                           std::optional<double> longitude) {
    key_ = absl::StrCat(country.iso2, "\n", kind, "\n", admin1, "\n", admin2, "\n", name);
    std::shared_ptr<const FeedMarket>& known = markets_[key_];
    if (known != nullptr) return known;
    auto market = std::make_shared<FeedMarket>();
    market->id = Slug(absl::StrCat(country.iso2, "-", admin1, "-", name, "-", kind));
    market->name = std::string(name);
    market->kind = std::string(kind);
    market->time_zone = std::string(country.time_zone);
    market->regions = WfpRegions(country, admin1, admin2);
    if (latitude.has_value() && longitude.has_value()) {
      market->latitude = latitude;
      market->longitude = longitude;
    }
    known = market;
    return known;
  }

  const FeedDocument& document_;
  RowSink* const sink_;
  const WfpCountry* const file_country_;
  bool has_header_ = false;
  std::array<std::optional<size_t>, kFieldCount> columns_;
  std::string key_;
  std::map<std::string, std::shared_ptr<const FeedMarket>> markets_;
};

class WfpFeed final : public Feed {
 public:
  absl::string_view name() const override { return "wfp"; }

  absl::Status Read(const FeedDocument& document, RowSink* sink) const override {
    WfpReader reader(document, sink);
    GLUTWATCH_RETURN_IF_ERROR(ReadTable(
        document, [&](absl::string_view, const TableRow& row) { return reader.OnRow(row); }));
    return reader.Finish();
  }
};

}  // namespace

std::unique_ptr<Feed> MakeWfpFeed() { return std::make_unique<WfpFeed>(); }

}  // namespace glutwatch::ingest
