#include <algorithm>
#include <filesystem>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/yaml_message.h"
#include "server/node.h"

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

}  // namespace

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
