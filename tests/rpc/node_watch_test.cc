#include <filesystem>
#include <fstream>
#include <set>

#include "gmock/gmock.h"
#include "tests/rpc/node_fixture.h"

namespace glutwatch {
namespace {

using NodeWatchTest = testing::NodeTest;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Frame = v1::WatchWarningsResponse;

// Reads frames until `stop` is true for one.
template <typename Stop>
std::vector<Frame> Watch(v1::WarningService::Stub* stub, const v1::WatchWarningsRequest& request,
                         Stop stop) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const auto reader = stub->WatchWarnings(&context, request);
  std::vector<Frame> frames;
  Frame frame;
  while (reader->Read(&frame)) {
    frames.push_back(frame);
    if (stop(frame)) break;
  }
  context.TryCancel();
  (void)reader->Finish();
  return frames;
}

v1::WatchWarningsRequest From(v1::StartMode mode) {
  v1::WatchWarningsRequest request;
  request.set_mode(mode);
  request.mutable_heartbeat()->set_seconds(1);
  request.set_include_evidence(true);
  return request;
}

bool IsProgress(const Frame& frame) { return frame.has_progress(); }

// The events of the whole log, up to the first heartbeat.
std::vector<v1::WarningEvent> WholeLog(v1::WarningService::Stub* stub) {
  std::vector<v1::WarningEvent> events;
  for (const Frame& frame : Watch(stub, From(v1::START_MODE_EARLIEST), IsProgress)) {
    if (frame.has_event()) events.push_back(frame.event());
  }
  return events;
}

TEST_F(NodeWatchTest, ACollapseBecomesAWarningThatExplainReproduces) {
  Push(Collapse(40));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  const auto events = WholeLog(warnings_.get());
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].transition(), v1::TRANSITION_OPENED);
  EXPECT_EQ(events[0].warning().region(), "regions/532930");
  EXPECT_EQ(events[0].warning().product(), "products/garlic");
  EXPECT_THAT(events[0].warning().headline_zh(), HasSubstr("洱源县 garlic"));
  EXPECT_GT(events[0].warning().evidence().rules_size(), 0);
  for (const v1::WarningEvent& event : events) {
    grpc::ClientContext context;
    v1::ExplainWarningRequest request;
    request.set_name(event.warning().name());
    request.set_generation(event.warning().generation());
    v1::ExplainWarningResponse response;
    const grpc::Status status = warnings_->ExplainWarning(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_TRUE(response.reproduced()) << response.difference();
  }
}

// A server whose only line is on the forecast.
class ForecastLineTest : public NodeWatchTest {
 protected:
  void SetUp() override {
    rule_pack_file_ = dir_.path() + "/forecast.yaml";
    std::ofstream(rule_pack_file_) << R"(id: forecast-only
version: 1
min_life_days: 10
clear_days: 20
refractory_days: 20
stale_trading_days: 5
max_level_without_cost: orange
rules:
  - id: blue-forecast
    level: blue
    all_of: [{ indicator: forecast_to_norm, at_most: "0.6" }]
    persistence_days: 3
    clear_margin: "0.05"
    source: A test.
)";
    NodeWatchTest::SetUp();
  }
};

TEST_F(ForecastLineTest, ALineOnTheForecastFiresAndIsExplained) {
  Push(Collapse(12));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(60)));
  const auto events = WholeLog(warnings_.get());
  ASSERT_FALSE(events.empty());
  const v1::Warning& warning = events[0].warning();
  ASSERT_EQ(warning.evidence().rules_size(), 1);
  EXPECT_TRUE(warning.evidence().group().has_forecast_to_norm());
  grpc::ClientContext context;
  v1::ExplainWarningRequest request;
  request.set_name(warning.name());
  request.set_generation(warning.generation());
  v1::ExplainWarningResponse response;
  const grpc::Status status = warnings_->ExplainWarning(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(response.reproduced()) << response.difference();
}

TEST_F(NodeWatchTest, SnapshotThenTail) {
  Push(Collapse(40));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  const auto frames = Watch(warnings_.get(), From(v1::START_MODE_SNAPSHOT_THEN_TAIL), IsProgress);
  ASSERT_GE(frames.size(), 3u);
  EXPECT_TRUE(frames[0].has_snapshot());
  EXPECT_EQ(frames[0].snapshot().warning().state(), v1::WARNING_STATE_IN_FORCE);
  EXPECT_TRUE(frames[1].has_snapshot_end());
  EXPECT_EQ(frames[1].snapshot_end().warning_count(), 1);
}

TEST_F(NodeWatchTest, ResumesAfterAnyEventWithoutLossOrRepetition) {
  Push(Collapse(120, 60));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  const auto all = Watch(warnings_.get(), From(v1::START_MODE_EARLIEST), IsProgress);
  std::vector<std::string> ids;
  for (const Frame& frame : all) {
    if (frame.has_event()) ids.push_back(frame.event().event_id());
  }
  ASSERT_GE(ids.size(), 2u);
  for (size_t i = 0; i < ids.size(); ++i) {
    v1::WatchWarningsRequest request = From(v1::START_MODE_UNSPECIFIED);
    request.set_resume_cursor(all[i].cursor());
    std::vector<std::string> rest;
    for (const Frame& frame : Watch(warnings_.get(), request, IsProgress)) {
      if (frame.has_event()) rest.push_back(frame.event().event_id());
    }
    EXPECT_EQ(rest, std::vector<std::string>(ids.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                             ids.end()));
  }
}

TEST_F(NodeWatchTest, EveryFrameNamesTheOneBefore) {
  Push(Collapse(120, 60));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  const auto frames = Watch(warnings_.get(), From(v1::START_MODE_EARLIEST), IsProgress);
  int64_t previous = 0;
  for (const Frame& frame : frames) {
    EXPECT_EQ(frame.prev_seq(), previous);
    EXPECT_GE(frame.server_seq(), previous);
    EXPECT_FALSE(frame.cursor().empty());
    previous = frame.server_seq();
  }
}

TEST_F(NodeWatchTest, CursorOfAnotherFilterBringsAGapAndANewSnapshot) {
  Push(Collapse(40));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  const auto all = Watch(warnings_.get(), From(v1::START_MODE_EARLIEST), IsProgress);
  v1::WatchWarningsRequest request = From(v1::START_MODE_UNSPECIFIED);
  request.mutable_filter()->set_min_level(v1::WARNING_LEVEL_YELLOW);
  request.set_resume_cursor(all[0].cursor());
  const auto frames =
      Watch(warnings_.get(), request, [](const Frame& frame) { return frame.has_snapshot_end(); });
  ASSERT_GE(frames.size(), 2u);
  ASSERT_TRUE(frames[0].has_gap());
  EXPECT_EQ(frames[0].gap().reason(), Frame::Gap::REASON_FILTER_CHANGED);
}

TEST_F(NodeWatchTest, CursorOfAnotherStoreBringsAGapAndANewSnapshot) {
  Push(Collapse(40));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  const auto all = Watch(warnings_.get(), From(v1::START_MODE_EARLIEST), IsProgress);
  node_.reset();
  std::filesystem::remove_all(dir_.path() + "/data");
  Start();
  v1::WatchWarningsRequest request = From(v1::START_MODE_UNSPECIFIED);
  request.set_resume_cursor(all.back().cursor());
  const auto frames =
      Watch(warnings_.get(), request, [](const Frame& frame) { return frame.has_snapshot_end(); });
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].gap().reason(), Frame::Gap::REASON_EPOCH_CHANGED);
  EXPECT_EQ(frames[1].snapshot_end().warning_count(), 0);
}

TEST_F(NodeWatchTest, CursorInsideASnapshotBeginsWithANewSnapshot) {
  Push(Collapse(40));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  const auto is_end = [](const Frame& frame) { return frame.has_snapshot_end(); };
  const auto first = Watch(warnings_.get(), From(v1::START_MODE_SNAPSHOT_THEN_TAIL), is_end);
  ASSERT_TRUE(first[0].has_snapshot());
  v1::WatchWarningsRequest request = From(v1::START_MODE_UNSPECIFIED);
  request.set_resume_cursor(first[0].cursor());
  const auto again = Watch(warnings_.get(), request, is_end);
  ASSERT_EQ(again.size(), first.size());
  EXPECT_EQ(again[0].snapshot().warning().name(), first[0].snapshot().warning().name());
}

TEST_F(NodeWatchTest, TailSaysAtOnceThatItHasCaughtUp) {
  Push(Collapse(40));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  v1::WatchWarningsRequest request = From(v1::START_MODE_TAIL_ONLY);
  request.mutable_heartbeat()->set_seconds(60);
  const absl::Time begin = absl::Now();
  const auto frames = Watch(warnings_.get(), request, IsProgress);
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(20));
  EXPECT_EQ(frames[0].server_seq(), 1) << "of the one event that was there before";
}

TEST_F(NodeWatchTest, ProgressClosesWhatCameBefore) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const auto reader = warnings_->WatchWarnings(&context, From(v1::START_MODE_TAIL_ONLY));
  Frame frame;
  ASSERT_TRUE(reader->Read(&frame));
  ASSERT_TRUE(frame.has_progress());
  const int64_t bookmark = frame.server_seq();
  Push(Collapse(40));
  while (reader->Read(&frame) && !frame.has_event()) EXPECT_GE(frame.server_seq(), bookmark);
  ASSERT_TRUE(frame.has_event()) << "live, while the stream is open";
  EXPECT_GT(frame.server_seq(), bookmark);
  EXPECT_EQ(frame.event().transition(), v1::TRANSITION_OPENED);
  context.TryCancel();
  (void)reader->Finish();
}

TEST_F(NodeWatchTest, SimulatedWarningsSaySo) {
  auto opening = Opening();
  opening.mutable_open()->set_simulated(true);
  PushAs(opening, Collapse(40));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  const auto events = WholeLog(warnings_.get());
  ASSERT_FALSE(events.empty());
  EXPECT_TRUE(events[0].warning().simulated());
  EXPECT_THAT(events[0].warning().headline_zh(), StartsWith("【模拟】"));
  EXPECT_THAT(events[0].warning().headline_en(), StartsWith("[SIMULATED] "));
}

TEST_F(NodeWatchTest, DamagedCursorIsRefused) {
  v1::WatchWarningsRequest request;
  request.set_resume_cursor("not-a-cursor");
  grpc::ClientContext context;
  const auto reader = warnings_->WatchWarnings(&context, request);
  Frame frame;
  EXPECT_FALSE(reader->Read(&frame));
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("CURSOR_MALFORMED"));
}

TEST_F(NodeWatchTest, FilterKeepsOtherRegionsOut) {
  Push(Collapse(40));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  v1::WatchWarningsRequest inside = From(v1::START_MODE_EARLIEST);
  inside.mutable_filter()->set_region("regions/530000");
  v1::WatchWarningsRequest missing = From(v1::START_MODE_EARLIEST);
  missing.mutable_filter()->set_region("regions/110000");
  const auto frames = Watch(warnings_.get(), inside, IsProgress);
  EXPECT_TRUE(frames[0].has_event());
  EXPECT_TRUE(Watch(warnings_.get(), missing, IsProgress).empty()) << "no such region: NOT_FOUND";
}

TEST_F(NodeWatchTest, TransitionsSurviveARestart) {
  Push(Collapse(120, 60));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  const auto before = WholeLog(warnings_.get());
  Restart();
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  const auto after = WholeLog(warnings_.get());
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i].event_id(), before[i].event_id());
}

TEST_F(NodeWatchTest, WarningsAreListedInPages) {
  Push(Collapse(40));
  ASSERT_TRUE(node_->WaitJudged(absl::Seconds(20)));
  grpc::ClientContext context;
  v1::ListWarningsRequest request;
  request.set_page_size(1);
  v1::ListWarningsResponse response;
  ASSERT_TRUE(warnings_->ListWarnings(&context, request, &response).ok());
  ASSERT_EQ(response.warnings_size(), 1);
  EXPECT_EQ(response.next_page_token(), "");
}

}  // namespace
}  // namespace glutwatch
