#include "server/rpc/report_service.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/rpc/log.h"
#include "server/rpc/tokens.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_report.h"
#include "server/rpc/translate_warn.h"
#include "server/security/principal.h"

namespace glutwatch::rpc {
namespace {

using security::Action;

constexpr int kUsualPage = 1000;
constexpr int kMostPage = 10'000;

}  // namespace

absl::StatusOr<std::string> ReportServiceImpl::ProductId(absl::string_view product,
                                                         int64_t as_of_us) const {
  if (product.empty()) return "";
  constexpr absl::string_view kPrefix = "products/";
  const absl::string_view name =
      absl::StartsWith(product, kPrefix) ? product.substr(kPrefix.size()) : product;
  const auto itself = rooms_.catalog->GetProduct(name);
  if (itself != nullptr && itself->standing.is_merged() && itself->standing.merged_us > as_of_us) {
    return itself->id;  // it stood by itself then
  }
  const auto found = rooms_.catalog->FindProduct(name);
  if (found == nullptr) return absl::NotFoundError(absl::StrCat("no product \"", product, "\""));
  return found->id;
}

grpc::ServerUnaryReactor* ReportServiceImpl::SubmitReports(grpc::CallbackServerContext* context,
                                                           const v1::SubmitReportsRequest* request,
                                                           v1::SubmitReportsResponse* response) {
  return gate_->Write(context, "SubmitReports", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kWriteReports));
    report::Submission submission;
    submission.request_id = request->request_id();
    submission.validate_only = request->validate_only();
    submission.all_or_nothing = request->all_or_nothing();
    submission.reports.reserve(static_cast<size_t>(request->reports_size()));
    for (const v1::Report& one : request->reports()) submission.reports.push_back(FromProto(one));
    GLUTWATCH_ASSIGN_OR_RETURN(const report::Answer answer,
                               rooms_.book->Submit(principal, submission));
    if (answer.recorded_us != 0) *response->mutable_record_time() = ToTimestamp(answer.recorded_us);
    response->set_replayed(answer.replayed);
    response->set_new_count(answer.new_count);
    response->set_corrected_count(answer.corrected_count);
    response->set_duplicate_count(answer.duplicate_count);
    response->set_refused_count(answer.refused_count);
    response->set_flagged_count(answer.flagged_count);
    for (const report::Result& result : answer.results) {
      if (report::IsSimplyNew(result)) continue;
      *response->add_results() =
          ToProto(result, submission.reports[static_cast<size_t>(result.index)].day);
    }
    spdlog::info(
        "reports submitted id={} new={} corrected={} duplicate={} refused={} flagged={} "
        "validate_only={} replayed={} by={}",
        LogText(request->request_id()), answer.new_count, answer.corrected_count,
        answer.duplicate_count, answer.refused_count, answer.flagged_count,
        request->validate_only(), answer.replayed, LogText(principal.id));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ReportServiceImpl::ListReports(grpc::CallbackServerContext* context,
                                                         const v1::ListReportsRequest* request,
                                                         v1::ListReportsResponse* response) {
  return gate_->Read(context, "ListReports", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadReports));
    GLUTWATCH_ASSIGN_OR_RETURN(const int size,
                               PageSize(request->page_size(), kUsualPage, kMostPage));
    const uint64_t query = QueryHash(*request);
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string token,
                               ReadPageToken(request->page_token(), query));
    std::optional<std::pair<report::Subject, Day>> after;
    if (!token.empty()) {
      GLUTWATCH_ASSIGN_OR_RETURN(after, ReadReportName(token));
    }
    const int64_t as_of_us = AsOf(request->has_as_of(), request->as_of());
    GLUTWATCH_ASSIGN_OR_RETURN(std::string product,
                               ProductId(request->selection().product(), as_of_us));
    GLUTWATCH_ASSIGN_OR_RETURN(const report::Selection selection,
                               FromProto(request->selection(), std::move(product)));
    return rooms_.book->List(selection, as_of_us, after, [&](const report::Report& one) {
      if (response->reports_size() == size) {
        response->set_next_page_token(MakePageToken(response->reports(size - 1).name(), query));
        return false;
      }
      *response->add_reports() = ToProto(one);
      return true;
    });
  });
}

grpc::ServerUnaryReactor* ReportServiceImpl::ListReportVersions(
    grpc::CallbackServerContext* context, const v1::ListReportVersionsRequest* request,
    v1::ListReportVersionsResponse* response) {
  return gate_->Read(context, "ListReportVersions", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadReports));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto key, ReadReportName(request->name()));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto versions, rooms_.book->Versions(key.first, key.second));
    if (versions.empty()) return absl::NotFoundError(absl::StrCat("no ", request->name()));
    for (const report::Report& version : versions) *response->add_versions() = ToProto(version);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ReportServiceImpl::ConfirmReports(
    grpc::CallbackServerContext* context, const v1::ConfirmReportsRequest* request,
    v1::ConfirmReportsResponse* response) {
  return gate_->Write(context, "ConfirmReports", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kConfirmReports));
    std::vector<report::Confirmation> confirmations;
    for (int i = 0; i < request->confirmations_size(); ++i) {
      const v1::ReportConfirmation& one = request->confirmations(i);
      auto key = ReadReportName(one.name());
      if (!key.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat("confirmations[", i, "].", key.status().message()));
      }
      confirmations.push_back(
          {std::move(key->first), key->second, AsOf(true, one.record_time()), one.withdraw()});
    }
    GLUTWATCH_ASSIGN_OR_RETURN(const report::Confirmed confirmed,
                               rooms_.book->Confirm(principal, request->request_id(), confirmations,
                                                    request->confirmer(), request->note()));
    for (const report::Report& one : confirmed.reports) *response->add_reports() = ToProto(one);
    response->set_replayed(confirmed.replayed);
    spdlog::info("reports confirmed id={} count={} confirmer={} replayed={} by={}",
                 LogText(request->request_id()), confirmed.reports.size(),
                 LogText(request->confirmer()), confirmed.replayed, LogText(principal.id));
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc
