#include "server/rpc/sheet_service.h"

#include "base/status_macros.h"
#include "server/rpc/log.h"
#include "server/rpc/price_sheet_import.h"
#include "server/rpc/report_sheet_import.h"

namespace glutwatch::rpc {

grpc::ServerUnaryReactor* SheetServiceImpl::ImportReportSheet(
    grpc::CallbackServerContext* context, const v1::ImportReportSheetRequest* request,
    v1::ImportReportSheetResponse* response) {
  return gate_->Write(context, "ImportReportSheet", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, security::Action::kWriteReports));
    GLUTWATCH_RETURN_IF_ERROR(rpc::ImportReportSheet(principal, *request, book_, response));
    spdlog::info(
        "report sheet file={} cells={} new={} corrected={} duplicate={} refused={} "
        "flagged={} validate_only={} replayed={} by={}",
        LogText(request->file().file_name()), response->cell_count(), response->new_count(),
        response->corrected_count(), response->duplicate_count(), response->refused_count(),
        response->flagged_count(), request->validate_only(), response->replayed(),
        LogText(principal.id));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* SheetServiceImpl::ImportPriceSheet(
    grpc::CallbackServerContext* context, const v1::ImportPriceSheetRequest* request,
    v1::ImportPriceSheetResponse* response) {
  return gate_->Write(context, "ImportPriceSheet", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(
        rpc::ImportPriceSheet(principal, *request, *catalog_, intake_, response));
    spdlog::info(
        "price sheet file={} rows={} new={} changed={} unchanged={} refused={} suspicious={} "
        "validate_only={} replayed={} by={}",
        LogText(request->file().file_name()), response->row_count(), response->new_count(),
        response->changed_count(), response->unchanged_count(), response->refused_count(),
        response->suspicious_count(), request->validate_only(), response->replayed(),
        LogText(principal.id));
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc
