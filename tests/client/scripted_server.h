#pragma once
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "glutwatch/v1/observe.grpc.pb.h"
#include "glutwatch/v1/warn.grpc.pb.h"

namespace glutwatch::testing {

// A real gRPC server on a port of its own whose streams do what a test says: for what a healthy
// glutwatchd does not do on demand (break in the middle, answer RESOURCE_EXHAUSTED).
class ScriptedServer {
 public:
  using PushStream =
      grpc::ServerReaderWriter<v1::PushObservationsResponse, v1::PushObservationsRequest>;
  using PushFn = std::function<grpc::Status(PushStream*)>;
  using WatchWriter = grpc::ServerWriter<v1::WatchWarningsResponse>;
  using WatchFn = std::function<grpc::Status(const v1::WatchWarningsRequest&, WatchWriter*)>;

  explicit ScriptedServer(PushFn push) {
    observe_.push = std::move(push);
    Start();
  }
  explicit ScriptedServer(WatchFn watch) {
    warn_.watch = std::move(watch);
    Start();
  }
  ~ScriptedServer() { server_->Shutdown(std::chrono::system_clock::now()); }

  const std::string& address() const { return address_; }

 private:
  struct Observe final : v1::ObservationService::Service {
    grpc::Status PushObservations(grpc::ServerContext*, PushStream* stream) override {
      return push(stream);
    }
    PushFn push;
  };
  struct Warn final : v1::WarningService::Service {
    grpc::Status WatchWarnings(grpc::ServerContext*, const v1::WatchWarningsRequest* request,
                               WatchWriter* writer) override {
      return watch(*request, writer);
    }
    WatchFn watch;
  };

  void Start() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&observe_);
    builder.RegisterService(&warn_);
    server_ = builder.BuildAndStart();
    address_ = absl::StrCat("127.0.0.1:", port);
  }

  Observe observe_;
  Warn warn_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace glutwatch::testing
