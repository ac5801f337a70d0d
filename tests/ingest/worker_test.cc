#include "ingest/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/ingest/worker_support.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::ingest {
namespace {

using ::glutwatch::ingest::testing::LineFeed;
using ::glutwatch::ingest::testing::MemoryLink;
using ::glutwatch::ingest::testing::MemoryServer;
using ::glutwatch::testing::FakeClock;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::_;
using ::testing::HasSubstr;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A worker's folder and server, which outlive its runs.
struct Bench {
  TempDir folder;
  MemoryServer server;
  FakeClock clock;
  std::atomic<bool> stop = false;
  WorkerOptions options{.feed = "lines", .batch_rows = 5};

  DocumentReport Run(const std::string& content, int calls_to_live = -1,
                     const std::string& name = "doc.csv") {
    const auto checkpoints = CheckpointStore::Open(folder.path());
    EXPECT_THAT(checkpoints, IsOk());
    MemoryLink link(&server, calls_to_live);
    options.names = server.names();
    Worker worker(options, &link, &*checkpoints, &clock, &stop, [](const auto&, const auto&) {});
    return worker.Run(LineFeed(), {name, content});
  }
};

std::string RandomDocument(uint32_t seed, int lines) {
  std::minstd_rand random(seed + 1);
  std::string text;
  for (int i = 0; i < lines; ++i) {
    const auto kind = random() % 20;
    if (kind == 0) {
      text += "bad\n";
    } else if (kind == 1) {
      text += absl::StrCat("p", random() % 5, ",", random() % 30, ",-5\n");
    } else if (kind == 2) {
      text += absl::StrCat("p", random() % 5, ",", random() % 30, ",2000000\n");
    } else {
      text += absl::StrCat("p", random() % 5, ",", random() % 30, ",", 1 + random() % 3, "\n");
    }
  }
  return text;
}

TEST(WorkerTest, EveryRowIsAccountedFor) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    Bench setup;
    const DocumentReport report = setup.Run(RandomDocument(seed, 137));
    ASSERT_THAT(report.status, IsOk());
    EXPECT_EQ(report.tally.read, 137);
    EXPECT_TRUE(report.tally.Balanced());
    EXPECT_EQ(static_cast<int64_t>(setup.server.rows().size()),
              report.tally.accepted + report.tally.suspicious - report.tally.corrected);
  }
}

TEST(WorkerTest, VerdictsAreMappedBackToLines) {
  Bench setup;
  const DocumentReport report =
      setup.Run("a,1,5\nbad\na,1,5\na,1,7\nb,2,-1\nb,3,3000000\na,2,5\na,3,5\n");
  ASSERT_THAT(report.status, IsOk());
  EXPECT_EQ(report.tally,
            (RowTally{.read = 8, .accepted = 4, .suspicious = 1, .refused = 2, .duplicate = 1}));
  EXPECT_EQ(ReadFile(report.quarantine),
            "document,sheet,line,verdict,reason,message,raw\n"
            "doc.csv,,2,refused,UNREADABLE,\"line is \"\"bad\"\"\",bad\n"
            "doc.csv,,5,refused,PRICE_NOT_POSITIVE,row 2,Test|b||CNY/kg|1970-01-03||-0.0001||\n"
            "doc.csv,,6,suspicious,PRICE_JUMP,row 0,Test|b||CNY/kg|1970-01-04||300||\n");
  EXPECT_TRUE(setup.server.rows().contains({"a", 1, 1})) << "the second lot";
}

TEST(WorkerTest, KilledAtAnyCallItContinuesWithoutLossOrDuplicate) {
  const std::string content = RandomDocument(7, 120);
  Bench whole;
  const DocumentReport want = whole.Run(content);
  const std::string want_quarantine = ReadFile(want.quarantine);
  for (int calls = 0; calls < 50; ++calls) {
    Bench setup;
    const DocumentReport killed = setup.Run(content, calls);
    const DocumentReport report = setup.Run(content);
    ASSERT_THAT(report.status, IsOk()) << calls;
    EXPECT_EQ(report.tally, want.tally) << calls;
    EXPECT_EQ(setup.server.rows(), whole.server.rows()) << calls;
    EXPECT_EQ(setup.server.batches(), whole.server.batches()) << calls;
    EXPECT_EQ(ReadFile(report.quarantine), want_quarantine) << calls;
  }
}

TEST(WorkerTest, KilledAgainAndAgainItStillArrives) {
  const std::string content = RandomDocument(8, 400);
  Bench whole;
  const DocumentReport want = whole.Run(content);
  Bench setup;
  DocumentReport report;
  int runs = 0;
  do {
    report = setup.Run(content, 30);
  } while (!report.status.ok() && ++runs < 100);
  EXPECT_GT(runs, 2);
  EXPECT_EQ(report.tally, want.tally);
  EXPECT_EQ(setup.server.rows(), whole.server.rows());
  EXPECT_GT(report.resumed_rows, 0);
}

TEST(WorkerTest, FinishedDocumentIsSkippedUnlessAskedForAgain) {
  Bench setup;
  const std::string content = "a,1,5\na,2,6\n";
  EXPECT_FALSE(setup.Run(content).skipped);
  const DocumentReport second = setup.Run(content);
  EXPECT_TRUE(second.skipped);
  EXPECT_EQ(second.tally.accepted, 2);
  setup.options.again = true;
  const DocumentReport third = setup.Run(content);
  EXPECT_FALSE(third.skipped);
  EXPECT_EQ(third.tally.duplicate, 2);
  EXPECT_EQ(third.replayed_batches, 0) << "a new run has new batch ids";
}

TEST(WorkerTest, ChangedContentIsAnotherDocumentWhoseRowsAreCorrections) {
  Bench setup;
  ASSERT_THAT(setup.Run("a,1,5\na,2,6\n").status, IsOk());
  const DocumentReport corrected = setup.Run("a,1,5\na,2,7\n");
  EXPECT_EQ(corrected.tally, (RowTally{.read = 2, .accepted = 1, .corrected = 1, .duplicate = 1}));
}

TEST(WorkerTest, RowsUnderTwoNamesOfOneProductAreItsLots) {
  // In one batch, over batches, out of order, and an equal row under the other name.
  const std::string content =
      "a,1,5\nalias,1,6\na,2,5\na,3,5\na,4,5\n"
      "alias,2,7\nalias,3,5\nalias,9,8\na,9,9\nalias,1,6\n";
  Bench setup;
  setup.server.AddAlias("a", "alias");
  const DocumentReport first = setup.Run(content);
  ASSERT_THAT(first.status, IsOk());
  EXPECT_EQ(first.tally, (RowTally{.read = 10, .accepted = 8, .duplicate = 2}));
  const std::map<MemoryServer::Key, int64_t> want = {
      {{"a", 1, 0}, 5}, {{"a", 1, 1}, 6}, {{"a", 2, 0}, 5}, {{"a", 2, 1}, 7},
      {{"a", 3, 0}, 5}, {{"a", 4, 0}, 5}, {{"a", 9, 0}, 8}, {{"a", 9, 1}, 9}};
  EXPECT_EQ(setup.server.rows(), want);
  setup.options.again = true;
  EXPECT_EQ(setup.Run(content).tally, (RowTally{.read = 10, .duplicate = 10}));
  setup.options.batch_rows = 3;
  EXPECT_EQ(setup.Run(content).tally, (RowTally{.read = 10, .duplicate = 10}));
  EXPECT_EQ(setup.Run("alias,1,7\n").tally, (RowTally{.read = 1, .accepted = 1, .corrected = 1}))
      << "another document";
}

TEST(WorkerTest, NamesThatBecomeOneBeforeAResendDoNotMakeItAnotherBatch) {
  const std::string content = "a,1,5\nalias,1,6\na,2,5\na,3,5\na,4,5\nalias,2,5\n";
  Bench setup;
  const int calls_to_live = 2;  // both batches are sent, no answer is taken
  ASSERT_FALSE(setup.Run(content, calls_to_live).status.ok());
  setup.server.AddAlias("a", "alias");
  const DocumentReport report = setup.Run(content);
  ASSERT_THAT(report.status, IsOk());
  EXPECT_EQ(report.replayed_batches, 2);
  EXPECT_EQ(report.tally, (RowTally{.read = 6, .accepted = 6}));
}

TEST(WorkerTest, AnotherBatchSizeDoesNotChangeTheIdsOfAStartedDocument) {
  Bench setup;
  const std::string content = RandomDocument(9, 100);
  ASSERT_FALSE(setup.Run(content, 25).status.ok());
  setup.options.batch_rows = 7;
  const DocumentReport report = setup.Run(content);
  ASSERT_THAT(report.status, IsOk());
  EXPECT_TRUE(report.tally.Balanced());
  EXPECT_EQ(report.tally.read, 100);
}

TEST(WorkerTest, BrokenDocumentKeepsTheRowsBeforeTheBreak) {
  Bench setup;
  const DocumentReport report = setup.Run("a,1,5\na,2,6\nbroken\n");
  EXPECT_THAT(report.status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("broken")));
  EXPECT_EQ(report.tally, (RowTally{.read = 2, .accepted = 2}));
  EXPECT_EQ(setup.server.rows().size(), 2u);
}

TEST(WorkerTest, StopFinishesWhatIsInFlightAndTheNextRunContinues) {
  const std::string content = RandomDocument(10, 100);
  Bench whole;
  const DocumentReport want = whole.Run(content);
  Bench setup;
  setup.stop = true;
  const DocumentReport stopped = setup.Run(content);
  EXPECT_THAT(stopped.status, StatusIs(absl::StatusCode::kCancelled, _));
  EXPECT_EQ(stopped.tally.read, 5) << "one batch";
  setup.stop = false;
  const DocumentReport report = setup.Run(content);
  ASSERT_THAT(report.status, IsOk());
  EXPECT_EQ(report.resumed_rows, 5);
  EXPECT_EQ(report.tally, want.tally);
}

TEST(WorkerTest, DeletedQuarantineIsRebuiltFromTheServersAnswers) {
  const std::string content = RandomDocument(11, 200);
  Bench whole;
  const std::string want = ReadFile(whole.Run(content).quarantine);
  Bench setup;
  ASSERT_FALSE(setup.Run(content, 60).status.ok());
  for (const auto& entry : std::filesystem::directory_iterator(setup.folder.path())) {
    if (entry.path().extension() == ".csv") std::filesystem::remove(entry.path());
  }
  const DocumentReport report = setup.Run(content);
  ASSERT_THAT(report.status, IsOk());
  EXPECT_GT(report.replayed_batches, 0);
  EXPECT_EQ(ReadFile(report.quarantine), want);
}

TEST(WorkerTest, DryRunNeedsNoServerAndWritesNothing) {
  std::atomic<bool> stop = false;
  FakeClock clock;
  Worker worker({.feed = "lines", .batch_rows = 5, .dry_run = true}, nullptr, nullptr, &clock,
                &stop, [](const auto&, const auto&) {});
  const DocumentReport report = worker.Run(LineFeed(), {"doc.csv", "a,1,5\nbad\na,1,5\n"});
  ASSERT_THAT(report.status, IsOk());
  EXPECT_EQ(report.tally, (RowTally{.read = 3, .accepted = 1, .refused = 1, .duplicate = 1}));
  ASSERT_EQ(report.samples.size(), 1u);
  EXPECT_EQ(report.samples[0].line, 2);
}

TEST(WorkerTest, AnswerThatRefusesABatchFailsTheDocumentButNotTheNext) {
  Bench setup;
  const auto checkpoints = CheckpointStore::Open(setup.folder.path());
  GLUTWATCH_ASSERT_OK(checkpoints);
  MemoryLink link(&setup.server);
  Worker worker(setup.options, &link, &*checkpoints, &setup.clock, &setup.stop,
                [](const auto&, const auto&) {});
  const std::string content = RandomDocument(12, 60);
  const std::string key = DocumentKey("lines|", content);
  v1::ObservationBatch other;
  other.set_batch_id(absl::StrCat("lines/", key, "/11-15"));
  setup.server.Apply(other, {});
  const DocumentReport failed = worker.Run(LineFeed(), {"a.csv", content});
  EXPECT_THAT(failed.status, StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("rows 11 to")));
  EXPECT_EQ(link.unread_answers(), 0u);
  EXPECT_THAT(worker.Run(LineFeed(), {"b.csv", "z,1,5\n"}).status, IsOk());
}

}  // namespace
}  // namespace glutwatch::ingest
