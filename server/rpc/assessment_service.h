#pragma once
#include "glutwatch/v1/assess.grpc.pb.h"
#include "server/assess/group_assessor.h"
#include "server/catalog/series_registry.h"
#include "server/rpc/call.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

// AssessmentService over the assess room. Thread-safe. Arguments outlive it.
class AssessmentServiceImpl final : public v1::AssessmentService::CallbackService {
 public:
  AssessmentServiceImpl(const assess::GroupAssessor* assessor,
                        const catalog::SeriesRegistry* registry, const CallGate* gate)
      : assessor_(assessor), registry_(registry), gate_(gate) {}

  grpc::ServerUnaryReactor* GetIndicators(grpc::CallbackServerContext* context,
                                          const v1::GetIndicatorsRequest* request,
                                          v1::GetIndicatorsResponse* response) override;
  grpc::ServerUnaryReactor* GetForecast(grpc::CallbackServerContext* context,
                                        const v1::GetForecastRequest* request,
                                        v1::GetForecastResponse* response) override;

 private:
  const assess::GroupAssessor* const assessor_;
  const catalog::SeriesRegistry* const registry_;
  const CallGate* const gate_;
};

}  // namespace glutwatch::rpc
