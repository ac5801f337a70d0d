#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "ingest/checkpoint.h"
#include "ingest/lots.h"
#include "ingest/name_book.h"
#include "ingest/quarantine.h"
#include "ingest/schedule.h"
#include "ingest/worker_report.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::ingest {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::_;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

FeedRow RowAt(int day, int64_t modal_e4) {
  FeedRow row;
  row.line = 1;
  row.day = Day{day};
  row.modal_e4 = modal_e4;
  return row;
}

TEST(LotTrackerTest, IdenticalRowIsADuplicateAndAnotherPriceTheNextLot) {
  LotTracker lots;
  const auto place = [&](int32_t series, const FeedRow& row) {
    return *lots.Place(series, series, row);
  };
  EXPECT_EQ(place(0, RowAt(10, 100)).lot, 0);
  EXPECT_TRUE(place(0, RowAt(10, 100)).duplicate);
  EXPECT_EQ(place(0, RowAt(10, 200)).lot, 1);
  EXPECT_EQ(place(0, RowAt(10, 300)).lot, 2);
  EXPECT_TRUE(place(0, RowAt(10, 200)).duplicate);
  EXPECT_EQ(place(1, RowAt(10, 200)).lot, 0);
  EXPECT_EQ(place(0, RowAt(11, 200)).lot, 0);
}

TEST(LotTrackerTest, NamesOfOneSeriesShareItsLotsAndEqualRowsUnderThemAreLeftToTheServer) {
  LotTracker lots;
  struct Step {
    int32_t name;
    int64_t modal_e4;
    LotDecision want;
  };
  const Step steps[] = {
      {0, 100, {.lot = 0}},          {3, 200, {.lot = 1}}, {3, 100, {.lot = 0}},
      {3, 100, {.duplicate = true}}, {0, 200, {.lot = 1}}, {0, 100, {.duplicate = true}},
      {0, 300, {.lot = 2}},          {5, 300, {.lot = 2}}, {5, 400, {.lot = 3}},
  };
  for (const Step& step : steps) {
    const auto got = lots.Place(0, step.name, RowAt(10, step.modal_e4));
    GLUTWATCH_ASSERT_OK(got);
    EXPECT_EQ(got->duplicate, step.want.duplicate) << step.name << " " << step.modal_e4;
    EXPECT_EQ(got->lot, step.want.lot) << step.name << " " << step.modal_e4;
  }
}

NameBook Names() {
  NameBook names;
  v1::Product garlic;
  garlic.set_name("products/garlic");
  garlic.set_display_name("大蒜");
  garlic.add_aliases("Lasun(Nepali)");
  names.Add(garlic);
  v1::Unit kilogram;
  kilogram.set_code("kg");
  kilogram.set_base_quantity_e4(10'000);
  kilogram.add_aliases("公斤");
  names.Add(kilogram);
  v1::Unit box;
  box.set_code("box");
  names.Add(box);
  return names;
}

TEST(NameBookTest, NamesOfOneProductLeadToItsId) {
  for (const char* name : {"garlic", "Garlic", "大蒜", "lasun nepali", "Lasun(Nepali)"}) {
    EXPECT_EQ(Names().Product(name), "garlic") << name;
  }
  EXPECT_NE(Names().Product("蒜薹"), "garlic");
}

TEST(NameBookTest, UnknownNamesLeadToTheIdThatTheServerWouldGiveThem) {
  EXPECT_EQ(Names().Product("Tomato  Big"), "tomato-big");
  EXPECT_EQ(NameBook().Product("tomato big"), "tomato-big");
  EXPECT_EQ(Names().Product("(!)"), "(!)");
}

TEST(NameBookTest, WritingsOfAUnitAndOfPacksOfItAreOne) {
  struct Case {
    const char* name;
    const char* want;
  };
  for (const Case& c : std::initializer_list<Case>{{"KG", "kg"},
                                                   {"公斤", "kg"},
                                                   {"1 KG", "kg"},
                                                   {"90 KG", "90-kg"},
                                                   {"90公斤", "90-kg"},
                                                   {"90-kg", "90-kg"},
                                                   {"0.50 kg", "0.5-kg"},
                                                   {"12 box", "12-box"},
                                                   {"12box", "12box"},
                                                   {"12", "12"},
                                                   {"捆", "捆"}}) {
    EXPECT_EQ(Names().Unit(c.name), c.want) << c.name;
  }
}

TEST(LotTrackerTest, AbsentPriceIsNotAPriceOfZero) {
  LotTracker lots;
  FeedRow absent = RowAt(10, 100);
  FeedRow zero = absent;
  zero.low_e4 = 0;
  EXPECT_EQ(lots.Place(0, 0, absent)->lot, 0);
  EXPECT_EQ(lots.Place(0, 0, zero)->lot, 1);
}

TEST(LotTrackerTest, TooManyKeysAreRefusedWithTheLine) {
  LotTracker lots(2);
  GLUTWATCH_ASSERT_OK(lots.Place(0, 0, RowAt(1, 1)));
  GLUTWATCH_ASSERT_OK(lots.Place(0, 0, RowAt(2, 1)));
  EXPECT_THAT(lots.Place(0, 0, RowAt(3, 1)),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("line 1")));
}

TEST(LotTrackerTest, TooManyLotsOfOneDayAreRefused) {
  LotTracker lots;
  for (int i = 0; i < LotTracker::kMaxLots; ++i) {
    GLUTWATCH_ASSERT_OK(lots.Place(0, 0, RowAt(1, i)));
  }
  EXPECT_THAT(lots.Place(0, 0, RowAt(1, -1)), StatusIs(absl::StatusCode::kResourceExhausted, _));
}

DocumentCheckpoint SomeCheckpoint() {
  DocumentCheckpoint checkpoint;
  checkpoint.document = "prices 2024.csv";
  checkpoint.key = "00000000000000aa";
  checkpoint.batch_rows = 10;
  checkpoint.run = 2;
  checkpoint.done_rows = 20;
  checkpoint.quarantine_bytes = 77;
  checkpoint.tally = {
      .read = 20, .accepted = 15, .corrected = 1, .suspicious = 2, .refused = 2, .duplicate = 1};
  return checkpoint;
}

TEST(CheckpointTest, LoadsWhatWasSaved) {
  TempDir folder;
  const auto store = CheckpointStore::Open(folder.path());
  GLUTWATCH_ASSERT_OK(store);
  GLUTWATCH_ASSERT_OK(store->Save(SomeCheckpoint()));
  const auto loaded = store->Load("00000000000000aa");
  GLUTWATCH_ASSERT_OK(loaded);
  EXPECT_EQ(**loaded, SomeCheckpoint());
  EXPECT_EQ(*store->Load("00000000000000ab"), std::nullopt);
}

TEST(CheckpointTest, KillWhileTheNewOneIsWrittenKeepsTheOldOne) {
  TempDir folder;
  const auto store = CheckpointStore::Open(folder.path());
  GLUTWATCH_ASSERT_OK(store);
  GLUTWATCH_ASSERT_OK(store->Save(SomeCheckpoint()));
  const std::string whole = ReadFile(folder.File("00000000000000aa.checkpoint"));
  for (size_t cut = 0; cut <= whole.size(); cut += 7) {
    WriteFile(folder.File("00000000000000aa.checkpoint.new"), whole.substr(0, cut));
    const auto loaded = store->Load("00000000000000aa");
    ASSERT_THAT(loaded, IsOk());
    EXPECT_EQ(**loaded, SomeCheckpoint());
  }
}

TEST(CheckpointTest, EveryTruncationAndFlippedByteIsNoticed) {
  TempDir folder;
  const auto store = CheckpointStore::Open(folder.path());
  GLUTWATCH_ASSERT_OK(store);
  GLUTWATCH_ASSERT_OK(store->Save(SomeCheckpoint()));
  const std::string path = folder.File("00000000000000aa.checkpoint");
  const std::string whole = ReadFile(path);
  for (size_t i = 0; i < whole.size(); ++i) {
    WriteFile(path, whole.substr(0, i));
    EXPECT_THAT(store->Load("00000000000000aa"),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)));
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    WriteFile(path, flipped);
    EXPECT_THAT(store->Load("00000000000000aa"), StatusIs(absl::StatusCode::kDataLoss, _));
  }
}

TEST(CheckpointTest, OneWorkerPerFolder) {
  TempDir folder;
  const auto first = CheckpointStore::Open(folder.path());
  GLUTWATCH_ASSERT_OK(first);
  EXPECT_THAT(CheckpointStore::Open(folder.path()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("another")));
}

TEST(CheckpointTest, KeyDependsOnSettingsAndContent) {
  EXPECT_EQ(DocumentKey("a", "b"), DocumentKey("a", "b"));
  EXPECT_NE(DocumentKey("a", "b"), DocumentKey("a", "c"));
  EXPECT_NE(DocumentKey("a", "b"), DocumentKey("b", "b"));
  EXPECT_NE(DocumentKey("ab", "c"), DocumentKey("a", "bc"));
  EXPECT_EQ(DocumentKey("", "").size(), 16u);
}

TEST(CheckpointTest, BatchIdRepeatsAndNamesTheRun) {
  DocumentCheckpoint checkpoint = SomeCheckpoint();
  EXPECT_EQ(BatchId("xinfadi", checkpoint, 1, 10), "xinfadi/00000000000000aa+2/1-10");
  checkpoint.run = 0;
  EXPECT_EQ(BatchId("xinfadi", checkpoint, 1, 10), "xinfadi/00000000000000aa/1-10");
}

QuarantinedRow SomeRow(int64_t line) {
  return {"a,b.csv", "", line, "refused", "LOW_ABOVE_HIGH", "low is 3,\n\"high\" 2", "白菜|3"};
}

TEST(QuarantineTest, WritesCsvThatReadsBack) {
  TempDir folder;
  auto quarantine = Quarantine::Open(folder.File("q.csv"), 0);
  GLUTWATCH_ASSERT_OK(quarantine);
  quarantine->Append(SomeRow(7));
  EXPECT_FALSE(std::filesystem::exists(folder.File("q.csv")));
  GLUTWATCH_ASSERT_OK(quarantine->Sync());
  EXPECT_EQ(ReadFile(folder.File("q.csv")),
            "document,sheet,line,verdict,reason,message,raw\n"
            "\"a,b.csv\",,7,refused,LOW_ABOVE_HIGH,\"low is 3,\n\"\"high\"\" 2\",白菜|3\n");
  EXPECT_EQ(quarantine->length(), static_cast<int64_t>(ReadFile(folder.File("q.csv")).size()));
}

TEST(QuarantineTest, IsCutBackToTheCheckpointSoThatNoLineIsDoubled) {
  TempDir folder;
  const std::string path = folder.File("q.csv");
  int64_t checkpointed = 0;
  {
    auto quarantine = Quarantine::Open(path, 0);
    GLUTWATCH_ASSERT_OK(quarantine);
    quarantine->Append(SomeRow(1));
    GLUTWATCH_ASSERT_OK(quarantine->Sync());
    checkpointed = quarantine->length();
    quarantine->Append(SomeRow(2));
    GLUTWATCH_ASSERT_OK(quarantine->Sync());
  }
  const std::string whole = ReadFile(path);
  for (size_t size = static_cast<size_t>(checkpointed); size <= whole.size(); ++size) {
    WriteFile(path, whole.substr(0, size));
    auto quarantine = Quarantine::Open(path, checkpointed);
    GLUTWATCH_ASSERT_OK(quarantine);
    quarantine->Append(SomeRow(2));
    GLUTWATCH_ASSERT_OK(quarantine->Sync());
    EXPECT_EQ(ReadFile(path), whole);
  }
}

TEST(QuarantineTest, ShorterThanTheCheckpointIsDataLoss) {
  TempDir folder;
  EXPECT_THAT(Quarantine::Open(folder.File("q.csv"), 1),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("q.csv")));
}

absl::Time At(absl::string_view text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

TEST(ScheduleTest, NextDueIsInTheFeedsOwnTimeZoneAndStrictlyLater) {
  FeedSchedule schedule{"x", "Asia/Shanghai", {"06:30", "14:00"}, 0x7F, ""};
  EXPECT_EQ(*NextDue(schedule, At("2026-03-01T00:00:00+08:00")), At("2026-03-01T06:30:00+08:00"));
  EXPECT_EQ(*NextDue(schedule, At("2026-03-01T06:30:00+08:00")), At("2026-03-01T14:00:00+08:00"));
  EXPECT_EQ(*NextDue(schedule, At("2026-03-01T14:00:00+08:00")), At("2026-03-02T06:30:00+08:00"));
}

TEST(ScheduleTest, DaysWithoutTradeAreLeftOut) {
  FeedSchedule schedule{"x", "Asia/Kolkata", {"14:00"}, 0x3F, ""};
  // 2026-02-28 is a Saturday.
  EXPECT_EQ(*NextDue(schedule, At("2026-02-28T14:00:00+05:30")), At("2026-03-02T14:00:00+05:30"));
}

TEST(ScheduleTest, EveryKnownScheduleHasADueTime) {
  for (const FeedSchedule& schedule : DefaultSchedules()) {
    EXPECT_THAT(NextDue(schedule, At("2026-03-01T00:00:00+00:00")), IsOk()) << schedule.feed;
  }
}

TEST(ScheduleTest, BadTimesAreQuoted) {
  EXPECT_THAT(WithTimes({}, "06:30,25:00"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"25:00\"")));
  EXPECT_THAT(WithTimes({}, ""), StatusIs(absl::StatusCode::kInvalidArgument, _));
  EXPECT_THAT(WithTimes({}, "14:00,06:30")->times, ::testing::ElementsAre("06:30", "14:00"));
}

TEST(ScheduleTest, RetriesBackOffToAnHour) {
  EXPECT_EQ(RetryDelay(1), absl::Minutes(1));
  EXPECT_EQ(RetryDelay(3), absl::Minutes(4));
  EXPECT_EQ(RetryDelay(1000), absl::Hours(1));
}

TEST(ReportTest, ChineseTakesTwoColumns) {
  EXPECT_EQ(DisplayWidth("ab"), 2);
  EXPECT_EQ(DisplayWidth("白菜a"), 5);
}

TEST(ReportTest, ThousandsAreGrouped) {
  EXPECT_EQ(Thousands(0), "0");
  EXPECT_EQ(Thousands(999), "999");
  EXPECT_EQ(Thousands(1000), "1,000");
  EXPECT_EQ(Thousands(-1234567), "-1,234,567");
}

TEST(ReportTest, SimulatedDataSaysSoOnTheFirstLineInBothLanguages) {
  RunReport report;
  report.simulated = true;
  EXPECT_THAT(FormatTable(report, Language::kEnglish), StartsWith("*** SIMULATED DATA"));
  EXPECT_THAT(FormatTable(report, Language::kChinese), StartsWith("*** 模拟数据"));
  EXPECT_THAT(FormatJson(report), HasSubstr("\"simulated\":true"));
}

TEST(ReportTest, TableNamesFailuresAndQuarantine) {
  RunReport report;
  DocumentReport document;
  document.document = "a.csv";
  document.status = absl::InvalidArgumentError("a.csv:3: no header");
  document.quarantine = "/tmp/q.csv";
  document.tally = {.read = 12345, .accepted = 12345};
  report.documents = {document};
  const std::string table = FormatTable(report, Language::kEnglish);
  EXPECT_THAT(table, HasSubstr("12,345"));
  EXPECT_THAT(table, HasSubstr("FAILED"));
  EXPECT_THAT(table, HasSubstr("a.csv:3: no header"));
  EXPECT_THAT(table, EndsWith("quarantine: /tmp/q.csv\n"));
}

}  // namespace
}  // namespace glutwatch::ingest
