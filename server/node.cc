#include "server/node.h"

#include <grpcpp/health_check_service_interface.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "server/assess/assess_loop.h"
#include "server/assess/group_assessor.h"
#include "server/catalog/catalog.h"
#include "server/catalog/facts.h"
#include "server/catalog/series_registry.h"
#include "server/gateway/http_server.h"
#include "server/node_files.h"
#include "server/node_limits.h"
#include "server/node_merger.h"
#include "server/node_metrics.h"
#include "server/node_risk_source.h"
#include "server/node_servers.h"
#include "server/observe/health_reader.h"
#include "server/node_upkeep.h"
#include "server/observe/intake.h"
#include "server/observe/price_hub.h"
#include "server/report/report_book.h"
#include "server/rpc/assessment_service.h"
#include "server/rpc/backup_service.h"
#include "server/rpc/catalog_service.h"
#include "server/rpc/data_health_service.h"
#include "server/rpc/log.h"
#include "server/rpc/observation_service.h"
#include "server/rpc/reference_service.h"
#include "server/rpc/report_service.h"
#include "server/rpc/sheet_service.h"
#include "server/rpc/warning_service.h"
#include "server/security/principal.h"
#include "server/security/quota.h"
#include "server/security/refusals.h"
#include "server/storage/price_store.h"
#include "server/warn/warning_desk.h"

namespace glutwatch {
namespace {

constexpr char kLiveness[] = "glutwatch.liveness";
constexpr char kReadiness[] = "glutwatch.readiness";
constexpr char kWrite[] = "glutwatch.write";
constexpr absl::Duration kHealthInterval = absl::Seconds(1);
// Not ready while judging is this far behind what was recorded.
constexpr absl::Duration kMaxReadyLag = absl::Seconds(30);
constexpr int kHealthTicksPerFreshnessCheck = 60;
constexpr auto kDrainTime = std::chrono::seconds(5);

void LogRefusal(const security::Refusals::Line& line) {
  spdlog::warn("refused reason={} by={} count={} message={}",
               std::string(security::RefusalName(line.reason)), rpc::LogText(line.principal),
               line.count, rpc::LogText(line.message));
}

class NodeImpl final : public Node {
 public:
  NodeImpl(config::v1::ServerConfig config, const Clock* clock)
      : config_(std::move(config)),
        clock_(clock),
        limits_(QuotasOf(config_.quotas())),
        quotas_(limits_.usual, limits_.by_principal, &refusals_) {}
  ~NodeImpl() override;

  absl::Status Open();
  absl::Status Serve();

  const Addresses& addresses() const override { return addresses_; }
  bool WaitJudged(absl::Duration timeout) override { return loop_->WaitIdle(timeout); }
  absl::Status CheckFreshness() override { return desk_->CheckFreshness(); }

 private:
  absl::Status OpenStore();
  absl::Status OpenReports();
  absl::Status StartJudging();
  NodeSnapshot Snapshot() const;
  void MakeReportServices();
  void MakeDataHealthService();
  absl::Status ServeHttp();
  void Watch();
  void PublishHealth();
  void SetHealth(bool ready, bool writable);

  const config::v1::ServerConfig config_;
  const Clock* const clock_;
  Addresses addresses_;

  // In the order in which they depend on each other; destroyed the other way round.
  const NodeQuotas limits_;
  security::Refusals refusals_{LogRefusal};
  security::Quotas quotas_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<catalog::SeriesRegistry> registry_;
  std::unique_ptr<catalog::FactBook> facts_;
  std::unique_ptr<report::ReportBook> reports_;
  // The store's writer, which ends with the store, calls back into these three.
  rpc::PushStreams pushes_{{}, &quotas_};
  observe::PriceHub hub_;
  std::unique_ptr<observe::Intake> intake_;
  std::unique_ptr<storage::PriceStore> store_;
  std::unique_ptr<assess::GroupAssessor> assessor_;
  std::unique_ptr<NodeRiskSource> risks_;
  std::unique_ptr<warn::WarningDesk> desk_;
  std::unique_ptr<assess::AssessLoop> loop_;
  std::unique_ptr<NodeMerger> merger_;
  std::unique_ptr<NodeUpkeep> upkeep_;
  std::unique_ptr<NodeMetrics> metrics_;
  std::unique_ptr<rpc::CallGate> gate_;
  std::unique_ptr<rpc::PriceWatch> price_watch_;
  std::unique_ptr<rpc::WarningWatch> watch_;
  std::unique_ptr<rpc::CatalogServiceImpl> catalog_service_;
  std::unique_ptr<rpc::ObservationServiceImpl> observation_service_;
  std::unique_ptr<rpc::AssessmentServiceImpl> assessment_service_;
  std::unique_ptr<rpc::WarningServiceImpl> warning_service_;
  std::unique_ptr<rpc::ReportServiceImpl> report_service_;
  std::unique_ptr<rpc::ReferenceServiceImpl> reference_service_;
  std::unique_ptr<rpc::SheetServiceImpl> sheet_service_;
  std::unique_ptr<storage::CommitLog> commits_;
  std::unique_ptr<observe::HealthReader> health_reader_;
  std::unique_ptr<rpc::DataHealthServiceImpl> data_health_service_;
  std::unique_ptr<rpc::BackupServiceImpl> backup_service_;  // on the admin port only
  BoundServer public_;
  BoundServer admin_;
  std::unique_ptr<gateway::HttpServer> http_;

  Mutex mu_;
  CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  storage::DatabaseHealth::State last_state_ = storage::DatabaseHealth::State::kWritable;
  std::thread watcher_;
};

absl::Status NodeImpl::OpenStore() {
  storage::DatabaseOptions options;
  options.path = config_.data_dir();
  options.disk_reserve_bytes = int64_t{config_.disk_reserve_mib()} << 20;
  std::error_code error;
  const auto parent = std::filesystem::path(options.path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  GLUTWATCH_ASSIGN_OR_RETURN(database_, storage::Database::Open(options));
  GLUTWATCH_ASSIGN_OR_RETURN(catalog_, catalog::Catalog::Open(database_.get(), clock_));
  for (const std::string& file : config_.catalog_files()) {
    GLUTWATCH_RETURN_IF_ERROR(LoadCatalogFile(file, catalog_.get()));
  }
  GLUTWATCH_ASSIGN_OR_RETURN(registry_,
                             catalog::SeriesRegistry::Open(database_.get(), catalog_.get()));
  GLUTWATCH_RETURN_IF_ERROR(OpenReports());
  storage::PriceStoreOptions store_options;
  store_options.head_bytes = int64_t{config_.head_mib()} << 20;
  store_options.journal_keep = absl::Seconds(config_.retention().journal_keep().seconds());
  GLUTWATCH_ASSIGN_OR_RETURN(store_,
                             storage::PriceStore::Open(database_.get(), clock_, store_options));
  return absl::OkStatus();
}

absl::Status NodeImpl::OpenReports() {
  GLUTWATCH_ASSIGN_OR_RETURN(facts_,
                             catalog::FactBook::Open(database_.get(), catalog_.get(), clock_));
  for (const std::string& file : config_.fact_files()) {
    GLUTWATCH_RETURN_IF_ERROR(LoadFactFile(file, facts_.get()));
  }
  report::BookOptions options;
  options.second_person = config_.second_person();
  options.examples = config_.use_example_facts();
  GLUTWATCH_ASSIGN_OR_RETURN(reports_, report::ReportBook::Open(database_.get(), catalog_.get(),
                                                                facts_.get(), clock_, options));
  return absl::OkStatus();
}

absl::Status NodeImpl::StartJudging() {
  GLUTWATCH_ASSIGN_OR_RETURN(warn::RulePack pack, LoadRulePack(config_.rule_pack_file()));
  assess::GroupAssessor::Options assessor_options;
  assessor_options.with_forecast = warn::Uses(pack, warn::Indicator::kForecastToNorm);
  assessor_ = std::make_unique<assess::GroupAssessor>(catalog_.get(), registry_.get(), store_.get(),
                                                      assessor_options);
  risks_ = std::make_unique<NodeRiskSource>(assessor_.get(), catalog_.get(), clock_);
  GLUTWATCH_ASSIGN_OR_RETURN(desk_, warn::WarningDesk::Open(database_.get(), catalog_.get(),
                                                            risks_.get(), clock_, std::move(pack)));
  const auto judge = [this](absl::Span<const assess::ChangedGroup> groups, int64_t vintage_us,
                            bool last) {
    std::vector<warn::WarningDesk::Change> changes;
    changes.reserve(groups.size());
    for (const assess::ChangedGroup& group : groups) {
      changes.push_back({group.group, group.first_day});
    }
    const absl::Status status = desk_->Judge(changes, vintage_us, last);
    if (!status.ok()) spdlog::error("judging failed error=\"{}\"", status.ToString());
    return status;
  };
  assess::AssessLoop::Options options;
  options.delay = absl::Seconds(config_.assess_delay().seconds()) +
                  absl::Nanoseconds(config_.assess_delay().nanos());
  GLUTWATCH_ASSIGN_OR_RETURN(
      loop_, assess::AssessLoop::Start(store_.get(), catalog_.get(), registry_.get(),
                                       desk_->judged_through_us(), judge, options));
  return absl::OkStatus();
}

absl::Status NodeImpl::Open() {
  GLUTWATCH_RETURN_IF_ERROR(OpenStore());
  GLUTWATCH_RETURN_IF_ERROR(StartJudging());
  intake_ = observe::Intake::Create(catalog_.get(), registry_.get(), store_.get(), clock_, {},
                                    &hub_, &quotas_);
  merger_ = std::make_unique<NodeMerger>(
      catalog_.get(), registry_.get(), store_.get(), reports_.get(),
      [this](absl::Span<const storage::SeriesId> merged) { loop_->Reconsider(merged); });
  upkeep_ = std::make_unique<NodeUpkeep>(config_, database_.get(), clock_,
                                         [this] { return store_->newest_recorded_us(); });
  return absl::OkStatus();
}

absl::Status NodeImpl::Serve() {
  metrics_ = std::make_unique<NodeMetrics>([this] { return Snapshot(); });
  gate_ = std::make_unique<rpc::CallGate>(
      security::LocalPrincipal(config_.local_principal()),
      [this](absl::string_view method, absl::StatusCode code, absl::Duration duration) {
        metrics_->ObserveCall(method, code, duration);
      },
      CallLimitsOf(config_.calls_at_once()), &refusals_);
  watch_ = std::make_unique<rpc::WarningWatch>(desk_.get(), catalog_.get(), [this] {
    return rpc::WatchHealth{absl::ToInt64Milliseconds(loop_->stats().lag)};
  });
  price_watch_ = std::make_unique<rpc::PriceWatch>(&hub_, catalog_.get(), registry_.get());
  catalog_service_ = std::make_unique<rpc::CatalogServiceImpl>(
      catalog_.get(), registry_.get(),
      [this](const catalog::Resource& merged) { return merger_->Finish(merged); }, gate_.get());
  observation_service_ = std::make_unique<rpc::ObservationServiceImpl>(
      intake_.get(), store_.get(), catalog_.get(), registry_.get(), &pushes_, price_watch_.get(),
      gate_.get());
  assessment_service_ =
      std::make_unique<rpc::AssessmentServiceImpl>(assessor_.get(), registry_.get(), gate_.get());
  warning_service_ = std::make_unique<rpc::WarningServiceImpl>(desk_.get(), catalog_.get(),
                                                               watch_.get(), gate_.get());
  MakeReportServices();
  MakeDataHealthService();
  const std::vector<grpc::Service*> services = {
      catalog_service_.get(), observation_service_.get(), assessment_service_.get(),
      warning_service_.get(), report_service_.get(),      reference_service_.get(),
      sheet_service_.get(),   data_health_service_.get()};
  GLUTWATCH_ASSIGN_OR_RETURN(public_, StartPublicServer(config_.listen(), services));
  addresses_.grpc = public_.address;
  if (!config_.admin_listen().empty()) {
    backup_service_ =
        std::make_unique<rpc::BackupServiceImpl>(upkeep_->backups(), catalog_.get(), gate_.get());
    std::vector<grpc::Service*> operators_services = services;
    operators_services.push_back(backup_service_.get());
    GLUTWATCH_ASSIGN_OR_RETURN(admin_,
                               StartAdminServer(config_.admin_listen(), operators_services));
    addresses_.admin = admin_.address;
  }
  GLUTWATCH_RETURN_IF_ERROR(ServeHttp());
  PublishHealth();
  watcher_ = std::thread([this] { Watch(); });
  if (!config_.address_file().empty()) {
    GLUTWATCH_RETURN_IF_ERROR(WriteAddressFile(config_.address_file(), addresses_));
  }
  return absl::OkStatus();
}

void NodeImpl::MakeDataHealthService() {
  commits_ = std::make_unique<storage::CommitLog>(database_.get());
  health_reader_ = std::make_unique<observe::HealthReader>(
      registry_.get(), store_.get(), observe::HealthOptions(), observe::QuoteRunOptions());
  rpc::DataHealthServiceImpl::Rooms rooms;
  rooms.catalog = catalog_.get();
  rooms.registry = registry_.get();
  rooms.store = store_.get();
  rooms.commits = commits_.get();
  rooms.health = health_reader_.get();
  rooms.clock = clock_;
  data_health_service_ = std::make_unique<rpc::DataHealthServiceImpl>(rooms, gate_.get());
}

void NodeImpl::MakeReportServices() {
  rpc::ReportServiceImpl::Rooms rooms;
  rooms.catalog = catalog_.get();
  rooms.facts = facts_.get();
  rooms.book = reports_.get();
  rooms.clock = clock_;
  rooms.use_examples = config_.use_example_facts();
  report_service_ = std::make_unique<rpc::ReportServiceImpl>(rooms, gate_.get());
  reference_service_ = std::make_unique<rpc::ReferenceServiceImpl>(facts_.get(), catalog_.get(),
                                                                   clock_, gate_.get());
  sheet_service_ = std::make_unique<rpc::SheetServiceImpl>(reports_.get(), intake_.get(),
                                                           catalog_.get(), gate_.get());
}

absl::Status NodeImpl::ServeHttp() {
  if (config_.http_listen().empty()) return absl::OkStatus();
  const auto health = [this](bool ready) -> gateway::HttpAnswer {
    const storage::DatabaseHealth database = database_->health();
    const bool writable = database.state == storage::DatabaseHealth::State::kWritable;
    if (!ready) return {200, "text/plain; charset=utf-8", "alive\n"};
    if (writable) return {200, "text/plain; charset=utf-8", "ready\n"};
    return {503, "text/plain; charset=utf-8", "not writable: " + database.detail + "\n"};
  };
  GLUTWATCH_ASSIGN_OR_RETURN(
      http_, gateway::HttpServer::Start(config_.http_listen(),
                                        {{"/metrics",
                                          [this] {
                                            return gateway::HttpAnswer{
                                                200, "text/plain; version=0.0.4; charset=utf-8",
                                                metrics_->Text()};
                                          }},
                                         {"/healthz", [health] { return health(false); }},
                                         {"/readyz", [health] { return health(true); }}}));
  addresses_.http = http_->address();
  return absl::OkStatus();
}

NodeSnapshot NodeImpl::Snapshot() const {
  NodeSnapshot now;
  now.database = database_->health();
  now.disk_bytes = database_->bytes_on_disk();
  now.store = store_->stats();
  now.intake = intake_->stats();
  now.assess = loop_->stats();
  now.upkeep = upkeep_->stats();
  now.series = registry_->size();
  now.warning_events = desk_->last_seq();
  int64_t seq = 0;
  for (const warn::Warning& warning : desk_->Snapshot({}, &seq)) {
    ++now.warnings_in_force[static_cast<int>(warning.level)];
  }
  for (int i = 0; i < security::kRefusalReasons; ++i) {
    now.refused[i] = refusals_.count(static_cast<security::RefusalReason>(i));
  }
  now.push_streams = pushes_.streams();
  now.price_watch_streams = price_watch_->streams();
  now.warning_watch_streams = watch_->streams();
  return now;
}

void NodeImpl::SetHealth(bool ready, bool writable) {
  for (const BoundServer* bound : {&public_, &admin_}) {
    if (bound->server == nullptr) continue;
    auto* health = bound->server->GetHealthCheckService();
    health->SetServingStatus("", true);
    health->SetServingStatus(kLiveness, true);
    health->SetServingStatus(kReadiness, ready);
    health->SetServingStatus(kWrite, writable);
  }
}

void NodeImpl::PublishHealth() {
  const storage::DatabaseHealth database = database_->health();
  const bool writable = database.state == storage::DatabaseHealth::State::kWritable;
  SetHealth(loop_->stats().lag < kMaxReadyLag, writable);
  if (database.state != last_state_) {
    last_state_ = database.state;
    if (writable) {
      spdlog::info("store takes writes again");
    } else {
      spdlog::error("store takes no writes reason=\"{}\"", database.detail);
    }
  }
}

void NodeImpl::Watch() {
  for (int tick = 0;; ++tick) {
    if (tick % kHealthTicksPerFreshnessCheck == 0) {
      const absl::Status status = desk_->CheckFreshness();
      if (!status.ok()) spdlog::error("freshness check failed error=\"{}\"", status.ToString());
      const absl::Status merges = merger_->Resume();
      if (!merges.ok()) spdlog::error("merges not finished error=\"{}\"", merges.ToString());
    }
    PublishHealth();
    upkeep_->Tick();
    MutexLock lock(&mu_);
    if (!stopping_) wake_.WaitFor(&mu_, kHealthInterval);
    if (stopping_) return;
  }
}

NodeImpl::~NodeImpl() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    wake_.SignalAll();
  }
  if (watcher_.joinable()) watcher_.join();
  http_.reset();
  SetHealth(/*ready=*/false, /*writable=*/false);
  pushes_.Drain();
  if (price_watch_ != nullptr) price_watch_->Drain();
  if (watch_ != nullptr) watch_->Drain();
  for (BoundServer* bound : {&admin_, &public_}) {
    if (bound->server == nullptr) continue;
    bound->server->Shutdown(std::chrono::system_clock::now() + kDrainTime);
    bound->server->Wait();
    bound->server.reset();
  }
}

}  // namespace

absl::Status CheckFiles(const config::v1::ServerConfig& config) {
  std::string folder = (std::filesystem::temp_directory_path() / "glutwatch-check-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot make a folder like ", folder));
  }
  const absl::Cleanup remove = [&folder] {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  };
  GLUTWATCH_RETURN_IF_ERROR(LoadRulePack(config.rule_pack_file()).status());
  storage::DatabaseOptions options;
  options.path = folder + "/store";
  GLUTWATCH_ASSIGN_OR_RETURN(const auto database, storage::Database::Open(options));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto catalog, catalog::Catalog::Open(database.get()));
  for (const std::string& file : config.catalog_files()) {
    GLUTWATCH_RETURN_IF_ERROR(LoadCatalogFile(file, catalog.get()));
  }
  const SystemClock clock;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto facts,
                             catalog::FactBook::Open(database.get(), catalog.get(), &clock));
  for (const std::string& file : config.fact_files()) {
    GLUTWATCH_RETURN_IF_ERROR(LoadFactFile(file, facts.get()));
  }
  return absl::OkStatus();
}

Node::~Node() = default;

absl::StatusOr<std::unique_ptr<Node>> Node::Start(const config::v1::ServerConfig& config,
                                                  const Clock* clock) {
  GLUTWATCH_ASSIGN_OR_RETURN(auto complete, CompleteConfig(config));
  auto node = std::make_unique<NodeImpl>(std::move(complete), clock);
  GLUTWATCH_RETURN_IF_ERROR(node->Open());
  GLUTWATCH_RETURN_IF_ERROR(node->Serve());
  return node;
}

}  // namespace glutwatch
