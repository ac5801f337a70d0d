// What a principal may send and add: intakes with quotas.
#include <algorithm>

#include "base/retry_after.h"
#include "tests/observe/intake_fixture.h"

namespace glutwatch::observe {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

class IntakeQuotaTest : public IntakeFixture {
 protected:
  void SetUp() override {
    IntakeFixture::SetUp();
    intake_ =
        Intake::Create(catalog_.get(), registry_.get(), store_.get(), &clock_, {}, &hub_, &quotas_);
  }
  std::unique_ptr<IntakeSession> GarlicSessionOf(const std::string& principal) {
    auto session = OpenSession({.source = "test"}, security::LocalPrincipal(principal));
    session->AddMarkets({ExistingMarket("xinfadi"), ExistingMarket("eryuan")});
    AddSeries(session.get(), {Garlic(0), Garlic(1)});
    return session;
  }
  // `count` rows of one series, of days that no other `piece` has.
  TestBatch Rows(const std::string& id, int piece, int count) const {
    TestBatch batch{.id = id};
    for (int i = 0; i < count; ++i) batch.Modal(0, today_ - (piece * 100 + i), 40'000);
    return batch;
  }
  // A session of `principal` that has named `products` products of one market, each a series.
  std::unique_ptr<IntakeSession> ProductSession(const std::string& principal, int products,
                                                bool preview = false) {
    auto session = OpenSession({.source = "test", .create_missing = true, .preview = preview},
                               security::LocalPrincipal(principal));
    session->AddMarkets({ExistingMarket("xinfadi")});
    std::vector<Named> named;
    for (int i = 0; i < products; ++i) named.push_back({0, Product(i)});
    AddSeries(session.get(), named);
    return session;
  }
  GoodsSpec Product(int number) const {
    const std::string name = preview_names_ ? "大蒜" : "product " + std::to_string(number);
    return {name, "", "", "grade " + std::to_string(number), "CNY", "斤", "kg"};
  }
  TestBatch OneOfEach(const std::string& id, int products) const {
    TestBatch batch{.id = id};
    for (int i = 0; i < products; ++i) batch.Modal(i, today_, 40'000 + i);
    return batch;
  }

  bool preview_names_ = false;
  security::Refusals refusals_;
  security::Quotas quotas_{{.rows_per_second = 100, .burst_rows = 200},
                           {{"few", {.new_series_per_day = 24}}, {"none", {}}},
                           &refusals_};
};

TEST_F(IntakeQuotaTest, BatchBeyondTheQuotaIsToldWhenToComeAndThenKeptOnce) {
  const auto session = GarlicSessionOf("dali");
  ASSERT_EQ(Send(session.get(), Rows("b0", 0, 90))->accepted, 90);
  ASSERT_EQ(Send(session.get(), Rows("b1", 1, 90))->accepted, 90);
  const auto refused = Send(session.get(), Rows("b2", 2, 90));
  EXPECT_THAT(refused,
              StatusIs(absl::StatusCode::kResourceExhausted,
                       AllOf(HasSubstr("QUOTA_ROWS: \"dali\""), HasSubstr("asked for 90"))));
  ASSERT_EQ(RetryAfterOf(refused.status()), absl::Milliseconds(700));
  EXPECT_EQ(ReadAll(1).size(), 180u);
  clock_.Advance(absl::Milliseconds(699));
  EXPECT_FALSE(Send(session.get(), Rows("b2", 2, 90)).ok());
  clock_.Advance(absl::Milliseconds(1));
  const auto kept = Send(session.get(), Rows("b2", 2, 90));
  EXPECT_EQ(Summary(kept), "");
  EXPECT_FALSE(kept->replayed);
  EXPECT_EQ(ReadAll(1).size(), 270u);
}

TEST_F(IntakeQuotaTest, OtherPrincipalsAreNotHeldUp) {
  const auto dali = GarlicSessionOf("dali");
  const auto lijiang = GarlicSessionOf("lijiang");
  const auto again = GarlicSessionOf("dali");  // the same account on another stream
  ASSERT_EQ(Send(dali.get(), Rows("b0", 0, 100))->accepted, 100);
  ASSERT_EQ(Send(again.get(), Rows("b1", 1, 100))->accepted, 100);
  EXPECT_FALSE(Send(dali.get(), Rows("b2", 2, 1)).ok());
  EXPECT_FALSE(Send(again.get(), Rows("b2", 2, 1)).ok());
  EXPECT_EQ(Send(lijiang.get(), Rows("b3", 3, 100))->accepted, 100);
}

TEST_F(IntakeQuotaTest, AResendCostsItsRowsAgain) {
  const auto session = GarlicSessionOf("dali");
  ASSERT_EQ(Send(session.get(), Rows("b0", 0, 100))->accepted, 100);
  EXPECT_TRUE(Send(session.get(), Rows("b0", 0, 100))->replayed);
  EXPECT_FALSE(Send(session.get(), Rows("b0", 0, 100)).ok());
}

TEST_F(IntakeQuotaTest, AMalformedBatchCostsNothing) {
  const auto first = GarlicSessionOf("dali");
  ASSERT_EQ(Send(first.get(), Rows("b0", 0, 99))->accepted, 99);
  TestBatch bad = Rows("bad", 1, 1);
  bad.days.clear();
  EXPECT_THAT(Send(first.get(), bad), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("market_days")));
  EXPECT_EQ(Send(first.get(), Rows("b1", 1, 99))->accepted, 99) << "a malformed batch cost rows";
  EXPECT_EQ(intake_->stats().failed_batches, 1);
  EXPECT_FALSE(Send(first.get(), Rows("b2", 2, 99)).ok());
  EXPECT_EQ(refusals_.count(security::RefusalReason::kQuotaRows), 1);
}

TEST_F(IntakeQuotaTest, PrepaidRowsAreTakenOrRefusedAsOne) {
  const Intake::SessionOptions whole = {.source = "test", .prepaid_rows = 250};
  const auto session = OpenSession(whole, security::LocalPrincipal("dali"));
  session->AddMarkets({ExistingMarket("xinfadi")});
  AddSeries(session.get(), {Garlic(0)});
  for (const int piece : {0, 1, 2}) {
    EXPECT_EQ(Send(session.get(), Rows("p" + std::to_string(piece), piece, 80))->accepted, 80);
  }
  const auto refused = intake_->Open(security::LocalPrincipal("dali"), whole);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("QUOTA_ROWS")));
  EXPECT_EQ(RetryAfterOf(refused.status()), absl::Milliseconds(2'500));  // 50 below zero
}

TEST_F(IntakeQuotaTest, RowsOfSeriesBeyondTheQuotaAreRefusedAndTheOthersKept) {
  const auto session = ProductSession("few", 30);
  const auto verdict = Send(session.get(), OneOfEach("b0", 30));
  EXPECT_EQ(verdict->accepted, 24);
  EXPECT_EQ(verdict->refused, 6);
  ASSERT_EQ(verdict->rows.size(), 6u);
  EXPECT_EQ(verdict->rows[0].row, 24);
  EXPECT_EQ(verdict->rows[0].reason, "QUOTA_SERIES");
  EXPECT_THAT(verdict->rows[0].message, HasSubstr("\"few\" may add 24 series a day"));
  EXPECT_EQ(registry_->size(), 24);
  EXPECT_EQ(refusals_.count(security::RefusalReason::kQuotaSeries), 6);
  // Who may, is not held up, and then the series is there for everybody.
  const auto other = ProductSession("none", 26);
  EXPECT_EQ(Send(other.get(), OneOfEach("other", 26))->refused, 0);
}

TEST_F(IntakeQuotaTest, EachBatchTriesAgainTheFirstNamedFirst) {
  const auto session = ProductSession("few", 30);
  EXPECT_EQ(Send(session.get(), OneOfEach("b0", 30))->refused, 6);
  clock_.Advance(absl::Hours(2));
  const auto verdict = Send(session.get(), OneOfEach("b1", 30));
  EXPECT_EQ(verdict->accepted, 2);
  EXPECT_EQ(verdict->duplicate, 24);
  EXPECT_EQ(verdict->refused, 4);
  clock_.Advance(absl::Hours(4));
  EXPECT_EQ(Send(session.get(), OneOfEach("b2", 30))->accepted, 4);
  EXPECT_EQ(registry_->size(), 30);
  EXPECT_EQ(ReadAll(30).size(), 1u);
}

TEST_F(IntakeQuotaTest, KnownSeriesCostNothing) {
  { const auto session = ProductSession("few", 24); }
  const auto session = ProductSession("few", 25);
  EXPECT_EQ(Summary(Send(session.get(), OneOfEach("b0", 25))), "24:refused:QUOTA_SERIES");
  EXPECT_EQ(registry_->size(), 24);
}

TEST_F(IntakeQuotaTest, ALateSeriesIsThatOfTheMarketItsOwnWasMergedInto) {
  catalog::Market second = *catalog_->GetMarket("xinfadi");
  second.id = "xinfadi-2";
  ASSERT_THAT(catalog_->Put({.markets = {second}}), IsOk());
  { const auto used = ProductSession("few", 24); }
  auto session = OpenSession({.source = "test"}, security::LocalPrincipal("few"));
  session->AddMarkets({ExistingMarket("xinfadi-2")});
  AddSeries(session.get(), {Garlic(0)});
  EXPECT_EQ(Send(session.get(), Rows("b0", 0, 1))->refused, 1);
  clock_.Advance(absl::Hours(3));
  ASSERT_THAT(catalog_->MergeMarket("xinfadi-2", "xinfadi", {}), IsOk());
  EXPECT_EQ(Send(session.get(), Rows("b1", 0, 1))->accepted, 1);
  const auto ids =
      registry_->Select({.markets = {"xinfadi"}, .products = {"大蒜"}}, catalog::SeriesId{}, 10);
  ASSERT_THAT(ids, IsOk());
  ASSERT_EQ(ids->size(), 1u);
  EXPECT_EQ(store_->Read(ids->front(), kMinDay, kMaxDay)->size(), 1u);
}

TEST_F(IntakeQuotaTest, APreviewSaysWhatTheQuotaWouldRefuse) {
  preview_names_ = true;  // a preview creates no product
  const auto preview = ProductSession("few", 26, /*preview=*/true);
  const auto examined = preview->Examine(OneOfEach("p", 26).Columns());
  ASSERT_THAT(examined, IsOk());
  EXPECT_EQ(examined->kept.size(), 24u);
  ASSERT_EQ(examined->rows.size(), 2u);
  EXPECT_EQ(examined->rows[0].reason, "QUOTA_SERIES");
  EXPECT_EQ(quotas_.Of("few")->NewSeriesLeft(clock_.Now()), 24) << "it used some";
}

}  // namespace
}  // namespace glutwatch::observe
