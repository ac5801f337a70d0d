#include "offline/backup_online.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/channel.h"
#include "client/cli/words.h"
#include "glutwatch/v1/admin.grpc.pb.h"

namespace glutwatch::offline {
namespace {

using Stub = v1::BackupService::Stub;

constexpr int kPage = 1000;
// How often a job is looked at: at first, and at most.
constexpr absl::Duration kFirstPause = absl::Milliseconds(50);
constexpr absl::Duration kMostPause = absl::Seconds(1);

absl::StatusOr<std::unique_ptr<Stub>> Connect(client::Context* context, const BackupFlags& flags) {
  context->server = flags.admin;
  const absl::Status good = client::CheckServer(flags.admin);
  if (!good.ok()) return absl::InvalidArgumentError(absl::StrCat("--admin: ", good.message()));
  return v1::BackupService::NewStub(context->channel());
}

absl::StatusOr<v1::Job> WaitFor(client::Context* context, Stub* stub, v1::Job job) {
  v1::GetJobRequest request;
  request.set_name(job.name());
  for (absl::Duration pause = kFirstPause; job.state() == v1::JOB_STATE_RUNNING;
       pause = std::min(pause * 2, kMostPause)) {
    absl::SleepFor(pause);
    GLUTWATCH_ASSIGN_OR_RETURN(const auto got,
                               client::Call(*stub, &Stub::GetJob, request, context->timeout));
    job = got.job();
  }
  if (job.state() == v1::JOB_STATE_FAILED) return client::FromProto(job.error());
  return job;
}

}  // namespace

absl::StatusOr<v1::Job> CreateOnline(client::Context* context, const BackupFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto stub, Connect(context, flags));
  v1::CreateBackupRequest request;
  request.set_request_id(flags.request_id);
  request.set_skip_verification(flags.skip_verification);
  GLUTWATCH_ASSIGN_OR_RETURN(const auto begun,
                             client::Call(*stub, &Stub::CreateBackup, request, context->timeout));
  if (flags.no_wait) return begun.job();
  return WaitFor(context, stub.get(), begun.job());
}

absl::StatusOr<v1::Job> VerifyOnline(client::Context* context, const BackupFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto stub, Connect(context, flags));
  v1::VerifyBackupRequest request;
  request.set_name(client::Qualified("backups", flags.id));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto begun,
                             client::Call(*stub, &Stub::VerifyBackup, request, context->timeout));
  return WaitFor(context, stub.get(), begun.job());
}

absl::StatusOr<v1::ListBackupsResponse> ListOnline(client::Context* context,
                                                   const BackupFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto stub, Connect(context, flags));
  v1::ListBackupsRequest request;
  request.set_page_size(kPage);
  v1::ListBackupsResponse all;
  GLUTWATCH_RETURN_IF_ERROR(client::ForEachPage(*stub, &Stub::ListBackups, request,
                                                context->timeout,
                                                [&](const v1::ListBackupsResponse& page) {
                                                  all.MergeFrom(page);
                                                  return true;
                                                }));
  all.clear_next_page_token();
  return all;
}

absl::StatusOr<v1::PruneBackupsResponse> PruneOnline(client::Context* context,
                                                     const BackupFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto stub, Connect(context, flags));
  v1::PruneBackupsRequest request;
  request.set_keep_count(flags.keep_count);
  if (flags.keep_days > 0) {
    request.mutable_keep_age()->set_seconds(int64_t{86400} * flags.keep_days);
  }
  request.set_validate_only(flags.dry_run);
  return client::Call(*stub, &Stub::PruneBackups, request, context->timeout);
}

}  // namespace glutwatch::offline
