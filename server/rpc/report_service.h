#pragma once
#include "glutwatch/v1/report.grpc.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/facts.h"
#include "server/report/report_book.h"
#include "server/rpc/call.h"

namespace glutwatch::rpc {

// ReportService over the room of reports. Thread-safe. Arguments outlive it.
class ReportServiceImpl final : public v1::ReportService::CallbackService {
 public:
  struct Rooms {
    const catalog::Catalog* catalog = nullptr;
    const catalog::FactBook* facts = nullptr;
    report::ReportBook* book = nullptr;
    const Clock* clock = nullptr;
    bool use_examples = false;  // facts that are marked as examples count
  };
  ReportServiceImpl(const Rooms& rooms, const CallGate* gate) : rooms_(rooms), gate_(gate) {}

  grpc::ServerUnaryReactor* SubmitReports(grpc::CallbackServerContext* context,
                                          const v1::SubmitReportsRequest* request,
                                          v1::SubmitReportsResponse* response) override;
  grpc::ServerUnaryReactor* ListReports(grpc::CallbackServerContext* context,
                                        const v1::ListReportsRequest* request,
                                        v1::ListReportsResponse* response) override;
  grpc::ServerUnaryReactor* ListReportVersions(grpc::CallbackServerContext* context,
                                               const v1::ListReportVersionsRequest* request,
                                               v1::ListReportVersionsResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmReports(grpc::CallbackServerContext* context,
                                           const v1::ConfirmReportsRequest* request,
                                           v1::ConfirmReportsResponse* response) override;
  grpc::ServerUnaryReactor* SummarizeReports(grpc::CallbackServerContext* context,
                                             const v1::SummarizeReportsRequest* request,
                                             v1::SummarizeReportsResponse* response) override;
  grpc::ServerUnaryReactor* ListDueReports(grpc::CallbackServerContext* context,
                                           const v1::ListDueReportsRequest* request,
                                           v1::ListDueReportsResponse* response) override;

 private:
  // "" stays ""; an id, name or alias becomes the id. NOT_FOUND quotes it.
  absl::StatusOr<std::string> ProductId(absl::string_view product, int64_t as_of_us) const;

  const Rooms rooms_;
  const CallGate* const gate_;
};

}  // namespace glutwatch::rpc
