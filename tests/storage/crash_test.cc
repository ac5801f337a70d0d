// Kills a process that appends, at random moments, and opens what it left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <chrono>
#include <cstdlib>
#include <set>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/storage/crash_batches.h"
#include "tests/storage/price_store_fixture.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;

// More for a long run: GLUTWATCH_STORE_KILLS=10000.
int Kills() {
  const char* kills = std::getenv("GLUTWATCH_STORE_KILLS");
  return kills != nullptr ? std::atoi(kills) : 36;
}

std::string RunAndKill(const std::string& folder, uint32_t seed, int round, int delay_us) {
  int pipe_fds[2];
  if (::pipe(pipe_fds) != 0) return "pipe failed";
  const std::string seed_text = absl::StrCat(seed);
  const std::string round_text = absl::StrCat(round);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe_fds[1], STDOUT_FILENO);
    ::close(pipe_fds[0]);
    ::execl(GLUTWATCH_STORE_CRASH_CHILD, "store_crash_child", folder.c_str(), seed_text.c_str(),
            round_text.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(pipe_fds[1]);
  std::string output;
  char buffer[1 << 16];
  std::thread killer;
  for (;;) {
    const ssize_t n = ::read(pipe_fds[0], buffer, sizeof(buffer));
    if (n <= 0) break;
    output.append(buffer, static_cast<size_t>(n));
    if (!killer.joinable()) {  // it is open: some appends, then the end
      killer = std::thread([child, delay_us] {
        std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
        ::kill(child, SIGKILL);
      });
    }
  }
  ::close(pipe_fds[0]);
  if (killer.joinable()) killer.join();
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << output;
  return output;
}

class CrashTest : public PriceStoreTest {
 protected:
  void SetUp() override {}

  // Adds what a life acknowledged to the model, and finds out by resending whether the batches
  // that were under way made it: each is wholly there or not at all.
  void Settle(uint32_t seed, int round, const std::string& output) {
    std::istringstream lines(output);
    std::string line;
    std::getline(lines, line);  // "open"
    int acknowledged = 0;
    while (std::getline(lines, line)) {
      int said_round = 0;
      int number = 0;
      int64_t recorded_us = 0;
      // A last line may be cut: it was not acknowledged then.
      if (!(std::istringstream(line) >> said_round >> number >> recorded_us) || lines.eof()) break;
      ASSERT_EQ(number, acknowledged++);
      Take(CrashBatch(seed, round, number), recorded_us);
    }
    total_acknowledged_ += acknowledged;
    bool gone = false;  // batches apply in order: after one that is not there, none is
    for (int number = acknowledged; number < acknowledged + 80; ++number) {
      const int64_t before = store_->newest_recorded_us();
      Batch batch = CrashBatch(seed, round, number);
      auto receipt = store_->Append(batch);
      ASSERT_THAT(receipt, IsOk());
      if (receipt->replayed) {
        ASSERT_FALSE(gone) << "batch " << number << " is there, an earlier one is not";
        ASSERT_LE(receipt->recorded_us, before);
      } else {
        gone = true;
      }
      Take(batch, receipt->recorded_us);
    }
  }
  void Take(const Batch& batch, int64_t recorded_us) {
    ASSERT_GT(recorded_us, last_us_);
    last_us_ = recorded_us;
    model_.Apply(batch.rows, recorded_us, 0);
    batches_.push_back(batch);
  }
  void Verify() {
    for (uint32_t s = 1; s <= 40; ++s) {
      std::vector<Version> got = AllVersions(s);
      for (Version& v : got) v.observation.source = 0;
      ASSERT_EQ(got, model_.Versions(SeriesId{s}, kMinDay, kMaxDay, PriceStore::kNow)) << s;
    }
    for (const Batch& batch : batches_) {
      auto receipt = store_->Append(batch);
      ASSERT_THAT(receipt, IsOk());
      ASSERT_TRUE(receipt->replayed) << batch.batch_id;
    }
    batches_.clear();
  }

  PriceModel model_;
  std::vector<Batch> batches_;
  int64_t last_us_ = 0;
  int64_t total_acknowledged_ = 0;
};

TEST_F(CrashTest, NothingAcknowledgedIsLostAndNothingAppliedTwice) {
  const uint32_t seed = std::random_device()();
  RecordProperty("seed", absl::StrCat(seed));
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  for (int round = 0; round < Kills() && !HasFatalFailure(); ++round) {
    const int delay_us = static_cast<int>(random() % (round % 4 == 0 ? 400'000 : 60'000));
    const std::string output = RunAndKill(dir_.File("db"), seed, round, delay_us);
    ASSERT_TRUE(absl::StartsWith(output, "open\n")) << output;
    // The tear-down's clock must not lie behind the child's.
    clock_.Set(absl::Now());
    Reopen();
    Settle(seed, round, output);
    Verify();
    Close();
  }
  EXPECT_GT(total_acknowledged_, Kills());
}

}  // namespace
}  // namespace glutwatch::storage
