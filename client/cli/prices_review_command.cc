#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/names.h"
#include "client/cli/render_health.h"
#include "client/cli/selection.h"
#include "client/cli/time_flags.h"
#include "client/cli/words.h"
#include "glutwatch/v1/health.grpc.pb.h"

// What was corrected, what waits for a review, and the reviews.
namespace glutwatch::client {
namespace {

using Stub = v1::DataHealthService::Stub;
constexpr int kPage = 1000;
constexpr char kSimulatedPrefix[] = "simulated:";

struct ListFlags {
  SelectionFlags selection;
  std::string from, to, recorded_from, recorded_to;
  bool discarded = false;
  bool unmoved = false;
  int limit = 0;
};

struct ReviewFlags {
  std::string series, date, note, request_id;
  int lot = 0;
};

template <typename Request>
absl::Status Fill(Context* context, const ListFlags& flags, Request* request) {
  GLUTWATCH_ASSIGN_OR_RETURN(*request->mutable_selection(), ToSelection(context, flags.selection));
  if (!flags.from.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.from, request->mutable_start_date()));
  }
  if (!flags.to.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.to, request->mutable_end_date()));
  }
  request->set_page_size(flags.limit == 0 ? kPage : std::min(flags.limit, kPage));
  return absl::OkStatus();
}

// Pages until there are `limit` of `rows`, or to the end if it is 0.
template <typename Method, typename Request, typename Response>
absl::Status Collect(Context* context, Method method, const Request& request, int limit,
                     google::protobuf::RepeatedPtrField<v1::Series>* (Response::*series)(),
                     Response* all, const std::function<int()>& size) {
  const auto stub = v1::DataHealthService::NewStub(context->channel());
  GLUTWATCH_RETURN_IF_ERROR(
      ForEachPage(*stub, method, request, context->timeout, [&](const Response& page) {
        all->MergeFrom(page);
        return limit == 0 || size() < limit;
      }));
  all->clear_next_page_token();
  // A series whose rows are on two pages came with both.
  auto* list = (all->*series)();
  const auto same = [](const v1::Series& a, const v1::Series& b) { return a.name() == b.name(); };
  list->erase(std::unique(list->begin(), list->end(), same), list->end());
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Corrections(Context* context, const ListFlags& flags) {
  v1::ListCorrectionsRequest request;
  GLUTWATCH_RETURN_IF_ERROR(Fill(context, flags, &request));
  if (!flags.recorded_from.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(
        SetInstant(*context, flags.recorded_from, request.mutable_record_start_time()));
  }
  if (!flags.recorded_to.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(
        SetInstant(*context, flags.recorded_to, request.mutable_record_end_time()));
  }
  v1::ListCorrectionsResponse all;
  GLUTWATCH_RETURN_IF_ERROR(Collect(context, &Stub::ListCorrections, request, flags.limit,
                                    &v1::ListCorrectionsResponse::mutable_series, &all,
                                    [&] { return all.corrections_size(); }));
  while (flags.limit > 0 && all.corrections_size() > flags.limit) {
    all.mutable_corrections()->RemoveLast();
  }
  for (const v1::Correction& one : all.corrections()) {
    if (absl::StartsWith(one.after().source(), kSimulatedPrefix)) context->MarkSimulated();
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  context->ShowList(CorrectionTable(all, {&names, context->language, context->env.time_zone}), all,
                    "corrections");
  return kExitOk;
}

absl::StatusOr<ExitCode> Suspicious(Context* context, const ListFlags& flags) {
  v1::ListSuspiciousRequest request;
  GLUTWATCH_RETURN_IF_ERROR(Fill(context, flags, &request));
  if (flags.discarded) request.set_filter(v1::DOUBT_FILTER_DISCARDED);
  if (flags.unmoved) request.set_filter(v1::DOUBT_FILTER_UNMOVED);
  v1::ListSuspiciousResponse all;
  GLUTWATCH_RETURN_IF_ERROR(Collect(context, &Stub::ListSuspicious, request, flags.limit,
                                    &v1::ListSuspiciousResponse::mutable_series, &all,
                                    [&] { return all.rows_size(); }));
  while (flags.limit > 0 && all.rows_size() > flags.limit) all.mutable_rows()->RemoveLast();
  for (const v1::SuspiciousRow& one : all.rows()) {
    if (absl::StartsWith(one.row().source(), kSimulatedPrefix)) context->MarkSimulated();
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  context->ShowList(SuspiciousTable(all, {&names, context->language, context->env.time_zone}), all,
                    "rows");
  return kExitOk;
}

absl::StatusOr<ExitCode> Review(Context* context, const ReviewFlags& flags,
                                v1::ReviewDecision decision) {
  v1::ReviewObservationRequest request;
  request.set_series(Qualified("series", flags.series));
  GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.date, request.mutable_date()));
  request.set_lot(flags.lot);
  request.set_decision(decision);
  request.set_note(flags.note);
  request.set_request_id(flags.request_id);
  if (flags.request_id.empty()) {
    request.set_request_id(absl::StrCat("cli/", request.series(), "/", FormatDate(request.date()),
                                        "/", flags.lot, "/",
                                        absl::ToUnixNanos(context->env.clock->Now())));
  }
  const auto stub = v1::DataHealthService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto answer,
                             Call(*stub, &Stub::ReviewObservation, request, context->timeout));
  if (context->format == Format::kJson || context->format == Format::kJsonl) {
    context->ShowJson(answer, context->format == Format::kJson);
    return kExitOk;
  }
  const std::string word = context->T(
      decision == v1::REVIEW_DECISION_CONFIRM ? Msg::kReviewConfirmed : Msg::kReviewDiscarded);
  context->out() << context->T(answer.changed() ? Msg::kReviewDone : Msg::kReviewNoChange,
                               request.series(), FormatDate(request.date()), word)
                 << "\n";
  return kExitOk;
}

void AddListFlags(CLI::App* command, const Context& context, ListFlags* flags) {
  AddSelectionFlags(command, context, &flags->selection);
  command->add_option("--from", flags->from, context.T(Msg::kOptFrom));
  command->add_option("--to", flags->to, context.T(Msg::kOptTo));
  command->add_option("--limit", flags->limit, context.T(Msg::kOptLimit))
      ->check(CLI::Range(0, 1'000'000));
}

void AddReviewCommand(CLI::App* prices, Context* context, const std::string& name, Msg help,
                      v1::ReviewDecision decision) {
  const auto flags = std::make_shared<ReviewFlags>();
  CLI::App* review =
      AddCommand(prices, context, name, help,
                 absl::StrCat("  glutwatch prices ", name, " 12 2026-03-01 --note 电话核实"));
  review->add_option("SERIES", flags->series, context->T(Msg::kOptSeriesArg))->required();
  review->add_option("DATE", flags->date, context->T(Msg::kOptRowDate))->required();
  review->add_option("--lot", flags->lot, context->T(Msg::kOptLot));
  review->add_option("--note", flags->note, context->T(Msg::kOptNote));
  review->add_option("--request-id", flags->request_id, context->T(Msg::kOptRequestId));
  review->callback([context, flags, decision] {
    context->action = [context, flags, decision] { return Review(context, *flags, decision); };
  });
}

}  // namespace

void AddPricesReviewCommands(CLI::App* prices, Context* context) {
  const auto flags = std::make_shared<ListFlags>();
  CLI::App* corrections = AddCommand(
      prices, context, "corrections", Msg::kHelpPricesCorrections,
      "  glutwatch prices corrections --series 12 --from 30d\n"
      "  glutwatch prices corrections --region 530400 --recorded-from 2026-03-01 -o csv");
  AddListFlags(corrections, *context, flags.get());
  corrections->add_option("--recorded-from", flags->recorded_from,
                          context->T(Msg::kOptRecordedFrom));
  corrections->add_option("--recorded-to", flags->recorded_to, context->T(Msg::kOptRecordedTo));
  corrections->callback([context, flags] {
    context->action = [context, flags] { return Corrections(context, *flags); };
  });
  CLI::App* suspicious = AddCommand(prices, context, "suspicious", Msg::kHelpPricesSuspicious,
                                    "  glutwatch prices suspicious --region 530400\n"
                                    "  glutwatch prices suspicious --series 12 --discarded");
  AddListFlags(suspicious, *context, flags.get());
  auto* discarded =
      suspicious->add_flag("--discarded", flags->discarded, context->T(Msg::kOptShowDiscarded));
  suspicious->add_flag("--unmoved", flags->unmoved, context->T(Msg::kOptShowUnmoved))
      ->excludes(discarded);
  suspicious->callback([context, flags] {
    context->action = [context, flags] { return Suspicious(context, *flags); };
  });
  AddReviewCommand(prices, context, "confirm", Msg::kHelpPricesConfirm,
                   v1::REVIEW_DECISION_CONFIRM);
  AddReviewCommand(prices, context, "discard", Msg::kHelpPricesDiscard,
                   v1::REVIEW_DECISION_DISCARD);
}

}  // namespace glutwatch::client
