#include "server/observe/verdict_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/support/status_matchers.h"

namespace glutwatch::observe {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

storage::Receipt ReceiptWith(std::string note, std::vector<uint32_t> duplicates) {
  storage::Receipt receipt;
  receipt.recorded_us = 5;
  receipt.duplicates = std::move(duplicates);
  receipt.note = std::move(note);
  return receipt;
}

TEST(VerdictNoteTest, StoresDuplicatesAreMappedBackToRowsOfTheBatch) {
  // Rows 0..7: 1 refused, 3 a duplicate within the batch, 4 and 6 suspicious.
  const std::vector<RowResult> results = {{1, Verdict::kRefused, "BAD", "bad"},
                                          {3, Verdict::kDuplicate, "", ""},
                                          {4, Verdict::kSuspicious, "ODD", "odd"},
                                          {6, Verdict::kSuspicious, "ODD", "odd"}};
  // Kept rows: 0 2 4 5 6 7. The store had 2, 4 and 7.
  const auto verdict = VerdictOf(ReceiptWith(EncodeNote(results, 8), {1, 2, 5}));
  GLUTWATCH_ASSERT_OK(verdict);
  std::string rows;
  for (const RowResult& row : verdict->rows) {
    rows += std::to_string(row.row) + ":" + std::to_string(static_cast<int>(row.verdict)) + " ";
  }
  EXPECT_EQ(rows, "1:2 2:3 3:3 4:3 6:1 7:3 ");
  EXPECT_EQ(verdict->refused, 1);
  EXPECT_EQ(verdict->duplicate, 4);
  EXPECT_EQ(verdict->suspicious, 1);
  EXPECT_EQ(verdict->accepted, 2);
  EXPECT_EQ(verdict->rows[0].message, "bad");
}

TEST(VerdictNoteTest, CountsAddUpForAnyBatch) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    std::vector<RowResult> results;
    std::vector<int32_t> kept;
    const size_t rows = random() % 50;
    for (size_t row = 0; row < rows; ++row) {
      const auto choice = random() % 5;
      if (choice >= 1 && choice <= 3) {
        results.push_back({static_cast<int32_t>(row), static_cast<Verdict>(choice), "R", "m"});
      }
      if (choice != 2 && choice != 3) kept.push_back(static_cast<int32_t>(row));
    }
    std::set<int32_t> want_duplicates;
    for (const RowResult& r : results) {
      if (r.verdict == Verdict::kDuplicate) want_duplicates.insert(r.row);
    }
    std::vector<uint32_t> duplicates;
    for (uint32_t i = 0; i < kept.size(); ++i) {
      if (random() % 3 != 0) continue;
      duplicates.push_back(i);
      want_duplicates.insert(kept[i]);
    }
    const auto verdict = VerdictOf(ReceiptWith(EncodeNote(results, rows), duplicates));
    GLUTWATCH_ASSERT_OK(verdict);
    std::set<int32_t> got_duplicates;
    int32_t previous = -1;
    for (const RowResult& r : verdict->rows) {
      ASSERT_GT(r.row, previous);
      previous = r.row;
      if (r.verdict == Verdict::kDuplicate) got_duplicates.insert(r.row);
    }
    ASSERT_EQ(got_duplicates, want_duplicates);
    ASSERT_EQ(static_cast<size_t>(verdict->accepted) + verdict->rows.size(), rows);
  }
}

TEST(VerdictNoteTest, AnyCutIsDamage) {
  const std::string note = EncodeNote({{1, Verdict::kRefused, "BAD", "bad"}}, 3);
  ASSERT_THAT(VerdictOf(ReceiptWith(note, {})), IsOk());
  for (size_t size = 0; size < note.size(); ++size) {
    EXPECT_THAT(VerdictOf(ReceiptWith(note.substr(0, size), {})),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("receipts")));
  }
  EXPECT_THAT(VerdictOf(ReceiptWith(note + "x", {})),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("note")));
}

TEST(VerdictNoteTest, DuplicateBeyondTheBatchIsDamage) {
  const std::string note = EncodeNote({{1, Verdict::kRefused, "BAD", "bad"}}, 3);
  EXPECT_EQ(VerdictOf(ReceiptWith(note, {1}))->accepted, 1);
  EXPECT_THAT(VerdictOf(ReceiptWith(note, {2})),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("row 3 is a duplicate")));
}

}  // namespace
}  // namespace glutwatch::observe
