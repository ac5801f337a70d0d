#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "glutwatch/config/v1/report_mapping.pb.h"
#include "glutwatch/v1/report.pb.h"

namespace glutwatch::sheet {

// The words of a sheet of reports: those of its mapping, or else the usual ones. Compared as
// headings are (columns.h).
class ReportWords {
 public:
  explicit ReportWords(const config::v1::ReportMapping& mapping);

  // "—", "暂无", "未报", "休市", "n/a": there is no figure. A lone "无" is none of them: it may
  // mean 0.
  bool IsAbsent(absl::string_view cell) const;
  // "无人收购", "no bid".
  bool IsNoBid(absl::string_view cell) const;
  // "合计", "小计", "注:", "填报人:" and what follows; of the usual words also "元谋县合计".
  bool IsSkipped(absl::string_view cell) const;

 private:
  std::set<std::string> absent_;
  std::set<std::string> no_bid_;
  std::vector<std::string> skip_prefixes_;
  bool skips_sums_ = false;
};

// "合作社", "household"; an empty cell is UNSPECIFIED, empty for a word that is not known.
std::optional<v1::GrowerClass> GrowerClassOf(absl::string_view cell);

// "苗期", "采收中", "flowering"; empty for a word that is not known.
std::optional<v1::GrowthStage> GrowthStageOf(absl::string_view cell);

}  // namespace glutwatch::sheet
