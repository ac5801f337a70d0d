#pragma once
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/rpc/status.h"
#include "server/security/principal.h"

namespace glutwatch::rpc {

// What every call goes through: who makes it, and how long it took.
class CallGate {
 public:
  // `observe(method, code, duration)` is called at the end of every call but watches; thread-safe.
  using Observe =
      std::function<void(absl::string_view method, absl::StatusCode code, absl::Duration duration)>;
  CallGate(security::Principal local, Observe observe)
      : local_(std::move(local)), observe_(std::move(observe)) {}

  // On whose behalf `context` is served: the local principal until identity is built.
  const security::Principal& PrincipalOf(const grpc::CallbackServerContext&) const {
    return local_;
  }

  // Runs `work(principal)` and answers a unary call with its status.
  template <typename Work>
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, absl::string_view method,
                                   Work work) const {
    const absl::Time begin = absl::Now();
    const absl::Status status = work(PrincipalOf(*context));
    Ended(method, status.code(), begin);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(status));
    return reactor;
  }

  // A call that began at `begin` is over.
  void Ended(absl::string_view method, absl::StatusCode code, absl::Time begin) const {
    observe_(method, code, absl::Now() - begin);
  }

 private:
  const security::Principal local_;
  const Observe observe_;
};

// OK if the principal may do `action` anywhere at all: prices are read by whoever may read any.
inline absl::Status MayAtAll(const security::Principal& principal, security::Action action) {
  if (security::HasRoleFor(principal, action)) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("\"", principal.id, "\" has no role that allows this"));
}

// A stream that only says why it did not begin.
template <typename Response>
class RefusedStream final : public grpc::ServerWriteReactor<Response> {
 public:
  explicit RefusedStream(const absl::Status& status) { this->Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace glutwatch::rpc
