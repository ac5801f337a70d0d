#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/day.h"
#include "server/catalog/catalog.h"
#include "server/report/amount.h"
#include "server/report/report.h"
#include "server/security/principal.h"

namespace glutwatch::report {

// Limits of texts, in characters.
inline constexpr size_t kMaxNameCharacters = 64;  // grade, site, reporter, confirmer
inline constexpr size_t kMaxSourceCharacters = 500;
inline constexpr size_t kMaxNoteCharacters = 1000;
// Days after today that a report may be about.
inline constexpr int kMaxFutureDays = 1;

// The hard rules, for the reports of one call by one principal. Not thread-safe.
class ReportCheck {
 public:
  // Arguments outlive the check. `today` is the civil day in China.
  ReportCheck(const catalog::Catalog* catalog, const security::Principal* principal, Day today,
              UnitReader* units)
      : catalog_(catalog), principal_(principal), today_(today), units_(units) {}

  // Makes a report as it was sent into what is kept: blanks at the ends cut, region as its code,
  // product as its id, unit as its code, currency in capitals. A region may be written as its
  // display name if that is the name of one region only, among those of the principal. Returns what
  // is wrong, the cause first; empty if it may be kept. Of a withdrawn report the figures are
  // dropped, not checked.
  std::vector<Finding> Check(Report* report);

 private:
  struct RegionEntry {
    std::string code;  // "" if unknown
    bool allowed = false;
    bool ambiguous = false;
  };
  void CheckSubject(Subject* subject, std::vector<Finding>* out);
  void CheckRegion(std::string* region, std::vector<Finding>* out);
  RegionEntry FindRegion(const std::string& written);
  void LoadRegionNames();
  void CheckProduct(std::string* product, std::vector<Finding>* out);
  void CheckDay(Day day, std::vector<Finding>* out) const;

  const catalog::Catalog* const catalog_;
  const security::Principal* const principal_;
  const Day today_;
  UnitReader* const units_;
  // What was looked up, because thousands of reports repeat it.
  absl::flat_hash_map<std::string, RegionEntry> regions_;
  absl::flat_hash_map<std::string, std::vector<std::string>> region_names_;  // name -> codes
  bool region_names_loaded_ = false;
  absl::flat_hash_map<std::string, std::string> products_;  // as written -> id, "" if unknown
};

// SAME_REPORT_TWICE: report `first_index` of the same request says otherwise.
Finding SameReportTwice(int32_t first_index, const Report& first);
// NOTHING_TO_WITHDRAW: it was never reported.
Finding NothingToWithdraw();

}  // namespace glutwatch::report
