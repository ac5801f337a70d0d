#include "server/node_metrics.h"

#include <prometheus/text_serializer.h>

#include <utility>

namespace glutwatch {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr const char* kLevels[] = {"none", "blue", "yellow", "orange", "red"};

ClientMetric Value(MetricType type, double value, std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  if (type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return metric;
}

// Asks the rooms when it is asked.
class Rooms final : public prometheus::Collectable {
 public:
  explicit Rooms(std::function<NodeSnapshot()> snapshot) : snapshot_(std::move(snapshot)) {}

  std::vector<MetricFamily> Collect() const override {
    const NodeSnapshot now = snapshot_();
    std::vector<MetricFamily> out;
    const auto add = [&](const char* name, const char* help, MetricType type, double value) {
      out.push_back({name, help, type, {Value(type, value)}});
    };
    const auto gauge = [&](const char* name, const char* help, auto value) {
      add(name, help, MetricType::Gauge, static_cast<double>(value));
    };
    const auto counter = [&](const char* name, const char* help, auto value) {
      add(name, help, MetricType::Counter, static_cast<double>(value));
    };
    using State = storage::DatabaseHealth::State;
    gauge("glutwatch_store_writable", "1 if the store takes writes.",
          now.database.state == State::kWritable);
    gauge("glutwatch_store_disk_full", "1 while writes are refused for want of space.",
          now.database.state == State::kDiskFull);
    gauge("glutwatch_store_sync_failed", "1 after a failed fsync, until restart.",
          now.database.state == State::kFailedSync);
    gauge("glutwatch_store_disk_bytes", "Size of the store on disk.", now.disk_bytes);
    gauge("glutwatch_store_head_bytes", "Observations in memory that are not folded yet.",
          now.store.head_bytes);
    gauge("glutwatch_store_head_rows", "Rows in memory that are not folded yet.",
          now.store.rows_in_head);
    gauge("glutwatch_store_journal_bytes", "Journal that is kept.", now.store.journal_bytes);
    gauge("glutwatch_store_queued_batches", "Batches waiting for the writer.",
          now.store.queued_batches);
    counter("glutwatch_store_commits_total", "Batches made durable.", now.store.commits);
    counter("glutwatch_store_folds_total", "Times that the head was folded.", now.store.folds);
    counter("glutwatch_store_receipts_dropped_total", "Receipts of batches that were too old.",
            now.upkeep.receipts_dropped);
    if (now.upkeep.has_backups) {
      const storage::BackupDesk::Stats& backups = now.upkeep.backups;
      gauge("glutwatch_backup_newest_timestamp_seconds",
            "When the newest good backup was begun, in seconds since 1970; 0 if there is none.",
            static_cast<double>(backups.newest_good_us) / 1e6);
      gauge("glutwatch_backup_newest_bytes", "Size of the newest good backup.",
            backups.newest_good_bytes);
      gauge("glutwatch_backup_running", "1 while a backup is made or verified.", backups.running);
      gauge("glutwatch_backup_last_failed", "1 if the last job on the backups failed.",
            backups.last_failed);
      counter("glutwatch_backup_succeeded_total", "Backups made since the start.",
              backups.succeeded);
      counter("glutwatch_backup_failed_total",
              "Backups and verifications that failed since the start.", backups.failed);
    }
    gauge("glutwatch_series", "Series that are registered.", now.series);
    MetricFamily rows{"glutwatch_intake_rows_total", "Rows by verdict.", MetricType::Counter, {}};
    const std::pair<const char*, int64_t> verdicts[] = {{"accepted", now.intake.accepted},
                                                        {"suspicious", now.intake.suspicious},
                                                        {"duplicate", now.intake.duplicate},
                                                        {"refused", now.intake.refused}};
    for (const auto& [verdict, count] : verdicts) {
      rows.metric.push_back(
          Value(MetricType::Counter, static_cast<double>(count), {{"verdict", verdict}}));
    }
    out.push_back(std::move(rows));
    counter("glutwatch_intake_failed_batches_total", "Batches that could not be taken.",
            now.intake.failed_batches);
    MetricFamily refused{"glutwatch_refused_total",
                         "Refused by a quota (batches, series) or for overload (calls).",
                         MetricType::Counter,
                         {}};
    for (int i = 0; i < security::kRefusalReasons; ++i) {
      const auto reason = security::RefusalName(static_cast<security::RefusalReason>(i));
      refused.metric.push_back(Value(MetricType::Counter, static_cast<double>(now.refused[i]),
                                     {{"reason", std::string(reason)}}));
    }
    out.push_back(std::move(refused));
    gauge("glutwatch_assess_lag_seconds", "Age of the oldest observation that is not judged.",
          absl::ToDoubleSeconds(now.assess.lag));
    counter("glutwatch_assess_groups_total", "Groups judged.", now.assess.groups_judged);
    counter("glutwatch_assess_failed_rounds_total", "Rounds of judging that failed.",
            now.assess.failed_rounds);
    counter("glutwatch_warning_events_total", "Events in the warning log.", now.warning_events);
    MetricFamily warnings{
        "glutwatch_warnings", "Warnings in force by level.", MetricType::Gauge, {}};
    for (int level = 1; level <= 4; ++level) {
      warnings.metric.push_back(Value(MetricType::Gauge,
                                      static_cast<double>(now.warnings_in_force[level]),
                                      {{"level", kLevels[level]}}));
    }
    out.push_back(std::move(warnings));
    MetricFamily streams{"glutwatch_streams", "Streams that are open.", MetricType::Gauge, {}};
    const std::pair<const char*, int> open[] = {{"push", now.push_streams},
                                                {"watch_prices", now.price_watch_streams},
                                                {"watch_warnings", now.warning_watch_streams}};
    for (const auto& [kind, count] : open) {
      streams.metric.push_back(Value(MetricType::Gauge, count, {{"kind", kind}}));
    }
    out.push_back(std::move(streams));
    return out;
  }

 private:
  const std::function<NodeSnapshot()> snapshot_;
};

}  // namespace

NodeMetrics::NodeMetrics(std::function<NodeSnapshot()> snapshot)
    : registry_(std::make_shared<prometheus::Registry>()),
      rooms_(std::make_shared<Rooms>(std::move(snapshot))),
      calls_(&prometheus::BuildHistogram()
                  .Name("glutwatch_rpc_duration_seconds")
                  .Help("Time to answer a call; not of watches and pushes.")
                  .Register(*registry_)) {}

void NodeMetrics::ObserveCall(absl::string_view method, absl::StatusCode code,
                              absl::Duration duration) {
  static const prometheus::Histogram::BucketBoundaries kBuckets = {
      0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1};
  calls_->Add({{"method", std::string(method)}, {"code", absl::StatusCodeToString(code)}}, kBuckets)
      .Observe(absl::ToDoubleSeconds(duration));
}

std::string NodeMetrics::Text() const {
  std::vector<prometheus::MetricFamily> families = registry_->Collect();
  for (auto& family : rooms_->Collect()) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace glutwatch
