#pragma once
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace glutwatch::testing {

inline constexpr char kServing[] = "\x08\x01";     // HealthCheckResponse {status: SERVING}
inline constexpr char kNotServing[] = "\x08\x02";  // NOT_SERVING

// Check(service) by hand, because Debian does not ship health.proto: the response's bytes, or the
// name of the error's code.
inline std::string CheckHealth(const std::string& address, const std::string& service) {
  std::string request;
  if (!service.empty()) {
    request = absl::StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service);
  }
  const grpc::Slice slice(request);
  const grpc::ByteBuffer buffer(&slice, 1);
  grpc::GenericStub stub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", buffer, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (!status.ok())
    return absl::StatusCodeToString(static_cast<absl::StatusCode>(status.error_code()));
  grpc::Slice bytes;
  EXPECT_TRUE(response.TrySingleSlice(&bytes).ok());
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace glutwatch::testing
