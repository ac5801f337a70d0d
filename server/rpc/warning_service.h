#pragma once
#include "glutwatch/v1/warn.grpc.pb.h"
#include "server/rpc/call.h"
#include "server/rpc/warning_watch.h"

namespace glutwatch::rpc {

// WarningService over the warn room. Thread-safe. Arguments outlive it.
class WarningServiceImpl final : public v1::WarningService::CallbackService {
 public:
  WarningServiceImpl(warn::WarningDesk* desk, const catalog::Catalog* catalog, WarningWatch* watch,
                     const CallGate* gate)
      : desk_(desk), catalog_(catalog), watch_(watch), gate_(gate) {}

  grpc::ServerUnaryReactor* ListWarnings(grpc::CallbackServerContext* context,
                                         const v1::ListWarningsRequest* request,
                                         v1::ListWarningsResponse* response) override;
  grpc::ServerUnaryReactor* GetWarning(grpc::CallbackServerContext* context,
                                       const v1::GetWarningRequest* request,
                                       v1::GetWarningResponse* response) override;
  grpc::ServerUnaryReactor* ExplainWarning(grpc::CallbackServerContext* context,
                                           const v1::ExplainWarningRequest* request,
                                           v1::ExplainWarningResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchWarningsResponse>* WatchWarnings(
      grpc::CallbackServerContext* context, const v1::WatchWarningsRequest* request) override {
    return watch_->Begin(gate_->PrincipalOf(*context), *request);
  }
  grpc::ServerUnaryReactor* GetRulePack(grpc::CallbackServerContext* context,
                                        const v1::GetRulePackRequest* request,
                                        v1::GetRulePackResponse* response) override;

 private:
  absl::Status MayRead(const security::Principal& principal, absl::string_view region) const;
  // A principal of one region gets the same answer for a foreign warning and for none.
  absl::Status MayReadWarning(const security::Principal& principal, absl::string_view id) const;

  warn::WarningDesk* const desk_;
  const catalog::Catalog* const catalog_;
  WarningWatch* const watch_;
  const CallGate* const gate_;
};

}  // namespace glutwatch::rpc
