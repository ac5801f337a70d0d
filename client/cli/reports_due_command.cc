#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/decimal.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/render_reports.h"
#include "client/cli/report_words.h"
#include "client/cli/time_flags.h"
#include "client/cli/words.h"
#include "glutwatch/v1/report.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::ReportService::Stub;
constexpr int kPage = 10'000;
constexpr int kDigits = 1;

struct SumFlags {
  std::string kind, region, product, grade, date, as_of, unit;
};

struct DueFlags {
  std::string region, date, as_of, state;
  bool remind = false;
};

absl::StatusOr<v1::SummarizeReportsRequest> ToRequest(Context* context, const SumFlags& flags) {
  v1::SummarizeReportsRequest request;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto kind, ParseReportKind(flags.kind));
  request.set_kind(kind);
  request.set_product(flags.product);
  request.set_grade(flags.grade);
  request.set_unit(flags.unit);
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_region(), ResolveRegion(context, flags.region));
  *request.mutable_date() = ToDate(Today(*context));
  if (!flags.date.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.date, request.mutable_date()));
  }
  if (!flags.as_of.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetInstant(*context, flags.as_of, request.mutable_as_of()));
  }
  return request;
}

void ShowTotals(Context* context, const v1::SummarizeReportsResponse& sum, const NameBook& names) {
  const std::string reported = FormatE4(sum.reported_e4());
  context->out() << "\n"
                 << context->T(Msg::kSumTotal, reported, sum.unit(), sum.reported_count(),
                               sum.expected_count())
                 << "\n";
  if (sum.total_low() != sum.total_high()) {
    context->out() << context->T(Msg::kSumEstimated, reported, FormatNumber(sum.total(), kDigits),
                                 sum.unit(), FormatNumber(sum.total_low(), kDigits),
                                 FormatNumber(sum.total_high(), kDigits))
                   << "\n";
  }
  if (sum.unestimated_regions_size() > 0) {
    std::vector<std::string> regions;
    for (const auto& region : sum.unestimated_regions()) regions.push_back(names.Region(region));
    context->out() << context->T(Msg::kSumUnestimated, absl::StrJoin(regions, ", ")) << "\n";
  }
}

absl::StatusOr<ExitCode> Sum(Context* context, const SumFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto request, ToRequest(context, flags));
  const auto stub = v1::ReportService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto sum,
                             Call(*stub, &Stub::SummarizeReports, request, context->timeout));
  if (context->format == Format::kJson || context->format == Format::kJsonl) {
    context->ShowJson(sum, context->format == Format::kJson);
    return kExitOk;
  }
  if (sum.simulated()) context->MarkSimulated();
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  context->ShowList(FigureTable(sum, names, context->language), sum, "figures");
  if (context->format == Format::kTable && !context->quiet) ShowTotals(context, sum, names);
  return kExitOk;
}

absl::StatusOr<v1::DueState> ParseDueState(const std::string& text) {
  v1::DueState state = v1::DUE_STATE_UNSPECIFIED;
  if (text.empty() ||
      v1::DueState_Parse(absl::StrCat("DUE_STATE_", absl::AsciiStrToUpper(text)), &state)) {
    return state;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--state is \"", text, "\", expected reported, due, late or season_ended"));
}

absl::StatusOr<ExitCode> Due(Context* context, const DueFlags& flags) {
  v1::ListDueReportsRequest request;
  request.set_page_size(kPage);
  if (!flags.region.empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_region(), ResolveRegion(context, flags.region));
  }
  if (!flags.date.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.date, request.mutable_date()));
  }
  if (!flags.as_of.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetInstant(*context, flags.as_of, request.mutable_as_of()));
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto state, ParseDueState(flags.state));
  request.set_state(state);
  v1::ListDueReportsResponse all;
  const auto stub = v1::ReportService::NewStub(context->channel());
  GLUTWATCH_RETURN_IF_ERROR(ForEachPage(*stub, &Stub::ListDueReports, request, context->timeout,
                                        [&](const v1::ListDueReportsResponse& page) {
                                          all.MergeFrom(page);
                                          return true;
                                        }));
  all.clear_next_page_token();
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  context->ShowList(DueTable(all, names, context->language, flags.remind), all, "reports");
  if (context->format == Format::kTable && !context->quiet) {
    context->out() << "\n"
                   << context->T(Msg::kDueCounts, all.reported_count(), all.due_count(),
                                 all.late_count(), all.season_ended_count())
                   << "\n";
  }
  return kExitOk;
}

}  // namespace

void AddReportsSumCommand(CLI::App* reports, Context* context) {
  const auto flags = std::make_shared<SumFlags>();
  CLI::App* sum =
      AddCommand(reports, context, "sum", Msg::kHelpReportsSum,
                 "  glutwatch reports sum --kind planted_area --product 洋葱 --region 云南省\n"
                 "  glutwatch reports sum --kind stock --product 大蒜 --region 云南省 --date "
                 "2026-10-01 --unit t");
  sum->add_option("--kind", flags->kind, context->T(Msg::kOptReportKind))->required();
  sum->add_option("--product", flags->product, context->T(Msg::kOptProduct))->required();
  sum->add_option("--region", flags->region, context->T(Msg::kOptRegion))->required();
  sum->add_option("--grade", flags->grade, context->T(Msg::kColGrade));
  sum->add_option("--date", flags->date, context->T(Msg::kOptReportDate));
  sum->add_option("--as-of", flags->as_of, context->T(Msg::kOptAsOf));
  sum->add_option("--unit", flags->unit, context->T(Msg::kOptSumUnit));
  sum->callback(
      [context, flags] { context->action = [context, flags] { return Sum(context, *flags); }; });
}

void AddReportsDueCommand(CLI::App* reports, Context* context) {
  const auto flags = std::make_shared<DueFlags>();
  CLI::App* due = AddCommand(reports, context, "due", Msg::kHelpReportsDue,
                             "  glutwatch reports due --region 楚雄彝族自治州\n"
                             "  glutwatch --lang zh reports due --state late --remind");
  due->add_option("--region", flags->region, context->T(Msg::kOptRegion));
  due->add_option("--date", flags->date, context->T(Msg::kOptReportDate));
  due->add_option("--as-of", flags->as_of, context->T(Msg::kOptAsOf));
  due->add_option("--state", flags->state, context->T(Msg::kOptDueState));
  due->add_flag("--remind", flags->remind, context->T(Msg::kOptRemind));
  due->callback(
      [context, flags] { context->action = [context, flags] { return Due(context, *flags); }; });
}

}  // namespace glutwatch::client
