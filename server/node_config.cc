#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/yaml_message.h"
#include "server/node.h"
#include "server/node_limits.h"

namespace glutwatch {
namespace {

constexpr int kLeastHeadMib = 1;
constexpr int kMostHeadMib = 65536;
constexpr int kMostPort = 65535;
constexpr int64_t kMostAssessDelayS = 60;
constexpr int64_t kLeastBackupIntervalS = 60;
constexpr int64_t kMostSpanS = int64_t{3650} * 86400;
constexpr int kMostDays = 36'500;
constexpr int kMostCount = 100'000;
constexpr int kLeastReceiptDays = 7;
constexpr int64_t kMostMibInFlight = 65536;
constexpr int kMostCallsAtOnce = 10000;

// Generous: what a whole server takes or holds, so that only a runaway feeder meets them.
constexpr int64_t kUsualRowsPerSecond = 20'000'000;
constexpr int64_t kUsualNewSeriesPerDay = 2'000'000;
constexpr int64_t kUsualMibInFlight = 64;
constexpr rpc::CallLimits kUsualCalls;

std::string Beside(const std::string& file, const std::string& path) {
  if (path.empty() || std::filesystem::path(path).is_absolute()) return path;
  return (std::filesystem::path(file).parent_path() / path).lexically_normal().string();
}

// "127.0.0.1:7601", "[::1]:0", "host:7601".
absl::Status CheckAddress(absl::string_view key, const std::string& address) {
  const std::size_t colon = address.rfind(':');
  int port = -1;
  if (colon != std::string::npos && colon > 0 &&
      absl::SimpleAtoi(address.substr(colon + 1), &port) && port >= 0 && port <= kMostPort) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(key, ": is \"", address, "\", expected host:port such as 127.0.0.1:7601"));
}

absl::Status CheckAddresses(const config::v1::ServerConfig& config) {
  GLUTWATCH_RETURN_IF_ERROR(CheckAddress("listen", config.listen()));
  if (!config.admin_listen().empty()) {
    GLUTWATCH_RETURN_IF_ERROR(CheckAddress("admin_listen", config.admin_listen()));
  }
  if (config.http_listen().empty()) return absl::OkStatus();
  return CheckAddress("http_listen", config.http_listen());
}

absl::Status CheckCount(absl::string_view key, int value, int most) {
  if (value >= 0 && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(key, ": is ", value, ", expected 0..", most));
}

bool IsWithin(const std::string& inner, const std::string& outer) {
  const auto a = std::filesystem::path(inner).lexically_normal();
  const auto b = std::filesystem::path(outer).lexically_normal();
  const auto [end, at] = std::mismatch(b.begin(), b.end(), a.begin(), a.end());
  return end == b.end();
}

absl::Status CheckBackup(const config::v1::ServerConfig& config) {
  const config::v1::BackupConfig& backup = config.backup();
  const int64_t interval_s = backup.interval().seconds();
  if (interval_s < 0 || interval_s > kMostSpanS || backup.interval().nanos() < 0 ||
      (interval_s < kLeastBackupIntervalS && (interval_s > 0 || backup.interval().nanos() > 0))) {
    return absl::InvalidArgumentError(
        absl::StrCat("backup.interval: is ", interval_s, "s, expected 0s, or 1m or more"));
  }
  if (interval_s > 0 && backup.dir().empty()) {
    return absl::InvalidArgumentError(
        "backup.interval: is set, but backup.dir is not: expected a folder for the backups");
  }
  if (!backup.dir().empty() &&
      (IsWithin(backup.dir(), config.data_dir()) || IsWithin(config.data_dir(), backup.dir()))) {
    return absl::InvalidArgumentError(
        absl::StrCat("backup.dir: is \"", backup.dir(), "\", expected a folder outside data_dir"));
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckCount("backup.keep_count", backup.keep_count(), kMostCount));
  GLUTWATCH_RETURN_IF_ERROR(CheckCount("backup.keep_days", backup.keep_days(), kMostDays));
  return CheckCount("backup.mib_per_second", backup.mib_per_second(), kMostCount);
}

absl::Status CheckRetention(const config::v1::RetentionConfig& retention) {
  const int days = retention.receipt_days();
  if (days != 0 && (days < kLeastReceiptDays || days > kMostDays)) {
    return absl::InvalidArgumentError(absl::StrCat("retention.receipt_days: is ", days,
                                                   ", expected 0 or ", kLeastReceiptDays, "..",
                                                   kMostDays));
  }
  const int64_t keep_s = retention.journal_keep().seconds();
  if (keep_s >= 0 && keep_s <= kMostSpanS && retention.journal_keep().nanos() >= 0) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("retention.journal_keep: is ", keep_s, "s, expected 0s..", kMostSpanS, "s"));
}

absl::Status CheckRange(absl::string_view key, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(key, ": is ", value, ", expected ", least, "..", most));
}

absl::Status CheckQuota(const std::string& at, const config::v1::PrincipalQuota& quota) {
  GLUTWATCH_RETURN_IF_ERROR(
      CheckRange(at + ".rows_per_second", quota.rows_per_second(), 0, security::kMaxRowsPerSecond));
  GLUTWATCH_RETURN_IF_ERROR(
      CheckRange(at + ".burst_rows", quota.burst_rows(), 0, security::kMaxBurstRows));
  GLUTWATCH_RETURN_IF_ERROR(CheckRange(at + ".new_series_per_day", quota.new_series_per_day(), 0,
                                       security::kMaxNewSeriesPerDay));
  return CheckRange(at + ".bytes_in_flight_mib", quota.bytes_in_flight_mib(), 0, kMostMibInFlight);
}

absl::Status CheckQuotas(const config::v1::Quotas& quotas) {
  if (!quotas.default_().id().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "quotas.default.id: is \"", quotas.default_().id(), "\", expected none: it is for all"));
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckQuota("quotas.default", quotas.default_()));
  std::set<std::string> ids;
  for (int i = 0; i < quotas.principals_size(); ++i) {
    const config::v1::PrincipalQuota& quota = quotas.principals(i);
    const std::string at = absl::StrCat("quotas.principals[", i, "]");
    if (quota.id().empty()) {
      return absl::InvalidArgumentError(at + ".id: is missing, expected a principal's id");
    }
    if (!ids.insert(quota.id()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(at, ".id: \"", quota.id(), "\" comes twice, expected once"));
    }
    GLUTWATCH_RETURN_IF_ERROR(CheckQuota(at, quota));
  }
  return absl::OkStatus();
}

absl::Status CheckCalls(const config::v1::CallLimits& calls) {
  GLUTWATCH_RETURN_IF_ERROR(CheckRange("calls_at_once.reads", calls.reads(), 1, kMostCallsAtOnce));
  GLUTWATCH_RETURN_IF_ERROR(
      CheckRange("calls_at_once.writes", calls.writes(), 1, kMostCallsAtOnce));
  return CheckRange("calls_at_once.administration", calls.administration(), 1, kMostCallsAtOnce);
}

// What `quota` says, over `limits`.
security::QuotaLimits LimitsOf(const config::v1::PrincipalQuota& quota,
                               security::QuotaLimits limits) {
  if (quota.has_rows_per_second() && !quota.has_burst_rows()) limits.burst_rows = 0;
  if (quota.has_rows_per_second()) limits.rows_per_second = quota.rows_per_second();
  if (quota.has_burst_rows()) limits.burst_rows = quota.burst_rows();
  if (quota.has_new_series_per_day()) limits.new_series_per_day = quota.new_series_per_day();
  if (quota.has_bytes_in_flight_mib()) limits.bytes_in_flight = quota.bytes_in_flight_mib() << 20;
  return limits;
}

}  // namespace

NodeQuotas QuotasOf(const config::v1::Quotas& config) {
  NodeQuotas quotas;
  quotas.usual = LimitsOf(config.default_(), {});
  for (const config::v1::PrincipalQuota& quota : config.principals()) {
    quotas.by_principal[quota.id()] = LimitsOf(quota, quotas.usual);
  }
  return quotas;
}

rpc::CallLimits CallLimitsOf(const config::v1::CallLimits& config) {
  rpc::CallLimits limits;
  limits.reads = config.reads();
  limits.writes = config.writes();
  limits.administration = config.administration();
  return limits;
}

config::v1::ServerConfig DefaultConfig() {
  config::v1::ServerConfig config;
  config.set_data_dir("var/data");
  config.set_listen("127.0.0.1:7601");
  config.set_admin_listen("127.0.0.1:7602");
  config.set_http_listen("127.0.0.1:7603");
  config.set_head_mib(384);
  config.set_disk_reserve_mib(64);
  config.mutable_assess_delay()->set_nanos(20'000'000);
  config.set_local_principal("local");
  config.set_log_level("info");
  config.set_second_person(true);
  config.mutable_backup()->set_keep_count(7);
  config.mutable_backup()->set_verify(true);
  config.mutable_retention()->set_receipt_days(400);
  config::v1::PrincipalQuota* quota = config.mutable_quotas()->mutable_default_();
  quota->set_rows_per_second(kUsualRowsPerSecond);
  quota->set_burst_rows(0);
  quota->set_new_series_per_day(kUsualNewSeriesPerDay);
  quota->set_bytes_in_flight_mib(kUsualMibInFlight);
  config.mutable_calls_at_once()->set_reads(kUsualCalls.reads);
  config.mutable_calls_at_once()->set_writes(kUsualCalls.writes);
  config.mutable_calls_at_once()->set_administration(kUsualCalls.administration);
  return config;
}

absl::StatusOr<config::v1::ServerConfig> CompleteConfig(const config::v1::ServerConfig& given) {
  config::v1::ServerConfig config = DefaultConfig();
  config.MergeFrom(given);
  // Merged field by field, "1s" would become 1.02 s.
  if (given.has_assess_delay()) *config.mutable_assess_delay() = given.assess_delay();
  if (config.rule_pack_file().empty()) {
    return absl::InvalidArgumentError("rule_pack_file: is missing, expected a rule pack's path");
  }
  if (config.head_mib() < kLeastHeadMib || config.head_mib() > kMostHeadMib) {
    return absl::InvalidArgumentError(absl::StrCat(
        "head_mib: is ", config.head_mib(), ", expected ", kLeastHeadMib, "..", kMostHeadMib));
  }
  if (config.disk_reserve_mib() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("disk_reserve_mib: is ", config.disk_reserve_mib(), ", expected 0 or more"));
  }
  const int64_t delay_s = config.assess_delay().seconds();
  if (delay_s < 0 || delay_s > kMostAssessDelayS || config.assess_delay().nanos() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("assess_delay: is ", delay_s, "s, expected 0s..", kMostAssessDelayS, "s"));
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckAddresses(config));
  GLUTWATCH_RETURN_IF_ERROR(CheckBackup(config));
  GLUTWATCH_RETURN_IF_ERROR(CheckRetention(config.retention()));
  GLUTWATCH_RETURN_IF_ERROR(CheckQuotas(config.quotas()));
  GLUTWATCH_RETURN_IF_ERROR(CheckCalls(config.calls_at_once()));
  const std::string& level = config.log_level();
  if (level != "debug" && level != "info" && level != "warning" && level != "error") {
    return absl::InvalidArgumentError(
        absl::StrCat("log_level: is \"", level, "\", expected debug, info, warning or error"));
  }
  return config;
}

absl::StatusOr<config::v1::ServerConfig> ReadConfig(const std::string& path) {
  config::v1::ServerConfig given;
  YamlPlaces places;
  GLUTWATCH_RETURN_IF_ERROR(ReadYamlFile(path, &given, &places));
  given.set_data_dir(Beside(path, given.data_dir()));
  given.set_rule_pack_file(Beside(path, given.rule_pack_file()));
  given.set_address_file(Beside(path, given.address_file()));
  if (given.has_backup()) {
    given.mutable_backup()->set_dir(Beside(path, given.backup().dir()));
  }
  for (std::string& file : *given.mutable_catalog_files()) file = Beside(path, file);
  for (std::string& file : *given.mutable_fact_files()) file = Beside(path, file);
  auto config = CompleteConfig(given);
  if (!config.ok()) {
    const absl::string_view message = config.status().message();
    const std::string place = places.Find(message.substr(0, message.find(':')));
    return absl::InvalidArgumentError(absl::StrCat(place.empty() ? path : place, ": ", message));
  }
  return config;
}

}  // namespace glutwatch
