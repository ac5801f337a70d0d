#include "sheet/report_words.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "sheet/columns.h"
#include "sheet/text_encoding.h"

namespace glutwatch::sheet {
namespace {

constexpr absl::string_view kAbsent[] = {"—",    "——",     "–",    "-",      "--",   "/",
                                         "…",    "暂无",   "未报", "未统计", "不详", "缺",
                                         "缺报", "无数据", "休市", "停市",   "n/a",  "na"};
constexpr absl::string_view kNoBid[] = {"无人收购", "无人收", "无收购",  "无人问津",   "无客商",
                                        "无人要",   "no bid", "no bids", "nobody bids"};
constexpr absl::string_view kSkip[] = {
    "合计", "小计", "总计",   "共计",     "注:",  "说明:", "备注:",    "填报", "填表",
    "制表", "审核", "负责人", "单位负责", "联系", "total", "subtotal", "note:"};

constexpr absl::string_view kSums[] = {"合计", "小计", "总计", "共计"};

struct ClassWord {
  absl::string_view word;
  v1::GrowerClass value;
};
constexpr ClassWord kClasses[] = {
    {"全部", v1::GROWER_CLASS_UNSPECIFIED},
    {"所有", v1::GROWER_CLASS_UNSPECIFIED},
    {"all", v1::GROWER_CLASS_UNSPECIFIED},
    {"农户", v1::GROWER_CLASS_HOUSEHOLD},
    {"散户", v1::GROWER_CLASS_HOUSEHOLD},
    {"小农户", v1::GROWER_CLASS_HOUSEHOLD},
    {"种植户", v1::GROWER_CLASS_HOUSEHOLD},
    {"养殖户", v1::GROWER_CLASS_HOUSEHOLD},
    {"散养户", v1::GROWER_CLASS_HOUSEHOLD},
    {"大户", v1::GROWER_CLASS_HOUSEHOLD},
    {"种植大户", v1::GROWER_CLASS_HOUSEHOLD},
    {"家庭农场", v1::GROWER_CLASS_HOUSEHOLD},
    {"household", v1::GROWER_CLASS_HOUSEHOLD},
    {"households", v1::GROWER_CLASS_HOUSEHOLD},
    {"合作社", v1::GROWER_CLASS_COOPERATIVE},
    {"专业合作社", v1::GROWER_CLASS_COOPERATIVE},
    {"农民专业合作社", v1::GROWER_CLASS_COOPERATIVE},
    {"cooperative", v1::GROWER_CLASS_COOPERATIVE},
    {"co-operative", v1::GROWER_CLASS_COOPERATIVE},
    {"cooperatives", v1::GROWER_CLASS_COOPERATIVE},
    {"公司", v1::GROWER_CLASS_COMPANY},
    {"企业", v1::GROWER_CLASS_COMPANY},
    {"龙头企业", v1::GROWER_CLASS_COMPANY},
    {"基地", v1::GROWER_CLASS_COMPANY},
    {"company", v1::GROWER_CLASS_COMPANY},
    {"companies", v1::GROWER_CLASS_COMPANY},
    {"国有农场", v1::GROWER_CLASS_STATE_FARM},
    {"国营农场", v1::GROWER_CLASS_STATE_FARM},
    {"农垦", v1::GROWER_CLASS_STATE_FARM},
    {"statefarm", v1::GROWER_CLASS_STATE_FARM},
};

struct StageWord {
  absl::string_view word;
  v1::GrowthStage value;
};
constexpr StageWord kStages[] = {
    {"播种", v1::GROWTH_STAGE_SOWN},
    {"播种期", v1::GROWTH_STAGE_SOWN},
    {"育苗", v1::GROWTH_STAGE_SOWN},
    {"育苗期", v1::GROWTH_STAGE_SOWN},
    {"sown", v1::GROWTH_STAGE_SOWN},
    {"苗期", v1::GROWTH_STAGE_SEEDLING},
    {"幼苗期", v1::GROWTH_STAGE_SEEDLING},
    {"移栽", v1::GROWTH_STAGE_SEEDLING},
    {"定植", v1::GROWTH_STAGE_SEEDLING},
    {"移栽期", v1::GROWTH_STAGE_SEEDLING},
    {"定植期", v1::GROWTH_STAGE_SEEDLING},
    {"seedling", v1::GROWTH_STAGE_SEEDLING},
    {"生长期", v1::GROWTH_STAGE_VEGETATIVE},
    {"营养生长期", v1::GROWTH_STAGE_VEGETATIVE},
    {"莲座期", v1::GROWTH_STAGE_VEGETATIVE},
    {"伸蔓期", v1::GROWTH_STAGE_VEGETATIVE},
    {"vegetative", v1::GROWTH_STAGE_VEGETATIVE},
    {"花期", v1::GROWTH_STAGE_FLOWERING},
    {"开花", v1::GROWTH_STAGE_FLOWERING},
    {"开花期", v1::GROWTH_STAGE_FLOWERING},
    {"初花期", v1::GROWTH_STAGE_FLOWERING},
    {"盛花期", v1::GROWTH_STAGE_FLOWERING},
    {"flowering", v1::GROWTH_STAGE_FLOWERING},
    {"坐果期", v1::GROWTH_STAGE_FRUITING},
    {"结果期", v1::GROWTH_STAGE_FRUITING},
    {"膨大期", v1::GROWTH_STAGE_FRUITING},
    {"结球期", v1::GROWTH_STAGE_FRUITING},
    {"果实膨大期", v1::GROWTH_STAGE_FRUITING},
    {"fruiting", v1::GROWTH_STAGE_FRUITING},
    {"成熟", v1::GROWTH_STAGE_MATURE},
    {"成熟期", v1::GROWTH_STAGE_MATURE},
    {"mature", v1::GROWTH_STAGE_MATURE},
    {"采收", v1::GROWTH_STAGE_HARVESTING},
    {"采收期", v1::GROWTH_STAGE_HARVESTING},
    {"采收中", v1::GROWTH_STAGE_HARVESTING},
    {"收获期", v1::GROWTH_STAGE_HARVESTING},
    {"盛采期", v1::GROWTH_STAGE_HARVESTING},
    {"harvesting", v1::GROWTH_STAGE_HARVESTING},
    {"采收结束", v1::GROWTH_STAGE_FINISHED},
    {"采收完毕", v1::GROWTH_STAGE_FINISHED},
    {"收获完毕", v1::GROWTH_STAGE_FINISHED},
    {"拉秧", v1::GROWTH_STAGE_FINISHED},
    {"罢园", v1::GROWTH_STAGE_FINISHED},
    {"finished", v1::GROWTH_STAGE_FINISHED},
};

}  // namespace

ReportWords::ReportWords(const config::v1::ReportMapping& mapping) {
  for (const std::string& word : mapping.absent_words()) absent_.insert(HeadingKey(word));
  for (const std::string& word : mapping.no_bid_words()) no_bid_.insert(HeadingKey(word));
  for (const std::string& word : mapping.skip_prefixes())
    skip_prefixes_.push_back(HeadingKey(word));
  if (absent_.empty()) {
    for (const absl::string_view word : kAbsent) absent_.insert(HeadingKey(word));
  }
  if (no_bid_.empty()) {
    for (const absl::string_view word : kNoBid) no_bid_.insert(HeadingKey(word));
  }
  if (skip_prefixes_.empty()) {
    skips_sums_ = true;
    for (const absl::string_view word : kSkip) skip_prefixes_.push_back(HeadingKey(word));
  }
}

bool ReportWords::IsAbsent(absl::string_view cell) const {
  return absent_.count(HeadingKey(cell)) > 0;
}

bool ReportWords::IsNoBid(absl::string_view cell) const {
  return no_bid_.count(HeadingKey(cell)) > 0;
}

bool ReportWords::IsSkipped(absl::string_view cell) const {
  if (cell.empty()) return false;
  const std::string key = HeadingKey(cell);
  for (const std::string& prefix : skip_prefixes_) {
    if (absl::StartsWith(key, prefix)) return true;
  }
  return skips_sums_ && std::any_of(std::begin(kSums), std::end(kSums), [&](absl::string_view sum) {
           return absl::EndsWith(key, sum);
         });
}

std::optional<v1::GrowerClass> GrowerClassOf(absl::string_view cell) {
  const std::string key = HeadingKey(cell);
  if (key.empty()) return v1::GROWER_CLASS_UNSPECIFIED;
  for (const ClassWord& word : kClasses) {
    if (word.word == key) return word.value;
  }
  return std::nullopt;
}

std::optional<v1::GrowthStage> GrowthStageOf(absl::string_view cell) {
  const std::string key = HeadingKey(cell);
  for (const StageWord& word : kStages) {
    if (word.word == key) return word.value;
  }
  return std::nullopt;
}

}  // namespace glutwatch::sheet
