#pragma once
#include "glutwatch/v1/sheet.grpc.pb.h"
#include "server/report/report_book.h"
#include "server/rpc/call.h"

namespace glutwatch::rpc {

// SheetService: reads an officer's table and hands its rows to the room of reports. Thread-safe.
// Arguments outlive it.
class SheetServiceImpl final : public v1::SheetService::CallbackService {
 public:
  SheetServiceImpl(report::ReportBook* book, const CallGate* gate) : book_(book), gate_(gate) {}

  grpc::ServerUnaryReactor* ImportReportSheet(grpc::CallbackServerContext* context,
                                              const v1::ImportReportSheetRequest* request,
                                              v1::ImportReportSheetResponse* response) override;

 private:
  report::ReportBook* const book_;
  const CallGate* const gate_;
};

}  // namespace glutwatch::rpc
