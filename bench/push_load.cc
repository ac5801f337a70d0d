#include "bench/push_load.h"

#include <grpcpp/channel.h>

#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "client/channel.h"
#include "client/push_stream.h"
#include "client/status.h"

namespace glutwatch::bench {
namespace {

constexpr int64_t kE4PerFen = 100;
constexpr int64_t kE4PerTenth = 1000;
constexpr int kLowModalHighArrivals = 15;
constexpr absl::Duration kPatience = absl::Minutes(10);
constexpr int32_t kNotNamed = -1;

// GB/T 2260 codes of provinces: the markets are spread over them.
constexpr const char* kProvinces[] = {
    "110000", "120000", "130000", "140000", "150000", "210000", "220000", "230000",
    "310000", "320000", "330000", "340000", "350000", "360000", "370000", "410000",
    "420000", "430000", "440000", "450000", "460000", "500000", "510000", "520000",
    "530000", "540000", "610000", "620000", "630000", "640000", "650000"};

v1::MarketSpec MarketOf(uint32_t number) {
  const std::string code = kProvinces[number % std::size(kProvinces)];
  v1::MarketSpec spec;
  v1::Market* market = spec.mutable_market();
  market->set_name(MarketName(number));
  market->set_region(absl::StrCat("regions/", code));
  market->set_kind(v1::MARKET_KIND_WHOLESALE);
  market->set_display_name(absl::StrCat("Market ", number));
  market->set_time_zone("Asia/Shanghai");
  v1::Region* country = spec.add_regions();
  country->set_name("regions/CN");
  country->set_code_system("ISO 3166");
  country->set_display_name("中国");
  v1::Region* province = spec.add_regions();
  province->set_name(market->region());
  province->set_parent(country->name());
  province->set_code_system("GB/T 2260");
  province->set_display_name(code);
  return spec;
}

v1::SeriesSpec SeriesOf(const FeedShape& shape, uint32_t series, int32_t market_index) {
  v1::SeriesSpec spec;
  spec.set_market_index(market_index);
  spec.set_product(absl::StrFormat("bench-%04d", series % shape.products));
  spec.set_category("vegetable");
  spec.set_currency_code("CNY");
  spec.set_unit("kg");
  spec.set_arrivals_unit("t");
  return spec;
}

// What one stream sends: its dictionary, and its batches with how much of the dictionary each
// needs.
class StreamLoad {
 public:
  struct Entry {
    v1::ObservationBatch batch;
    size_t series_needed = 0;
  };

  explicit StreamLoad(const FeedShape& shape)
      : shape_(shape),
        market_indexes_(shape.markets, kNotNamed),
        series_indexes_(shape.series(), kNotNamed) {}

  void AddBatch(std::string id, absl::Span<const FeedRow> rows) {
    Entry entry;
    entry.batch =
        MakeBatch(std::move(id), rows, [this](const FeedRow& row) { return IndexOf(row); });
    entry.series_needed = series_.size();
    batches_.push_back(std::move(entry));
  }

  // Those that are not sent yet, to be taken from the front.
  std::deque<Entry>& batches() { return batches_; }
  const std::vector<v1::MarketSpec>& markets() const { return markets_; }
  const std::vector<v1::SeriesSpec>& series() const { return series_; }

 private:
  int32_t IndexOf(const FeedRow& row) {
    int32_t& index = series_indexes_[shape_.SeriesOf(row)];
    if (index != kNotNamed) return index;
    int32_t& market = market_indexes_[row.market];
    if (market == kNotNamed) {
      market = static_cast<int32_t>(markets_.size());
      markets_.push_back(MarketOf(row.market));
    }
    index = static_cast<int32_t>(series_.size());
    series_.push_back(SeriesOf(shape_, shape_.SeriesOf(row), market));
    return index;
  }

  const FeedShape shape_;
  std::vector<int32_t> market_indexes_;  // by the feed's market
  std::vector<int32_t> series_indexes_;  // by the feed's series
  std::vector<v1::MarketSpec> markets_;
  std::vector<v1::SeriesSpec> series_;
  std::deque<Entry> batches_;
};

// One connection and what it still has to send.
class Lane {
 public:
  Lane(std::unique_ptr<client::PushStream> stream, const FeedShape& shape)
      : stream_(std::move(stream)), load_(shape) {}

  StreamLoad* load() { return &load_; }

  absl::Status Push(size_t batches) {
    std::deque<StreamLoad::Entry>& prepared = load_.batches();
    for (; batches > 0 && !prepared.empty(); --batches, prepared.pop_front()) {
      StreamLoad::Entry& entry = prepared.front();
      Name(entry.series_needed);
      const absl::Time sent = absl::Now();
      const int64_t rows = entry.batch.series_indexes_size();
      GLUTWATCH_RETURN_IF_ERROR(stream_->Send(
          std::move(entry.batch), [this, sent, rows](const v1::PushObservationsResponse& answer) {
            Take(answer, rows, absl::Now() - sent);
          }));
    }
    GLUTWATCH_RETURN_IF_ERROR(stream_->Flush(kPatience));
    MutexLock lock(&mu_);
    return failure_;
  }

  // What was answered since the last call.
  PushResult TakeResult() {
    MutexLock lock(&mu_);
    return std::exchange(result_, {});
  }

 private:
  void Name(size_t series_needed) {
    for (; named_ < series_needed; ++named_) {
      const v1::SeriesSpec& series = load_.series()[named_];
      while (markets_named_ <= series.market_index()) {
        stream_->AddMarket(load_.markets()[static_cast<size_t>(markets_named_++)]);
      }
      if (goods_.find(series.product()) == goods_.end()) {
        goods_[series.product()] = stream_->AddGoods(series);
      }
      stream_->AddSeries(series.market_index(), goods_[series.product()]);
    }
  }

  void Take(const v1::PushObservationsResponse& answer, int64_t rows, absl::Duration after) {
    absl::Status status = client::FromProto(answer.status());
    const int64_t kept = answer.accepted_count() + answer.suspicious_count();
    if (status.ok() && kept != rows) {
      status = absl::FailedPreconditionError(absl::StrCat(
          "batch ", answer.batch_id(), ": ", kept, " of ", rows, " rows kept, ",
          answer.refused_count(), " refused, ", answer.duplicate_count(), " duplicate",
          answer.rows().empty() ? "" : absl::StrCat("; first: ", answer.rows(0).message())));
    }
    MutexLock lock(&mu_);
    if (failure_.ok()) failure_ = status;
    result_.rows += kept;
    result_.suspicious += answer.suspicious_count();
    result_.answer_ms.push_back(absl::ToDoubleMilliseconds(after));
  }

  const std::unique_ptr<client::PushStream> stream_;
  StreamLoad load_;
  size_t named_ = 0;
  std::map<std::string, int32_t> goods_;  // by product
  int32_t markets_named_ = 0;
  Mutex mu_;
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  PushResult result_ ABSL_GUARDED_BY(mu_);
};

class PusherImpl final : public Pusher {
 public:
  PusherImpl(std::vector<std::unique_ptr<Lane>> lanes, const PushSettings& settings)
      : lanes_(std::move(lanes)), settings_(settings) {}

  void Prepare(absl::Span<const FeedRow> rows) override {
    for (size_t begin = 0; begin < rows.size(); begin += settings_.rows_per_batch, ++batches_) {
      lanes_[batches_ % lanes_.size()]->load()->AddBatch(
          absl::StrCat(settings_.source, "-", batches_),
          rows.subspan(begin, settings_.rows_per_batch));
    }
  }

  absl::StatusOr<PushResult> Push(size_t batches) override {
    std::vector<absl::Status> statuses(lanes_.size());
    const absl::Time begin = absl::Now();
    std::vector<std::thread> threads;
    for (size_t i = 1; i < lanes_.size(); ++i) {
      threads.emplace_back([&, i] { statuses[i] = lanes_[i]->Push(batches); });
    }
    statuses[0] = lanes_[0]->Push(batches);
    for (std::thread& thread : threads) thread.join();
    const absl::Duration took = absl::Now() - begin;
    PushResult all;
    for (size_t i = 0; i < lanes_.size(); ++i) {
      GLUTWATCH_RETURN_IF_ERROR(statuses[i]);
      const PushResult one = lanes_[i]->TakeResult();
      all.rows += one.rows;
      all.suspicious += one.suspicious;
      all.answer_ms.insert(all.answer_ms.end(), one.answer_ms.begin(), one.answer_ms.end());
    }
    all.seconds = absl::ToDoubleSeconds(took);
    return all;
  }

 private:
  const std::vector<std::unique_ptr<Lane>> lanes_;  // at least one
  const PushSettings settings_;
  size_t batches_ = 0;
};

}  // namespace

std::string MarketName(uint32_t market) { return absl::StrFormat("markets/bench-%04d", market); }
std::string ProductName(uint32_t product) {
  return absl::StrFormat("products/bench-%04d", product);
}

v1::ObservationBatch MakeBatch(std::string id, absl::Span<const FeedRow> rows,
                               absl::FunctionRef<int32_t(const FeedRow&)> index_of) {
  v1::ObservationBatch batch;
  const int count = static_cast<int>(rows.size());
  batch.set_batch_id(std::move(id));
  batch.mutable_series_indexes()->Reserve(count);
  batch.mutable_market_days()->Reserve(count);
  batch.mutable_presences()->Resize(count, kLowModalHighArrivals);
  batch.mutable_low_prices_e4()->Reserve(count);
  batch.mutable_modal_prices_e4()->Reserve(count);
  batch.mutable_high_prices_e4()->Reserve(count);
  batch.mutable_arrivals_e4()->Reserve(count);
  for (const FeedRow& row : rows) {
    batch.add_series_indexes(index_of(row));
    batch.add_market_days(row.day);
    batch.add_low_prices_e4(row.low_fen * kE4PerFen);
    batch.add_modal_prices_e4(row.average_fen * kE4PerFen);
    batch.add_high_prices_e4(row.high_fen * kE4PerFen);
    batch.add_arrivals_e4(row.arrivals_tenths * kE4PerTenth);
  }
  return batch;
}

absl::StatusOr<std::unique_ptr<Pusher>> Pusher::Open(const std::string& address,
                                                     const FeedShape& shape,
                                                     const PushSettings& settings) {
  client::PushOptions options;
  options.source = settings.source;
  options.create_missing = true;
  options.max_in_flight = settings.in_flight;
  options.give_up_after = kPatience;
  std::vector<std::unique_ptr<Lane>> lanes;
  for (int i = 0; i < settings.streams; ++i) {
    // A channel each, and with it a connection each.
    const auto channel = client::OpenChannel(address);
    client::AwaitConnection(channel.get(), [] { return false; });
    GLUTWATCH_ASSIGN_OR_RETURN(auto stream, client::PushStream::Create(channel, options));
    lanes.push_back(std::make_unique<Lane>(std::move(stream), shape));
  }
  return std::unique_ptr<Pusher>(new PusherImpl(std::move(lanes), settings));
}

}  // namespace glutwatch::bench
