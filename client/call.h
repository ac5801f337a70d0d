#pragma once
#include <grpcpp/client_context.h>

#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/status.h"

namespace glutwatch::client {

// Calls a unary method and waits at most `timeout`.
//
//   auto response = Call(*stub, &v1::WarningService::Stub::GetWarning, request, absl::Seconds(10));
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request, absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  Response response;
  absl::Status status = FromGrpc((stub.*method)(&context, request, &response));
  if (!status.ok()) return status;
  return response;
}

// Calls a List method page by page and calls `take` with each response.
template <typename Stub, typename Request, typename Response, typename Take>
absl::Status ForEachPage(Stub& stub,
                         grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                         Request request, absl::Duration timeout, Take take) {
  while (true) {
    auto page = Call(stub, method, request, timeout);
    if (!page.ok()) return std::move(page).status();
    request.set_page_token(page->next_page_token());
    if (!take(*page) || request.page_token().empty()) return absl::OkStatus();
  }
}

}  // namespace glutwatch::client
