#include "client/warning_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "client/channel.h"
#include "client/cursor_file.h"
#include "tests/client/scripted_server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::client {
namespace {

using glutwatch::testing::IsOk;
using glutwatch::testing::ScriptedServer;
using glutwatch::testing::StatusIs;
using glutwatch::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Frame = v1::WatchWarningsResponse;

Frame Event(int64_t seq, int64_t prev_seq) {
  Frame frame;
  frame.set_cursor(absl::StrCat("c", seq));
  frame.set_server_seq(seq);
  frame.set_prev_seq(prev_seq);
  frame.mutable_event()->set_event_id(absl::StrCat("log/1/", seq));
  frame.mutable_event()->mutable_warning()->set_name("warnings/w");
  frame.mutable_event()->mutable_warning()->set_generation(seq);
  return frame;
}

Frame Snapshot(const std::string& warning, int64_t generation) {
  Frame frame;
  frame.set_cursor("snapshot");
  frame.mutable_snapshot()->mutable_warning()->set_name(warning);
  frame.mutable_snapshot()->mutable_warning()->set_generation(generation);
  return frame;
}

Frame SnapshotEnd(int64_t seq) {
  Frame frame;
  frame.set_cursor(absl::StrCat("c", seq));
  frame.set_server_seq(seq);
  frame.mutable_snapshot_end();
  return frame;
}

Frame Gap(Frame::Gap::Reason reason) {
  Frame frame;
  frame.set_cursor("snapshot");
  frame.mutable_gap()->set_reason(reason);
  return frame;
}

std::string Describe(const Frame& frame) {
  switch (frame.frame_case()) {
    case Frame::kSnapshot:
      return absl::StrCat(frame.snapshot().warning().name(), "@",
                          frame.snapshot().warning().generation());
    case Frame::kSnapshotEnd:
      return "end";
    case Frame::kEvent:
      return frame.event().event_id();
    case Frame::kGap:
      return "gap";
    default:
      return "progress";
  }
}

// What the n-th stream of a test sends before it ends with `status`.
struct Script {
  std::string want_cursor;
  std::vector<Frame> frames;
  grpc::Status status = grpc::Status(grpc::UNAVAILABLE, "restarting");
};

ScriptedServer::WatchFn Play(std::vector<Script> scripts) {
  auto next = std::make_shared<std::atomic<size_t>>(0);
  return [scripts = std::move(scripts), next](const v1::WatchWarningsRequest& request,
                                              ScriptedServer::WatchWriter* writer) {
    const size_t n = next->fetch_add(1);
    if (n >= scripts.size()) return grpc::Status(grpc::INVALID_ARGUMENT, "end of the script");
    EXPECT_EQ(request.resume_cursor(), scripts[n].want_cursor) << "stream " << n;
    for (const Frame& frame : scripts[n].frames) writer->Write(frame);
    return scripts[n].status;
  };
}

WatchOptions Quick() {
  WatchOptions options;
  options.backoff = {.initial = absl::Milliseconds(1), .max = absl::Milliseconds(5)};
  options.backoff_seed = 1;
  return options;
}

// Watches to the end of the script.
absl::Status Watch(const ScriptedServer& server, const WatchOptions& options,
                   std::vector<std::string>* seen) {
  const auto watcher = WarningWatcher::Create(OpenChannel(server.address()), options);
  return watcher->Run([&](const Frame& frame) {
    seen->push_back(Describe(frame));
    return true;
  });
}

TEST(WarningWatcherTest, EventsAreSeenOnceOverReconnects) {
  ScriptedServer server(Play({{"", {Event(1, 0), Event(2, 1)}},
                              {"c2", {Event(2, 1), Event(3, 2)}},
                              {"c3", {}},
                              {"c3", {Event(4, 3)}, grpc::Status::OK}}));
  std::vector<std::string> seen;
  EXPECT_THAT(Watch(server, Quick(), &seen),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("end of the script")));
  EXPECT_THAT(seen, ElementsAre("log/1/1", "log/1/2", "log/1/3", "log/1/4"));
}

TEST(WarningWatcherTest, SnapshotThatBeginsAnewIsSeenOnce) {
  ScriptedServer server(Play({{"", {Snapshot("a", 1), Snapshot("b", 1)}},
                              {"snapshot", {Snapshot("a", 2), Snapshot("b", 1), SnapshotEnd(7)}},
                              {"c7", {Event(8, 7)}}}));
  std::vector<std::string> seen;
  EXPECT_THAT(Watch(server, Quick(), &seen),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("script")));
  EXPECT_THAT(seen, ElementsAre("a@1", "b@1", "a@2", "end", "log/1/8"));
}

TEST(WarningWatcherTest, AfterAnotherEpochEverythingIsNew) {
  ScriptedServer server(Play(
      {{"", {Snapshot("a", 5), SnapshotEnd(5), Event(6, 5)}},
       {"c6",
        {Gap(Frame::Gap::REASON_EPOCH_CHANGED), Snapshot("a", 3), SnapshotEnd(2), Event(3, 2)}}}));
  std::vector<std::string> seen;
  EXPECT_THAT(Watch(server, Quick(), &seen),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("script")));
  EXPECT_THAT(seen, ElementsAre("a@5", "end", "log/1/6", "gap", "a@3", "end", "log/1/3"));
}

TEST(WarningWatcherTest, MissingNumbersAreFetchedFromTheCursor) {
  ScriptedServer server(
      Play({{"", {Event(1, 0), Event(3, 2)}}, {"c1", {Event(2, 1), Event(3, 2)}}}));
  std::vector<std::string> seen;
  EXPECT_THAT(Watch(server, Quick(), &seen),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("script")));
  EXPECT_THAT(seen, ElementsAre("log/1/1", "log/1/2", "log/1/3"));
}

TEST(WarningWatcherTest, ServerThatKeepsLeavingOutEventsIsDataLoss) {
  ScriptedServer server(
      Play({{"", {Event(1, 0), Event(3, 2)}}, {"c1", {Event(3, 2)}}, {"c1", {Event(3, 2)}}}));
  std::vector<std::string> seen;
  EXPECT_THAT(Watch(server, Quick(), &seen),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("after number 1")));
  EXPECT_THAT(seen, ElementsAre("log/1/1"));
}

TEST(WarningWatcherTest, CursorFileCarriesOnAfterARestartOfTheClient) {
  const TempDir dir;
  WatchOptions options = Quick();
  options.cursor_file = dir.File("cursor");
  std::vector<std::string> seen;
  {
    ScriptedServer server(Play({{"", {Event(1, 0), Event(2, 1)}}}));
    EXPECT_THAT(Watch(server, options, &seen),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("script")));
  }
  EXPECT_EQ(ReadCursorFile(options.cursor_file).value(), "c2");
  ScriptedServer server(Play({{"c2", {Event(3, 2)}}}));
  EXPECT_THAT(Watch(server, options, &seen),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("script")));
  EXPECT_THAT(seen, ElementsAre("log/1/1", "log/1/2", "log/1/3"));
}

TEST(WarningWatcherTest, FirstConnectionIsNotTriedForEver) {
  WatchOptions options = Quick();
  options.connect_timeout = absl::Milliseconds(30);
  const auto watcher = WarningWatcher::Create(OpenChannel("127.0.0.1:1"), options);
  EXPECT_THAT(watcher->Run([](const Frame&) { return true; }),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("")));
}

TEST(WarningWatcherTest, EndsWhenTheCallerHasEnough) {
  ScriptedServer server(Play({{"", {Event(1, 0), Event(2, 1), Event(3, 2)}}}));
  const auto watcher = WarningWatcher::Create(OpenChannel(server.address()), Quick());
  GLUTWATCH_ASSERT_OK(watcher->Run([](const Frame& frame) { return frame.server_seq() < 2; }));
  EXPECT_EQ(watcher->cursor(), "c2");
}

TEST(WarningWatcherTest, StopEndsAWaitingWatch) {
  std::atomic<bool> up{true};
  ScriptedServer server([&](const v1::WatchWarningsRequest&, ScriptedServer::WatchWriter* writer) {
    // Progress frames keep the stream open until the client goes away.
    Frame frame;
    frame.set_cursor("p");
    frame.mutable_progress();
    while (up && writer->Write(frame)) {
    }
    return grpc::Status::OK;
  });
  const auto watcher = WarningWatcher::Create(OpenChannel(server.address()), Quick());
  std::thread stopper;
  const absl::Status status = watcher->Run([&](const Frame&) {
    if (!stopper.joinable()) stopper = std::thread([&] { watcher->Stop(); });
    return true;
  });
  up = false;
  stopper.join();
  GLUTWATCH_ASSERT_OK(status);
  EXPECT_EQ(watcher->cursor(), "p");
}

TEST(CursorFileTest, AbsentFileIsNoCursor) {
  const TempDir dir;
  EXPECT_EQ(ReadCursorFile(dir.File("none")).value(), "");
}

TEST(CursorFileTest, WhatWasWrittenIsReadAndReplaced) {
  const TempDir dir;
  GLUTWATCH_ASSERT_OK(WriteCursorFile(dir.File("cursor"), "one"));
  GLUTWATCH_ASSERT_OK(WriteCursorFile(dir.File("cursor"), "two"));
  EXPECT_EQ(ReadCursorFile(dir.File("cursor")).value(), "two");
}

TEST(CursorFileTest, RubbishIsRefusedWithTheFilesName) {
  const TempDir dir;
  std::ofstream(dir.File("cursor")) << "two words\n";
  EXPECT_THAT(ReadCursorFile(dir.File("cursor")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("cursor file")));
}

}  // namespace
}  // namespace glutwatch::client
