#include "server/rpc/translate_report.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_warn.h"

namespace glutwatch::rpc {
namespace {

constexpr char kCollection[] = "reports/";
constexpr char kSeparator = '~';
constexpr size_t kNameParts = 7;
constexpr Day kNoDay = kMinDay - 1;

bool NeedsEscape(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == kSeparator || c == '%' || c == '/' ||
         c == '\x7f';
}

std::string Escape(absl::string_view part) {
  std::string text;
  for (const char c : part) {
    if (NeedsEscape(c)) {
      absl::StrAppend(&text, "%", absl::BytesToHexString(absl::string_view(&c, 1)));
    } else {
      text.push_back(c);
    }
  }
  return text;
}

std::string Unescape(absl::string_view part) {
  std::string text;
  for (size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '%' && i + 2 < part.size() && absl::ascii_isxdigit(part[i + 1]) &&
        absl::ascii_isxdigit(part[i + 2])) {
      text += absl::HexStringToBytes(part.substr(i + 1, 2));
      i += 2;
    } else {
      text.push_back(part[i]);
    }
  }
  return text;
}

// "532328" of "regions/532328"; any other text as it is.
std::string BareId(absl::string_view name, absl::string_view collection) {
  const std::string prefix = absl::StrCat(collection, "/");
  return std::string(absl::StartsWith(name, prefix) ? name.substr(prefix.size()) : name);
}

Day DayOr(bool set, const google::type::Date& date, Day otherwise) {
  if (!set) return otherwise;
  return FromProto(date, "date").value_or(kNoDay);
}

}  // namespace

std::string ReportName(const report::Subject& subject, Day day) {
  const std::vector<std::string> parts = {absl::StrCat(static_cast<int>(subject.kind)),
                                          Escape(subject.region),
                                          Escape(subject.product),
                                          Escape(subject.grade),
                                          absl::StrCat(static_cast<int>(subject.grower_class)),
                                          Escape(subject.site),
                                          FormatDay(day)};
  return absl::StrCat(kCollection, absl::StrJoin(parts, std::string(1, kSeparator)));
}

absl::StatusOr<std::pair<report::Subject, Day>> ReadReportName(absl::string_view name) {
  const absl::Status bad = absl::InvalidArgumentError(
      absl::StrCat("name is \"", name, "\", expected a report's name as the server gave it"));
  if (!absl::StartsWith(name, kCollection)) return bad;
  const std::vector<absl::string_view> parts =
      absl::StrSplit(name.substr(sizeof(kCollection) - 1), kSeparator);
  int kind = 0;
  int grower_class = 0;
  if (parts.size() != kNameParts || !absl::SimpleAtoi(parts[0], &kind) ||
      !absl::SimpleAtoi(parts[4], &grower_class) || !v1::ReportKind_IsValid(kind) || kind == 0 ||
      !v1::GrowerClass_IsValid(grower_class)) {
    return bad;
  }
  const auto day = ParseDay(parts[6]);
  if (!day.ok()) return bad;
  report::Subject subject;
  subject.kind = static_cast<report::Kind>(kind);
  subject.region = Unescape(parts[1]);
  subject.product = Unescape(parts[2]);
  subject.grade = Unescape(parts[3]);
  subject.grower_class = static_cast<report::GrowerClass>(grower_class);
  subject.site = Unescape(parts[5]);
  if (ReportName(subject, *day) != name) return bad;
  return std::make_pair(std::move(subject), *day);
}

v1::ReportFinding ToProto(const report::Finding& finding) {
  v1::ReportFinding proto;
  proto.set_reason(finding.reason);
  proto.set_field(finding.field);
  proto.set_message(finding.message);
  proto.set_message_zh(finding.message_zh);
  return proto;
}

v1::Report ToProto(const report::Report& report) {
  const report::Subject& subject = report.subject;
  const report::Figures& figures = report.figures;
  v1::Report proto;
  proto.set_name(ReportName(subject, report.day));
  proto.set_kind(static_cast<v1::ReportKind>(subject.kind));
  proto.set_region("regions/" + subject.region);
  proto.set_product("products/" + subject.product);
  proto.set_grade(subject.grade);
  proto.set_grower_class(static_cast<v1::GrowerClass>(subject.grower_class));
  proto.set_site(subject.site);
  *proto.mutable_date() = ToProto(report.day);
  if (figures.value_e4.has_value()) proto.set_value_e4(*figures.value_e4);
  proto.set_unit(figures.unit);
  proto.set_currency_code(figures.currency);
  if (figures.window_start) *proto.mutable_window_start_date() = ToProto(*figures.window_start);
  if (figures.window_end) *proto.mutable_window_end_date() = ToProto(*figures.window_end);
  proto.set_stage(static_cast<v1::GrowthStage>(figures.stage));
  proto.set_no_bid(figures.no_bid);
  proto.set_withdrawn(figures.withdrawn);
  proto.set_reporter(report.reporter);
  proto.set_source(report.source);
  proto.set_note(report.note);
  proto.set_simulated(report.simulated);
  if (report.recorded_us != 0) *proto.mutable_record_time() = ToTimestamp(report.recorded_us);
  for (const report::Finding& finding : report.findings) *proto.add_findings() = ToProto(finding);
  proto.set_unconfirmed(report.unconfirmed);
  proto.set_confirmer(report.confirmer);
  return proto;
}

report::Report FromProto(const v1::Report& proto) {
  report::Report report;
  report.subject.kind = static_cast<report::Kind>(proto.kind());
  report.subject.region = BareId(proto.region(), "regions");
  report.subject.product = BareId(proto.product(), "products");
  report.subject.grade = proto.grade();
  report.subject.grower_class = static_cast<report::GrowerClass>(proto.grower_class());
  report.subject.site = proto.site();
  report.day = DayOr(proto.has_date(), proto.date(), kNoDay);
  if (proto.has_value_e4()) report.figures.value_e4 = proto.value_e4();
  report.figures.unit = proto.unit();
  report.figures.currency = proto.currency_code();
  if (proto.has_window_start_date()) {
    report.figures.window_start = DayOr(true, proto.window_start_date(), kNoDay);
  }
  if (proto.has_window_end_date()) {
    report.figures.window_end = DayOr(true, proto.window_end_date(), kNoDay);
  }
  report.figures.stage = static_cast<report::GrowthStage>(proto.stage());
  report.figures.no_bid = proto.no_bid();
  report.figures.withdrawn = proto.withdrawn();
  report.reporter = proto.reporter();
  report.source = proto.source();
  report.note = proto.note();
  report.simulated = proto.simulated();
  return report;
}

v1::ReportResult ToProto(const report::Result& result, Day day) {
  v1::ReportResult proto;
  proto.set_index(result.index);
  proto.set_verdict(static_cast<v1::ReportVerdict>(result.verdict));
  for (const report::Finding& finding : result.findings) *proto.add_findings() = ToProto(finding);
  if (result.previous.has_value()) *proto.mutable_previous() = ToProto(*result.previous);
  if (result.verdict != report::Verdict::kRefused) {
    proto.set_name(ReportName(result.subject, day));
  }
  return proto;
}

absl::StatusOr<report::Selection> FromProto(const v1::ReportSelection& proto, std::string product) {
  report::Selection selection;
  if (proto.kind() != v1::REPORT_KIND_UNSPECIFIED) {
    if (!v1::ReportKind_IsValid(proto.kind())) {
      return absl::InvalidArgumentError(
          absl::StrCat("selection.kind is ", proto.kind(), ", expected a value of ReportKind"));
    }
    selection.kind = static_cast<report::Kind>(proto.kind());
  }
  if (!proto.region().empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(selection.region,
                               IdOf(proto.region(), "regions", "selection.region"));
  }
  selection.product = std::move(product);
  if (!proto.grade().empty()) selection.grade = proto.grade();
  if (proto.has_start_date()) {
    GLUTWATCH_ASSIGN_OR_RETURN(selection.first_day,
                               FromProto(proto.start_date(), "selection.start_date"));
  }
  if (proto.has_end_date()) {
    GLUTWATCH_ASSIGN_OR_RETURN(selection.last_day,
                               FromProto(proto.end_date(), "selection.end_date"));
  }
  selection.unconfirmed_only = proto.unconfirmed_only();
  return selection;
}

}  // namespace glutwatch::rpc
