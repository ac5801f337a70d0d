#include "server/rpc/call.h"

#include <algorithm>
#include <thread>

#include "base/retry_after.h"
#include "base/status_macros.h"

namespace glutwatch::rpc {
namespace {

using security::CallPool;
using security::RefusalReason;

// A call of any class is over well within this.
constexpr absl::Duration kRetryOverloaded = absl::Milliseconds(250);
// Streams that wait for their reader keep a block and a series in memory, and no thread.
constexpr int kOpenPerAtWork = 4;
// gRPC has at least two threads for all handlers: one of them is left for who must be heard.
constexpr int kReadsOnTheirThread = 1;
constexpr int kLeastReadThreads = 2;
// These wait for the disk and for each other more than they compute.
constexpr int kWriteThreads = 4;
constexpr int kAdministrationThreads = 2;

struct ClassTraits {
  const char* name;
  RefusalReason reason;
};
constexpr ClassTraits kTraits[] = {
    {"reads", RefusalReason::kOverloadedReads},
    {"writes", RefusalReason::kOverloadedWrites},
    {"administration", RefusalReason::kOverloadedAdministration},
};

std::unique_ptr<CallPool> MakePool(int at_work, int threads, int here) {
  CallPool::Options options;
  options.at_work = at_work;
  options.open = at_work * kOpenPerAtWork;
  options.threads = threads;
  options.here = here;
  return std::make_unique<CallPool>(options);
}

}  // namespace

absl::Status StillWanted(const grpc::CallbackServerContext& context) {
  const absl::Duration late = absl::Now() - absl::FromChrono(context.deadline());
  if (late >= absl::ZeroDuration()) {
    return absl::DeadlineExceededError(
        absl::StrCat("the deadline passed ", absl::FormatDuration(late), " ago"));
  }
  if (context.IsCancelled()) return absl::CancelledError("the caller gave up");
  return absl::OkStatus();
}

CallGate::CallGate(security::Principal local, Observe observe, const CallLimits& limits,
                   security::Refusals* refusals)
    : local_(std::move(local)), observe_(std::move(observe)), limits_(limits), refusals_(refusals) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  pools_ = {MakePool(limits.reads, std::max(cores, kLeastReadThreads), kReadsOnTheirThread),
            MakePool(limits.writes, kWriteThreads, 0),
            MakePool(limits.administration, kAdministrationThreads, 0)};
}

void CallGate::Note(const grpc::CallbackServerContext& context, RefusalReason reason,
                    const absl::Status& status) const {
  if (refusals_ == nullptr) return;
  refusals_->Add(PrincipalOf(context).id, reason, status.message(), 1, absl::Now());
}

absl::Status CallGate::CheckWanted(const grpc::CallbackServerContext& context) const {
  absl::Status status = StillWanted(context);
  if (!status.ok()) Note(context, RefusalReason::kTooLate, status);
  return status;
}

absl::StatusOr<std::shared_ptr<security::CallTicket>> CallGate::Enter(
    const grpc::CallbackServerContext& context, CallClass call_class) const {
  GLUTWATCH_RETURN_IF_ERROR(CheckWanted(context));
  if (call_class == CallClass::kWarning) return std::shared_ptr<security::CallTicket>();
  const auto number = static_cast<size_t>(call_class);
  if (auto ticket = pools_[number]->Enter(); ticket != nullptr) return ticket;
  const int limits[] = {limits_.reads, limits_.writes, limits_.administration};
  absl::Status refusal = absl::ResourceExhaustedError(
      absl::StrCat("OVERLOADED: ", limits[number], " ", kTraits[number].name,
                   " are at work, as many as may be at once; try again in ",
                   absl::FormatDuration(kRetryOverloaded)));
  Note(context, kTraits[number].reason, refusal);
  return WithRetryAfter(std::move(refusal), kRetryOverloaded);
}

absl::StatusOr<Admission> CallGate::Admit(const grpc::CallbackServerContext& context,
                                          CallClass call_class, absl::string_view method) const {
  auto entered = Enter(context, call_class);
  if (!entered.ok()) {
    Ended(method, entered.status().code(), absl::Now());
    return entered.status();
  }
  return Admission(&context, *std::move(entered));
}

}  // namespace glutwatch::rpc
