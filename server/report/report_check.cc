#include "server/report/report_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "server/report/figure_check.h"
#include "server/report/finding_words.h"
#include "server/report/kind_rules.h"

namespace glutwatch::report {
namespace {

size_t CharacterCount(absl::string_view utf8) {
  return static_cast<size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

struct TextField {
  absl::string_view field;
  absl::string_view name_zh;
  const std::string* text;
  size_t max_characters;
};

// False if some text cannot be worked with at all.
bool CheckTexts(const Report& report, std::vector<Finding>* out) {
  const TextField fields[] = {
      {"region", "地区", &report.subject.region, kMaxNameCharacters},
      {"product", "品种", &report.subject.product, kMaxNameCharacters},
      {"grade", "等级规格", &report.subject.grade, kMaxNameCharacters},
      {"site", "地点", &report.subject.site, kMaxNameCharacters},
      {"unit", "单位", &report.figures.unit, kMaxNameCharacters},
      {"currency_code", "币种", &report.figures.currency, kMaxNameCharacters},
      {"reporter", "填报人", &report.reporter, kMaxNameCharacters},
      {"source", "来源", &report.source, kMaxSourceCharacters},
      {"note", "备注", &report.note, kMaxNoteCharacters},
  };
  for (const TextField& field : fields) {
    if (!IsUtf8(*field.text)) {
      AddFinding("NOT_UTF8", field.field, absl::StrCat(field.field, " is not valid UTF-8"),
                 absl::StrCat(field.name_zh, "不是有效的UTF-8文字"), out);
      continue;
    }
    const size_t length = CharacterCount(*field.text);
    if (length <= field.max_characters) continue;
    AddFinding(
        "TEXT_TOO_LONG", field.field,
        absl::StrCat(field.field, " has ", length, " characters, expected at most ",
                     field.max_characters),
        absl::StrCat(field.name_zh, "有", length, "个字，最多", field.max_characters, "个字"), out);
  }
  return out->empty();
}

}  // namespace

std::vector<Finding> ReportCheck::Check(Report* report) {
  std::vector<Finding> findings;
  if (!CheckTexts(*report, &findings)) return findings;
  Subject& subject = report->subject;
  for (std::string* text : {&subject.region, &subject.product, &subject.grade, &subject.site,
                            &report->reporter, &report->source, &report->note}) {
    absl::StripAsciiWhitespace(text);
  }

  CheckSubject(&subject, &findings);
  CheckDay(report->day, &findings);
  if (report->reporter.empty()) {
    AddFinding("REPORTER_MISSING", "reporter", "reporter is empty, expected who reports",
               "没有填报人，应写明由谁填报", &findings);
  }
  Figures& figures = report->figures;
  if (figures.withdrawn) {
    figures = Figures{.withdrawn = true};
  } else if (const KindRule* rule = FindKindRule(subject.kind); rule != nullptr) {
    CheckFigures(subject.kind, *rule, units_, &figures, &findings);
  }
  return findings;
}

void ReportCheck::CheckSubject(Subject* subject, std::vector<Finding>* out) {
  CheckRegion(&subject->region, out);
  if (FindKindRule(subject->kind) == nullptr) {
    const auto kind = static_cast<int>(subject->kind);
    AddFinding("UNKNOWN_KIND", "kind", absl::StrCat("kind is ", kind, ", expected 1 to 12"),
               absl::StrCat("填报类型为", kind, "，应为1至12"), out);
  }
  CheckProduct(&subject->product, out);
  if (subject->grower_class > GrowerClass::kStateFarm) {
    const auto grower_class = static_cast<int>(subject->grower_class);
    AddFinding("UNKNOWN_GROWER_CLASS", "grower_class",
               absl::StrCat("grower class is ", grower_class, ", expected 0 to 4"),
               absl::StrCat("经营主体为", grower_class, "，应为0至4"), out);
  }
}

void ReportCheck::CheckRegion(std::string* region, std::vector<Finding>* out) {
  const auto [place, is_new] = regions_.try_emplace(*region);
  if (is_new) place->second = FindRegion(*region);
  const RegionEntry& entry = place->second;
  // In this order, so that nobody learns which regions exist elsewhere.
  if (!entry.allowed) {
    AddFinding("PERMISSION", "region",
               absl::StrCat("\"", principal_->id, "\" may not report for region ", Quoted(*region)),
               absl::StrCat("“", principal_->id, "”无权填报地区", QuotedZh(*region)), out);
  } else if (entry.ambiguous) {
    AddFinding("AMBIGUOUS_REGION", "region",
               absl::StrCat("several regions are called ", Quoted(*region), ", expected a code"),
               absl::StrCat("有多个地区名为", QuotedZh(*region), "，请填行政区划代码"), out);
  } else if (entry.code.empty()) {
    AddFinding(
        "UNKNOWN_REGION", "region",
        absl::StrCat("region is ", Quoted(*region), ", expected a code or a name of the catalog"),
        absl::StrCat("地区为", QuotedZh(*region), "，应为目录中的行政区划代码或名称"), out);
  } else {
    *region = entry.code;
  }
}

ReportCheck::RegionEntry ReportCheck::FindRegion(const std::string& written) {
  RegionEntry entry;
  if (catalog_->FindRegion(written) != nullptr) {
    entry.code = written;
  } else {
    LoadRegionNames();
    const auto found = region_names_.find(written);
    if (found != region_names_.end()) {
      entry.ambiguous = found->second.size() > 1;
      entry.code = found->second.front();
    }
  }
  entry.allowed = security::Authorize(*principal_, security::Action::kWriteReports,
                                      entry.code.empty() ? written : entry.code, *catalog_)
                      .ok();
  return entry;
}

void ReportCheck::LoadRegionNames() {
  if (std::exchange(region_names_loaded_, true)) return;
  constexpr int kPage = 10'000;
  std::string after;
  while (true) {
    const auto page = catalog_->ListRegions(principal_->region, after, kPage);
    if (page.empty()) return;
    for (const auto& region : page) region_names_[region->display_name].push_back(region->code);
    after = page.back()->code;
  }
}

void ReportCheck::CheckProduct(std::string* product, std::vector<Finding>* out) {
  const auto [entry, is_new] = products_.try_emplace(*product);
  if (is_new) {
    const auto found = catalog_->FindProduct(*product);
    if (found != nullptr) entry->second = found->id;
  }
  if (entry->second.empty()) {
    AddFinding("UNKNOWN_PRODUCT", "product",
               absl::StrCat("product is ", Quoted(*product),
                            ", expected an id, a name or an alias of the catalog"),
               absl::StrCat("品种为", QuotedZh(*product), "，应为目录中的品种名称或别名"), out);
  } else {
    *product = entry->second;
  }
}

void ReportCheck::CheckDay(Day day, std::vector<Finding>* out) const {
  if (day < kMinDay || day > kMaxDay) {
    const std::string first = FormatDay(kMinDay);
    const std::string last = FormatDay(kMaxDay);
    AddFinding("DAY_OUT_OF_RANGE", "date",
               absl::StrCat("date is missing or impossible, expected ", first, " to ", last),
               absl::StrCat("缺少日期或日期不存在，应在", first, "至", last, "之间"), out);
  } else if (day - today_ > kMaxFutureDays) {
    const std::string text = FormatDay(day);
    const std::string today = FormatDay(today_);
    AddFinding("FUTURE_DAY", "date",
               absl::StrCat("date is ", text, ", today is ", today,
                            ", expected no later day than the next"),
               absl::StrCat("日期为", text, "，今天是", today, "，最晚只能填明天"), out);
  }
}

Finding SameReportTwice(int32_t first_index, const Report& first) {
  return {"SAME_REPORT_TWICE", "",
          absl::StrCat("the same report of ", FormatDay(first.day), " is number ", first_index + 1,
                       " of this request already, with other figures; expected it once"),
          absl::StrCat(FormatDay(first.day), "的同一项已是本次提交的第", first_index + 1,
                       "条，但数值不同；只应填一次")};
}

Finding NothingToWithdraw() {
  return {"NOTHING_TO_WITHDRAW", "withdrawn",
          "it was never reported, so there is nothing to take back", "从未填报过，无可撤回"};
}

}  // namespace glutwatch::report
