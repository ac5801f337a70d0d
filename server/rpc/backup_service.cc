#include "server/rpc/backup_service.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/rpc/log.h"
#include "server/rpc/status.h"
#include "server/rpc/timestamps.h"
#include "server/rpc/tokens.h"
#include "server/rpc/translate_backup.h"
#include "server/rpc/translate_catalog.h"

namespace glutwatch::rpc {
namespace {

using storage::BackupJob;

constexpr int kUsualPage = 100;
constexpr int kMostPage = 1000;
constexpr size_t kMostRequestIdBytes = 200;
constexpr int kMostKeepCount = 100'000;

v1::Job JobProto(const BackupJob& job) {
  v1::Job proto;
  proto.set_name(absl::StrCat("jobs/", job.id));
  proto.set_kind(job.kind == BackupJob::Kind::kCreate ? v1::JOB_KIND_CREATE_BACKUP
                                                      : v1::JOB_KIND_VERIFY_BACKUP);
  proto.set_creator(job.by);
  *proto.mutable_create_time() = ToTimestamp(job.begun_us);
  if (job.ended_us > 0) *proto.mutable_end_time() = ToTimestamp(job.ended_us);
  proto.set_copied_bytes(job.bytes_copied);
  switch (job.state) {
    case BackupJob::State::kRunning:
      proto.set_state(v1::JOB_STATE_RUNNING);
      break;
    case BackupJob::State::kFailed:
      proto.set_state(v1::JOB_STATE_FAILED);
      *proto.mutable_error() = ToProto(job.error);
      break;
    case BackupJob::State::kSucceeded:
      proto.set_state(v1::JOB_STATE_SUCCEEDED);
      *proto.mutable_backup() = ToProto(job.backup);
      if (!job.digest.whole.empty()) *proto.mutable_content() = ToProto(job.digest);
      for (const int64_t id : job.pruned) proto.add_pruned_backups(BackupName(id));
      if (!job.prune_error.ok()) *proto.mutable_prune_error() = ToProto(job.prune_error);
      break;
  }
  return proto;
}

absl::Status CheckRequestId(const std::string& id) {
  if (id.size() <= kMostRequestIdBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("request_id: has ", id.size(),
                                                 " bytes, expected at most ", kMostRequestIdBytes));
}

// The number in "backups/7"; "backups/latest" is storage::kNewestBackup.
absl::StatusOr<int64_t> NumberOf(const std::string& name, absl::string_view collection,
                                 bool latest) {
  GLUTWATCH_ASSIGN_OR_RETURN(const std::string id, IdOf(name, collection, "name"));
  if (latest && id == "latest") return storage::kNewestBackup;
  int64_t number = 0;
  if (absl::SimpleAtoi(id, &number) && number > 0) return number;
  return absl::InvalidArgumentError(
      absl::StrCat("name: is \"", name, "\", expected ", collection, "/{number}",
                   latest ? absl::StrCat(" or ", collection, "/latest") : ""));
}

absl::StatusOr<storage::PrunePolicy> PolicyOf(const v1::PruneBackupsRequest& request) {
  storage::PrunePolicy policy;
  if (request.keep_count() < 0 || request.keep_count() > kMostKeepCount) {
    return absl::InvalidArgumentError(
        absl::StrCat("keep_count: is ", request.keep_count(), ", expected 0..", kMostKeepCount));
  }
  policy.keep_count = request.keep_count();
  if (request.has_keep_age()) {
    policy.keep_age = absl::Seconds(request.keep_age().seconds());
    if (policy.keep_age <= absl::ZeroDuration()) {
      return absl::InvalidArgumentError("keep_age: expected a time span of a second or more");
    }
  } else if (policy.keep_count == 0) {
    return absl::InvalidArgumentError("keep_count: expected it or keep_age to be set");
  }
  return policy;
}

}  // namespace

absl::Status BackupServiceImpl::Admit(const security::Principal& principal) const {
  GLUTWATCH_RETURN_IF_ERROR(
      security::Authorize(principal, security::Action::kOperate, "", *catalog_));
  if (desk_ != nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "BACKUPS_NOT_CONFIGURED: backup.dir is not set in the server's configuration");
}

grpc::ServerUnaryReactor* BackupServiceImpl::CreateBackup(grpc::CallbackServerContext* context,
                                                          const v1::CreateBackupRequest* request,
                                                          v1::CreateBackupResponse* response) {
  return gate_->Administer(context, "CreateBackup", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(Admit(principal));
    GLUTWATCH_RETURN_IF_ERROR(CheckRequestId(request->request_id()));
    GLUTWATCH_ASSIGN_OR_RETURN(
        const BackupJob job,
        desk_->StartCreate(request->request_id(), principal.id, !request->skip_verification()));
    *response->mutable_job() = JobProto(job);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BackupServiceImpl::VerifyBackup(grpc::CallbackServerContext* context,
                                                          const v1::VerifyBackupRequest* request,
                                                          v1::VerifyBackupResponse* response) {
  return gate_->Administer(context, "VerifyBackup", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(Admit(principal));
    GLUTWATCH_RETURN_IF_ERROR(CheckRequestId(request->request_id()));
    GLUTWATCH_ASSIGN_OR_RETURN(const int64_t id,
                               NumberOf(request->name(), "backups", /*latest=*/true));
    GLUTWATCH_ASSIGN_OR_RETURN(const BackupJob job,
                               desk_->StartVerify(id, request->request_id(), principal.id));
    *response->mutable_job() = JobProto(job);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BackupServiceImpl::ListBackups(grpc::CallbackServerContext* context,
                                                         const v1::ListBackupsRequest* request,
                                                         v1::ListBackupsResponse* response) {
  return gate_->Administer(context, "ListBackups", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(Admit(principal));
    GLUTWATCH_ASSIGN_OR_RETURN(const int size,
                               PageSize(request->page_size(), kUsualPage, kMostPage));
    const uint64_t query = QueryHash(*request);
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string token,
                               ReadPageToken(request->page_token(), query));
    int64_t after = 0;
    if (!token.empty() && !absl::SimpleAtoi(token, &after)) {
      return absl::InvalidArgumentError("PAGE_TOKEN_MALFORMED: page_token: is not one of ours");
    }
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<storage::Backup> backups, desk_->List());
    int64_t last = 0;
    for (const storage::Backup& backup : backups) {
      if (backup.id <= after) continue;
      if (response->backups_size() == size) {
        response->set_next_page_token(MakePageToken(absl::StrCat(last), query));
        break;
      }
      *response->add_backups() = ToProto(backup);
      last = backup.id;
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BackupServiceImpl::PruneBackups(grpc::CallbackServerContext* context,
                                                          const v1::PruneBackupsRequest* request,
                                                          v1::PruneBackupsResponse* response) {
  return gate_->Administer(context, "PruneBackups", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(Admit(principal));
    GLUTWATCH_ASSIGN_OR_RETURN(const storage::PrunePolicy policy, PolicyOf(*request));
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<int64_t> gone,
                               desk_->Prune(policy, request->validate_only()));
    for (const int64_t id : gone) response->add_names(BackupName(id));
    spdlog::info("backups pruned count={} validate_only={} by={}", gone.size(),
                 request->validate_only(), LogText(principal.id));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BackupServiceImpl::GetJob(grpc::CallbackServerContext* context,
                                                    const v1::GetJobRequest* request,
                                                    v1::GetJobResponse* response) {
  return gate_->Administer(context, "GetJob", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(Admit(principal));
    GLUTWATCH_ASSIGN_OR_RETURN(const int64_t id,
                               NumberOf(request->name(), "jobs", /*latest=*/false));
    GLUTWATCH_ASSIGN_OR_RETURN(const BackupJob job, desk_->Find(id));
    *response->mutable_job() = JobProto(job);
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc
