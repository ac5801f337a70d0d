#include "bench/query_bench.h"

#include <grpcpp/client_context.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <numeric>
#include <random>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "base/day.h"
#include "base/status_macros.h"
#include "bench/push_load.h"
#include "client/channel.h"
#include "client/status.h"
#include "glutwatch/v1/observe.grpc.pb.h"

namespace glutwatch::bench {
namespace {

using Sum = ExpectedAnswers::Sum;

constexpr int kWarmUp = 20;
constexpr int kYear = 365;
constexpr int64_t kE4PerFen = 100;
constexpr double kFenPerYuan = 100;

google::type::Date DateOf(int32_t day) {
  const absl::CivilDay civil = ToCivil(Day{day});
  google::type::Date date;
  date.set_year(static_cast<int32_t>(civil.year()));
  date.set_month(civil.month());
  date.set_day(civil.day());
  return date;
}

class Queries {
 public:
  explicit Queries(const std::string& address)
      : channel_(client::OpenChannel(address)), stub_(v1::ObservationService::NewStub(channel_)) {
    client::AwaitConnection(channel_.get(), [] { return false; });
  }

  absl::StatusOr<Sum> LastYear(uint32_t market, uint32_t product) {
    v1::QueryObservationsRequest request;
    request.mutable_selection()->add_markets(MarketName(market));
    request.mutable_selection()->add_products(ProductName(product));
    *request.mutable_start_date() = DateOf(kLastFeedDay - kYear + 1);
    *request.mutable_end_date() = DateOf(kLastFeedDay);
    return Read(request);
  }

  absl::StatusOr<Sum> WholeProduct(uint32_t product, bool average_only) {
    v1::QueryObservationsRequest request;
    request.mutable_selection()->add_products(ProductName(product));
    if (average_only) request.add_columns(v1::PRICE_COLUMN_MODAL);
    return Read(request);
  }

  absl::StatusOr<Sum> NewestOfProduct(uint32_t product) {
    v1::LatestPricesRequest request;
    request.mutable_selection()->add_products(ProductName(product));
    grpc::ClientContext context;
    v1::LatestPricesResponse response;
    GLUTWATCH_RETURN_IF_ERROR(client::FromGrpc(stub_->LatestPrices(&context, request, &response)));
    Sum sum;
    for (const v1::LatestPrice& price : response.prices()) {
      ++sum.rows;
      sum.average_fen += price.modal_price_e4() / kE4PerFen;
    }
    return sum;
  }

  // The rows are those behind the averages.
  absl::StatusOr<Sum> DailyAverage(uint32_t product) {
    v1::AggregateObservationsRequest request;
    request.mutable_selection()->add_products(ProductName(product));
    request.set_period(v1::AGGREGATE_PERIOD_DAY);
    request.add_columns(v1::AGGREGATE_COLUMN_MEAN);
    grpc::ClientContext context;
    const auto reader = stub_->AggregateObservations(&context, request);
    Sum sum;
    double yuan = 0;
    while (reader->Read(&averages_)) {
      for (const v1::AggregateBlock& block : averages_.blocks()) {
        for (int i = 0; i < block.means_size(); ++i) {
          sum.rows += block.market_counts(i);
          yuan += block.means(i) * static_cast<double>(block.market_counts(i));
        }
      }
    }
    GLUTWATCH_RETURN_IF_ERROR(client::FromGrpc(reader->Finish()));
    sum.average_fen = std::llround(yuan * kFenPerYuan);
    return sum;
  }

 private:
  absl::StatusOr<Sum> Read(const v1::QueryObservationsRequest& request) {
    grpc::ClientContext context;
    const auto reader = stub_->QueryObservations(&context, request);
    Sum sum;
    while (reader->Read(&response_)) {
      for (const v1::PriceBlock& block : response_.blocks()) {
        const auto& prices = block.modal_prices_e4();
        sum.rows += prices.size();
        sum.average_fen += std::accumulate(prices.begin(), prices.end(), int64_t{0}) / kE4PerFen;
      }
    }
    GLUTWATCH_RETURN_IF_ERROR(client::FromGrpc(reader->Finish()));
    return sum;
  }

  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::ObservationService::Stub> stub_;
  v1::AggregateObservationsResponse averages_;
  v1::QueryObservationsResponse response_;
};

// Asks for random markets and products and compares each answer.
absl::Status Time(const std::string& work, int times, const FeedShape& shape,
                  const std::function<absl::StatusOr<Sum>(uint32_t, uint32_t)>& ask,
                  const std::function<Sum(uint32_t, uint32_t)>& expect, Figures* figures) {
  std::mt19937 random(7);
  std::vector<double> ms;
  for (int i = -kWarmUp; i < times; ++i) {
    const auto market = static_cast<uint32_t>(random() % shape.markets);
    const auto product = static_cast<uint32_t>(random() % shape.products);
    const absl::Time begin = absl::Now();
    const auto answer = ask(market, product);
    const absl::Duration took = absl::Now() - begin;
    GLUTWATCH_RETURN_IF_ERROR(answer.status());
    const Sum want = expect(market, product);
    if (answer->rows != want.rows || answer->average_fen != want.average_fen) {
      return absl::FailedPreconditionError(
          absl::StrCat(work, ": market ", market, ", product ", product, ": ", answer->rows,
                       " rows that add up to ", answer->average_fen, " fen, expected ", want.rows,
                       " and ", want.average_fen));
    }
    if (i >= 0) ms.push_back(absl::ToDoubleMilliseconds(took));
  }
  figures->Add(work, "p50_ms", Percentile(ms, 0.5));
  figures->Add(work, "p99_ms", Percentile(ms, 0.99));
  std::fprintf(stderr, "%-24s p50 %.3f ms  p99 %.3f ms\n", work.c_str(), Percentile(ms, 0.5),
               Percentile(ms, 0.99));
  return absl::OkStatus();
}

}  // namespace

ExpectedAnswers::ExpectedAnswers(const FeedShape& shape)
    : shape_(shape), last_year_(shape.series()), whole_(shape.series()), newest_(shape.series()) {
  ForEachRow(shape, FeedOrder::kBySeries, [this](const FeedRow& row) {
    const auto add = [&row](Sum* sum) {
      ++sum->rows;
      sum->average_fen += row.average_fen;
    };
    const uint32_t series = shape_.SeriesOf(row);
    add(&whole_[series]);
    if (row.day > kLastFeedDay - kYear) add(&last_year_[series]);
    newest_[series] = {1, row.average_fen};
  });
}

Sum ExpectedAnswers::LastYear(uint32_t market, uint32_t product) const {
  return last_year_[market * shape_.products + product];
}

Sum ExpectedAnswers::WholeProduct(uint32_t product) const {
  Sum sum;
  for (uint32_t s = product; s < shape_.series(); s += shape_.products) {
    sum.rows += whole_[s].rows;
    sum.average_fen += whole_[s].average_fen;
  }
  return sum;
}

Sum ExpectedAnswers::NewestOfProduct(uint32_t product) const {
  Sum sum;
  for (uint32_t s = product; s < shape_.series(); s += shape_.products) {
    sum.rows += newest_[s].rows;
    sum.average_fen += newest_[s].average_fen;
  }
  return sum;
}

absl::Status RunQueries(const std::string& address, const ExpectedAnswers& expected, int times,
                        Figures* figures) {
  Queries queries(address);
  const FeedShape& shape = expected.shape();
  GLUTWATCH_RETURN_IF_ERROR(Time(
      "query_a", times, shape,
      [&](uint32_t market, uint32_t product) { return queries.LastYear(market, product); },
      [&](uint32_t market, uint32_t product) { return expected.LastYear(market, product); },
      figures));
  GLUTWATCH_RETURN_IF_ERROR(Time(
      "query_b", times, shape,
      [&](uint32_t, uint32_t product) { return queries.WholeProduct(product, true); },
      [&](uint32_t, uint32_t product) { return expected.WholeProduct(product); }, figures));
  GLUTWATCH_RETURN_IF_ERROR(Time(
      "query_b_all", times, shape,
      [&](uint32_t, uint32_t product) { return queries.WholeProduct(product, false); },
      [&](uint32_t, uint32_t product) { return expected.WholeProduct(product); }, figures));
  GLUTWATCH_RETURN_IF_ERROR(Time(
      "query_c", times, shape,
      [&](uint32_t, uint32_t product) { return queries.NewestOfProduct(product); },
      [&](uint32_t, uint32_t product) { return expected.NewestOfProduct(product); }, figures));
  return Time(
      "query_d", times, shape,
      [&](uint32_t, uint32_t product) { return queries.DailyAverage(product); },
      [&](uint32_t, uint32_t product) { return expected.WholeProduct(product); }, figures);
}

}  // namespace glutwatch::bench
