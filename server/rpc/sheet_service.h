#pragma once
#include "glutwatch/v1/sheet.grpc.pb.h"
#include "server/catalog/catalog.h"
#include "server/observe/intake.h"
#include "server/report/report_book.h"
#include "server/rpc/call.h"

namespace glutwatch::rpc {

// SheetService: reads an officer's table and hands its rows to the room of reports, or of prices.
// Thread-safe.
// Arguments outlive it.
class SheetServiceImpl final : public v1::SheetService::CallbackService {
 public:
  SheetServiceImpl(report::ReportBook* book, observe::Intake* intake,
                   const catalog::Catalog* catalog, const CallGate* gate)
      : book_(book), intake_(intake), catalog_(catalog), gate_(gate) {}

  grpc::ServerUnaryReactor* ImportReportSheet(grpc::CallbackServerContext* context,
                                              const v1::ImportReportSheetRequest* request,
                                              v1::ImportReportSheetResponse* response) override;
  grpc::ServerUnaryReactor* ImportPriceSheet(grpc::CallbackServerContext* context,
                                             const v1::ImportPriceSheetRequest* request,
                                             v1::ImportPriceSheetResponse* response) override;

 private:
  report::ReportBook* const book_;
  observe::Intake* const intake_;
  const catalog::Catalog* const catalog_;
  const CallGate* const gate_;
};

}  // namespace glutwatch::rpc
