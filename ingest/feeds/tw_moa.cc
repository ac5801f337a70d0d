#include "ingest/feeds/tw_moa.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "ingest/feeds/taiwan_markets.h"
#include "ingest/json_reader.h"
#include "sheet/row_parts.h"
#include "sheet/text_encoding.h"

namespace glutwatch::ingest {
namespace {

using sheet::DateOptions;
using sheet::ReadDate;
using sheet::ReadNumber;
using sheet::Refusal;
using sheet::RequireText;
using sheet::SettleZeros;
using sheet::TrimText;

constexpr DateOptions kDates = {.roc_years = true};

struct Keys {
  absl::string_view date, type, crop_code, crop, market_code, market, high, low, modal, arrivals;
};
constexpr Keys kKeys = {"TransDate",  "TcType",      "CropCode",    "CropName",  "MarketCode",
                        "MarketName", "Upper_Price", "Lower_Price", "Avg_Price", "Trans_Quantity"};
constexpr Keys kOldKeys = {"交易日期", "種類代碼", "作物代號", "作物名稱", "市場代號",
                           "市場名稱", "上價",     "下價",     "平均價",   "交易量"};

bool IsClosure(absl::string_view crop_code, absl::string_view crop) {
  return crop_code == "-" || crop_code == "rest" || crop == "休市";
}

absl::string_view Category(absl::string_view type, bool fish) {
  if (fish) return "漁產";
  if (type == "N04") return "蔬菜";
  if (type == "N05") return "水果";
  if (type == "N06") return "花卉";
  return type;
}

class TwMoaReader {
 public:
  explicit TwMoaReader(RowSink* sink) : sink_(sink) {}

  absl::Status Deliver(int64_t number, const JsonRecord& record) {
    FeedRow row;
    const absl::Status status = FillRow(record, &row);
    if (!status.ok()) return sink_->Refuse(Refusal(number, "", status, record.Raw()));
    row.line = number;
    return sink_->Accept(std::move(row));
  }

 private:
  absl::Status FillRow(const JsonRecord& record, FeedRow* row) {
    const Keys& keys = record.Find(kOldKeys.date) != nullptr ? kOldKeys : kKeys;
    const absl::string_view market = TrimText(record.Get(keys.market));
    const absl::string_view market_code = TrimText(record.Get(keys.market_code));
    const absl::string_view crop = TrimText(record.Get(keys.crop));
    const absl::string_view crop_code = TrimText(record.Get(keys.crop_code));
    GLUTWATCH_RETURN_IF_ERROR(RequireText(keys.market, market, "a market's name"));
    GLUTWATCH_RETURN_IF_ERROR(RequireText(keys.crop, crop, "a crop's name"));
    GLUTWATCH_RETURN_IF_ERROR(ReadDate(keys.date, record.Get(keys.date), kDates, &row->day));
    row->market = Market(market_code, market);
    row->currency = "TWD";
    row->unit = "kg";
    if (IsClosure(crop_code, crop)) {
      row->product = kAllProducts;
      row->status = DayStatus::kClosed;
      return absl::OkStatus();
    }
    const bool fish = market_code.empty();
    row->product = std::string(crop);
    row->category = std::string(Category(TrimText(record.Get(keys.type)), fish));
    if (crop == "其他") row->grade = std::string(crop_code);
    return FillFigures(keys, record, row);
  }

  static absl::Status FillFigures(const Keys& keys, const JsonRecord& record, FeedRow* row) {
    GLUTWATCH_RETURN_IF_ERROR(ReadNumber(keys.low, record.Get(keys.low), {}, &row->low_e4));
    GLUTWATCH_RETURN_IF_ERROR(ReadNumber(keys.modal, record.Get(keys.modal), {}, &row->modal_e4));
    GLUTWATCH_RETURN_IF_ERROR(ReadNumber(keys.high, record.Get(keys.high), {}, &row->high_e4));
    GLUTWATCH_RETURN_IF_ERROR(
        ReadNumber(keys.arrivals, record.Get(keys.arrivals), {}, &row->arrivals_e4));
    row->arrivals_unit = "kg";
    if (row->modal_e4.value_or(0) == 0) {
      row->status = DayStatus::kNotReported;
      row->low_e4.reset();
      row->modal_e4.reset();
      row->high_e4.reset();
    }
    SettleZeros(row);
    return absl::OkStatus();
  }

  std::shared_ptr<const FeedMarket> Market(absl::string_view code, absl::string_view name) {
    std::shared_ptr<const FeedMarket>& market = markets_[{std::string(code), std::string(name)}];
    if (market == nullptr) market = MakeTaiwanMarket(code, name);
    return market;
  }

  RowSink* const sink_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const FeedMarket>> markets_;
};

class TwMoaFeed final : public Feed {
 public:
  absl::string_view name() const override { return "tw_moa"; }

  absl::Status Read(const FeedDocument& document, RowSink* sink) const override {
    bool more = false;
    int64_t rows = 0;
    TwMoaReader reader(sink);
    GLUTWATCH_RETURN_IF_ERROR(ReadJson(
        document.name, document.content, {"Data"},
        [&](const JsonRecord& envelope) -> absl::Status {
          more = envelope.Get("Next") == "true";
          const std::string* answer = envelope.Find("RS");
          if (answer == nullptr || *answer == "OK") return absl::OkStatus();
          return absl::InvalidArgumentError(
              absl::StrCat(document.name, ": RS is \"", *answer, "\", expected \"OK\""));
        },
        [&](int64_t number, const JsonRecord& record) {
          ++rows;
          return reader.Deliver(number, record);
        }));
    if (more && !document.is_page) {
      sink->Note(absl::StrCat(document.name, ": cut off by the server after ", rows,
                              " rows (\"Next\": true): the rest is not in this document"));
    }
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<Feed> MakeTwMoaFeed() { return std::make_unique<TwMoaFeed>(); }

}  // namespace glutwatch::ingest
