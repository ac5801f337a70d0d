#pragma once
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/rpc/status.h"
#include "server/security/call_pool.h"
#include "server/security/principal.h"
#include "server/security/refusals.h"

namespace glutwatch::rpc {

// Calls that share a bound and threads. Warnings have none: they are answered, and watched, however
// busy the server is with the others, and so is health, which is gRPC's own.
enum class CallClass { kRead, kWrite, kAdministration, kWarning };

// How many calls of a class may be at work at the same time.
struct CallLimits {
  int reads = 64;
  int writes = 32;
  int administration = 8;
};

// OK, or why nobody waits for the answer any more: CANCELLED, DEADLINE_EXCEEDED. Cheap enough to
// ask between two series of a scan.
absl::Status StillWanted(const grpc::CallbackServerContext& context);

// A stream's place among the calls of its class: kept by its reactor.
class Admission {
 public:
  Admission(const grpc::CallbackServerContext* context,
            std::shared_ptr<security::CallTicket> ticket)
      : context_(context), ticket_(std::move(ticket)) {}

  // Does a piece of work, between two writes, before it returns or on a thread of the class
  // (security::CallTicket::Work). Nothing of the reactor may be touched after the call.
  void Work(absl::AnyInvocable<void()> work) {
    security::CallTicket::Work(ticket_, std::move(work));
  }
  absl::Status StillWanted() const { return rpc::StillWanted(*context_); }
  // Gives the place back: right before Finish.
  void Leave() { ticket_->Leave(); }

 private:
  const grpc::CallbackServerContext* context_;
  std::shared_ptr<security::CallTicket> ticket_;
};

// What every call goes through: who makes it, whether there is room for it, and how long it took.
// Thread-safe. Destroyed after the server.
class CallGate {
 public:
  // `observe(method, code, duration)` is called at the end of every call but watches; thread-safe.
  // `refusals` outlives the gate, or is nullptr.
  using Observe =
      std::function<void(absl::string_view method, absl::StatusCode code, absl::Duration duration)>;
  CallGate(security::Principal local, Observe observe, const CallLimits& limits = {},
           security::Refusals* refusals = nullptr);

  // On whose behalf `context` is served: the local principal until identity is built.
  const security::Principal& PrincipalOf(const grpc::CallbackServerContext&) const {
    return local_;
  }

  // Each runs `work(principal)` as a call of its class and answers a unary call with its status.
  //
  // `work` may run on another thread after this has returned: it captures the handler's arguments
  // by value ([=, this]), never by reference. It does not run if nobody waits for it any more
  // (CANCELLED, DEADLINE_EXCEEDED) or the class is full (RESOURCE_EXHAUSTED "OVERLOADED: ...",
  // with a RetryInfo). `method` is a literal.
  template <typename Work>
  grpc::ServerUnaryReactor* Read(grpc::CallbackServerContext* context, absl::string_view method,
                                 Work work) const {
    return Answer(context, CallClass::kRead, method, std::move(work));
  }
  template <typename Work>
  grpc::ServerUnaryReactor* Write(grpc::CallbackServerContext* context, absl::string_view method,
                                  Work work) const {
    return Answer(context, CallClass::kWrite, method, std::move(work));
  }
  template <typename Work>
  grpc::ServerUnaryReactor* Administer(grpc::CallbackServerContext* context,
                                       absl::string_view method, Work work) const {
    return Answer(context, CallClass::kAdministration, method, std::move(work));
  }
  // Of no class, for warnings and what is as short as they are: never refused for overload.
  template <typename Work>
  grpc::ServerUnaryReactor* Always(grpc::CallbackServerContext* context, absl::string_view method,
                                   Work work) const {
    return Answer(context, CallClass::kWarning, method, std::move(work));
  }

  // A place for a stream that works, or the status that it is to end with (RefusedStream); the
  // errors are those of Read. `call_class` is not kWarning. Counts a refusal as the end of a call
  // of `method`; the end of an admitted one is told by Ended.
  absl::StatusOr<Admission> Admit(const grpc::CallbackServerContext& context, CallClass call_class,
                                  absl::string_view method) const;

  // A call that began at `begin` is over.
  void Ended(absl::string_view method, absl::StatusCode code, absl::Time begin) const {
    observe_(method, code, absl::Now() - begin);
  }

 private:
  static constexpr int kBoundedClasses = 3;

  template <typename Work>
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, CallClass call_class,
                                   absl::string_view method, Work work) const {
    const absl::Time begin = absl::Now();
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const auto finish = [this, reactor, method, begin](const absl::Status& status) {
      Ended(method, status.code(), begin);
      reactor->Finish(ToGrpc(status));
    };
    auto entered = Enter(*context, call_class);
    if (!entered.ok()) {
      finish(entered.status());
      return reactor;
    }
    if (*entered == nullptr) {  // a class without a bound
      finish(work(PrincipalOf(*context)));
      return reactor;
    }
    security::CallTicket::Work(
        *entered, [this, context, finish, ticket = *entered, work = std::move(work)]() mutable {
          absl::Status status = CheckWanted(*context);  // it may have waited
          if (status.ok()) status = work(PrincipalOf(*context));
          ticket->Leave();
          finish(status);
        });
    return reactor;
  }

  // The place of a call that is let in; nullptr for a class without a bound.
  absl::StatusOr<std::shared_ptr<security::CallTicket>> Enter(
      const grpc::CallbackServerContext& context, CallClass call_class) const;
  // StillWanted, noted among the refusals if it is not.
  absl::Status CheckWanted(const grpc::CallbackServerContext& context) const;
  void Note(const grpc::CallbackServerContext& context, security::RefusalReason reason,
            const absl::Status& status) const;

  const security::Principal local_;
  const Observe observe_;
  const CallLimits limits_;
  security::Refusals* const refusals_;
  // By class. Last: their threads end before anything else goes.
  std::array<std::unique_ptr<security::CallPool>, kBoundedClasses> pools_;
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
