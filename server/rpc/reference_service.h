#pragma once
#include "base/clock.h"
#include "glutwatch/v1/reference.grpc.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/facts.h"
#include "server/rpc/call.h"

namespace glutwatch::rpc {

// ReferenceService over the book of facts. Thread-safe. Arguments outlive it.
class ReferenceServiceImpl final : public v1::ReferenceService::CallbackService {
 public:
  ReferenceServiceImpl(catalog::FactBook* facts, const catalog::Catalog* catalog,
                       const Clock* clock, const CallGate* gate)
      : facts_(facts), catalog_(catalog), clock_(clock), gate_(gate) {}

  grpc::ServerUnaryReactor* GetFact(grpc::CallbackServerContext* context,
                                    const v1::GetFactRequest* request,
                                    v1::GetFactResponse* response) override;
  grpc::ServerUnaryReactor* ListFacts(grpc::CallbackServerContext* context,
                                      const v1::ListFactsRequest* request,
                                      v1::ListFactsResponse* response) override;
  grpc::ServerUnaryReactor* ImportFacts(grpc::CallbackServerContext* context,
                                        const v1::ImportFactsRequest* request,
                                        v1::ImportFactsResponse* response) override;
  grpc::ServerUnaryReactor* ExportFacts(grpc::CallbackServerContext* context,
                                        const v1::ExportFactsRequest* request,
                                        v1::ExportFactsResponse* response) override;

 private:
  catalog::FactBook* const facts_;
  const catalog::Catalog* const catalog_;
  const Clock* const clock_;
  const CallGate* const gate_;
};

}  // namespace glutwatch::rpc
