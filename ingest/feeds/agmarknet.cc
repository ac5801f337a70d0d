#include "ingest/feeds/agmarknet.h"

#include <array>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/decimal.h"
#include "base/status_macros.h"
#include "ingest/feeds/india_places.h"
#include "ingest/json_reader.h"
#include "sheet/columns.h"
#include "sheet/row_parts.h"
#include "sheet/table_document.h"
#include "sheet/text_encoding.h"

namespace glutwatch::ingest {
namespace {

using sheet::HeadingKey;
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
using sheet::Slug;
using sheet::TableRow;
using sheet::TrimText;

// Lines that may stand above the portal's header.
constexpr int kMaxTitleRows = 20;
constexpr int64_t kKgPerTonne = 1000;

// "Min_x0020_Price", "Min Price (Rs./Quintal)" and "min_price" -> "minprice".
std::string FieldKey(absl::string_view name) {
  std::string key = absl::StrReplaceAll(HeadingKey(name), {{"_x0020_", ""}, {"_", ""}});
  return key.substr(0, key.find('('));
}

enum Field {
  kState,
  kDistrict,
  kMarket,
  kCommodity,
  kVariety,
  kGrade,
  kDate,
  kMin,
  kMax,
  kModal,
  kArrivals,
  kUnit,
  kFieldCount
};
struct FieldName {
  absl::string_view key;
  Field field;
};
constexpr FieldName kFieldNames[] = {
    {"state", kState},         {"statename", kState},
    {"district", kDistrict},   {"districtname", kDistrict},
    {"market", kMarket},       {"marketname", kMarket},
    {"commodity", kCommodity}, {"commodityslug", kCommodity},
    {"variety", kVariety},     {"grade", kGrade},
    {"arrivaldate", kDate},    {"reporteddate", kDate},
    {"pricedate", kDate},      {"date", kDate},
    {"minprice", kMin},        {"maxprice", kMax},
    {"modalprice", kModal},    {"arrivals", kArrivals},
    {"unit", kUnit},
};
constexpr absl::string_view kMessageNames[kFieldCount] = {
    "state",        "district",  "market",    "commodity",   "variety",  "grade",
    "arrival_date", "min_price", "max_price", "modal_price", "arrivals", "unit"};

Field FieldOf(absl::string_view name) {
  const std::string key = FieldKey(name);
  for (const FieldName& known : kFieldNames) {
    if (known.key == key) return known.field;
  }
  return kFieldCount;
}

// One row's cells by field.
using Cells = std::array<absl::string_view, kFieldCount>;

// "Rs/quintal", "Rs./Quintal" and "" -> "quintal"; another unit stays what it is.
std::string UnitOf(absl::string_view cell) {
  cell = TrimText(cell);
  const size_t slash = cell.rfind('/');
  const absl::string_view unit =
      slash == absl::string_view::npos ? cell : TrimText(cell.substr(slash + 1));
  return unit.empty() || absl::EqualsIgnoreCase(unit, "quintal") ? "quintal" : std::string(unit);
}

std::string Join(absl::string_view variety, absl::string_view grade) {
  variety = TrimText(variety);
  grade = TrimText(grade);
  return absl::StrCat(variety, variety.empty() || grade.empty() ? "" : "/", grade);
}

class AgmarknetReader {
 public:
  explicit AgmarknetReader(RowSink* sink) : sink_(sink) {}

  absl::Status Deliver(int64_t line, absl::string_view sheet, const Cells& cells,
                       absl::FunctionRef<std::string()> raw) {
    FeedRow row;
    const absl::Status status = FillRow(cells, &row);
    if (!status.ok()) return sink_->Refuse(Refusal(line, sheet, status, raw()));
    row.line = line;
    row.sheet = std::string(sheet);
    return sink_->Accept(std::move(row));
  }

 private:
  absl::Status FillRow(const Cells& cells, FeedRow* row) {
    const auto number = [&](Field field, std::optional<int64_t>* value) {
      return ReadNumber(kMessageNames[field], cells[field], {}, value);
    };
    GLUTWATCH_RETURN_IF_ERROR(RequireText("market", cells[kMarket], "a market's name"));
    GLUTWATCH_RETURN_IF_ERROR(RequireText("commodity", cells[kCommodity], "a commodity's name"));
    GLUTWATCH_RETURN_IF_ERROR(ReadDate("arrival_date", cells[kDate], {}, &row->day));
    GLUTWATCH_RETURN_IF_ERROR(number(kMin, &row->low_e4));
    GLUTWATCH_RETURN_IF_ERROR(number(kModal, &row->modal_e4));
    GLUTWATCH_RETURN_IF_ERROR(number(kMax, &row->high_e4));
    GLUTWATCH_RETURN_IF_ERROR(number(kArrivals, &row->arrivals_e4));
    if (row->arrivals_e4.has_value()) {
      if (*row->arrivals_e4 > kMaxE4 / kKgPerTonne) {
        return absl::InvalidArgumentError("column arrivals: expected less than 10^9 tonnes");
      }
      *row->arrivals_e4 *= kKgPerTonne;
      row->arrivals_unit = "kg";
    }
    row->market = Market(cells[kState], cells[kDistrict], cells[kMarket]);
    row->product = std::string(TrimText(cells[kCommodity]));
    row->product_en = row->product;
    row->grade = Join(cells[kVariety], cells[kGrade]);
    row->currency = "INR";
    row->unit = UnitOf(cells[kUnit]);
    // See the header: this zero contradicts the row and is not for us to interpret.
    const bool zero_max = row->high_e4 == 0 && row->low_e4.value_or(0) > 0;
    if (!zero_max) SettleZeros(row);
    return absl::OkStatus();
  }

  std::shared_ptr<const FeedMarket> Market(absl::string_view state, absl::string_view district,
                                           absl::string_view name) {
    key_ = absl::StrCat(state, "\n", district, "\n", name);
    std::shared_ptr<const FeedMarket>& known = markets_[key_];
    if (known != nullptr) return known;
    auto market = std::make_shared<FeedMarket>();
    market->regions = IndianRegions(state, district);
    market->name = absl::StrReplaceAll(TrimText(name), {{" )", ")"}});
    market->id = Slug(absl::StrCat(market->regions.back().code, "-", market->name));
    market->kind = "wholesale";
    market->time_zone = "Asia/Kolkata";
    known = market;
    return known;
  }

  RowSink* const sink_;
  std::string key_;
  std::map<std::string, std::shared_ptr<const FeedMarket>> markets_;
};

class AgmarknetFeed final : public Feed {
 public:
  absl::string_view name() const override { return "agmarknet"; }

  absl::Status Read(const FeedDocument& document, RowSink* sink) const override {
    return LooksLikeJson(document) ? ReadRecords(document, sink) : ReadReport(document, sink);
  }

 private:
  static absl::Status ReadRecords(const FeedDocument& document, RowSink* sink) {
    AgmarknetReader reader(sink);
    return ReadJson(
        document.name, document.content, {"records"},
        [](const JsonRecord&) { return absl::OkStatus(); },
        [&](int64_t number, const JsonRecord& record) {
          Cells cells;
          for (size_t i = 0; i < record.size(); ++i) {
            const Field field = FieldOf(record.key(i));
            if (field != kFieldCount) cells[field] = record.value(i);
          }
          return reader.Deliver(number, "", cells, [&] { return record.Raw(); });
        });
  }

  static absl::Status ReadReport(const FeedDocument& document, RowSink* sink) {
    AgmarknetReader reader(sink);
    std::vector<Field> fields;  // of each column; empty until the header was found
    int titles = 0;
    const absl::string_view expected = "market,commodity,date,min_price,max_price,modal_price";
    const auto on_row = [&](absl::string_view sheet, const TableRow& row) -> absl::Status {
      if (IsBlank(row)) return absl::OkStatus();
      if (fields.empty()) {
        Cells seen;
        for (const absl::string_view cell : row.cells) {
          fields.push_back(FieldOf(cell));
          if (fields.back() != kFieldCount) seen[fields.back()] = "seen";
        }
        if (seen[kMarket].empty() || seen[kCommodity].empty() || seen[kDate].empty() ||
            seen[kModal].empty()) {
          fields.clear();
          return ++titles > kMaxTitleRows ? NoHeader(document, expected) : absl::OkStatus();
        }
        return absl::OkStatus();
      }
      Cells cells;
      for (size_t i = 0; i < fields.size(); ++i) {
        if (fields[i] != kFieldCount) cells[fields[i]] = row.cell(i);
      }
      return reader.Deliver(row.line, sheet, cells, [&] { return RawCells(row); });
    };
    GLUTWATCH_RETURN_IF_ERROR(ReadTable(document, on_row));
    return fields.empty() ? NoHeader(document, expected) : absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<Feed> MakeAgmarknetFeed() { return std::make_unique<AgmarknetFeed>(); }

}  // namespace glutwatch::ingest
