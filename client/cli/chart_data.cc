#include "client/cli/chart_data.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/words.h"
#include "client/price_block.h"
#include "glutwatch/v1/assess.grpc.pb.h"
#include "glutwatch/v1/warn.grpc.pb.h"

namespace glutwatch::client {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kModalBit = 2;
constexpr int kMostNorms = 12;
constexpr int kWarningPage = 1000;

void TakeBlock(const v1::PriceBlock& block, std::map<int, double>* prices) {
  const bool viewed = block.modal_prices_size() > 0;
  for (int i = 0; i < block.row_count(); ++i) {
    const bool present = block.presences_size() == 0 || (block.presences(i) & kModalBit) != 0;
    const bool first_lot = block.lots_size() == 0 || block.lots(i) == 0;
    if (!present || !first_lot) continue;
    (*prices)[DayNumber(DayOfRow(block, i))] =
        viewed ? block.modal_prices(i) : E4ToDouble(block.modal_prices_e4(i));
  }
}

// What a price per `from` has to be multiplied with to be per `to`; nullopt if they cannot be
// compared.
std::optional<double> UnitFactor(absl::string_view from, absl::string_view to) {
  if (from == to) return 1.0;
  const absl::string_view currency = from.substr(0, from.find('/'));
  if (from != absl::StrCat(currency, "/kg")) return std::nullopt;
  if (to == absl::StrCat(currency, "/jin")) return 0.5;
  if (to == absl::StrCat(currency, "/quintal")) return 100.0;
  return std::nullopt;
}

void Resize(int days, ChartData* data) {
  data->days = days;
  for (auto* values : {&data->price, &data->norm, &data->median, &data->low80, &data->high80,
                       &data->low95, &data->high95}) {
    values->resize(static_cast<size_t>(days), kNaN);
  }
}

}  // namespace

ChartData PriceHistory(const std::vector<v1::PriceBlock>& blocks) {
  std::map<int, double> prices;
  for (const auto& block : blocks) TakeBlock(block, &prices);
  ChartData data;
  if (prices.empty()) return data;
  data.first_day = Day{prices.begin()->first};
  Resize(prices.rbegin()->first - prices.begin()->first + 1, &data);
  for (const auto& [day, price] : prices) {
    data.price[static_cast<size_t>(Day{day} - data.first_day)] = price;
  }
  return data;
}

void AddForecast(const v1::GetForecastResponse& forecast, ChartData* data) {
  if (forecast.points_size() == 0) return;
  const Day last = DayOf(forecast.points(forecast.points_size() - 1).market_date());
  if (data->days == 0) data->first_day = DayOf(forecast.points(0).market_date());
  if (last < data->first_day) return;
  Resize(std::max(data->days, last - data->first_day + 1), data);
  for (const auto& point : forecast.points()) {
    const Day day = DayOf(point.market_date());
    if (day < data->first_day) continue;
    const auto i = static_cast<size_t>(day - data->first_day);
    data->median[i] = point.price();
    data->low80[i] = point.low80();
    data->high80[i] = point.high80();
    data->low95[i] = point.low95();
    data->high95[i] = point.high95();
    if (point.has_seasonal_norm()) data->norm[i] = point.seasonal_norm();
  }
}

absl::Status AddNorm(Context* context, const v1::Series& series, const std::string& unit,
                     ChartData* data) {
  const auto stub = v1::AssessmentService::NewStub(context->channel());
  int before = -1;
  for (int n = 0; n < kMostNorms && data->days > 0; ++n) {
    const int day = (data->days - 1) * n / (kMostNorms - 1);
    if (day == before) continue;
    v1::GetIndicatorsRequest request;
    request.set_series(series.name());
    *request.mutable_market_date() = ToDate(data->first_day + day);
    const auto got =
        Call(*stub, &v1::AssessmentService::Stub::GetIndicators, request, context->timeout);
    if (absl::IsFailedPrecondition(got.status())) continue;  // no price up to that day
    GLUTWATCH_RETURN_IF_ERROR(got.status());
    const std::optional<double> factor = UnitFactor(got->price_unit(), unit);
    if (!factor.has_value()) return absl::OkStatus();
    if (!got->indicators().has_seasonal_norm()) continue;
    const double norm = got->indicators().seasonal_norm() * *factor;
    const double start = before < 0 ? norm : data->norm[static_cast<size_t>(before)];
    const int from = before < 0 ? day : before;
    for (int i = from; i <= day; ++i) {
      const double part = day == from ? 1.0 : static_cast<double>(i - from) / (day - from);
      data->norm[static_cast<size_t>(i)] = start + (norm - start) * part;
    }
    before = day;
  }
  return absl::OkStatus();
}

absl::Status AddWarningColors(Context* context, const v1::Series& series, const NameBook& names,
                              ChartData* data) {
  const std::string region = names.RegionOfMarket(series.market());
  if (region.empty() || data->days == 0) return absl::OkStatus();
  v1::ListWarningsRequest request;
  request.mutable_filter()->set_region(region);
  request.mutable_filter()->add_products(series.product());
  request.set_page_size(kWarningPage);
  const auto stub = v1::WarningService::NewStub(context->channel());
  data->price_colors.assign(static_cast<size_t>(data->days), Color::kNone);
  return ForEachPage(
      *stub, &v1::WarningService::Stub::ListWarnings, request, context->timeout,
      [&](const v1::ListWarningsResponse& page) {
        for (const auto& warning : page.warnings()) {
          if (warning.state() == v1::WARNING_STATE_RETRACTED) continue;
          const int first = std::max(0, DayOf(warning.raised_date()) - data->first_day);
          const int end =
              warning.has_ended_date() ? DayOf(warning.ended_date()) - data->first_day : data->days;
          for (int day = first; day < std::min(end, data->days); ++day) {
            Color& color = data->price_colors[static_cast<size_t>(day)];
            color = std::max(color, LevelColor(warning.level()));
          }
        }
        return true;
      });
}

}  // namespace glutwatch::client
