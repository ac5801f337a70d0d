#include <limits>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/observe/corrections.h"
#include "server/observe/intake.h"
#include "server/observe/review.h"
#include "server/rpc/data_health_service.h"
#include "server/rpc/log.h"
#include "server/rpc/price_view.h"
#include "server/rpc/timestamps.h"
#include "server/rpc/tokens.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_health.h"

// What was corrected, what is doubtful, and people's reviews; health is in data_health_service.cc.
namespace glutwatch::rpc {
namespace {

using security::Action;

constexpr int kUsualCorrections = 1000;
constexpr int kMostCorrections = 10'000;
constexpr int kUsualDoubtful = 100;
constexpr int kMostDoubtful = 1000;

// What both lists' requests have in common.
template <typename Request>
absl::StatusOr<observe::RowQuery> ToQuery(const Request& request, int usual, int most) {
  observe::RowQuery query;
  GLUTWATCH_ASSIGN_OR_RETURN(query.limit, PageSize(request.page_size(), usual, most));
  GLUTWATCH_ASSIGN_OR_RETURN(const std::string token,
                             ReadPageToken(request.page_token(), QueryHash(request)));
  if (!token.empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(query.after, ReadPlace(token));
  }
  GLUTWATCH_ASSIGN_OR_RETURN(query.selection, FromProto(request.selection()));
  if (request.has_start_date()) {
    GLUTWATCH_ASSIGN_OR_RETURN(query.from, FromProto(request.start_date(), "start_date"));
  }
  if (request.has_end_date()) {
    GLUTWATCH_ASSIGN_OR_RETURN(query.to, FromProto(request.end_date(), "end_date"));
  }
  if (query.from > query.to) {
    return absl::InvalidArgumentError(absl::StrCat("start_date is ", FormatDay(query.from),
                                                   ", after end_date ", FormatDay(query.to)));
  }
  return query;
}

// Adds who made the corrections, from the records of their commits.
class Authors {
 public:
  explicit Authors(const storage::CommitLog* commits) : commits_(commits) {}

  absl::Status AddTo(int64_t recorded_us, v1::Correction* correction) {
    auto known = records_.find(recorded_us);
    if (known == records_.end()) {
      auto record = commits_->Find(recorded_us);
      if (!record.ok() && !absl::IsNotFound(record.status())) return record.status();
      known = records_.emplace(recorded_us, record.ok() ? *std::move(record) : kUnknown).first;
    }
    correction->set_batch_id(known->second.batch_id);
    correction->set_author(known->second.author);
    correction->set_note(known->second.remark);
    return absl::OkStatus();
  }

 private:
  const storage::CommitRecord kUnknown = {};
  const storage::CommitLog* const commits_;
  std::map<int64_t, storage::CommitRecord> records_;
};

// The series of a page's rows, each once; rows come in the order of series.
template <typename Row, typename Response>
void AddSeries(const std::vector<Row>& rows, const catalog::SeriesRegistry& registry,
               Response* response) {
  storage::SeriesId last{0};
  for (const Row& row : rows) {
    if (row.series == last) continue;
    last = row.series;
    const auto series = registry.Find(row.series);
    if (series.has_value()) *response->add_series() = ToProto(*series);
  }
}

absl::Status SetFilter(v1::DoubtFilter filter, observe::RowQuery* query) {
  switch (filter) {
    case v1::DOUBT_FILTER_UNSPECIFIED:
      query->any_of = storage::kSuspicious;
      query->none_of = storage::kDiscarded;
      return absl::OkStatus();
    case v1::DOUBT_FILTER_DISCARDED:
      query->any_of = storage::kDiscarded;
      query->none_of = 0;
      return absl::OkStatus();
    case v1::DOUBT_FILTER_UNMOVED:
      query->any_of = storage::kFrozenQuote | storage::kFlatQuote;
      query->none_of = storage::kLeftOut;
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("filter is ", static_cast<int>(filter), ", expected 0 to 2"));
  }
}

absl::StatusOr<observe::ReviewRequest> ToRequest(const v1::ReviewObservationRequest& request) {
  observe::ReviewRequest review;
  review.request_id = request.request_id();
  GLUTWATCH_ASSIGN_OR_RETURN(review.series, catalog::ParseSeriesName(request.series()));
  GLUTWATCH_ASSIGN_OR_RETURN(review.day, FromProto(request.date(), "date"));
  if (request.lot() < 0 || request.lot() > observe::kMaxLot) {
    return absl::InvalidArgumentError(
        absl::StrCat("lot is ", request.lot(), ", expected 0 to ", observe::kMaxLot));
  }
  review.lot = static_cast<uint16_t>(request.lot());
  if (request.decision() != v1::REVIEW_DECISION_CONFIRM &&
      request.decision() != v1::REVIEW_DECISION_DISCARD) {
    return absl::InvalidArgumentError(absl::StrCat(
        "decision is ", static_cast<int>(request.decision()), ", expected CONFIRM or DISCARD"));
  }
  review.decision = static_cast<observe::Decision>(request.decision());
  review.note = request.note();
  if (request.has_record_time()) {
    review.reviewed_us = FromTimestamp(request.record_time());
    if (review.reviewed_us <= 0) {
      return absl::InvalidArgumentError("record_time is before 1970, expected the row's own");
    }
  }
  return review;
}

}  // namespace

grpc::ServerUnaryReactor* DataHealthServiceImpl::ListCorrections(
    grpc::CallbackServerContext* context, const v1::ListCorrectionsRequest* request,
    v1::ListCorrectionsResponse* response) {
  return gate_->Read(context, "ListCorrections", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(auto query, ToQuery(*request, kUsualCorrections, kMostCorrections));
    if (request->has_record_start_time()) {
      query.recorded_from_us = FromTimestamp(request->record_start_time());
    }
    query.recorded_to_us = AsOf(request->has_record_end_time(), request->record_end_time());
    GLUTWATCH_ASSIGN_OR_RETURN(const auto page,
                               observe::ListCorrections(query, *rooms_.registry, *rooms_.store));
    AddSeries(page.rows, *rooms_.registry, response);
    Authors authors(rooms_.commits);
    for (const observe::Correction& correction : page.rows) {
      v1::Correction* proto = response->add_corrections();
      *proto = ToProto(correction, *rooms_.store);
      GLUTWATCH_RETURN_IF_ERROR(authors.AddTo(correction.after.recorded_us, proto));
    }
    if (page.next.has_value()) {
      response->set_next_page_token(MakePageToken(PlaceText(*page.next), QueryHash(*request)));
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* DataHealthServiceImpl::ListSuspicious(
    grpc::CallbackServerContext* context, const v1::ListSuspiciousRequest* request,
    v1::ListSuspiciousResponse* response) {
  return gate_->Read(context, "ListSuspicious", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(auto query, ToQuery(*request, kUsualDoubtful, kMostDoubtful));
    GLUTWATCH_RETURN_IF_ERROR(SetFilter(request->filter(), &query));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto page,
                               observe::ListDoubtful(query, *rooms_.registry, *rooms_.store));
    AddSeries(page.rows, *rooms_.registry, response);
    for (const observe::DoubtfulRow& row : page.rows) {
      *response->add_rows() = ToProto(row, *rooms_.store);
    }
    if (page.next.has_value()) {
      response->set_next_page_token(MakePageToken(PlaceText(*page.next), QueryHash(*request)));
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* DataHealthServiceImpl::ReviewObservation(
    grpc::CallbackServerContext* context, const v1::ReviewObservationRequest* request,
    v1::ReviewObservationResponse* response) {
  return gate_->Write(context, "ReviewObservation", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReviewPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto review, ToRequest(*request));
    GLUTWATCH_ASSIGN_OR_RETURN(
        const observe::Reviewed reviewed,
        observe::Review(principal, review, *rooms_.catalog, *rooms_.registry, rooms_.store));
    *response->mutable_row() = ToProto(reviewed.newest, *rooms_.store);
    response->set_replayed(reviewed.replayed);
    response->set_changed(reviewed.changed);
    spdlog::info("observation reviewed id={} series={} day={} lot={} decision={} changed={} by={}",
                 LogText(request->request_id()), LogText(request->series()), FormatDay(review.day),
                 review.lot, static_cast<int>(review.decision), reviewed.changed,
                 LogText(principal.id));
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc
