#include <functional>

#include "tests/observe/intake_fixture.h"

// Markets, series, and what is created for them.
namespace glutwatch::observe {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

// A database whose disk can be full.
class FullDisk final : public storage::Database {
 public:
  explicit FullDisk(storage::Database* real) : real_(real) {}
  absl::Status Write(const storage::WriteSet& set, storage::Durability durability) override {
    if (full) return absl::ResourceExhaustedError("DISK_FULL: test");
    return real_->Write(set, durability);
  }
  absl::StatusOr<std::string> Get(storage::Table table, absl::string_view key) const override {
    return real_->Get(table, key);
  }
  absl::Status Scan(
      storage::Table table, absl::string_view begin, absl::string_view end,
      const std::function<bool(absl::string_view, absl::string_view)>& visit) const override {
    return real_->Scan(table, begin, end, visit);
  }
  absl::Status ScanBackward(
      storage::Table table, absl::string_view begin, absl::string_view end,
      const std::function<bool(absl::string_view, absl::string_view)>& visit) const override {
    return real_->ScanBackward(table, begin, end, visit);
  }
  absl::Status Walk(
      storage::Table table,
      const std::function<absl::Status(storage::Cursor* cursor)>& walk) const override {
    return real_->Walk(table, walk);
  }
  storage::DatabaseHealth health() const override { return real_->health(); }
  uint64_t epoch() const override { return real_->epoch(); }
  int64_t bytes_on_disk() const override { return real_->bytes_on_disk(); }

  bool full = false;

 private:
  storage::Database* const real_;
};

class IntakeCatalogTest : public IntakeFixture {
 protected:
  // A market that nobody knows, in Tonghai (530423) below Yuxi (530400), neither known.
  static MarketSpec Tonghai() {
    MarketSpec spec;
    spec.market = {"tonghai",      "530423", catalog::MarketKind::kProducingArea,
                   "通海蔬菜市场", "",       "Asia/Shanghai",
                   std::nullopt};
    spec.regions = {{"CN", "", "ISO 3166", "中国", "", std::nullopt},
                    {"530000", "CN", "GB/T 2260", "云南省", "", std::nullopt},
                    {"530400", "530000", "GB/T 2260", "玉溪市", "", std::nullopt},
                    {"530423", "530400", "GB/T 2260", "通海县", "", std::nullopt}};
    return spec;
  }
  // One row for series 0.
  TestBatch OneRow(const std::string& id) {
    TestBatch batch{.id = id};
    batch.Modal(0, today_, 10'000);
    return batch;
  }
  std::string ReasonOf(IntakeSession* session, const Named& spec) {
    AddSeries(session, {spec});
    return Summary(Send(session, OneRow("b" + std::to_string(++batches_))));
  }
  int batches_ = 0;
};

TEST_F(IntakeCatalogTest, UnknownNamesRefuseTheirRowsWithAReason) {
  const auto reason = [&](const Named& spec) {
    auto session = OpenSession();
    session->AddMarkets({ExistingMarket("xinfadi"), Tonghai()});
    return ReasonOf(session.get(), spec);
  };
  EXPECT_EQ(reason({0, {"garlic", "", "", "", "CNY", "斤", ""}}), "");
  EXPECT_EQ(reason({1, {"garlic", "", "", "", "CNY", "斤", ""}}), "0:refused:UNKNOWN_MARKET");
  EXPECT_EQ(reason({2, {"garlic", "", "", "", "CNY", "斤", ""}}), "0:refused:UNKNOWN_MARKET");
  EXPECT_EQ(reason({0, {"yacon", "", "", "", "CNY", "斤", ""}}), "0:refused:UNKNOWN_PRODUCT");
  EXPECT_EQ(reason({0, {"garlic", "", "", "", "CNY", "挑", ""}}), "0:refused:UNKNOWN_UNIT");
  EXPECT_EQ(reason({0, {"garlic", "", "", "", "yuan", "斤", ""}}), "0:refused:BAD_CURRENCY");
  EXPECT_EQ(reason({0, {"garlic", "", "", std::string(201, 'x'), "CNY", "斤", ""}}),
            "0:refused:BAD_GRADE");
  EXPECT_EQ(reason({0, {"garlic", "", "", "\xff", "CNY", "斤", ""}}), "0:refused:BAD_GRADE");
}

TEST_F(IntakeCatalogTest, CreatesRegionsMarketProductAndUnit) {
  auto session =
      OpenSession({.source = "test", .create_missing = true}, security::LocalPrincipal("local"));
  session->AddMarkets({Tonghai()});
  AddSeries(session.get(),
            {{0, {"雪莲果（大）", "Yacon", "vegetable", "一级", "CNY", "挑", "斤"}},
             {0, {"雪莲果（大）", "Yacon", "vegetable", "二级", "CNY", "挑", "斤"}}});
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_, 10'000).Modal(1, today_, 9'000);
  EXPECT_EQ(Summary(Send(session.get(), batch)), "");
  EXPECT_TRUE(catalog_->IsWithin("530423", "530000"));
  EXPECT_EQ(catalog_->FindMarket("tonghai")->display_name, "通海蔬菜市场");
  const auto product = catalog_->FindProduct("雪莲果（大）");
  ASSERT_NE(product, nullptr);
  EXPECT_EQ(product->id, "雪莲果-大");
  EXPECT_EQ(product->display_name_en, "Yacon");
  EXPECT_EQ(product->category, "vegetable");
  EXPECT_FALSE(catalog_->FindUnit("挑")->base_quantity_e4.has_value());
  EXPECT_EQ(registry_->Find(storage::SeriesId{1})->key,
            (catalog::SeriesKey{"tonghai", "雪莲果-大", "一级", "CNY", "挑"}));
  EXPECT_EQ(registry_->Find(storage::SeriesId{1})->arrivals_unit, "jin");
}

TEST_F(IntakeCatalogTest, OneBadNameDoesNotHinderTheOthers) {
  auto session =
      OpenSession({.source = "test", .create_missing = true}, security::LocalPrincipal("local"));
  MarketSpec bad = Tonghai();
  bad.market.id = "bad";
  bad.market.time_zone = "Asia/Yunnan";
  MarketSpec placeless = Tonghai();
  placeless.market.id = "placeless";
  placeless.market.region = "999999";
  session->AddMarkets({bad, Tonghai(), placeless});
  AddSeries(session.get(), {{0, {"garlic", "", "", "", "CNY", "斤", ""}},
                            {1, {std::string(300, 'x'), "", "", "", "CNY", "斤", ""}},
                            {1, {"（）", "", "", "", "CNY", "斤", ""}},
                            {1, {"yacon", "", "", "", "CNY", "斤", ""}},
                            {2, {"garlic", "", "", "", "CNY", "斤", ""}}});
  TestBatch batch{.id = "b1"};
  for (int i = 0; i < 5; ++i) batch.Modal(i, today_, 10'000);
  const auto verdict = Send(session.get(), batch);
  EXPECT_EQ(Summary(verdict),
            "0:refused:BAD_MARKET 1:refused:UNKNOWN_PRODUCT 2:refused:UNKNOWN_PRODUCT "
            "4:refused:UNKNOWN_REGION");
  EXPECT_THAT(verdict->rows[0].message, HasSubstr("Asia/Yunnan"));
  EXPECT_EQ(verdict->accepted, 1);
}

TEST_F(IntakeCatalogTest, BureauWritesInItsOwnRegionOnly) {
  const security::Principal dali{"dali", {security::Role::kBureau}, "532900"};
  auto session = OpenSession({.source = "test", .create_missing = true}, dali);
  session->AddMarkets({ExistingMarket("xinfadi"), ExistingMarket("eryuan"), Tonghai()});
  AddSeries(session.get(), {Garlic(0), Garlic(1), Garlic(2)});
  TestBatch batch{.id = "b1"};
  batch.Modal(0, today_, 10'000).Modal(1, today_, 10'000).Modal(2, today_, 10'000);
  EXPECT_EQ(Summary(Send(session.get(), batch)), "0:refused:PERMISSION 2:refused:PERMISSION");
  EXPECT_EQ(catalog_->FindMarket("tonghai"), nullptr);
  EXPECT_EQ(catalog_->FindRegion("530400"), nullptr);
}

TEST_F(IntakeCatalogTest, OpenRefusesWhoMayNotWriteAndBadSources) {
  const security::Principal coordinator{"c", {security::Role::kCoordinator}, ""};
  EXPECT_THAT(
      intake_->Open(coordinator, {.source = "test"}),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("\"c\" may not write prices")));
  const security::Principal local = security::LocalPrincipal("local");
  for (const std::string& source :
       {std::string(), std::string(65, 'x'), std::string("simulated:x")}) {
    EXPECT_THAT(intake_->Open(local, {.source = source}),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("source is")));
  }
}

TEST_F(IntakeCatalogTest, SimulatedSourceIsMarkedForGood) {
  auto session =
      OpenSession({.source = "sim", .simulated = true}, security::LocalPrincipal("local"));
  session->AddMarkets({ExistingMarket("xinfadi")});
  AddSeries(session.get(), {Garlic(0)});
  ASSERT_THAT(Send(session.get(), OneRow("b1")), IsOk());
  EXPECT_TRUE(IsSimulatedSource(store_->SourceName(ReadAll(1)[0].observation.source)));
  EXPECT_FALSE(IsSimulatedSource("sim"));
}

TEST_F(IntakeCatalogTest, ArrivalsNeedAUnitAndKeepIt) {
  auto session = GarlicSession();
  AddSeries(session.get(), {{0, {"大蒜", "", "", "", "CNY", "斤", ""}},
                            {0, {"大蒜", "", "", "", "CNY", "斤", "t"}}});
  TestBatch batch{.id = "b1"};
  for (int i = 0; i < 3; ++i) batch.Modal(i == 0 ? 0 : i + 1, today_ - i, 10'000);
  batch.presences = {15, 15, 15};
  batch.arrivals = {1, 1, 1};
  EXPECT_EQ(Summary(Send(session.get(), batch)),
            "1:refused:ARRIVALS_WITHOUT_UNIT 2:refused:ARRIVALS_UNIT_CHANGED");
  batch.id = "b2";
  batch.presences = {7, 7, 7};
  batch.arrivals = {};
  EXPECT_EQ(Send(session.get(), batch)->refused, 0);
}

TEST_F(IntakeCatalogTest, ThousandsOfProductsAreCreatedAtOnce) {
  auto session =
      OpenSession({.source = "test", .create_missing = true}, security::LocalPrincipal("local"));
  session->AddMarkets({ExistingMarket("xinfadi")});
  std::vector<Named> specs;
  TestBatch batch{.id = "b1"};
  for (int i = 0; i < 20'000; ++i) {
    specs.push_back({0, {"product " + std::to_string(i), "", "", "", "CNY", "斤", "kg"}});
    batch.Modal(i, today_, 10'000);
  }
  AddSeries(session.get(), specs);
  EXPECT_EQ(Send(session.get(), batch)->accepted, 20'000);
  EXPECT_EQ(registry_->size(), 20'000);
}

TEST_F(IntakeCatalogTest, FullDiskMakesTheBatchComeAgainInsteadOfRefusingItsRows) {
  FullDisk disk(database_.get());
  const auto catalog = *catalog::Catalog::Open(&disk);
  const auto registry = *catalog::SeriesRegistry::Open(&disk, catalog.get());
  const auto intake = Intake::Create(catalog.get(), registry.get(), store_.get(), &clock_, {});
  const auto session =
      *intake->Open(security::LocalPrincipal("local"), {.source = "test", .create_missing = true});
  disk.full = true;
  session->AddMarkets({Tonghai()});
  AddSeries(session.get(), {{0, {"yacon", "", "", "", "CNY", "斤", "kg"}}});
  EXPECT_THAT(Send(session.get(), OneRow("b1")),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("DISK_FULL")));
  EXPECT_EQ(catalog->FindMarket("tonghai"), nullptr);
  EXPECT_EQ(registry->size(), 0);
  disk.full = false;
  const auto verdict = Send(session.get(), OneRow("b1"));
  EXPECT_EQ(Summary(verdict), "");
  EXPECT_EQ(verdict->accepted, 1);
  EXPECT_FALSE(verdict->replayed);
}

TEST_F(IntakeCatalogTest, RenamedProductIsStillFoundByTheFeedsName) {
  auto session =
      OpenSession({.source = "test", .create_missing = true}, security::LocalPrincipal("local"));
  session->AddMarkets({ExistingMarket("xinfadi")});
  EXPECT_EQ(ReasonOf(session.get(), {0, {"Tomato Big(Nepali)", "", "", "", "CNY", "斤", ""}}), "");
  catalog::Product product = *catalog_->FindProduct("tomato-big-nepali");
  product.display_name = "大番茄";
  ASSERT_THAT(catalog_->Put({.products = {product}}), IsOk());
  EXPECT_EQ(catalog_->FindProduct("Tomato Big(Nepali)")->display_name, "大番茄");
}

}  // namespace
}  // namespace glutwatch::observe
