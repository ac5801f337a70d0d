#include "server/rpc/warning_service.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/rpc/tokens.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_warn.h"

namespace glutwatch::rpc {
namespace {

constexpr int kUsualPage = 100;
constexpr int kMostPage = 1000;

}  // namespace

absl::Status WarningServiceImpl::MayRead(const security::Principal& principal,
                                         absl::string_view region) const {
  return security::Authorize(principal, security::Action::kReadWarnings, region, *catalog_);
}

absl::Status WarningServiceImpl::MayReadWarning(const security::Principal& principal,
                                                absl::string_view id) const {
  const auto warning = desk_->Find(id);
  return MayRead(principal, warning.has_value() ? warning->group.region : "");
}

grpc::ServerUnaryReactor* WarningServiceImpl::ListWarnings(grpc::CallbackServerContext* context,
                                                           const v1::ListWarningsRequest* request,
                                                           v1::ListWarningsResponse* response) {
  return gate_->Always(context, "ListWarnings", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto filter, FromProto(request->filter(), *catalog_));
    GLUTWATCH_RETURN_IF_ERROR(MayRead(principal, filter.region));
    GLUTWATCH_ASSIGN_OR_RETURN(const int size,
                               PageSize(request->page_size(), kUsualPage, kMostPage));
    const uint64_t query = StableHash("warnings\n" + request->filter().SerializeAsString());
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string after,
                               ReadPageToken(request->page_token(), query));
    const auto found = desk_->List(filter, after, size + 1);
    const size_t count = std::min(found.size(), static_cast<size_t>(size));
    for (size_t i = 0; i < count; ++i) {
      *response->add_warnings() = ToProto(found[i], *catalog_, /*with_evidence=*/true);
    }
    if (found.size() > count) {
      response->set_next_page_token(MakePageToken(found[count - 1].id, query));
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* WarningServiceImpl::GetWarning(grpc::CallbackServerContext* context,
                                                         const v1::GetWarningRequest* request,
                                                         v1::GetWarningResponse* response) {
  return gate_->Always(context, "GetWarning", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string id, IdOf(request->name(), "warnings", "name"));
    GLUTWATCH_RETURN_IF_ERROR(MayReadWarning(principal, id));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto history, desk_->History(id));
    for (const warn::WarningEvent& event : history) {
      *response->add_history() = ToProto(event, *desk_, *catalog_, /*with_evidence=*/true);
    }
    *response->mutable_warning() = response->history(response->history_size() - 1).warning();
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* WarningServiceImpl::ExplainWarning(
    grpc::CallbackServerContext* context, const v1::ExplainWarningRequest* request,
    v1::ExplainWarningResponse* response) {
  return gate_->Read(context, "ExplainWarning", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string id, IdOf(request->name(), "warnings", "name"));
    GLUTWATCH_RETURN_IF_ERROR(MayReadWarning(principal, id));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto explanation, desk_->Explain(id, request->generation()));
    *response->mutable_event() =
        ToProto(explanation.event, *desk_, *catalog_, /*with_evidence=*/true);
    *response->mutable_recomputed() = ToProto(explanation.recomputed);
    response->set_reproduced(explanation.reproduced);
    response->set_difference(explanation.difference);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* WarningServiceImpl::GetRulePack(grpc::CallbackServerContext* context,
                                                          const v1::GetRulePackRequest*,
                                                          v1::GetRulePackResponse* response) {
  return gate_->Always(context, "GetRulePack", [=, this](auto&) -> absl::Status {
    *response->mutable_rule_pack() = ToProto(desk_->pack());
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc
