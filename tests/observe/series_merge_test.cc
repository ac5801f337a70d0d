#include "server/observe/series_merge.h"

#include "tests/observe/intake_fixture.h"

// Prices of a market that was merged into another.
namespace glutwatch::observe {
namespace {

using testing::IsOk;

class SeriesMergeTest : public IntakeFixture {
 protected:
  // Eryuan's market under a second name; prices of both on days 0 and 1, of the second also on 2.
  void SetUp() override {
    IntakeFixture::SetUp();
    catalog::Market second = *catalog_->GetMarket("eryuan");
    second.id = "eryuan-2";
    ASSERT_THAT(catalog_->Put({.markets = {second}}), IsOk());
    session_ = OpenSession();
    session_->AddMarkets({ExistingMarket("eryuan"), ExistingMarket("eryuan-2")});
    AddSeries(session_.get(), {Garlic(0), Garlic(1)});
    TestBatch batch{.id = "both"};
    batch.Modal(0, Day0(), 40'000).Modal(0, Day0() + 1, 41'000);
    batch.Modal(1, Day0(), 40'000).Modal(1, Day0() + 1, 45'000).Modal(1, Day0() + 2, 42'000);
    ASSERT_EQ(Summary(Send(session_.get(), batch)), "");
  }
  Day Day0() const { return today_ - 10; }
  void Merge() {
    clock_.Advance(absl::Minutes(1));
    ASSERT_THAT(catalog_->MergeMarket("eryuan-2", "eryuan", {}), IsOk());
    clock_.Advance(absl::Minutes(1));
  }
  SeriesMergeCount Copy() {
    return CopyMergedSeries(registry_->Merged(), *catalog_, registry_.get(), store_.get()).value();
  }
};

TEST_F(SeriesMergeTest, AddsTheDaysThatTheSurvivorLacks) {
  Merge();
  const SeriesMergeCount count = Copy();
  EXPECT_EQ(count.series, 1);
  EXPECT_EQ(count.copied_rows, 1);
  EXPECT_EQ(count.equal_rows, 1);
  EXPECT_EQ(count.differing_rows, 1);
  const auto rows = ReadAll(1);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].observation.modal_e4, 41'000);  // what the survivor says stands
  EXPECT_EQ(rows[2].observation.day, Day0() + 2);
  EXPECT_EQ(rows[2].observation.modal_e4, 42'000);
  EXPECT_EQ(store_->SourceName(rows[2].observation.source), "test");
  EXPECT_EQ(ReadAll(2).size(), 3u);  // the record stays
  const int64_t merged_us = catalog_->GetMarket("eryuan-2")->standing.merged_us;
  EXPECT_EQ(store_->Read(storage::SeriesId{1}, kMinDay, kMaxDay, merged_us - 1)->size(), 2u);
}

TEST_F(SeriesMergeTest, CopyingAgainAddsNothing) {
  Merge();
  Copy();
  Reopen();
  const SeriesMergeCount again = Copy();
  EXPECT_EQ(again.copied_rows, 0);
  EXPECT_EQ(again.equal_rows, 2);
  EXPECT_EQ(again.differing_rows, 1);
  EXPECT_EQ(ReadAll(1).size(), 3u);
}

TEST_F(SeriesMergeTest, SessionThatIsOpenGoesOnInTheSurvivor) {
  Merge();
  Copy();
  TestBatch batch{.id = "later"};
  batch.Modal(1, Day0() + 3, 43'000);
  ASSERT_EQ(Summary(Send(session_.get(), batch)), "");
  EXPECT_EQ(ReadAll(1).size(), 4u);
  EXPECT_EQ(ReadAll(2).size(), 3u);
}

TEST_F(SeriesMergeTest, FeedThatKnowsOnlyTheOldNameFeedsTheSurvivor) {
  Merge();
  auto session =
      OpenSession({.source = "test", .create_missing = true}, security::LocalPrincipal("local"));
  session->AddMarkets({ExistingMarket("eryuan-2")});
  AddSeries(session.get(), {Garlic(0)});
  TestBatch batch{.id = "old name"};
  batch.Modal(0, Day0() + 3, 43'000);
  ASSERT_EQ(Summary(Send(session.get(), batch)), "");
  EXPECT_EQ(ReadAll(1).size(), 3u);
}

TEST_F(SeriesMergeTest, BatchSentAgainAfterTheMergeIsTheSameBatch) {
  Merge();
  Copy();
  auto session = OpenSession();
  session->AddMarkets({ExistingMarket("eryuan"), ExistingMarket("eryuan-2")});
  AddSeries(session.get(), {Garlic(0), Garlic(1)});
  TestBatch batch{.id = "both"};
  batch.Modal(0, Day0(), 40'000).Modal(0, Day0() + 1, 41'000);
  batch.Modal(1, Day0(), 40'000).Modal(1, Day0() + 1, 45'000).Modal(1, Day0() + 2, 42'000);
  const auto verdict = Send(session.get(), batch);
  ASSERT_THAT(verdict, IsOk());
  EXPECT_TRUE(verdict->replayed);
  EXPECT_EQ(ReadAll(1).size(), 3u);
}

TEST_F(SeriesMergeTest, ArrivalsAreConvertedToTheSurvivorsUnit) {
  session_->AddMarkets({ExistingMarket("eryuan-2")});
  Named graded = Garlic(2);
  graded.goods.grade = "特级";
  graded.goods.arrivals_unit = "吨";
  Named survivor = graded;
  survivor.market = 0;
  survivor.goods.arrivals_unit = "kg";
  AddSeries(session_.get(), {survivor, graded});
  TestBatch batch{.id = "arrivals"};
  batch.Modal(2, Day0(), 40'000).Modal(3, Day0() + 1, 40'000);
  batch.presences = {15, 15};
  batch.arrivals = {10'000, 25'000};  // 1 kg; 2.5 t
  ASSERT_EQ(Summary(Send(session_.get(), batch)), "");
  Merge();
  Copy();
  const auto rows = ReadAll(3);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].observation.arrivals_e4, 25'000'000);  // 2,500 kg
}

}  // namespace
}  // namespace glutwatch::observe
