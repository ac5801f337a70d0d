#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
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
constexpr int kUsualLimit = 100;

struct ListFlags {
  std::string kind, region, product, grade, from, to, as_of;
  bool unconfirmed = false;
  int limit = kUsualLimit;
};

struct CorrectFlags {
  std::string name, value, unit, reporter, note;
};

struct ConfirmFlags {
  std::vector<std::string> names;
  std::string confirmer, note;
  bool withdraw = false;
};

absl::StatusOr<v1::ListReportsRequest> ToRequest(Context* context, const ListFlags& flags) {
  v1::ListReportsRequest request;
  v1::ReportSelection* selection = request.mutable_selection();
  if (!flags.kind.empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto kind, ParseReportKind(flags.kind));
    selection->set_kind(kind);
  }
  if (!flags.region.empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(*selection->mutable_region(), ResolveRegion(context, flags.region));
  }
  if (!flags.from.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.from, selection->mutable_start_date()));
  }
  if (!flags.to.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.to, selection->mutable_end_date()));
  }
  if (!flags.as_of.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetInstant(*context, flags.as_of, request.mutable_as_of()));
  }
  selection->set_product(flags.product);
  selection->set_grade(flags.grade);
  selection->set_unconfirmed_only(flags.unconfirmed);
  request.set_page_size(flags.limit > 0 ? std::min(flags.limit, kPage) : kPage);
  return request;
}

// The reports as a table and, for people, what is doubtful about them below it.
absl::Status Show(Context* context, const std::vector<const v1::Report*>& reports,
                  const google::protobuf::Message& whole, const std::string& items) {
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  if (std::any_of(reports.begin(), reports.end(), [](auto* one) { return one->simulated(); })) {
    context->MarkSimulated();
  }
  context->ShowList(ReportTable(reports, names, context->language, context->env.time_zone), whole,
                    items);
  const Table findings = ReportFindingTable(reports, context->language);
  if (context->format == Format::kTable && !context->quiet && !findings.empty()) {
    context->out() << "\n"
                   << context->T(Msg::kReportFindings) << "\n"
                   << findings.ToText(context->color());
  }
  return absl::OkStatus();
}

template <typename Response>
std::vector<const v1::Report*> Pointers(const Response& reports) {
  std::vector<const v1::Report*> pointers;
  for (const v1::Report& one : reports) pointers.push_back(&one);
  return pointers;
}

absl::StatusOr<ExitCode> List(Context* context, const ListFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto request, ToRequest(context, flags));
  v1::ListReportsResponse all;
  const auto stub = v1::ReportService::NewStub(context->channel());
  const auto full = [&] { return flags.limit > 0 && all.reports_size() >= flags.limit; };
  GLUTWATCH_RETURN_IF_ERROR(ForEachPage(*stub, &Stub::ListReports, request, context->timeout,
                                        [&](const v1::ListReportsResponse& page) {
                                          all.MergeFrom(page);
                                          return !full();
                                        }));
  if (full()) {
    all.mutable_reports()->DeleteSubrange(flags.limit, all.reports_size() - flags.limit);
  }
  all.clear_next_page_token();
  GLUTWATCH_RETURN_IF_ERROR(Show(context, Pointers(all.reports()), all, "reports"));
  return kExitOk;
}

absl::StatusOr<v1::ListReportVersionsResponse> Versions(Context* context, Stub* stub,
                                                        const std::string& name) {
  v1::ListReportVersionsRequest request;
  request.set_name(Qualified("reports", name));
  return Call(*stub, &Stub::ListReportVersions, request, context->timeout);
}

absl::StatusOr<ExitCode> ShowVersions(Context* context, const std::string& name) {
  const auto stub = v1::ReportService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto got, Versions(context, stub.get(), name));
  GLUTWATCH_RETURN_IF_ERROR(Show(context, Pointers(got.versions()), got, "versions"));
  return kExitOk;
}

// A request that was typed twice is two requests: the instant tells them apart.
std::string NewRequestId(const Context& context, absl::string_view what) {
  return absl::StrCat(what, ":", absl::ToUnixNanos(context.env.clock->Now()));
}

absl::StatusOr<ExitCode> Correct(Context* context, const CorrectFlags& flags) {
  const auto stub = v1::ReportService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto got, Versions(context, stub.get(), flags.name));
  v1::SubmitReportsRequest request;
  request.set_request_id(NewRequestId(*context, "correct"));
  v1::Report* report = request.add_reports();
  *report = got.versions(got.versions_size() - 1);
  report->set_withdrawn(false);
  report->set_no_bid(flags.value == "no_bid");
  if (report->no_bid()) {
    report->clear_value_e4();
    report->clear_unit();
    report->clear_currency_code();
  } else {
    GLUTWATCH_ASSIGN_OR_RETURN(const int64_t value, ParseE4(flags.value));
    report->set_value_e4(value);
  }
  if (!flags.unit.empty()) report->set_unit(flags.unit);
  report->set_reporter(flags.reporter);
  report->set_note(flags.note);
  GLUTWATCH_ASSIGN_OR_RETURN(const auto done,
                             Call(*stub, &Stub::SubmitReports, request, context->timeout));
  for (const v1::ReportResult& result : done.results()) {
    if (result.verdict() != v1::REPORT_VERDICT_REFUSED) continue;
    const v1::ReportFinding& finding = result.findings(0);
    return absl::InvalidArgumentError(absl::StrCat(
        finding.reason(), ": ",
        context->language == Language::kChinese ? finding.message_zh() : finding.message()));
  }
  return ShowVersions(context, flags.name);
}

absl::StatusOr<ExitCode> Confirm(Context* context, const ConfirmFlags& flags) {
  const auto stub = v1::ReportService::NewStub(context->channel());
  v1::ConfirmReportsRequest request;
  request.set_request_id(NewRequestId(*context, "confirm"));
  request.set_confirmer(flags.confirmer);
  request.set_note(flags.note);
  for (const std::string& name : flags.names) {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto got, Versions(context, stub.get(), name));
    const v1::Report& newest = got.versions(got.versions_size() - 1);
    v1::ReportConfirmation* one = request.add_confirmations();
    one->set_name(newest.name());
    *one->mutable_record_time() = newest.record_time();
    one->set_withdraw(flags.withdraw);
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto done,
                             Call(*stub, &Stub::ConfirmReports, request, context->timeout));
  GLUTWATCH_RETURN_IF_ERROR(Show(context, Pointers(done.reports()), done, "reports"));
  return kExitOk;
}

void AddListCommand(CLI::App* reports, Context* context) {
  const auto flags = std::make_shared<ListFlags>();
  CLI::App* list = AddCommand(reports, context, "list", Msg::kHelpReportsList,
                              "  glutwatch reports list --region 元谋县 --from 4w\n"
                              "  glutwatch reports list --kind unsold_backlog --limit 0 -o csv\n"
                              "  glutwatch reports list --unconfirmed");
  list->add_option("--kind", flags->kind, context->T(Msg::kOptReportKind));
  list->add_option("--region", flags->region, context->T(Msg::kOptRegion));
  list->add_option("--product", flags->product, context->T(Msg::kOptProduct));
  list->add_option("--grade", flags->grade, context->T(Msg::kColGrade));
  list->add_option("--from", flags->from, context->T(Msg::kOptFrom));
  list->add_option("--to", flags->to, context->T(Msg::kOptTo));
  list->add_option("--as-of", flags->as_of, context->T(Msg::kOptAsOf));
  list->add_flag("--unconfirmed", flags->unconfirmed, context->T(Msg::kOptUnconfirmed));
  list->add_option("--limit", flags->limit, context->T(Msg::kOptLimit))
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  list->callback(
      [context, flags] { context->action = [context, flags] { return List(context, *flags); }; });
}

void AddShowCommand(CLI::App* reports, Context* context) {
  const auto name = std::make_shared<std::string>();
  CLI::App* show = AddCommand(reports, context, "show", Msg::kHelpReportsShow,
                              "  glutwatch reports show 2~532328~onion~~0~~2026-11-20");
  show->add_option("NAME", *name, context->T(Msg::kOptReportName))->required();
  show->callback([context, name] {
    context->action = [context, name] { return ShowVersions(context, *name); };
  });
}

void AddCorrectCommand(CLI::App* reports, Context* context) {
  const auto flags = std::make_shared<CorrectFlags>();
  CLI::App* correct =
      AddCommand(reports, context, "correct", Msg::kHelpReportsCorrect,
                 "  glutwatch reports correct 2~532328~onion~~0~~2026-11-20 --value 3100 --unit 亩 "
                 "--reporter 元谋县农业农村局");
  correct->add_option("NAME", flags->name, context->T(Msg::kOptReportName))->required();
  correct->add_option("--value", flags->value, context->T(Msg::kOptValue))->required();
  correct->add_option("--unit", flags->unit, context->T(Msg::kOptValueUnit));
  correct->add_option("--reporter", flags->reporter, context->T(Msg::kOptReporter))->required();
  correct->add_option("--note", flags->note, context->T(Msg::kOptNote));
  correct->callback([context, flags] {
    context->action = [context, flags] { return Correct(context, *flags); };
  });
}

void AddConfirmCommand(CLI::App* reports, Context* context) {
  const auto flags = std::make_shared<ConfirmFlags>();
  CLI::App* confirm =
      AddCommand(reports, context, "confirm", Msg::kHelpReportsConfirm,
                 "  glutwatch reports confirm 8~532328~onion~~0~~2026-11-20 --by 楚雄州农业农村局");
  confirm->add_option("NAME", flags->names, context->T(Msg::kOptReportName))->required();
  confirm->add_option("--by", flags->confirmer, context->T(Msg::kOptConfirmer))->required();
  confirm->add_option("--note", flags->note, context->T(Msg::kOptNote));
  confirm->add_flag("--withdraw", flags->withdraw, context->T(Msg::kOptWithdraw));
  confirm->callback([context, flags] {
    context->action = [context, flags] { return Confirm(context, *flags); };
  });
}

}  // namespace

void AddReportsCommand(CLI::App* app, Context* context) {
  CLI::App* reports = AddCommand(app, context, "reports", Msg::kHelpReports,
                                 "  glutwatch reports import 第47周.xlsx --dry-run\n"
                                 "  glutwatch reports list --region 元谋县\n"
                                 "  glutwatch reports due --region 楚雄彝族自治州 --state late");
  reports->require_subcommand(1);
  AddReportsImportCommand(reports, context);
  AddListCommand(reports, context);
  AddShowCommand(reports, context);
  AddCorrectCommand(reports, context);
  AddConfirmCommand(reports, context);
  AddReportsSumCommand(reports, context);
  AddReportsDueCommand(reports, context);
}

}  // namespace glutwatch::client
