#include "server/observe/review.h"

#include "server/observe/corrections.h"
#include "server/storage/commit_log.h"
#include "tests/observe/intake_fixture.h"

// People's reviews of single rows, and the lists that lead to them.
namespace glutwatch::observe {
namespace {

using storage::SeriesId;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;

class ReviewTest : public IntakeFixture {
 protected:
  void SetUp() override {
    IntakeFixture::SetUp();
    session_ = GarlicSession();
  }
  // Both series: 2 yuan for four days and then 20, which is suspicious.
  void PushJump() {
    for (int series = 0; series < 2; ++series) {
      TestBatch batch{"jump" + std::to_string(series)};
      for (int day = 6; day > 2; --day) batch.Modal(series, today_ - day, 20'000);
      batch.Modal(series, today_ - 2, 200'000);
      const auto verdict = Send(session_.get(), batch);
      ASSERT_EQ(Summary(verdict), "4:suspicious:UNIT_SLIP");
    }
  }
  ReviewRequest Request(const std::string& id, Decision decision) const {
    return {.request_id = id,
            .series = SeriesId{2},
            .day = today_ - 2,
            .decision = decision,
            .note = "telephone"};
  }
  absl::StatusOr<Reviewed> Apply(const ReviewRequest& request,
                                 const security::Principal& principal) {
    return Review(principal, request, *catalog_, *registry_, store_.get());
  }
  absl::StatusOr<Reviewed> Apply(const ReviewRequest& request) { return Apply(request, dali_); }
  // "series day-of-today flags" of the doubtful rows.
  std::vector<std::string> Doubtful(const RowQuery& query) {
    std::vector<std::string> rows;
    const auto page = ListDoubtful(query, *registry_, *store_);
    EXPECT_THAT(page, IsOk());
    for (const DoubtfulRow& row : page->rows) {
      rows.push_back(absl::StrCat(
          static_cast<uint32_t>(row.series), " ", row.version.observation.day - today_, " ",
          row.version.observation.flags, " ", row.before.has_value() ? row.before->modal_e4 : 0));
    }
    return rows;
  }

  const security::Principal dali_{"dali", {security::Role::kBureau}, "532900"};
  const int slip_ = storage::kUnitSlip | storage::kPriceJump;
};

TEST_F(ReviewTest, AConfirmedRowCountsAndTheRecordSaysWhoAndWhy) {
  PushJump();
  EXPECT_EQ(store_->Tip(SeriesId{2})->modal_e4, 20'000);
  const auto reviewed = Apply(Request("r1", Decision::kConfirm));
  ASSERT_THAT(reviewed, IsOk());
  EXPECT_TRUE(reviewed->changed);
  EXPECT_EQ(reviewed->newest.observation.flags, 0);
  EXPECT_EQ(store_->Tip(SeriesId{2})->modal_e4, 200'000);
  EXPECT_EQ(store_->SourceName(reviewed->newest.observation.source), "test");
  const auto record = storage::CommitLog(database_.get()).Find(reviewed->newest.recorded_us);
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(record->author, "dali");
  EXPECT_EQ(record->remark, "telephone");
  EXPECT_EQ(record->batch_id, "review/r1");
}

TEST_F(ReviewTest, ADiscardedRowStaysVisibleAndCanBeConfirmedLater) {
  PushJump();
  ASSERT_THAT(Apply(Request("r1", Decision::kDiscard)), IsOk());
  EXPECT_EQ(ReadAll(2).back().observation.flags, slip_ | storage::kDiscarded);
  EXPECT_EQ(ReadAll(2).back().observation.modal_e4, 200'000);
  ASSERT_THAT(Apply(Request("r2", Decision::kConfirm)), IsOk());
  EXPECT_EQ(ReadAll(2).back().observation.flags, 0);
  // A row that nobody doubted can be discarded too.
  ReviewRequest good = Request("r3", Decision::kDiscard);
  good.day = today_ - 3;
  ASSERT_THAT(Apply(good), IsOk());
  EXPECT_EQ(ReadAll(2)[3].observation.flags, storage::kDiscarded);
}

TEST_F(ReviewTest, TheSameRequestChangesNothingAndAnotherUnderItsIdIsRefused) {
  PushJump();
  ASSERT_THAT(Apply(Request("r1", Decision::kConfirm)), IsOk());
  const auto again = Apply(Request("r1", Decision::kConfirm));
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed);
  EXPECT_FALSE(again->changed);
  const auto same_opinion = Apply(Request("r2", Decision::kConfirm));
  ASSERT_THAT(same_opinion, IsOk());
  EXPECT_FALSE(same_opinion->changed);
  EXPECT_EQ(store_->ReadVersions(SeriesId{2}, kMinDay, kMaxDay)->size(), 6u);
  EXPECT_THAT(Apply(Request("r1", Decision::kDiscard)),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("BATCH_ID_REUSED")));
}

TEST_F(ReviewTest, AResendDoesNotUndoItAndACorrectionIsJudgedAnew) {
  PushJump();
  ASSERT_THAT(Apply(Request("r1", Decision::kDiscard)), IsOk());
  session_ = GarlicSession();
  TestBatch resend{"resend"};
  resend.Modal(1, today_ - 2, 200'000);
  EXPECT_EQ(Summary(Send(session_.get(), resend)), "0:duplicate");
  EXPECT_EQ(ReadAll(2).back().observation.flags, slip_ | storage::kDiscarded);
  TestBatch corrected{"corrected"};
  corrected.Modal(1, today_ - 2, 20'500);
  EXPECT_EQ(Summary(Send(session_.get(), corrected)), "");
  EXPECT_EQ(ReadAll(2).back().observation.flags, 0);
}

TEST_F(ReviewTest, OfAVersionThatIsNoLongerTheNewestIsRefused) {
  PushJump();
  ReviewRequest request = Request("r1", Decision::kConfirm);
  request.reviewed_us = ReadAll(2).back().recorded_us;
  TestBatch corrected{"corrected"};
  corrected.Modal(1, today_ - 2, 20'500);
  EXPECT_EQ(Summary(Send(session_.get(), corrected)), "");
  EXPECT_THAT(Apply(request),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("REVIEW_OUTDATED")));
}

TEST_F(ReviewTest, ABureauReviewsItsOwnRegionOnly) {
  PushJump();
  ReviewRequest beijing = Request("r1", Decision::kConfirm);
  beijing.series = SeriesId{1};
  EXPECT_THAT(Apply(beijing), StatusIs(absl::StatusCode::kPermissionDenied,
                                       HasSubstr("may not review prices in region \"110106\"")));
  const security::Principal feeder{"feeder", {security::Role::kFeeder}, ""};
  EXPECT_THAT(Apply(Request("r1", Decision::kConfirm), feeder),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("feeder")));
  EXPECT_THAT(Doubtful({}), ElementsAre(absl::StrCat("1 -2 ", slip_, " 20000"),
                                        absl::StrCat("2 -2 ", slip_, " 20000")));
}

TEST_F(ReviewTest, WhatIsNotThereAndWhatIsTooLongIsNamed) {
  PushJump();
  ReviewRequest request = Request("r1", Decision::kConfirm);
  request.day = today_;
  EXPECT_THAT(Apply(request), StatusIs(absl::StatusCode::kNotFound,
                                       HasSubstr("series/2 has no lot 0 on 2026-03-01")));
  request.series = SeriesId{99};
  EXPECT_THAT(Apply(request, security::LocalPrincipal("local")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no series/99")));
  request = Request("", Decision::kConfirm);
  EXPECT_THAT(Apply(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("request_id has 0 bytes")));
  request = Request("r1", Decision::kConfirm);
  request.note = std::string(storage::kMaxRemarkBytes + 1, 'x');
  EXPECT_THAT(Apply(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("note has 2001 bytes")));
}

TEST_F(ReviewTest, ListsWaitForReviewDiscardedAndUnmoved) {
  PushJump();
  ASSERT_THAT(Apply(Request("r1", Decision::kDiscard)), IsOk());
  EXPECT_EQ(Doubtful({}).size(), 1u);
  EXPECT_THAT(Doubtful({.any_of = storage::kDiscarded, .none_of = 0}),
              ElementsAre(absl::StrCat("2 -2 ", slip_ | storage::kDiscarded, " 20000")));
  EXPECT_THAT(Doubtful({.any_of = storage::kFrozenQuote | storage::kFlatQuote}), IsEmpty());
  EXPECT_THAT(Doubtful({.selection = {.region = "532900"}}), IsEmpty());
  EXPECT_THAT(Doubtful({.from = today_ - 1}), IsEmpty());
  EXPECT_THAT(ListDoubtful({.selection = {.markets = {"none"}}}, *registry_, *store_).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
}

TEST_F(ReviewTest, CorrectionsComePageByPageInOrder) {
  PushJump();
  ASSERT_THAT(Apply(Request("r1", Decision::kConfirm)), IsOk());
  const int64_t before_us = store_->newest_recorded_us();
  for (int series = 0; series < 2; ++series) {
    TestBatch corrected{"c" + std::to_string(series)};
    corrected.Modal(series, today_ - 5, 21'000).Modal(series, today_ - 4, 22'000);
    ASSERT_THAT(Send(session_.get(), corrected), IsOk());
  }
  std::vector<std::string> all;
  RowQuery query{.limit = 2};
  do {
    const auto page = ListCorrections(query, *registry_, *store_);
    ASSERT_THAT(page, IsOk());
    EXPECT_LE(page->rows.size(), 2u);
    for (const Correction& one : page->rows) {
      all.push_back(absl::StrCat(static_cast<uint32_t>(one.series), " ",
                                 one.after.observation.day - today_, " ",
                                 one.before.observation.modal_e4, " -> ",
                                 one.after.observation.modal_e4, one.is_review() ? " review" : ""));
    }
    query.after = page->next;
  } while (query.after.has_value());
  EXPECT_THAT(all, ElementsAre("1 -5 20000 -> 21000", "1 -4 20000 -> 22000", "2 -5 20000 -> 21000",
                               "2 -4 20000 -> 22000", "2 -2 200000 -> 200000 review"));
  query = {.recorded_from_us = before_us + 1};
  EXPECT_EQ(ListCorrections(query, *registry_, *store_)->rows.size(), 4u);
  query = {.recorded_to_us = before_us + 1};
  EXPECT_EQ(ListCorrections(query, *registry_, *store_)->rows.size(), 1u);
}

TEST_F(ReviewTest, TheIntakeRecordsWhoSentAndWhatWasRefused) {
  TestBatch batch{"b"};
  batch.Modal(0, today_ - 2, 20'000)
      .Modal(0, today_ - 2, 20'000)
      .Price(0, today_ - 1, 30'000, 20'000, 10'000)
      .Modal(7, today_, 1);
  ASSERT_THAT(Send(session_.get(), batch), IsOk());
  ASSERT_THAT(Send(session_.get(), batch), IsOk());
  std::vector<std::string> records;
  ASSERT_THAT(storage::CommitLog(database_.get())
                  .Scan(0, INT64_MAX,
                        [&](const storage::CommitRecord& r) {
                          records.push_back(absl::StrCat(r.author, " ", r.source, " ", r.added, " ",
                                                         r.duplicate, " ", r.refused));
                          return true;
                        }),
              IsOk());
  EXPECT_THAT(records, ElementsAre("local test 1 1 2"));
}

}  // namespace
}  // namespace glutwatch::observe
