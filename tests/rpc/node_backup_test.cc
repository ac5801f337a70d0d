// Backups through the operators' port of a real server.
#include "absl/time/clock.h"
#include "base/http_client.h"
#include "glutwatch/v1/admin.grpc.pb.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/storage/backup.h"
#include "tests/rpc/node_fixture.h"

namespace glutwatch {
namespace {

using ::testing::HasSubstr;

std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status proto;
  proto.ParseFromString(status.error_details());
  google::rpc::ErrorInfo info;
  for (const auto& detail : proto.details()) {
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return "";
}

class NodeBackupTest : public testing::NodeTest {
 protected:
  void SetUp() override {
    with_backups_ = true;
    Start();
    Connect();
    v1::ObservationBatch batch;
    batch.set_batch_id("b1");
    AddRow(ToDay(absl::CivilDay(2026, 3, 1)), 40'000, &batch);
    Push({batch});
  }
  void Connect() {
    backups_ = v1::BackupService::NewStub(
        grpc::CreateChannel(node_->addresses().admin, grpc::InsecureChannelCredentials()));
  }
  grpc::Status Create(const std::string& request_id, v1::CreateBackupResponse* response) {
    grpc::ClientContext context;
    v1::CreateBackupRequest request;
    request.set_request_id(request_id);
    return backups_->CreateBackup(&context, request, response);
  }
  grpc::Status Verify(const std::string& name, v1::VerifyBackupResponse* response) {
    grpc::ClientContext context;
    v1::VerifyBackupRequest request;
    request.set_name(name);
    return backups_->VerifyBackup(&context, request, response);
  }
  grpc::Status Prune(const v1::PruneBackupsRequest& request, v1::PruneBackupsResponse* response) {
    grpc::ClientContext context;
    return backups_->PruneBackups(&context, request, response);
  }
  v1::ListBackupsResponse List(int size, const std::string& token) {
    grpc::ClientContext context;
    v1::ListBackupsRequest request;
    request.set_page_size(size);
    request.set_page_token(token);
    v1::ListBackupsResponse response;
    EXPECT_TRUE(backups_->ListBackups(&context, request, &response).ok());
    return response;
  }
  v1::Job Ended(v1::Job job) {
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (job.state() == v1::JOB_STATE_RUNNING && absl::Now() < deadline) {
      grpc::ClientContext context;
      v1::GetJobRequest request;
      request.set_name(job.name());
      v1::GetJobResponse response;
      EXPECT_TRUE(backups_->GetJob(&context, request, &response).ok());
      job = response.job();
    }
    return job;
  }
  v1::Job MustCreate(const std::string& request_id = "") {
    v1::CreateBackupResponse response;
    const grpc::Status status = Create(request_id, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return Ended(response.job());
  }

  std::unique_ptr<v1::BackupService::Stub> backups_;
};

TEST_F(NodeBackupTest, IsMadeListedVerifiedAndPruned) {
  const v1::Job made = MustCreate();
  EXPECT_EQ(made.state(), v1::JOB_STATE_SUCCEEDED) << made.error().message();
  EXPECT_EQ(made.creator(), "local");
  EXPECT_EQ(made.backup().name(), "backups/1");
  EXPECT_EQ(made.backup().digest().size(), 64u);
  MustCreate();
  MustCreate();
  const auto first_page = List(2, "");
  ASSERT_EQ(first_page.backups_size(), 2);
  const auto second_page = List(2, first_page.next_page_token());
  ASSERT_EQ(second_page.backups_size(), 1);
  EXPECT_EQ(second_page.next_page_token(), "");
  EXPECT_EQ(second_page.backups(0).name(), "backups/3");

  v1::VerifyBackupResponse verifying;
  ASSERT_TRUE(Verify("backups/latest", &verifying).ok());
  const v1::Job verified = Ended(verifying.job());
  EXPECT_EQ(verified.state(), v1::JOB_STATE_SUCCEEDED) << verified.error().message();
  EXPECT_EQ(verified.content().digest(), verified.backup().digest());
  EXPECT_EQ(verified.content().version_count(), 1);

  v1::PruneBackupsRequest prune;
  prune.set_keep_count(1);
  prune.set_validate_only(true);
  v1::PruneBackupsResponse pruned;
  ASSERT_TRUE(Prune(prune, &pruned).ok());
  EXPECT_EQ(pruned.names_size(), 2);
  EXPECT_EQ(List(0, "").backups_size(), 3);
  prune.set_validate_only(false);
  ASSERT_TRUE(Prune(prune, &pruned).ok());
  EXPECT_EQ(List(0, "").backups_size(), 1);
}

TEST_F(NodeBackupTest, SameRequestBeginsNothingAgain) {
  EXPECT_EQ(MustCreate("r").name(), MustCreate("r").name());
  EXPECT_EQ(List(0, "").backups_size(), 1);
}

TEST_F(NodeBackupTest, RestoredStoreServesUnderAnEpochOfItsOwn) {
  MustCreate();
  node_.reset();
  const auto restored = storage::RestoreBackup(dir_.File("backups"), 1, dir_.File("restored"), {});
  GLUTWATCH_ASSERT_OK(restored);
  std::filesystem::rename(dir_.File("data"), dir_.File("lost"));
  std::filesystem::rename(dir_.File("restored"), dir_.File("data"));
  Start();
  v1::ObservationBatch batch;
  batch.set_batch_id("b1");
  AddRow(ToDay(absl::CivilDay(2026, 3, 1)), 40'000, &batch);
  const auto answers = Push({batch});
  ASSERT_FALSE(answers.empty());
  EXPECT_TRUE(answers.back().replayed());
}

TEST_F(NodeBackupTest, WrongRequestsNameTheField) {
  v1::VerifyBackupResponse verify;
  EXPECT_THAT(Verify("backups/first", &verify).error_message(), HasSubstr("name: is"));
  v1::PruneBackupsRequest prune;
  v1::PruneBackupsResponse pruned;
  EXPECT_THAT(Prune(prune, &pruned).error_message(), HasSubstr("keep_count:"));
  prune.set_keep_count(-1);
  EXPECT_THAT(Prune(prune, &pruned).error_message(), HasSubstr("keep_count: is -1"));
  v1::CreateBackupResponse create;
  EXPECT_THAT(Create(std::string(201, 'x'), &create).error_message(), HasSubstr("request_id:"));
  ASSERT_TRUE(Verify("backups/7", &verify).ok());
  const v1::Job job = Ended(verify.job());
  EXPECT_EQ(job.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(job.error().code(), static_cast<int>(grpc::StatusCode::NOT_FOUND));
}

TEST_F(NodeBackupTest, IsNotServedToClients) {
  const auto stub = v1::BackupService::NewStub(channel_);
  grpc::ClientContext context;
  v1::ListBackupsResponse response;
  EXPECT_EQ(stub->ListBackups(&context, {}, &response).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(NodeBackupTest, MetricsTellOfTheNewest) {
  MustCreate();
  HttpClient http;
  HttpRequest request;
  request.url = "http://" + node_->addresses().http + "/metrics";
  const auto metrics = http.Send(request);
  GLUTWATCH_ASSERT_OK(metrics);
  EXPECT_THAT(metrics->body, HasSubstr("glutwatch_backup_succeeded_total 1"));
  EXPECT_THAT(metrics->body, HasSubstr("glutwatch_backup_last_failed 0"));
}

TEST_F(NodeBackupTest, WithoutAFolderTheCallsSaySo) {
  with_backups_ = false;
  Restart();
  Connect();
  v1::CreateBackupResponse response;
  const grpc::Status status = Create("", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "BACKUPS_NOT_CONFIGURED");
}

}  // namespace
}  // namespace glutwatch
