#include "client/cli/config_check.h"

#include <filesystem>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/decimal.h"
#include "base/yaml_message.h"
#include "glutwatch/config/v1/feed_mapping.pb.h"
#include "glutwatch/config/v1/scenario.pb.h"
#include "glutwatch/config/v1/server.pb.h"
#include "glutwatch/v1/catalog.pb.h"
#include "glutwatch/v1/warn.pb.h"

namespace glutwatch::client {
namespace {

namespace v1 = ::glutwatch::v1;
namespace config = ::glutwatch::config::v1;

// One file's problems, each with its place.
class Report {
 public:
  Report(std::string file, std::vector<std::string>* problems)
      : file_(std::move(file)), problems_(problems) {}

  // Reads the file; false, and a problem, if that fails.
  bool Read(google::protobuf::Message* message) {
    const absl::Status status = ReadYamlFile(file_, message, &places_);
    if (status.ok()) return true;
    const std::string text(status.message());
    problems_->push_back(absl::StrContains(text, file_) ? text : absl::StrCat(file_, ": ", text));
    return false;
  }

  void Add(const std::string& path, const std::string& what) {
    const std::string place = places_.Find(path);
    problems_->push_back(absl::StrCat(place.empty() ? file_ : place, ": ", path, ": ", what));
  }

  std::string Beside(const std::string& path) const {
    if (std::filesystem::path(path).is_absolute()) return path;
    return (std::filesystem::path(file_).parent_path() / path).lexically_normal().string();
  }

 private:
  std::string file_;
  std::vector<std::string>* problems_;
  YamlPlaces places_;
};

void CheckAddress(const std::string& key, const std::string& address, Report* report) {
  if (address.empty()) return;
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 || port > 65535) {
    report->Add(key, absl::StrCat("is \"", address, "\", expected host:port with a port 0..65535"));
  }
}

bool IsThreshold(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  if (parts.size() > 2) return false;
  for (const std::string& part : parts) {
    if (!ParseE4(part).ok()) return false;
  }
  return parts.size() == 1 || *ParseE4(parts[1]) != 0;
}

void CheckConditions(const v1::Rule& rule, const std::string& at, Report* report) {
  if (rule.all_of_size() == 0)
    report->Add(at, "all_of is missing, expected at least one condition");
  for (int i = 0; i < rule.all_of_size(); ++i) {
    const std::string path = absl::StrCat(at, ".all_of[", i, "]");
    if (rule.all_of(i).indicator() == v1::INDICATOR_UNSPECIFIED) {
      report->Add(path, "indicator is missing");
    }
    if (!IsThreshold(rule.all_of(i).at_most())) {
      report->Add(path + ".at_most",
                  absl::StrCat("is \"", rule.all_of(i).at_most(),
                               "\", expected a decimal or a fraction: 0.8, 6/7"));
    }
  }
}

void CheckRules(const std::string& path, std::vector<std::string>* problems) {
  Report report(path, problems);
  v1::RulePack pack;
  if (!report.Read(&pack)) return;
  if (pack.id().empty()) report.Add("id", "is missing");
  if (pack.version() < 1) {
    report.Add("version", absl::StrCat("is ", pack.version(), ", expected 1 or more"));
  }
  if (pack.rules_size() == 0) report.Add("rules", "is empty, expected at least one rule");
  std::set<std::string> ids;
  for (int i = 0; i < pack.rules_size(); ++i) {
    const v1::Rule& rule = pack.rules(i);
    const std::string at = absl::StrCat("rules[", i, "]");
    if (rule.id().empty()) report.Add(at, "id is missing");
    if (!ids.insert(rule.id()).second) {
      report.Add(at + ".id", absl::StrCat("\"", rule.id(), "\" is there twice"));
    }
    if (rule.level() == v1::WARNING_LEVEL_UNSPECIFIED) {
      report.Add(at, "level is missing, expected blue, yellow, orange or red");
    }
    if (rule.persistence_days() < 0) {
      report.Add(at + ".persistence_days",
                 absl::StrCat("is ", rule.persistence_days(), ", expected 0 or more"));
    }
    if (!rule.clear_margin().empty() && !ParseE4(rule.clear_margin()).ok()) {
      report.Add(at + ".clear_margin",
                 absl::StrCat("is \"", rule.clear_margin(), "\", expected a decimal: 0.05"));
    }
    CheckConditions(rule, at, &report);
  }
}

// The resources of `list` have names of the collection, each once.
template <typename List>
void CheckNames(const List& list, const std::string& key, Report* report) {
  std::set<std::string> names;
  for (int i = 0; i < list.size(); ++i) {
    const std::string& name = list.Get(i).name();
    const std::string path = absl::StrCat(key, "[", i, "].name");
    if (!absl::StartsWith(name, key + "/") || name.size() == key.size() + 1) {
      report->Add(path, absl::StrCat("is \"", name, "\", expected ", key, "/{id}"));
    } else if (!names.insert(name).second) {
      report->Add(path, absl::StrCat("\"", name, "\" is there twice"));
    }
  }
}

void CheckCatalog(const std::string& path, std::vector<std::string>* problems) {
  Report report(path, problems);
  v1::CatalogFile catalog;
  if (!report.Read(&catalog)) return;
  CheckNames(catalog.regions(), "regions", &report);
  CheckNames(catalog.markets(), "markets", &report);
  CheckNames(catalog.products(), "products", &report);
  for (int i = 0; i < catalog.markets_size(); ++i) {
    const std::string at = absl::StrCat("markets[", i, "]");
    if (catalog.markets(i).region().empty()) report.Add(at, "region is missing");
    if (catalog.markets(i).time_zone().empty()) report.Add(at, "time_zone is missing");
    if (catalog.markets(i).kind() == v1::MARKET_KIND_UNSPECIFIED) {
      report.Add(at, "kind is missing, expected wholesale, producing_area, retail or farm_gate");
    }
  }
}

void CheckRange(const std::string& key, int64_t value, int64_t most, Report* report) {
  if (value >= 0 && value <= most) return;
  report->Add(key, absl::StrCat("is ", value, ", expected 0..", most));
}

// As the server does (server/node_config.cc).
void CheckUpkeep(const config::ServerConfig& server, Report* report) {
  constexpr int kMostDays = 36'500;
  constexpr int kMostCount = 100'000;
  constexpr int kLeastReceiptDays = 7;
  constexpr int64_t kLeastIntervalS = 60;
  constexpr int64_t kMostSpanS = int64_t{3650} * 86400;
  const config::BackupConfig& backup = server.backup();
  CheckRange("backup.keep_count", backup.keep_count(), kMostCount, report);
  CheckRange("backup.keep_days", backup.keep_days(), kMostDays, report);
  CheckRange("backup.mib_per_second", backup.mib_per_second(), kMostCount, report);
  if (backup.has_interval() && backup.interval().seconds() < kLeastIntervalS &&
      (backup.interval().seconds() != 0 || backup.interval().nanos() != 0)) {
    report->Add("backup.interval",
                absl::StrCat("is ", backup.interval().seconds(), "s, expected 0s, or 1m or more"));
  }
  if (backup.interval().seconds() > 0 && backup.dir().empty()) {
    report->Add("backup.interval", "is set, but backup.dir is not");
  }
  const int receipt_days = server.retention().receipt_days();
  if (receipt_days != 0 && (receipt_days < kLeastReceiptDays || receipt_days > kMostDays)) {
    report->Add("retention.receipt_days", absl::StrCat("is ", receipt_days, ", expected 0 or ",
                                                       kLeastReceiptDays, "..", kMostDays));
  }
  CheckRange("retention.journal_keep", server.retention().journal_keep().seconds(), kMostSpanS,
             report);
}

void CheckQuota(const std::string& at, const config::PrincipalQuota& quota, Report* report) {
  CheckRange(at + ".rows_per_second", quota.rows_per_second(), 1'000'000'000, report);
  CheckRange(at + ".burst_rows", quota.burst_rows(), 100'000'000'000, report);
  CheckRange(at + ".new_series_per_day", quota.new_series_per_day(), 20'000'000, report);
  CheckRange(at + ".bytes_in_flight_mib", quota.bytes_in_flight_mib(), 65'536, report);
}

void CheckQuotas(const config::ServerConfig& server, Report* report) {
  CheckQuota("quotas.default", server.quotas().default_(), report);
  std::set<std::string> ids;
  for (int i = 0; i < server.quotas().principals_size(); ++i) {
    const config::PrincipalQuota& quota = server.quotas().principals(i);
    const std::string at = absl::StrCat("quotas.principals[", i, "]");
    if (quota.id().empty()) report->Add(at, "id is missing, expected a principal's id");
    if (!ids.insert(quota.id()).second) report->Add(at + ".id", "comes twice, expected once");
    CheckQuota(at, quota, report);
  }
  const config::CallLimits& calls = server.calls_at_once();
  for (const auto& [key, most] : {std::pair("reads", calls.reads()),
                                  {"writes", calls.writes()},
                                  {"administration", calls.administration()}}) {
    CheckRange(absl::StrCat("calls_at_once.", key), most, 10'000, report);
  }
}

void CheckServer(const std::string& path, std::vector<std::string>* problems) {
  Report report(path, problems);
  config::ServerConfig server;
  if (!report.Read(&server)) return;
  CheckAddress("listen", server.listen(), &report);
  CheckAddress("admin_listen", server.admin_listen(), &report);
  CheckAddress("http_listen", server.http_listen(), &report);
  constexpr int kMostHeadMib = 65'536;
  if (server.head_mib() < 0 || server.head_mib() > kMostHeadMib) {
    report.Add("head_mib", absl::StrCat("is ", server.head_mib(), ", expected 1..", kMostHeadMib));
  }
  if (server.disk_reserve_mib() < 0) {
    report.Add("disk_reserve_mib",
               absl::StrCat("is ", server.disk_reserve_mib(), ", expected 0 or more"));
  }
  if (server.assess_delay().seconds() < 0 || server.assess_delay().nanos() < 0) {
    report.Add("assess_delay", "is negative");
  }
  CheckUpkeep(server, &report);
  CheckQuotas(server, &report);
  const std::set<std::string> levels = {"", "debug", "info", "warning", "error"};
  if (levels.count(server.log_level()) == 0) {
    report.Add("log_level", absl::StrCat("is \"", server.log_level(),
                                         "\", expected debug, info, warning or error"));
  }
  if (server.rule_pack_file().empty()) {
    report.Add("rule_pack_file", "is missing, expected a rule pack's path");
  } else {
    CheckRules(report.Beside(server.rule_pack_file()), problems);
  }
  for (const std::string& file : server.catalog_files()) {
    CheckCatalog(report.Beside(file), problems);
  }
}

}  // namespace

absl::StatusOr<FileKind> ToFileKind(absl::string_view text) {
  if (text == "server") return FileKind::kServer;
  if (text == "catalog") return FileKind::kCatalog;
  if (text == "rules") return FileKind::kRules;
  if (text == "mapping") return FileKind::kMapping;
  if (text == "scenario") return FileKind::kScenario;
  return absl::InvalidArgumentError(absl::StrCat(
      "--kind is \"", text, "\", expected server, catalog, rules, mapping or scenario"));
}

std::vector<std::string> CheckFile(const std::string& path, FileKind kind) {
  std::vector<std::string> problems;
  Report report(path, &problems);
  config::FeedMapping mapping;
  config::Scenario scenario;
  switch (kind) {
    case FileKind::kServer:
      CheckServer(path, &problems);
      break;
    case FileKind::kCatalog:
      CheckCatalog(path, &problems);
      break;
    case FileKind::kRules:
      CheckRules(path, &problems);
      break;
    case FileKind::kMapping:
      report.Read(&mapping);
      break;
    case FileKind::kScenario:
      report.Read(&scenario);
  }
  return problems;
}

}  // namespace glutwatch::client
