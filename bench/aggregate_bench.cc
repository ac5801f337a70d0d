// How long an aggregation takes: in process, and through gRPC from a client in the same process.
// One iteration is one request: one product after the other, in all markets over all days (100,000
// rows by default).
//
// usage: aggregate_bench [folder] [markets] [products] [days]
//   BACKFILL: `markets` (100) x `products` (50) series x `days` (1,000), folded, read warm
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "server/observe/aggregation.h"
#include "server/rpc/observation_service.h"

namespace glutwatch {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr size_t kBatchRows = 10'000;
constexpr int kFirstDay = 19'724;  // 2024-01-02
constexpr int kWarmUp = 20;
constexpr int kIterations = 300;

void OrDie(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}
template <typename T>
T OrDie(absl::StatusOr<T> value) {
  OrDie(value.status());
  return *std::move(value);
}

// Prints the median and the 99th percentile of `run`, and the median per row.
void Time(const char* name, int64_t rows, const std::function<void()>& run) {
  std::vector<double> us;
  for (int i = 0; i < kWarmUp + kIterations; ++i) {
    const auto start = SteadyClock::now();
    run();
    const std::chrono::duration<double, std::micro> took = SteadyClock::now() - start;
    if (i >= kWarmUp) us.push_back(took.count());
  }
  std::sort(us.begin(), us.end());
  const double median = us[us.size() / 2];
  std::printf("%-44s p50 %8.0f us  p99 %8.0f us  %6.1f ns/row\n", name, median,
              us[us.size() * 99 / 100], median * 1e3 / static_cast<double>(rows));
}

// A store with the data, and the service over it.
class Bench {
 public:
  Bench(const std::string& folder, int markets, int products, int days)
      : folder_(folder), markets_(markets), products_(products), days_(days) {
    std::filesystem::remove_all(folder_);
    storage::DatabaseOptions options;
    options.path = folder_;
    database_ = OrDie(storage::Database::Open(options));
    catalog_ = OrDie(catalog::Catalog::Open(database_.get(), &clock_));
    registry_ = OrDie(catalog::SeriesRegistry::Open(database_.get(), catalog_.get()));
    store_ = OrDie(storage::PriceStore::Open(database_.get(), &clock_, {}));
    Load();
  }
  ~Bench() {
    store_.reset();
    registry_.reset();
    catalog_.reset();
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  int64_t rows() const { return int64_t{markets_} * days_; }

  // One product's prices as the store gives them: what an aggregation cannot be faster than.
  void Read(storage::ColumnSet columns) {
    const auto ids = OrDie(registry_->Select({.products = {NextProduct()}}, {}, 1'000'000));
    int64_t seen = 0;
    OrDie(store_->ReadManyColumns(ids, kMinDay, kMaxDay, storage::PriceStore::kNow, columns,
                                  &scratch_, [&](size_t, const storage::PriceColumns& rows) {
                                    seen += static_cast<int64_t>(rows.rows());
                                    return true;
                                  }));
    if (seen != rows()) std::exit(2);
  }

  // Which series, in which groups and units.
  void Plan() {
    const auto plan = OrDie(observe::PlanAggregation({.selection = {.products = {NextProduct()}}},
                                                     *catalog_, *registry_));
    if (plan.series.size() != static_cast<size_t>(markets_)) std::exit(2);
  }

  void InProcess(const observe::AggregateOptions& options) {
    auto aggregation = OrDie(observe::Aggregation::Begin(
        {.grouping = {.selection = {.products = {NextProduct()}}}, .options = options}, *catalog_,
        *registry_, store_.get()));
    std::vector<observe::AggregatedGroup> groups;
    while (!aggregation.done()) OrDie(aggregation.Step([] { return false; }, &groups));
    if (groups.size() != 1) std::exit(2);
  }

  void Serve() {
    service_ = std::make_unique<rpc::ObservationServiceImpl>(
        nullptr, store_.get(), catalog_.get(), registry_.get(), nullptr, nullptr, &gate_);
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::ObservationService::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
  }

  void OverGrpc(v1::AggregateObservationsRequest request) {
    if (request.selection().series().empty()) {
      request.mutable_selection()->add_products("products/" + NextProduct());
    }
    grpc::ClientContext context;
    const auto reader = stub_->AggregateObservations(&context, request);
    v1::AggregateObservationsResponse frame;
    int periods = 0;
    while (reader->Read(&frame)) {
      for (const auto& block : frame.blocks()) periods += block.means_size();
    }
    if (!reader->Finish().ok() || periods == 0) std::exit(2);
  }

 private:
  // A product that was not asked for lately: its prices are in the store's cache, not in the
  // processor's.
  std::string NextProduct() { return absl::StrCat("p", ++asked_ % products_); }

  void Load() {
    catalog::Resources resources;
    resources.regions = {{"CN", "", "ISO 3166", "CN", "", std::nullopt}};
    std::vector<catalog::SeriesKey> keys;
    for (int p = 0; p < products_; ++p) {
      catalog::Product product;
      product.id = product.display_name = absl::StrCat("p", p);
      product.dimension = catalog::Dimension::kMass;
      resources.products.push_back(product);
    }
    for (int m = 0; m < markets_; ++m) {
      const std::string id = absl::StrCat("m", m);
      resources.markets.push_back(
          {id, "CN", catalog::MarketKind::kWholesale, id, "", "Asia/Shanghai", std::nullopt});
      for (int p = 0; p < products_; ++p) {
        keys.push_back({id, absl::StrCat("p", p), "", "CNY", "kg"});
      }
    }
    OrDie(catalog_->Put(resources));
    const auto ids = OrDie(registry_->Resolve(keys));
    OrDie(registry_->SetArrivalsUnits(ids, std::vector<absl::string_view>(ids.size(), "kg")));
    storage::Batch batch;
    for (int day = 0; day < days_; ++day) {
      for (const auto id : ids) {
        batch.rows.push_back(RowOf(id, kFirstDay + day));
        if (batch.rows.size() == kBatchRows) Append(&batch);
      }
    }
    if (!batch.rows.empty()) Append(&batch);
    OrDie(store_->Fold());
  }

  void Append(storage::Batch* batch) {
    batch->batch_id = absl::StrCat("b", ++batches_);
    batch->digest = batches_;
    batch->source = "bench";
    OrDie(store_->Append(std::move(*batch)));
    *batch = {};
  }

  // Prices in whole fen with arrivals in whole kg; the same for every run.
  static storage::BatchRow RowOf(storage::SeriesId id, int day) {
    const uint64_t hash = (uint64_t{static_cast<uint32_t>(id)} * 0x9e3779b97f4a7c15u) ^
                          (static_cast<uint64_t>(day) * 0xc2b2ae3d27d4eb4fu);
    storage::BatchRow row{id, {}};
    storage::Observation& o = row.observation;
    o.day = Day{day};
    o.presence = storage::kHasLow | storage::kHasModal | storage::kHasHigh | storage::kHasArrivals;
    o.modal_e4 = 20'000 + static_cast<int64_t>((hash >> 40) % 40) * 100;
    o.low_e4 = o.modal_e4 - static_cast<int64_t>((hash >> 20) % 20) * 100;
    o.high_e4 = o.modal_e4 + static_cast<int64_t>((hash >> 30) % 20) * 100;
    o.arrivals_e4 = static_cast<int64_t>(1000 + (hash >> 44) % 4000) * 10'000;
    return row;
  }

  const std::string folder_;
  const int markets_;
  const int products_;
  const int days_;
  uint64_t batches_ = 0;
  int asked_ = 0;
  SystemClock clock_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<catalog::SeriesRegistry> registry_;
  std::unique_ptr<storage::PriceStore> store_;
  storage::PriceColumns scratch_;
  rpc::CallGate gate_{security::LocalPrincipal("local"),
                      [](absl::string_view, absl::StatusCode, absl::Duration) {}};
  std::unique_ptr<rpc::ObservationServiceImpl> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::ObservationService::Stub> stub_;
};

void Run(const std::string& folder, int markets, int products, int days) {
  Bench bench(folder, markets, products, days);
  const int64_t rows = bench.rows();
  Time("read, days and modal prices", rows, [&] { bench.Read(observe::kDayPriceColumns); });
  Time("read, with sources and arrivals", rows, [&] {
    bench.Read(observe::kDayPriceColumns | storage::kSourceColumn | storage::kArrivalsColumn);
  });
  Time("in process, plan alone", rows, [&] { bench.Plan(); });
  Time("in process, daily mean", rows, [&] { bench.InProcess({.with_extremes = false}); });
  Time("in process, daily mean by volume", rows,
       [&] { bench.InProcess({.weighting = observe::Weighting::kVolume}); });
  Time("in process, monthly with quantiles", rows, [&] {
    bench.InProcess({.period = observe::Period::kMonth, .quantiles = {0.1, 0.5, 0.9}});
  });
  bench.Serve();
  v1::AggregateObservationsRequest request;
  request.set_period(v1::AGGREGATE_PERIOD_YEAR);
  request.mutable_selection()->add_series("series/1");
  Time("gRPC, one series by year", rows / markets, [&] { bench.OverGrpc(request); });
  request.clear_selection();
  request.set_period(v1::AGGREGATE_PERIOD_DAY);
  request.add_columns(v1::AGGREGATE_COLUMN_MEAN);
  Time("gRPC, daily mean", rows, [&] { bench.OverGrpc(request); });
  request.clear_columns();
  Time("gRPC, daily, all columns", rows, [&] { bench.OverGrpc(request); });
  request.set_weighting(v1::AGGREGATE_WEIGHTING_VOLUME);
  Time("gRPC, daily by volume, all columns", rows, [&] { bench.OverGrpc(request); });
  request.set_period(v1::AGGREGATE_PERIOD_MONTH);
  for (const double quantile : {0.1, 0.5, 0.9}) request.add_quantiles(quantile);
  Time("gRPC, monthly by volume with quantiles", rows, [&] { bench.OverGrpc(request); });
}

}  // namespace
}  // namespace glutwatch

int main(int argc, char** argv) {
  const auto number = [&](int i, int usual) { return argc > i ? std::atoi(argv[i]) : usual; };
  glutwatch::Run(argc > 1 ? argv[1] : "/tmp/glutwatch-aggregate-bench", number(2, 100),
                 number(3, 50), number(4, 1000));
  return 0;
}
