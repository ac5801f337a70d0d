#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/china_day.h"
#include "base/status_macros.h"
#include "server/report/due.h"
#include "server/report/summary.h"
#include "server/rpc/report_service.h"
#include "server/rpc/tokens.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_warn.h"

// The two answers of ReportService that are computed: sums, and what is due.
namespace glutwatch::rpc {
namespace {

using security::Action;

constexpr int kUsualPage = 1000;
constexpr int kMostPage = 10'000;

void SetBasis(const report::Estimate& estimate, v1::RegionFigure* to) {
  if (estimate.neighbours == 0) {
    to->set_basis("its own last report; too few neighbours have reported");
    to->set_basis_zh("按本地区最近一次填报；已报的邻近地区过少");
    return;
  }
  to->set_basis(absl::StrCat(
      estimate.from_farmland ? "farmland" : "its own last report", " and ", estimate.neighbours,
      estimate.from_group ? " reporting counties of the prefecture" : " reporting counties"));
  to->set_basis_zh(absl::StrCat(estimate.from_farmland ? "按耕地面积" : "按本地区最近一次填报",
                                "，并参照", estimate.from_group ? "本州市" : "全省", "已报的 ",
                                estimate.neighbours, " 个县"));
}

v1::RegionFigure ToProto(const report::RegionSum& region) {
  v1::RegionFigure figure;
  figure.set_region("regions/" + region.region);
  figure.set_state(static_cast<v1::FigureState>(region.state));
  if (region.reported_e4.has_value()) figure.set_reported_e4(*region.reported_e4);
  if (region.report_day.has_value())
    *figure.mutable_report_date() = rpc::ToProto(*region.report_day);
  if (region.estimate.has_value()) {
    figure.set_estimate(region.estimate->median);
    figure.set_estimate_low(region.estimate->low);
    figure.set_estimate_high(region.estimate->high);
    SetBasis(*region.estimate, &figure);
  }
  return figure;
}

v1::DueReport ToProto(const report::DueItem& item) {
  v1::DueReport due;
  due.set_duty("facts/" + item.duty);
  due.set_kind(static_cast<v1::ReportKind>(item.kind));
  due.set_region("regions/" + item.region);
  due.set_product("products/" + item.product);
  due.set_state(static_cast<v1::DueState>(item.state));
  *due.mutable_period_start_date() = rpc::ToProto(item.period.first);
  *due.mutable_period_end_date() = rpc::ToProto(item.period.last);
  *due.mutable_due_date() = rpc::ToProto(item.due_day);
  if (item.newest.has_value()) *due.mutable_newest_date() = rpc::ToProto(*item.newest);
  due.set_late_days(item.late_days);
  due.set_responsible(item.responsible);
  due.set_reminder(item.reminder);
  due.set_reminder_zh(item.reminder_zh);
  return due;
}

void Count(report::DueState state, v1::ListDueReportsResponse* response) {
  switch (state) {
    case report::DueState::kReported:
      return response->set_reported_count(response->reported_count() + 1);
    case report::DueState::kDue:
      return response->set_due_count(response->due_count() + 1);
    case report::DueState::kLate:
      return response->set_late_count(response->late_count() + 1);
    case report::DueState::kSeasonEnded:
      return response->set_season_ended_count(response->season_ended_count() + 1);
  }
}

// Orders items as the list does, with digits of one width.
std::string PlaceOf(const report::DueItem& item) {
  return absl::StrFormat("%s\n%s\n%02d", item.region, item.product, static_cast<int>(item.kind));
}

}  // namespace

grpc::ServerUnaryReactor* ReportServiceImpl::SummarizeReports(
    grpc::CallbackServerContext* context, const v1::SummarizeReportsRequest* request,
    v1::SummarizeReportsResponse* response) {
  return gate_->Read(context, "SummarizeReports", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadReports));
    report::SummaryQuestion question;
    question.kind = static_cast<report::Kind>(request->kind());
    question.as_of_us = AsOf(request->has_as_of(), request->as_of());
    GLUTWATCH_ASSIGN_OR_RETURN(question.product, ProductId(request->product(), question.as_of_us));
    if (question.product.empty()) {
      return absl::InvalidArgumentError("product is missing, expected a product");
    }
    GLUTWATCH_ASSIGN_OR_RETURN(question.region, IdOf(request->region(), "regions", "region"));
    if (rooms_.catalog->FindRegion(question.region) == nullptr) {
      return absl::NotFoundError(absl::StrCat("no ", request->region()));
    }
    GLUTWATCH_ASSIGN_OR_RETURN(question.day, FromProto(request->date(), "date"));
    question.unit = request->unit();
    question.grade = request->grade();
    question.examples = rooms_.use_examples;
    GLUTWATCH_ASSIGN_OR_RETURN(
        const report::Summary summary,
        report::Summarize(*rooms_.book, *rooms_.facts, *rooms_.catalog, question));
    response->set_unit(summary.unit);
    for (const report::RegionSum& region : summary.regions) {
      *response->add_figures() = ToProto(region);
    }
    response->set_reported_e4(summary.reported_e4);
    response->set_total(summary.total);
    response->set_total_low(summary.total_low);
    response->set_total_high(summary.total_high);
    response->set_expected_count(summary.expected_count);
    response->set_reported_count(summary.reported_count);
    for (const std::string& region : summary.unestimated) {
      response->add_unestimated_regions("regions/" + region);
    }
    response->set_simulated(summary.simulated);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ReportServiceImpl::ListDueReports(
    grpc::CallbackServerContext* context, const v1::ListDueReportsRequest* request,
    v1::ListDueReportsResponse* response) {
  return gate_->Read(context, "ListDueReports", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadReports));
    GLUTWATCH_ASSIGN_OR_RETURN(const int size,
                               PageSize(request->page_size(), kUsualPage, kMostPage));
    const uint64_t query = QueryHash(*request);
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string after,
                               ReadPageToken(request->page_token(), query));
    std::string within;
    if (!request->region().empty()) {
      GLUTWATCH_ASSIGN_OR_RETURN(within, IdOf(request->region(), "regions", "region"));
    }
    catalog::FactBook::When when;
    when.day = ChinaDay(rooms_.clock->Now());
    when.as_of_us = AsOf(request->has_as_of(), request->as_of());
    when.examples = rooms_.use_examples;
    if (request->has_date()) {
      GLUTWATCH_ASSIGN_OR_RETURN(when.day, FromProto(request->date(), "date"));
    }
    const auto newest = [&](report::Kind kind, absl::string_view product) {
      return rooms_.book->Newest(kind, product, within, when.day, when.as_of_us);
    };
    GLUTWATCH_ASSIGN_OR_RETURN(const auto items,
                               report::DueOn(*rooms_.facts, *rooms_.catalog, when, within, newest));
    std::string last;
    for (const report::DueItem& item : items) {
      Count(item.state, response);
      if (request->state() != v1::DUE_STATE_UNSPECIFIED &&
          static_cast<int>(item.state) != static_cast<int>(request->state())) {
        continue;
      }
      const std::string place = PlaceOf(item);
      if (!after.empty() && place <= after) continue;
      if (response->reports_size() == size) {
        response->set_next_page_token(MakePageToken(last, query));
        continue;  // the counts are of all
      }
      *response->add_reports() = ToProto(item);
      last = place;
    }
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc
