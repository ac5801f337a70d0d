#include "server/report/receipt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/report/report_fixture.h"

namespace glutwatch::report {
namespace {

using testing::AreaReport;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::OpenDatabase;
using testing::StatusIs;
using testing::TempDir;
using testing::TestDay;

Receipt FullReceipt() {
  Receipt receipt{.kind = RequestKind::kSubmission, .digest = 0x1234567890abcdef};
  receipt.answer = {.recorded_us = 77,
                    .new_count = 2,
                    .corrected_count = 1,
                    .duplicate_count = 3,
                    .refused_count = 1,
                    .flagged_count = 1};
  const Report before = AreaReport(TestDay("2026-03-01"), 5);
  receipt.answer.results = {
      {.index = 1, .verdict = Verdict::kCorrected, .subject = before.subject, .previous = before},
      {.index = 2,
       .verdict = Verdict::kRefused,
       .subject = {.kind = Kind{200}, .region = "x"},
       .findings = {{"UNKNOWN_KIND", "kind", "en", "中"}}},
  };
  return receipt;
}

TEST(ReceiptTest, GivesBackTheAnswer) {
  const Receipt written = FullReceipt();
  Receipt read;
  ASSERT_TRUE(DecodeReceipt(EncodeReceipt(written), &read));
  EXPECT_EQ(read.kind, written.kind);
  EXPECT_EQ(read.digest, written.digest);
  EXPECT_EQ(read.answer.recorded_us, 77);
  EXPECT_EQ(read.answer.new_count, 2);
  EXPECT_EQ(read.answer.corrected_count, 1);
  EXPECT_EQ(read.answer.duplicate_count, 3);
  EXPECT_EQ(read.answer.refused_count, 1);
  EXPECT_EQ(read.answer.flagged_count, 1);
  ASSERT_EQ(read.answer.results.size(), 2U);
  EXPECT_EQ(read.answer.results[0].index, 1);
  EXPECT_EQ(read.answer.results[0].verdict, Verdict::kCorrected);
  EXPECT_EQ(read.answer.results[0].subject, written.answer.results[0].subject);
  ASSERT_TRUE(read.answer.results[0].previous);
  EXPECT_EQ(read.answer.results[0].previous->figures, written.answer.results[0].previous->figures);
  EXPECT_EQ(read.answer.results[1].subject, written.answer.results[1].subject);
  EXPECT_EQ(read.answer.results[1].findings, written.answer.results[1].findings);
  EXPECT_FALSE(read.answer.results[1].previous);
}

TEST(ReceiptTest, LeavesOutWhatIsSimplyNew) {
  Receipt written;
  written.answer.results = {{.index = 0, .verdict = Verdict::kNew},
                            {.index = 1, .verdict = Verdict::kDuplicate}};
  Receipt read;
  ASSERT_TRUE(DecodeReceipt(EncodeReceipt(written), &read));
  ASSERT_EQ(read.answer.results.size(), 1U);
  EXPECT_EQ(read.answer.results[0].index, 1);
}

TEST(ReceiptTest, RefusesEveryShortenedReceipt) {
  const std::string bytes = EncodeReceipt(FullReceipt());
  for (size_t size = 0; size < bytes.size(); ++size) {
    Receipt read;
    EXPECT_FALSE(DecodeReceipt(bytes.substr(0, size), &read)) << size;
  }
}

TEST(ReceiptTest, DigestTellsRequestsApartByWhatWasSent) {
  Submission one{.request_id = "a", .reports = {AreaReport(Day{20'500}, 5)}};
  Submission other = one;
  other.request_id = "b";
  other.reports[0].recorded_us = 9;  // only the book gives it
  other.reports[0].findings = {{"A", "", "", ""}};
  EXPECT_EQ(DigestOf(one), DigestOf(other));
  other.all_or_nothing = true;
  EXPECT_NE(DigestOf(one), DigestOf(other));
  other = one;
  other.reports[0].figures.value_e4 = 6;
  EXPECT_NE(DigestOf(one), DigestOf(other));
  other = one;
  other.reports.push_back(one.reports[0]);
  EXPECT_NE(DigestOf(one), DigestOf(other));
  EXPECT_NE(DigestOf({}, "a", "bc"), DigestOf({}, "ab", "c"));
}

TEST(ReceiptTest, DamageNamesTableAndRequest) {
  const TempDir dir;
  auto database = *OpenDatabase(dir);
  storage::WriteSet set;
  set.Put(storage::Table::kReportReceipts, "import 1", "\x01");
  ASSERT_THAT(database->Write(set, storage::Durability::kFsynced), IsOk());
  EXPECT_THAT(
      FindReceipt(*database, "import 1", RequestKind::kSubmission, 1),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("table report_receipts, key \"import 1\"")));
  EXPECT_THAT(FindReceipt(*database, "import 2", RequestKind::kSubmission, 1),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("")));
}

}  // namespace
}  // namespace glutwatch::report
